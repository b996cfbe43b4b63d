"""One question on its way: what it needs to be asked, and how what comes back becomes facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from linernotes.domain.entities import Artist, ReleaseGroup
from linernotes.domain.errors import Unavailable
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, Kind
from linernotes.providers._kit.deadline import Deadline
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.client import NAME, WebService
from linernotes.providers.musicbrainz.mapping import albums
from linernotes.providers.musicbrainz.mapping.attributes import credited

T = TypeVar("T")


class Question(msgspec.Struct, frozen=True):
    """What is wanted, of whom, until when; ``at`` (unix ms) is when it was asked."""

    wanted: Wanted
    service: WebService
    deadline: Deadline
    at: int

    @property
    def key(self) -> str:
        """The key that was asked for."""
        return self.wanted.key

    def nothing(self) -> list[Fact]:
        """Say that there is no such thing."""
        return [Fact(self.wanted, None, NAME, self.at)]

    async def no_list(self, kind: Kind) -> list[Fact]:
        """Say that there is no such thing, when the entity itself is not there either.

        Raises ``Unavailable`` where only its list is denied: whoever believed that would lose all that is on it.
        """
        if await self.service.lookup(kind, self.key, "", into=wire.Known, deadline=self.deadline) is not None:
            self.there(None)
        return self.nothing()

    @staticmethod
    def there(rows: list[T] | None) -> list[T]:
        """Return the list of something that is known to be there. Raises ``Unavailable`` where it is denied."""
        if rows is None:
            raise Unavailable(f"{NAME}: says that there is something, and denies its list", source=NAME)
        return rows

    def value(self, value: Any) -> Fact:
        """Answer the question itself."""
        return Fact(self.wanted, value, NAME, self.at)

    def entity(self, value: Any) -> list[Fact]:
        """Answer with an entity; where the key was merged into it, that is told too."""
        facts = [self.whole(self.wanted.aspect, value.mbid, value)]
        if value.mbid != self.key:
            facts.append(Fact(self.wanted, None, NAME, self.at, moved_to=value.mbid))
        return facts

    def listing(self, owner: MBID, value: Any) -> list[Fact]:
        """Answer with the list of ``owner``, which the key may have been merged into."""
        return [self.whole(self.wanted.aspect, key, value) for key in dict.fromkeys((owner, self.key))]

    def whole(self, aspect: Aspect, key: str, value: Any) -> Fact:
        """Tell something complete that came along."""
        return Fact(Wanted(aspect, key), value, NAME, self.at)

    def partial(self, aspect: Aspect, values: Iterable[Any]) -> list[Fact]:
        """Tell what came along of entities, names and little else; each once."""
        found = {value.mbid: value for value in values}
        return [Fact(Wanted(aspect, mbid), found[mbid], NAME, self.at, partial=True) for mbid in sorted(found)]

    def artists(self, *credits: wire.Credit | None) -> list[Fact]:
        """Tell who is credited."""
        found: dict[MBID, Artist] = {}
        for credit in credits:
            found |= credited(credit)
        return self.partial(Aspect.ARTIST, found.values())

    def groups(self, groups: Iterable[wire.ReleaseGroup | None]) -> list[Fact]:
        """Tell of release groups that came along with their credits; those without are no use to anybody."""
        made: list[ReleaseGroup] = [albums.release_group(one) for one in groups if one and one.artist_credit]
        return self.partial(Aspect.RELEASE_GROUP, made)
