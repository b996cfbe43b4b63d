"""MusicBrainz's web service as a ``Source``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.providers._kit.deadline import Deadline
from linernotes.providers._kit.faults import TooLarge
from linernotes.providers.musicbrainz import entities, identifiers, listings
from linernotes.providers.musicbrainz.client import NAME, WebService
from linernotes.providers.musicbrainz.question import Question

_ASKING = {**entities.ASPECTS, **listings.ASPECTS, **identifiers.ASPECTS}
_IN_PAGES = frozenset({Aspect.DISCOGRAPHY, Aspect.EDITIONS, Aspect.RECORDING, Aspect.BARCODE})


class MusicBrainz:
    """Implements ``Source``. For the event loop's thread alone."""

    name = NAME
    offers = frozenset(_ASKING)

    def __init__(
        self, *, service: WebService, now: Callable[[], int], timeout_seconds: float, listing_seconds: float
    ) -> None:
        """Ask a service; one fetch may take ``timeout_seconds``, one that comes in pages ``listing_seconds``."""
        self._service = service
        self._now = now
        self._timeout = timeout_seconds
        self._listing = max(timeout_seconds, listing_seconds)

    @property
    def breaker_open(self) -> bool:
        """Whether the source is left alone after faults in a row."""
        return self._service.breaker_open

    async def fetch(self, wanted: Wanted) -> Sequence[Fact]:
        deadline = Deadline(self._listing if wanted.aspect in _IN_PAGES else self._timeout)
        question = Question(wanted, self._service, deadline, self._now())
        try:
            return await _ASKING[wanted.aspect](question)
        except TooLarge as exc:
            raise exc.told(NAME) from exc
        except Invalid as exc:
            if exc.source:
                raise
            # Not the key: something in the answer could not be parsed.
            raise Unavailable(f"{NAME}: the answer makes no sense: {exc.message}", source=NAME) from exc

    async def close(self) -> None:
        await self._service.close()
