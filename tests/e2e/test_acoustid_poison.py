"""Submissions that cannot be imported stop no other. They are tried again, given up, and imported once mended."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from linernotes.fingerprint.packed import pack
from tests.e2e.acoustids import UNLIMITED, account, await_index, imported_as, item_of, lookups, statuses, submit
from tests.e2e.conftest import Home, until
from tests.fingerprint.made_up import track

pytestmark = pytest.mark.slow

SONGS = [track(seed, 300) for seed in range(1, 6)]
RECORDINGS = [str(UUID(int=0xC0000000_0000_4000_8000_000000000000 + number)) for number in range(len(SONGS))]
DAMAGED, REFUSED = 1, 3
"""Which of the songs have a fingerprint that cannot be read, and a link that the database does not take."""

SOON = {**UNLIMITED, "LINERNOTES_WORKER__BACKOFF_SECONDS": "0.1"}
DAMAGE = f"""
CREATE TRIGGER damage AFTER INSERT ON acoustid_submission WHEN NEW.mbid = x'{RECORDINGS[DAMAGED].replace("-", "")}'
BEGIN UPDATE acoustid_submission SET words = x'00ff17' WHERE id = NEW.id; END
"""
REFUSE = f"""
CREATE TRIGGER refuse BEFORE INSERT ON acoustid_track_mbid WHEN NEW.value = x'{RECORDINGS[REFUSED].replace("-", "")}'
BEGIN SELECT RAISE(ABORT, 'not this one'); END
"""


def tell(state: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Change the database behind the server's back."""
    with contextlib.closing(sqlite3.connect(state, timeout=20)) as database, database:
        for statement, values in statements:
            database.execute(statement, values)


def states_of(state: Path) -> list[str]:
    """Return in which state each of the jobs is."""
    with contextlib.closing(sqlite3.connect(state, timeout=20)) as database:
        return [found for (found,) in database.execute("SELECT state FROM job")]


def jobs(home: Home) -> list[dict[str, Any]]:
    done = home.run("jobs", "list", "--json")
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["jobs"])


def test_what_cannot_be_imported_is_given_up_with_its_reason_and_imported_once_it_is_mended(home: Home) -> None:
    state = home.data / "state.sqlite"
    key = account(home)
    with home.serving(env=SOON) as server:
        await_index(server)
        tell(state, (DAMAGE, ()), (REFUSE, ()))
        items = [item_of(words, mbid=mbid) for words, mbid in zip(SONGS, RECORDINGS, strict=True)]
        ids = submit(server, key, items)
        poison = {ids[DAMAGED]: "cannot be read", ids[REFUSED]: "not this one"}
        imported_as(server, set(ids) - poison.keys())
        until(lambda: states_of(state) == ["waiting"] * len(poison))
        for job in jobs(home):
            assert (job["kind"], job["state"], job["attempts"]) == ("import_submission", "waiting", 0)
        for id_, reason in poison.items():
            [told] = statuses(server, [id_])
            assert told["status"] == "pending"
            assert reason in told["reason"]

        # The first half minute is over; further attempts come as the settings say.
        tell(state, ("UPDATE job SET run_at = 0 WHERE kind = 'import_submission'", ()))
        until(lambda: states_of(state) == ["dead"] * len(poison))
        told = {int(job["key"]): job["reason"] for job in jobs(home)}
        assert told.keys() == poison.keys()
        assert all(reason in told[id_] for id_, reason in poison.items())
        for id_, reason in poison.items():
            [told] = statuses(server, [id_])
            assert reason in told["reason"]
        [again] = submit(server, key, [items[DAMAGED]])
        assert again == ids[DAMAGED]

        tell(
            state,
            ("UPDATE acoustid_submission SET words = ? WHERE id = ?", (pack(SONGS[DAMAGED]), ids[DAMAGED])),
            ("DROP TRIGGER refuse", ()),
        )
        done = home.run("jobs", "retry", "--all")
        assert done.returncode == 0, done.stderr
        tracks = imported_as(server, ids)
        until(lambda: all(lookups(server, SONGS)))
        assert [[one["id"] for one in results] for results in lookups(server, SONGS)] == [[gid] for gid in tracks]
        assert all("reason" not in one for one in statuses(server, ids))
        until(lambda: not states_of(state))
