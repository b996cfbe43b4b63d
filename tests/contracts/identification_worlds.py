"""How each kind of identification store is opened, what is said to it, and how it comes to hold what no port writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import inspect, text

from linernotes.domain.identification import FIRST_LOCAL_ID, NewSubmission, Submission, TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.ports import identification as ports
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.stores.sql import SqlState, open_state
from linernotes.stores.sql.identification.sessions import Turn
from linernotes.stores.sql.identification.values import uuid_bytes
from linernotes.stores.sql.opening import upgrade
from tests.services import fresh_database

DATABASE = pytest.StashKey[str]()
KINDS = ("memory", "sqlite", "postgres")
A, B, C = (MBID(f"{digit * 8}-0000-4000-8000-000000000000") for digit in "abc")
PUID = "dddddddd-0000-4000-8000-000000000000"
NOW = 1_800_000_000_000
WORDS = bytes(range(256)) * 10
SONG = UserMetadata(track="Ágætis byrjun", artist="Sigur Rós", year=1999)


class World:
    """A store, and the hands of those who change it by other ways than its ports."""

    def __init__(self, parts: MemoryIdentification | SqlState) -> None:
        self.parts = parts
        self.tracks: ports.Tracks = parts.tracks
        self.submissions: ports.Submissions = parts.submissions
        self.change_log: ports.ChangeLog = parts.change_log
        self.clients: ports.Clients = parts.clients
        self.counts: ports.Counts = parts.counts

    def merge(self, track: int, into: int) -> None:
        """Leave a redirect from one track to another."""
        if isinstance(self.parts, MemoryIdentification):
            with self.parts.keeper.writing() as data:
                data.tracks[track] = replace(data.tracks[track], successor=into)
        else:
            self.change("UPDATE acoustid_track SET new_id = ? WHERE id = ?", into, track)

    def disable(self, track: int, mbid: MBID) -> None:
        """Switch a link off."""
        if isinstance(self.parts, MemoryIdentification):
            with self.parts.keeper.writing() as data:
                if (track, mbid) in data.recordings:
                    data.recordings[track, mbid] = replace(data.recordings[track, mbid], disabled=True)
        else:
            self.change(
                "UPDATE acoustid_track_mbid SET disabled = TRUE WHERE track = ? AND value = ?", track, uuid_bytes(mbid)
            )

    def lose_words(self, fingerprint: int) -> None:
        """Leave a fingerprint as public data do before its words come."""
        if isinstance(self.parts, MemoryIdentification):
            with self.parts.keeper.writing() as data:
                data.fingerprints[fingerprint] = replace(data.fingerprints[fingerprint], packed=None)
        else:
            self.change("UPDATE acoustid_fingerprint SET words = NULL WHERE id = ?", fingerprint)

    def lose_track(self, fingerprint: int) -> None:
        """Leave a fingerprint as public data do before its track comes."""
        if isinstance(self.parts, MemoryIdentification):
            with self.parts.keeper.writing() as data:
                data.fingerprints[fingerprint] = replace(data.fingerprints[fingerprint], track=None)
        else:
            self.change("UPDATE acoustid_fingerprint SET track = NULL WHERE id = ?", fingerprint)

    def empty(self) -> None:
        """Begin anew, but for the name of the database."""
        assert isinstance(self.parts, SqlState)
        with self.parts.engine.begin() as connection:
            names = [name for name in inspect(connection).get_table_names() if name.startswith("acoustid_")]
            names.remove("acoustid_database")
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY"))
            else:
                for name in names:
                    connection.execute(text(f"DELETE FROM {name}"))
                again = "UPDATE sqlite_sequence SET seq = CASE WHEN seq < :last THEN 0 ELSE :last END"
                connection.execute(text(again), {"last": FIRST_LOCAL_ID - 1})

    def change(self, statement: str, *values: object) -> None:
        """Say something to the database."""
        assert isinstance(self.parts, SqlState)
        with self.parts.sessions.writing(Turn.IMPORT) as session:
            session.tell(statement, values)

    def ask(self, question: str, *values: object) -> list[Any]:
        """Ask the database something."""
        assert isinstance(self.parts, SqlState)
        return self.parts.sessions.read(lambda session: session.ask(question, values))


@contextmanager
def opened_world(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """Give an empty store of a kind; it is closed at the end."""
    if kind == "memory":
        yield World(MemoryIdentification())
    elif kind == "sqlite":
        with closing(open_state(folder / "state.sqlite")) as state:
            yield World(state)
    else:
        with closing(open_state(_one_database(request))) as state:
            world = World(state)
            world.empty()
            yield world


def _one_database(request: pytest.FixtureRequest) -> str:
    """Return the database that all these tests share, one after the other: to make one takes a second."""
    session = request.session
    if DATABASE not in session.stash:
        whole_run = ExitStack()
        session.stash[DATABASE] = whole_run.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        session.addfinalizer(whole_run.close)
        upgrade(session.stash[DATABASE])
    return session.stash[DATABASE]


def said(words: bytes = WORDS, **more: Any) -> NewSubmission:
    """What somebody says of some words: that they are recording A, if nothing else."""
    defaults: dict[str, Any] = {"account": 1, "application": 1, "duration": 200, "mbid": A}
    return NewSubmission(**{**defaults, "packed": words, **more})


def import_one(work: ports.ImportWork, one: Submission, onto: int | None = None) -> tuple[int, int]:
    """Import a submission as a new fingerprint of a new track, or of a given one; return the numbers of both."""
    track = work.new_track(now=NOW).id if onto is None else onto
    fingerprint = work.new_fingerprint(one, track, now=NOW)
    work.link(one, track, now=NOW)
    work.imported(one, fingerprint=fingerprint, track=track, now=NOW)
    return track, fingerprint


def import_all(world: World, *all_said: NewSubmission, onto: int | None = None) -> list[tuple[int, int]]:
    """Submit and import, each on a new track or all on a given one; return the numbers of track and fingerprint."""
    world.submissions.add(all_said, now=NOW)
    with world.submissions.work() as work:
        return [import_one(work, one, onto) for one in work.pending(limit=1000)]


def ref(world: World, track: int) -> TrackRef:
    """Return a track that has a fingerprint."""
    return world.tracks.fingerprints_of([track])[0][0].track
