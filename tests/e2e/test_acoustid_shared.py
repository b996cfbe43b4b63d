"""Several servers on one PostgreSQL and one fpindex server: what one is told all know."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from linernotes.fingerprint.values import Words
from tests.e2e.acoustids import CLIENT, account, await_index, imported_as, item_of, lookups, post, submit
from tests.e2e.conftest import Server, until
from tests.e2e.machines import Machine
from tests.e2e.test_fpindex import Program
from tests.fingerprint.made_up import track

pytestmark = pytest.mark.slow

SONGS = [track(seed, 300) for seed in range(1, 13)]
RECORDINGS = [str(UUID(int=0xD0000000_0000_4000_8000_000000000000 + number)) for number in range(len(SONGS))]
STRANGER = track(99, 300)


@pytest.fixture
def fpindex(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "indexes")
    program.start()
    yield program
    if program.ended() is None:
        program.stop(signal.SIGKILL)


def items(songs: list[int]) -> list[dict[str, object]]:
    return [item_of(SONGS[song], mbid=RECORDINGS[song]) for song in songs]


def recordings(results: list[dict[str, object]]) -> list[str]:
    return [one["id"] for result in results for one in result.get("recordings", [])]


def found_again(server: Server, wanted: Sequence[Words], found: list[list[str]]) -> bool:
    """Whether a server finds these; while the index is told everything again, there are moments when it has none."""
    if post(server, "lookup", {**item_of(wanted[0]), "client": CLIENT}).status != 200:
        return False
    try:
        return [recordings(results) for results in lookups(server, wanted)] == found
    except AssertionError:
        return False


def test_submissions_to_either_server_are_found_by_both(fpindex: Program, postgres_url: str, tmp_path: Path) -> None:
    settings = {
        "IDENTIFICATION__INDEX_URL": f"http://127.0.0.1:{fpindex.port}",
        "ACOUSTID__IP_PER_SECOND": 0,
        "WORKER__LEASE_SECONDS": 3,
    }
    machines = [Machine(tmp_path / name, postgres_url, **settings) for name in ("one", "two")]
    keys = [account(machines[0], name) for name in ("first", "second")]
    one_song = {"client": CLIENT, "format": "json", **item_of(SONGS[0])}
    wanted: list[Words] = [*SONGS, STRANGER]
    found = [[recording] for recording in RECORDINGS] + [[]]
    with contextlib.ExitStack() as stack:
        one, two = (stack.enter_context(machine.serving()) for machine in machines)
        for server in (one, two):
            await_index(server)
        # Half of the songs go to each; the last of the first half and the first of the second to both.
        told = [
            (one, submit(one, keys[0], items(list(range(7))))),
            (two, submit(two, keys[1], items(list(range(5, 12))))),
        ]
        for server in (one, two):
            tracks = [imported_as(server, ids) for _, ids in told]
            assert tracks[0][5:] == tracks[1][:2]
            assert len({*tracks[0], *tracks[1]}) == len(SONGS)
            until(lambda server=server: [recordings(results) for results in lookups(server, wanted)] == found)

        # The fpindex server comes back with nothing: it is told everything again.
        fpindex.stop(signal.SIGKILL)
        shutil.rmtree(fpindex.folder)
        for server in (one, two):
            until(lambda server=server: post(server, "lookup", one_song).status == 503)
        fpindex.start()
        for server in (one, two):
            until(lambda server=server: found_again(server, wanted, found))
    with psycopg.connect(postgres_url) as connection:
        asked = "SELECT value, submission_count FROM linernotes_state.acoustid_track_mbid"
        counts = {str(UUID(bytes=bytes(value))): count for value, count in connection.execute(asked).fetchall()}
    assert counts == {mbid: 2 if song in (5, 6) else 1 for song, mbid in enumerate(RECORDINGS)}
