"""The state: what cannot be rebuilt. SQL tables with migrations; an acknowledged write survives a crash.

`open_state` is the way in. Alembic is imported only when a migration has to run.
"""

from linernotes.stores.sql.opening import STATE_FILE, open_state
from linernotes.stores.sql.state import SqlState

__all__ = ["STATE_FILE", "SqlState", "open_state"]
