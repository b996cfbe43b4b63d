"""Several processes on one state: nothing acknowledged is lost, and turns are taken one by one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from linernotes.domain.entities import Artist, Link
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.traces import Scheme
from linernotes.stores.sql import Location, open_state

A = MBID("aaaaaaaa-0000-4000-8000-000000000000")
OPEN = """
import sys
from pathlib import Path
from linernotes.domain.entities import Artist, Link
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.stores.sql import open_state
where = sys.argv[1]
state = open_state(where if "://" in where else Path(where))
"""


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Location]:
    place = request.getfixturevalue("postgres_url") if request.param == "postgres" else tmp_path / "state.sqlite"
    open_state(place).close()
    return place


def begun(code: str, *args: object) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", OPEN + code, *map(str, args)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def crowd(code: str, where: Location, number: int = 2) -> list[list[str]]:
    """Run a program in several processes that begin together, and return the lines that each printed."""
    processes = [begun("print('ready', flush=True)\ninput()\n" + code, where, name) for name in range(number)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        with ThreadPoolExecutor(number) as pool:
            return [out.split() for out, _ in pool.map(lambda process: process.communicate("go\n", 120), processes)]
    finally:
        for process in processes:
            process.kill()
            process.wait()


KEEP = """
for at in range(1, 100_000):
    key = f"{at:036}"
    links = (Link(f"https://example.org/{at}", "x"),)
    state.overlay.keep([
        Fact(Wanted(Aspect.ARTIST, key), Artist(key, key, key, links=links), "mb", at),
        Fact(Wanted(Aspect.EDITIONS, key), (key,), "mb", at),
    ])
    print(at, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(where: Location) -> None:
    with begun(KEEP, where) as process:
        assert process.stdout is not None
        done = [int(process.stdout.readline()) for _ in range(25)][-1]
        process.send_signal(signal.SIGKILL)
    with closing(open_state(where)) as state:
        kept = state.overlay.sizes()
        assert kept["artist"] == kept["editions"] >= done
        found = state.overlay.read([Wanted(Aspect.ARTIST, f"{at:036}") for at in range(1, done + 1)])
        assert [fact.fetched_at for fact in found if fact] == list(range(1, done + 1))
        urls = [f"https://example.org/{at}" for at in range(1, kept["artist"] + 2)]
        refs = state.overlay.find(Scheme.URL, urls)
        assert [len(each) for each in refs] == [1] * kept["artist"] + [0]
        assert state.overlay.generation() == kept["artist"]


RESERVE = """
for _ in range(40):
    print(state.pace.reserve("mb", interval=100, now=1000, latest=1_000_000))
"""


def test_two_processes_reserve_moments_that_lie_apart(where: Location) -> None:
    moments = sorted(int(each) for lines in crowd(RESERVE, where) for each in lines)
    assert moments == list(range(1000, 9000, 100))


CLAIM = """
from concurrent.futures import ThreadPoolExecutor
def take(owner):
    return [name for name in range(10) if state.claims.claim(str(name), owner=owner, now=0, until=10)]
with ThreadPoolExecutor(8) as pool:
    for names in pool.map(take, [f"{sys.argv[2]}-{thread}" for thread in range(8)]):
        print(*names)
"""


def test_one_of_many_threads_of_two_processes_gets_each_claim(where: Location) -> None:
    taken = Counter(int(name) for lines in crowd(CLAIM, where) for name in lines)
    assert taken == dict.fromkeys(range(10), 1)


RACE = """
process = int(sys.argv[2])
key = "aaaaaaaa-0000-4000-8000-000000000000"
for at in range(process, 60, 2):
    name = f"{at}"
    links = (Link(f"https://{at}.example", "x"),)
    state.overlay.keep([Fact(Wanted(Aspect.ARTIST, key), Artist(key, name, name, links=links), "mb", at, at % 3 == 2)])
"""


def test_of_two_processes_the_newest_whole_fact_stays(where: Location) -> None:
    crowd(RACE, where)
    with closing(open_state(where)) as state:
        [fact] = state.overlay.read([Wanted(Aspect.ARTIST, A)])
        assert fact == Fact(
            Wanted(Aspect.ARTIST, A), Artist(A, "58", "58", links=(Link("https://58.example", "x"),)), "mb", 58
        )
        urls = [f"https://{at}.example" for at in range(60)]
        found = state.overlay.find(Scheme.URL, urls)
        assert [url for url, refs in zip(urls, found, strict=True) if refs] == ["https://58.example"]
        assert found[58] == (EntityRef(Kind.ARTIST, A),)
