"""Which link id means what, and how a relationship row is written.

Link ids: one plain link per type, one ended link per URL type, one per instrument, one per number in a series of each
kind, and the rest for members of bands with their years.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.context import Context, stamps
from linernotes.dumps.sample.draws import Ints
from linernotes.dumps.sample.text import Chars, number

NUMBER_ATTRIBUTE = 788
MOST_NUMBERS = 200
GROUP_SERIES, RELEASE_SERIES = 742, 741
MEMBER, PERFORMANCE, INSTRUMENT = 103, 278, 148
INSTRUMENTS = {180: 30, 229: 30, 125: 20, 277: 20}
RECORDING_ROLES = {141: 25, 143: 15, 128: 12, 138: 8, 156: 10, INSTRUMENT: 18, 149: 9, 140: 2, 151: 1}
RELEASE_ROLES = (30, 59, 20, 51, 34)
WORK_ROLES = (168, 165, 167)
_ROLES = (*RECORDING_ROLES, 150, *RELEASE_ROLES, PERFORMANCE, *WORK_ROLES, GROUP_SERIES, RELEASE_SERIES)
# The entity on the left of the relationships that go with it when an edit merges it.
_GO_WITH_ARTIST = ("l_artist_artist", "l_artist_url", "l_artist_recording", "l_artist_release", "l_artist_work")
_GO_WITH_GROUP = ("l_release_group_url", "l_release_group_series")
_LEFT = {**dict.fromkeys(_GO_WITH_ARTIST, "artist"), **dict.fromkeys(_GO_WITH_GROUP, "release_group")}


class LinkIds(msgspec.Struct, frozen=True, kw_only=True):
    """Link ids by link type or attribute; `types` is the link type by id up to the first number."""

    plain: dict[int, int]
    ended: dict[int, int]
    instrument: dict[int, int]
    first_number: int
    types: tuple[int, ...]

    @property
    def first_ended(self) -> int:
        """Id of the first ended link."""
        return len(self.plain) + 1

    @property
    def first_instrument(self) -> int:
        """Id of the first link with an attribute."""
        return self.first_ended + len(self.ended)

    @property
    def first_member(self) -> int:
        """Id of the first link of a band's member."""
        return self.first_number + 2 * MOST_NUMBERS

    def plain_ids(self, types: NDArray[Any]) -> Ints:
        """Return the plain link of each type."""
        by_type = np.zeros(max(self.plain) + 1, np.int64)
        by_type[list(self.plain)] = list(self.plain.values())
        found: Ints = by_type[types]
        return found


def make_link_ids(url_types: list[int]) -> LinkIds:
    """Number the links for the relationship types in use."""
    types = [*url_types, *dict.fromkeys(_ROLES)]
    first_ended = len(types) + 1
    first_instrument = first_ended + len(url_types)
    return LinkIds(
        plain={link_type: at for at, link_type in enumerate(types, 1)},
        ended={link_type: at for at, link_type in enumerate(url_types, first_ended)},
        instrument={attribute: at for at, attribute in enumerate(INSTRUMENTS, first_instrument)},
        first_number=first_instrument + len(INSTRUMENTS),
        types=(0, *types, *url_types, *[INSTRUMENT] * len(INSTRUMENTS)),
    )


def relation_rows(
    context: Context,
    name: str,
    ids: Ints,
    *,
    links: NDArray[Any],
    left: NDArray[Any],
    right: NDArray[Any],
    order: NDArray[Any] | None = None,
) -> bytearray:
    """Write rows of one `l_<left>_<right>` table, without those of merged entities."""
    extra: dict[str, Chars] = {} if order is None else {"link_order": number(order)}
    kept = context.edits.kept(_LEFT.get(name, ""), left)
    if name == "l_artist_artist" and kept is not None:
        kept &= context.edits.artist_into[right] == 0
    return context.lines(
        name,
        len(ids),
        kept,
        id=number(ids),
        link=number(links),
        entity0=number(left),
        entity1=number(right),
        last_updated=stamps(ids),
        **extra,
    )
