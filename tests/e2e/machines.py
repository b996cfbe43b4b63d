"""Machines that share one PostgreSQL, a source that counts what it is asked for, and people who ask all the time."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg

from linernotes.app.growing import NOTHING_IMPORTED
from linernotes.app.jobs import unix_milliseconds
from linernotes.app.stores import queue_of
from linernotes.domain.entities import Artist
from linernotes.domain.facts import Aspect, Wanted
from linernotes.domain.ids import MBID
from linernotes.domain.jobs import NewJob
from linernotes.providers.musicbrainz.tests.service import Service
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.sql import open_state
from tests.e2e.conftest import PATIENCE, Answer, Home, Server, environment
from tests.providers.serving import Asked, Loopback, Reply

FIRST = 0xA0000000_0000_4000_8000_000000000000


class Machine(Home):
    """A data folder of its own, and commands that share a database with other machines."""

    def __init__(self, data: Path, url: str = "", source: Loopback | None = None, **settings: object) -> None:
        super().__init__(data)
        told: dict[str, object] = {} if source is None else {"BASE_URL": source.url, "REQUESTS_PER_SECOND": 1000}
        told = {f"MUSICBRAINZ__{name}": value for name, value in told.items()} | ({"DATABASE": url} if url else {})
        self.env = {f"LINERNOTES_{name}": str(value) for name, value in {**told, **settings}.items()}

    def run(self, *args: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*args), capture_output=True, text=True, timeout=2 * PATIENCE, check=False,
            env=environment(self.env),
        )  # fmt: skip

    @contextlib.contextmanager
    def serving(
        self, *args: object, env: Mapping[str, str] | None = None, log_into: int | None = None
    ) -> Iterator[Server]:
        with super().serving(*args, env={**self.env, **(env or {})}, log_into=log_into) as server:
            yield server

    @contextlib.contextmanager
    def working(self, *args: object) -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker for as long as the block lasts."""
        with self.data.with_name(f"{self.data.name}-worker.log").open("ab") as log:
            process = subprocess.Popen(
                self.command("worker", *args), stdout=log, stderr=log, env=environment(self.env), start_new_session=True
            )
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and all its processes at once, as a machine without power does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)


class Artists:
    """A stand-in for the web service that knows made-up artists and notes when it was asked for each."""

    def __init__(self, count: int, *, after: float = 0.0) -> None:
        """``after`` is how many seconds an answer takes."""
        self.mbids = [MBID(str(UUID(int=FIRST + number))) for number in range(count)]
        self.moments: list[float] = []
        self.counts: Counter[str] = Counter()
        self._after = after
        self._turn = threading.Lock()
        self.called("artist")

    def called(self, name: str) -> None:
        """Let all artists have another name from now on."""
        known = [Artist(mbid, name, name) for mbid in self.mbids]
        self._service = Service(MemoryCatalogue(info=NOTHING_IMPORTED, artists=known), releases=())

    def __call__(self, asked: Asked) -> Reply:
        with self._turn:
            self.moments.append(time.monotonic())
            self.counts[asked.path.rpartition("/")[2]] += 1
            return msgspec.structs.replace(self._service(asked), after=self._after)

    def more_than_once(self, mbids: Sequence[str]) -> set[str]:
        """Return which of these were asked for several times."""
        return {mbid for mbid in mbids if self.counts[mbid] > 1}


class Asking:
    """People who ask a server for artists, each in an order of their own, again and again, and what they heard."""

    def __init__(self, server: Server, mbids: Sequence[str]) -> None:
        self.heard: list[tuple[str, Answer]] = []
        self.unheard = 0
        self._server = server
        self._mbids = mbids
        self._over = threading.Event()

    @contextlib.contextmanager
    def people(self, count: int) -> Iterator[Asking]:
        """Let so many ask while the block lasts."""
        threads = [threading.Thread(target=self._ask, args=(seed,)) for seed in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def wrong(self) -> list[tuple[str, Answer]]:
        """Return the answers that nobody should have heard: neither the artist nor why there is no answer now."""
        return [(mbid, answer) for mbid, answer in self.heard if not _right(mbid, answer)]

    def _ask(self, seed: int) -> None:
        order = random.Random(seed).sample(self._mbids, len(self._mbids))
        while not self._over.is_set():
            for mbid in order:
                if self._over.is_set():
                    break
                self._over.wait(0.005)
                try:
                    self.heard.append((mbid, artist(self._server, mbid)))
                except (OSError, http.client.HTTPException):
                    self.unheard += 1
                    self._over.wait(0.05)


def artist(server: Server, mbid: str) -> Answer:
    """Ask for one artist."""
    return server.ask(f"/v1/artists/{mbid}")


def _right(mbid: str, answer: Answer) -> bool:
    if answer.status == 503:
        return bool(answer.json["detail"]) and "retry-after" in answer.headers
    return answer.status == 200 and answer.json["mbid"] == mbid and answer.json["name"] == "artist"


def put_refreshes(url: str, mbids: Sequence[str]) -> int:
    """Put a job for each artist into the queue; return how many are new."""
    jobs = [
        NewJob("refresh", f"artist/{mbid}", msgspec.json.encode(Wanted(Aspect.ARTIST, mbid)).decode()) for mbid in mbids
    ]
    with closing(open_state(url)) as state:
        return queue_of(state).put(jobs, now=unix_milliseconds())


def waiting(url: str) -> int:
    """Return how many jobs are not done yet."""
    with psycopg.connect(url) as connection:
        return int(connection.execute("SELECT count(*) FROM linernotes_state.job").fetchone()[0])


class LeftBehind(msgspec.Struct, frozen=True):
    """What processes that were killed had in their hands: how many questions, and the artists of which jobs."""

    claims: int
    jobs: frozenset[str]


def left_behind(url: str, pids: Sequence[int]) -> LeftBehind:
    """Say what the dead had, and let what they claimed run out now, not in some seconds."""
    dead = [str(pid) for pid in pids]
    time.sleep(0.2)  # PostgreSQL finishes what it was told before it notices that nobody is there any more
    with psycopg.connect(url) as connection:
        claims = connection.execute(
            "UPDATE linernotes_state.claim SET until = 0 WHERE split_part(owner, ':', 2) = ANY(%s)", [dead]
        ).rowcount
        rows = connection.execute(
            "SELECT key FROM linernotes_state.job WHERE state = 'running' AND split_part(owner, ':', 2) = ANY(%s)",
            [dead],
        ).fetchall()
    return LeftBehind(claims, frozenset(key.partition("/")[2] for (key,) in rows))
