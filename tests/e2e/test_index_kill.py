"""An index whose process is killed at any moment has every write that it acknowledged, and of none a half."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from tests.e2e.conftest import PATIENCE, environment, until
from tests.e2e.killed import PLACES, ROTATING, SETTINGS, WRITERS, changes_of
from tests.e2e.test_fpindex import Program, ask
from tests.fingerprint.index.plain import words

ROUNDS = 21
ROUNDS_OVER_HTTP = 4


def killed_after(folder: Path, first: int, seconds: float, repository: Path, *, at_once: bool) -> dict[int, int]:
    """Let the program write for a while, from its first line or from its start on; return what it acknowledged."""
    command = [sys.executable, "-m", "tests.e2e.killed", str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), cwd=repository) as process:
        assert process.stdout is not None
        said = b"" if at_once else process.stdout.readline()
        time.sleep(seconds)
        assert process.poll() is None
        process.kill()
        said += process.stdout.read()
        process.wait(PATIENCE)
    assert not said or said.endswith(b"\n")
    return {int(number): int(version) for number, version in (line.split() for line in said.splitlines())}


def check_written(index: Index, acknowledged: dict[int, int], numbers: Iterable[int]) -> None:
    """Fail when an acknowledged commit is not there as it was, or any commit is there in part."""
    for number in numbers:
        version = index.document_version(2 * number)
        assert index.document_version(2 * number + 1) == version
        assert acknowledged.get(number, version) == version
        found = [] if version is None else [(2 * number, 1), (2 * number + 1, 1)]
        assert index.search(words([number]), min_score=1) == found
        if version is not None:
            place = ROTATING + number % PLACES
            newest = index.document_version(place)
            assert newest is not None
            assert newest >= version
            held = index.search(words([ROTATING + number]), min_score=1)
            assert held == ([(place, 1)] if newest == version else [])
    # Each commit brought two documents that stay: so each is there, once.
    stays = index.stats().documents - sum(
        index.document_version(ROTATING + place) is not None for place in range(PLACES)
    )
    assert stays == 2 * index.version


@pytest.mark.slow
def test_no_acknowledged_write_is_lost_when_the_writing_process_is_killed(tmp_path: Path, repository: Path) -> None:
    chance = random.Random(5)
    acknowledged: dict[int, int] = {}
    first = 1
    for turn in range(ROUNDS):
        at_once = turn % 6 == 5  # the kill may come while the index is being opened
        seconds = chance.uniform(0.5, 1.5) if at_once else chance.uniform(0, 0.4)
        written = killed_after(tmp_path, first, seconds, repository, at_once=at_once)
        assert not acknowledged.keys() & written.keys()
        acknowledged |= written
        assert len(set(acknowledged.values())) == len(acknowledged)
        last = max(written, default=first) + WRITERS
        older = chance.sample(sorted(acknowledged), min(len(acknowledged), 300))
        with Index(FolderDirectory(tmp_path), settings=SETTINGS, read_only=True) as index:
            check_written(index, acknowledged, [*older, *range(max(first, last - 500), last + 1)])
        first = last + 1
    with Index(FolderDirectory(tmp_path), settings=SETTINGS) as index:
        # There was time for flushes and for commits that came together.
        assert index.saved_version > ROUNDS
        assert len(acknowledged) > ROUNDS * WRITERS
        check_written(index, acknowledged, range(1, first))
        index.merge()
        check_written(index, acknowledged, range(1, first))


@pytest.mark.slow
def test_no_acknowledged_write_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    program = Program(tmp_path / "indexes", "--checkpoint-threshold", "400")
    acknowledged: dict[int, int] = {}
    numbers = itertools.count(1)
    chance = random.Random(6)

    def write() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(program.connect()) as mine:
            while True:
                number = next(numbers)
                changes = [{"insert": {"id": id_, "hashes": hashes}} for id_, hashes in changes_of(number)]
                status, said = ask(mine, "POST", "/main/_update", {"changes": changes})
                assert status == 200
                acknowledged[number] = said["version"]

    try:
        for _ in range(ROUNDS_OVER_HTTP):
            program.start()
            threads = [threading.Thread(target=write) for _ in range(WRITERS)]
            before = len(acknowledged)
            for thread in threads:
                thread.start()
            until(lambda before=before: len(acknowledged) > before + 50)
            time.sleep(chance.uniform(0, 0.3))
            program.stop(signal.SIGKILL)
            for thread in threads:
                thread.join()
        program.start()
        with contextlib.closing(program.connect()) as connection:
            for number in range(1, next(numbers)):
                versions = [ask(connection, "GET", f"/main/{2 * number + more}") for more in (0, 1)]
                assert versions[0] == versions[1]
                if number in acknowledged:
                    assert versions[0] == (200, {"version": acknowledged[number]})
            info = ask(connection, "GET", "/main")[1]
            assert info["stats"]["num_docs"] == 2 * info["version"] + PLACES
        assert len(set(acknowledged.values())) == len(acknowledged)
    finally:
        if program.process is not None and program.ended() is None:
            program.stop(signal.SIGKILL)
