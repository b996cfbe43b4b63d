"""A server that is killed while it takes and imports submissions loses none that it acknowledged.

None is counted twice either, and an index that is gone is made again.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import shutil
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from linernotes.fingerprint.codec_fast import encode
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.values import Words
from tests.e2e.acoustids import LONG, UNLIMITED, account, item_of, lookups, statuses, submit
from tests.e2e.conftest import Home, Server, until
from tests.fingerprint.made_up import track

pytestmark = pytest.mark.slow

MOMENTS = ("submitting", "importing", "beginning", "importing", "importing")
"""What a server is doing when it is killed, round after round."""

SONGS_IN_A_ROUND = 50
CLIENTS = 3
# The jobs of a server that is dead are another's as soon as may be.
SOON = {**UNLIMITED, "LINERNOTES_WORKER__LEASE_SECONDS": "3"}
INDEX = "fingerprints"
FIRST = 0xB0000000_0000_4000_8000_000000000000


def words_of(song: int) -> Words:
    return track(song, 300)


def recording_of(song: int) -> str:
    return str(UUID(int=FIRST + song))


class Said(msgspec.Struct, frozen=True):
    """Somebody's submission of a song."""

    key: str
    song: int


class People:
    """Clients that submit what waits until the server is gone, and send again whatever was not acknowledged."""

    def __init__(self) -> None:
        self.waiting: deque[list[Said]] = deque()
        self.acknowledged: dict[Said, int] = {}
        self.wrong: list[BaseException] = []

    @contextlib.contextmanager
    def submitting(self, server: Server) -> Iterator[None]:
        """Submit from several threads while the block lasts, which ends with the server."""
        threads = [threading.Thread(target=self._submit, args=(server,)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.join()

    def _submit(self, server: Server) -> None:
        with contextlib.suppress(IndexError):  # nothing waits any more
            while True:
                some = self.waiting.popleft()
                try:
                    items = [item_of(words_of(one.song), mbid=recording_of(one.song)) for one in some]
                    ids = submit(server, some[0].key, items)
                except (OSError, http.client.HTTPException):
                    self.waiting.appendleft(some)
                    if server.process.poll() is not None:
                        return
                    time.sleep(0.05)
                    continue
                except AssertionError as error:
                    self.wrong.append(error)
                    return
                for said, id_ in zip(some, ids, strict=True):
                    if self.acknowledged.setdefault(said, id_) != id_:
                        self.wrong.append(AssertionError(f"{said} was {self.acknowledged[said]} and is {id_}"))


def requests(keys: list[str], songs: range, chance: random.Random) -> Iterator[list[Said]]:
    """Give what people submit of some songs: all by the first, some by the second too, some again and again."""
    first, second = keys
    said = [Said(first, song) for song in songs]
    said += [Said(second, song) for song in songs if song % 3 == 0]
    said += [Said(first, song) for song in songs if song % 5 == 0]
    for key in keys:
        own = [one for one in said if one.key == key]
        chance.shuffle(own)
        while own:
            size = chance.randint(1, 3)
            yield own[:size]
            own = own[size:]


def test_submissions_and_imports_outlive_any_number_of_kills(home: Home) -> None:
    chance = random.Random(6)
    keys = [account(home, name) for name in ("first", "second")]
    people, state = People(), home.data / "state.sqlite"
    cut_short = 0
    for turn, moment in enumerate(MOMENTS):
        people.waiting.extend(
            requests(keys, range(turn * SONGS_IN_A_ROUND + 1, (turn + 1) * SONGS_IN_A_ROUND + 1), chance)
        )
        taken, imported = len(people.acknowledged), count_of(state, "imported")
        begun = {
            "beginning": lambda: True,
            "submitting": lambda taken=taken: len(people.acknowledged) > taken + 20 or people.wrong,
            "importing": lambda imported=imported: count_of(state, "imported") > imported,
        }
        # The clients outlive the server: they notice that it is gone.
        with contextlib.ExitStack() as stack, home.serving(env=SOON) as server:
            stack.enter_context(people.submitting(server))
            until(begun[moment], LONG)
            time.sleep(chance.uniform(0, 0.6 if moment == "beginning" else 0.1))
        cut_short += moment == "importing" and count_of(state, "pending") > 0
        if turn % 2:
            shutil.rmtree(home.data / INDEX)
    with home.serving(env=SOON) as server:
        with people.submitting(server):
            pass
        assert people.wrong == []
        assert not people.waiting
        check_imported(server, people.acknowledged)
        server.stop()
    assert cut_short
    check_tables(state, people.acknowledged)
    check_index(home.data / INDEX, songs=len(MOMENTS) * SONGS_IN_A_ROUND)


def count_of(state: Path, what: str) -> int:
    """Return how many submissions are in a state."""
    with contextlib.closing(sqlite3.connect(state)) as database:
        [(count,)] = database.execute("SELECT count(*) FROM acoustid_submission WHERE state = ?", [what])
        return int(count)


def check_imported(server: Server, acknowledged: Mapping[Said, int]) -> None:
    """Fail when one is not imported at last, or is not found as what it was said to be."""
    ids = list(acknowledged.values())
    until(lambda: {one["status"] for one in statuses(server, ids)} == {"imported"})
    tracks = dict(zip(acknowledged, [one["result"]["id"] for one in statuses(server, ids)], strict=True))
    songs = sorted({said.song for said in acknowledged})
    words = [words_of(song) for song in songs]
    until(lambda: all(lookups(server, words)))  # the index learns of an import right after it
    for song, results in zip(songs, lookups(server, words), strict=True):
        [result] = results
        assert {tracks[said] for said in acknowledged if said.song == song} == {result["id"]}
        assert [one["id"] for one in result["recordings"]] == [recording_of(song)]
        assert result["score"] == 1


def check_tables(state: Path, acknowledged: Mapping[Said, int]) -> None:
    """Fail when something is there twice, or was counted otherwise than it was submitted."""
    by_song = Counter(said.song for said in acknowledged)
    with contextlib.closing(sqlite3.connect(state)) as database:
        links = dict(database.execute("SELECT value, submission_count FROM acoustid_track_mbid").fetchall())
        assert links == {UUID(recording_of(song)).bytes: count for song, count in by_song.items()}
        [(count,)] = database.execute("SELECT count(*) FROM acoustid_track_mbid")
        assert count == len(by_song)
        [(count, different)] = database.execute("SELECT count(*), count(DISTINCT gid) FROM acoustid_track")
        assert count == different == len(by_song)
        kept = database.execute("SELECT track, words, submission_count FROM acoustid_fingerprint").fetchall()
        assert len({track for track, *_ in kept}) == len(kept) == len(by_song)
        told = {encode(unpack(words)): count for _, words, count in kept}
        assert told == {encode(words_of(song)): count for song, count in by_song.items()}
        [(count, imported)] = database.execute(
            "SELECT count(*), count(*) FILTER (WHERE state = 'imported') FROM acoustid_submission"
        )
        assert count == imported == len(acknowledged)
        told = sorted(count for (count,) in database.execute("SELECT submission_count FROM acoustid_account") if count)
        assert told == sorted(Counter(said.key for said in acknowledged).values())
        assert database.execute("SELECT kind, state FROM job WHERE state = 'dead'").fetchall() == []


def check_index(folder: Path, *, songs: int) -> None:
    """Fail when the index does not hold each fingerprint, once."""
    with Indexes.open(folder, read_only=True) as indexes:
        assert indexes.get("acoustid").stats().documents == songs
