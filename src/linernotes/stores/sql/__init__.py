"""The state: what cannot be rebuilt. SQL tables with migrations; an acknowledged write survives a crash.

`open_state` is the way in. Alembic is imported only when a migration has to run.
"""

from linernotes.stores.sql.location import STATE_FILE, Location, state_location
from linernotes.stores.sql.opening import open_state
from linernotes.stores.sql.state import SqlState

__all__ = ["STATE_FILE", "Location", "SqlState", "open_state", "state_location"]
