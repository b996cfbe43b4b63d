"""A small world of music to be named, and the façade on it: everything real, and everything in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
import numpy as np

from linernotes.caches.memory.rates import MemoryRates
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.entities import Artist, CreditName, Recording
from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import Account, Application, NewSubmission, key_digest
from linernotes.domain.ids import MBID
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.acoustid import FACADE
from linernotes.facades.acoustid.settings import AcoustIdSettings
from linernotes.fingerprint.codec import encode
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.values import Words
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.build import Build
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.usecases.identify.clients import Keyring
from linernotes.usecases.identify.counting import LookupCounter
from linernotes.usecases.identify.feeding import Feeder
from linernotes.usecases.identify.importing import Importer
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.parts import Identification, WhoAmI
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.submitting import Submitting
from linernotes.usecases.library.naming import NoNames
from linernotes.web.dispatch import NoFacade
from linernotes.web.mounts import Mounted, Mounts
from tests.library import Shelf

T = TypeVar("T")
NOW = 1_795_219_200_000  # Sat, 21 Nov 2026 00:00:00 GMT
LAST = (1 << 63) - 1
FORM = "application/x-www-form-urlencoded"


def sound(seed: int, count: int = 342) -> Words:
    """Return a made-up fingerprint: words that change slowly, as music's do."""
    steps = np.random.default_rng(seed).integers(0, 1 << 32, count, dtype=np.uint32)
    mask = np.random.default_rng(seed + 1).integers(0, 1 << 32, count, dtype=np.uint32)
    return np.bitwise_xor.accumulate(steps & mask & np.roll(mask, 1))


def noisy(words: Words, every: int) -> Words:
    """Return words of which every so many have one bit changed."""
    changed = words.copy()
    changed[::every] ^= np.uint32(1 << 7)
    return changed


SOUNDS = {"A": sound(1), "B": noisy(sound(1), 9), "C": sound(30), "D": sound(60), "FLAT": np.full(342, 7, np.uint32)}
TEXTS = {name: encode(words) for name, words in SOUNDS.items()}
SECONDS = 260

ALPHA = Artist(MBID("aaaaaaaa-0000-4000-8000-000000000001"), "Alpha", "Alpha")
BETA = Artist(MBID("aaaaaaaa-0000-4000-8000-000000000002"), "Beta & Söhne", "Beta")
R1 = MBID("dddddddd-0000-4000-8000-000000000001")
R2 = MBID("dddddddd-0000-4000-8000-000000000002")
UNKNOWN = MBID("dddddddd-0000-4000-8000-000000000009")
CATALOGUE = MemoryCatalogue(
    info=BuildInfo("none", 0, 0, 0, None, "", None, ()),
    artists=(ALPHA, BETA),
    recordings=(
        Recording(
            R1,
            "Song One",
            (CreditName(ALPHA.mbid, "Alpha", " feat. "), CreditName(BETA.mbid, "Beta & Söhne", "")),
            180123,
        ),
        Recording(R2, "Song <Two>", (CreditName(ALPHA.mbid, "Alpha", ""),)),
    ),
)


async def in_thread(work: Callable[[], T], /) -> T:
    """Run work in a thread."""
    return await asyncio.to_thread(work)


class World:
    """The façade with what it stands on. ``app1key`` and ``user1key`` are good keys."""

    def __init__(
        self,
        *,
        full: bool = False,
        any_client: bool = False,
        who_am_i: WhoAmI | None = None,
        demo_secret: str = "",
        **settings: Any,
    ) -> None:
        """Begin with two applications and accounts, and no music."""
        self.seconds = 0.0
        self.now = NOW
        self.kept = MemoryIdentification()
        self.queue = MemoryQueue()
        self.index: FingerprintIndex | None = MemoryIndex()
        self.full = full
        self._add_clients()
        own = AcoustIdSettings(**{"ip_per_second": 0.0, **settings})
        shelf = Shelf(MemoryLiveBuild(Build(CATALOGUE, NoNames())), now=lambda: NOW)
        self.keyring = Keyring(
            clients=self.kept.clients,
            offload=in_thread,
            now=lambda: self.now,
            any_client=any_client,
            demo_secret=demo_secret,
            clock=lambda: self.seconds,
        )
        self.counter = LookupCounter(counts=self.kept.counts, now=lambda: self.now)
        identification = IdentificationSettings(index="full" if full else "query")
        self.parts = Identification(
            identify=Identify(
                tracks=self.kept.tracks,
                index=self._index,
                library=shelf.library,
                offload=in_thread,
                settings=identification,
            ),
            submitting=Submitting(
                submissions=self.kept.submissions, queue=self.queue, offload=in_thread, now=lambda: self.now
            ),
            keyring=self.keyring,
            counter=self.counter,
            counts=self.kept.counts,
            offload=in_thread,
            settings=identification,
            who_am_i=who_am_i,
        )
        self.deps = FacadeDeps(
            library=shelf.library,
            lookups=shelf.lookups,
            marks=shelf.marks,
            offload=in_thread,
            now=lambda: self.now,
            identification=self.parts,
            rates=MemoryRates(clock=lambda: self.seconds),
        )
        self.app = FACADE.build(own, self.deps)

    def _index(self) -> FingerprintIndex:
        if self.index is None:
            raise Unavailable("The index is not ready.", retry_after=5)
        return self.index

    def _add_clients(self) -> None:
        for number in (1, 2):
            new = Account(id=0, name=f"User {number}", created_at=NOW)
            account = self.kept.clients.add_account(new, key_digest(f"user{number}key"))
            self.kept.clients.add_application(
                Application(id=0, name=f"App {number}", version="0.1", account=account.id, created_at=NOW),
                key_digest(f"app{number}key"),
            )

    def add(self, name: str, *recordings: MBID, seconds: int = SECONDS) -> str:
        """Submit and import a sound as these recordings; return its track."""
        said = [
            NewSubmission(account=1, application=1, packed=pack(SOUNDS[name]), duration=seconds, mbid=mbid)
            for mbid in recordings
        ]
        statuses = self.kept.submissions.add(said, now=self.now)
        self.bring_in()
        (found,) = self.kept.submissions.statuses([statuses[0].id])
        assert found is not None
        assert found.gid is not None
        return found.gid

    def bring_in(self) -> None:
        """Import whatever waits."""
        feeder = Feeder(log=self.kept.change_log, index=self._index, full=self.full)
        Importer(
            submissions=self.kept.submissions,
            index=self._index,
            feeder=feeder,
            queue=self.queue,
            full=self.full,
            now=lambda: self.now,
        ).run(1, LAST)

    async def answer(self, request: Request) -> Reply:
        """Answer a request."""
        return await self.app.handle(request)

    def ask(self, method: str, target: str, body: bytes = b"", **rest: Any) -> Reply:
        """Send one request; ``target`` is a path below the root, with its query."""
        return asyncio.run(self.answer(request_of(method, target, body, **rest)))

    def get(self, target: str, **rest: Any) -> Reply:
        """Send a GET."""
        return self.ask("GET", target, **rest)

    def post(self, target: str, fields: Any, **rest: Any) -> Reply:
        """Send a form."""
        headers = {"content-type": FORM, **rest.pop("headers", {})}
        return self.ask("POST", target, urlencode(fields, doseq=True).encode(), headers=headers, **rest)


def request_of(method: str, target: str, body: bytes = b"", **rest: Any) -> Request:
    """Return the request that the web server makes of this: HEAD is GET, and the mount is cut off."""
    path, _, query = target.partition("?")
    place = Mounts(Mounted("acoustid", mount, NoFacade()) for mount in FACADE.mounts(AcoustIdSettings())).find(path)
    prefix, path = ("", path) if place is None else (place[0].prefix, place[1])
    rest = {"base_url": "http://127.0.0.1:8080", "address": "192.0.2.1", **rest}
    method = "GET" if method == "HEAD" else method
    return Request(method, path, prefix=prefix, query=query, body=body, **rest)


def said(reply: Reply) -> Any:
    """Return the JSON of a reply."""
    return msgspec.json.decode(reply.body)


def wrong(reply: Reply) -> tuple[int, int, str]:
    """Return status, code and message of a reply that is an error."""
    tree = said(reply)
    assert tree["status"] == "error"
    assert tree.keys() == {"error", "status"}
    return reply.status, tree["error"]["code"], tree["error"]["message"]
