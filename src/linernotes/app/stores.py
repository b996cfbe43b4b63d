"""Opens what the settings say: the state in the data folder or in PostgreSQL, and the jobs that lie beside it."""

from __future__ import annotations

from linernotes.app.config.settings import Settings
from linernotes.queues.sql import SqlQueue
from linernotes.stores.sql import Location, SqlState, open_state, state_location


def state_place(settings: Settings) -> Location:
    """Return where the state is: a file of the data folder, or the URL of a database."""
    return state_location(settings.data_dir, settings.database)


def open_stores(settings: Settings) -> SqlState:
    """Open the state. Raises Conflict for one of a newer version, Unavailable when it cannot be reached."""
    return open_state(state_place(settings))


def queue_of(state: SqlState) -> SqlQueue:
    """Return the jobs that are kept in the state's database."""
    return SqlQueue(engine=state.engine)
