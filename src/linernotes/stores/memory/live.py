"""A live build that is whatever was published last in this process."""

from __future__ import annotations

from linernotes.domain.errors import Unavailable
from linernotes.ports.build import Build


class MemoryLiveBuild:
    """Holds the newest build; the builds before it stay usable for whoever still holds them."""

    def __init__(self, build: Build | None = None) -> None:
        """Begin with a build, or with none."""
        self._build = build

    def publish(self, build: Build) -> None:
        """Make this the live build."""
        self._build = build

    def current(self) -> Build:
        if self._build is None:
            raise Unavailable("There is no catalogue yet.", hint="Run `linernotes import`.")
        return self._build
