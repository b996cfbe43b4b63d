"""Which tracks are linked to recordings. The old MBIDs of a recording are as good as its own."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from linernotes.domain.errors import LinernotesError
from linernotes.domain.identification import TrackLink
from linernotes.domain.ids import MBID
from linernotes.ports.catalog import Catalog
from linernotes.ports.identification import Tracks

MOST_MERGED = 500
"""Of so many recordings in one request it is looked up whether they were merged; further ones go by their own MBID."""

MOST_TRACKS = 1000
"""So many tracks of each MBID are told, the lowest numbers of those that are not disabled first."""

_log = logging.getLogger(__name__)


def tracks_with(mbids: Sequence[MBID], *, tracks: Tracks, catalogue: Catalog | None) -> list[tuple[TrackLink, ...]]:
    """Return the tracks of each recording by track number, by three reads however many there are.

    A track that is linked by several MBIDs of a recording is disabled if it is by all. Blocks. What the catalogue has
    for a fault only hides which recordings were merged.
    """
    names = _names(mbids, catalogue)
    asked = list(dict.fromkeys(name for mbid in mbids for name in names[mbid]))
    links = dict(zip(asked, tracks.tracks_with(asked, limit=MOST_TRACKS), strict=True)) if asked else {}
    rows = [[links[name] for name in names[mbid] if links[name]] for mbid in mbids]
    several = list({link.gid for row in rows if len(row) > 1 for part in row for link in part})
    refs = tracks.tracks(several) if several else []
    order = {gid: ref.id for gid, ref in zip(several, refs, strict=True) if ref is not None}
    return [row[0] if len(row) == 1 else _united(row, order) for row in rows]


def _names(mbids: Sequence[MBID], catalogue: Catalog | None) -> dict[MBID, tuple[MBID, ...]]:
    """Return the MBIDs that each recording has or had; its own alone where it is not known."""
    looked_up, known = mbids[:MOST_MERGED], {}
    try:
        if catalogue is not None and mbids:
            known = dict(zip(looked_up, catalogue.recordings(looked_up), strict=True))
    except LinernotesError as error:
        _log.warning("Which recordings were merged cannot be told: %s", error.message)
    found = {mbid: known.get(mbid) for mbid in mbids}
    return {
        mbid: (mbid,) if one is None else tuple(dict.fromkeys((mbid, one.mbid, *one.old_mbids)))
        for mbid, one in found.items()
    }


def _united(row: Sequence[Sequence[TrackLink]], order: Mapping[str, int]) -> tuple[TrackLink, ...]:
    disabled: dict[str, bool] = {}
    for part in row:
        for link in part:
            disabled[link.gid] = disabled.get(link.gid, True) and link.disabled
    return tuple([TrackLink(gid, disabled[gid]) for gid in sorted(disabled, key=lambda gid: order.get(gid, 0))])
