"""Watches for a newly imported catalogue and takes it over without a failed request.

An importer makes a build complete, in the data folder or in PostgreSQL, and then lets a pointer name it. A build that
cannot be opened never displaces one that works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from functools import partial
from typing import Protocol

import structlog

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.ports.build import Build
from linernotes.ports.names import NameSearch
from linernotes.web.leases import Leases

NO_CATALOGUE = "There is no catalogue yet"
NO_CATALOGUE_HINT = (
    "Run `linernotes import` with a MusicBrainz dump, or `linernotes sample` to make one up first. "
    "Or start empty: `linernotes serve --contact <your e-mail or page>` asks MusicBrainz for what is missing."
)
# After a failure: the folder may be on a disk that comes back, but opening it every second would fill the log.
LOOKS_BETWEEN_TRIES = 10
OPENING_TRIES = 3
log = structlog.get_logger("linernotes.live")


class Builds(Protocol):
    """Where builds are kept. Every method may raise one of our errors."""

    @property
    def place(self) -> str:
        """Where the pointer to the live build is, for messages."""
        ...

    def stamp(self) -> Hashable | None:
        """Return something that is another whenever another build is live, at little cost; None when none is."""
        ...

    def live_id(self) -> str | None:
        """Return which build is live."""
        ...

    def open(self, build_id: str) -> Build:
        """Open a build and touch each part of it once."""
        ...

    def open_names(self, build_id: str) -> NameSearch:
        """Open the name index of a build alone."""
        ...

    def info(self) -> BuildInfo | None:
        """Return where the live build comes from, without opening it."""
        ...

    def close(self) -> None:
        """Let go of connections; nothing may be read after."""
        ...


class LiveCatalogue:
    """The live build, opened when it is seen and closed when nobody uses it any more."""

    def __init__(self, *, builds: Builds, leases: Leases) -> None:
        """Open nothing yet: that is what ``look`` does."""
        self.failure: LinernotesError | None = None
        self.swaps = 0
        self._builds = builds
        self._leases = leases
        self._build: Build | None = None
        self._build_id: str | None = None
        self._seen: Hashable | None = None
        self._looks_since_failure = 0

    @property
    def build_id(self) -> str | None:
        """Which build is being served."""
        return self._build_id

    def current(self) -> Build:
        build = self._build
        if build is None:
            raise Unavailable(NO_CATALOGUE, hint=NO_CATALOGUE_HINT, retry_after=60)
        return build

    def look(self) -> None:
        """Take over a new build if there is one. Raises nothing: ``failure`` says what is wrong.

        Blocks while it opens the files: to be called off the event loop, by one thread at a time.
        """
        try:
            seen = self._builds.stamp()
        except LinernotesError as error:
            self._remember(error)
            return
        if self.failure is not None:
            self._looks_since_failure += 1
        if seen == self._seen and not (self.failure and self._looks_since_failure >= LOOKS_BETWEEN_TRIES):
            return
        self._seen, self._looks_since_failure = seen, 0
        try:
            self._take_over()
            self.failure = None
        except LinernotesError as error:
            self._remember(error)
        except Exception as error:
            log.exception("opening the catalogue failed unexpectedly")
            self._remember(Unavailable(f"cannot open the catalogue: {type(error).__name__}: {error}"))

    def _remember(self, error: LinernotesError) -> None:
        if self.failure is None or self.failure.message != error.message:
            log.error("cannot open the catalogue", error=error.message, serving=self._build_id)
        self.failure = error

    async def watch(self, every: float) -> None:
        """Look again and again, off the event loop, until cancelled."""
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(self.look)

    def close(self) -> None:
        """Close the live build, once nobody uses it any more."""
        self._publish(None, None)
        self._leases.retire(self._builds.close)

    def _take_over(self) -> None:
        build_id = self._builds.live_id()
        if build_id is None:
            if self._build is not None:
                raise Unavailable(f"the catalogue in {self._builds.place} is gone", hint=NO_CATALOGUE_HINT)
            return
        for attempt in range(OPENING_TRIES):
            if build_id == self._build_id:
                return
            try:
                build = self._builds.open(build_id)
            except LinernotesError:
                # An import may have replaced and removed the build while it was being opened.
                newer = self._builds.live_id()
                if newer in {None, build_id} or attempt + 1 == OPENING_TRIES:
                    raise
                build_id = newer
            else:
                self._publish(build, build_id)
                return

    def _publish(self, build: Build | None, build_id: str | None) -> None:
        old, self._build, self._build_id = self._build, build, build_id
        if build is not None:
            self.swaps += 1
            log.info("serving a catalogue", build=build_id)
        if old is not None:
            self._leases.retire(partial(_close, old))


def _close(build: Build) -> None:
    build.catalogue.close()
