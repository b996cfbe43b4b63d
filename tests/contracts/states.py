"""How each kind of state is opened; one that is added here is under the contracts of all its ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from linernotes.stores.memory.state import MemoryState
from linernotes.stores.sql import SqlState, open_state

State = SqlState | MemoryState
KINDS = ("memory", "sqlite", "postgres")


@contextmanager
def opened(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[State]:
    """Give an empty state of a kind; it is closed at the end."""
    if kind == "memory":
        yield MemoryState()
    else:
        url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
        with closing(open_state(url or folder / "state.sqlite")) as state:
            yield state
