"""Fingerprints by number, and tracks by the recordings that they are linked to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linernotes.domain.errors import NotFound
from linernotes.domain.identification import StoredFingerprint, TrackLink
from linernotes.domain.ids import MBID
from linernotes.facades.acoustid.calls import Answer, Call, LongAnswer
from linernotes.facades.acoustid.door import Door
from linernotes.facades.acoustid.errors import FINGERPRINT_NOT_FOUND, MISSING_PARAMETER, Refused
from linernotes.facades.acoustid.parameters import Parameters, uuid
from linernotes.facades.acoustid.serialise import Tree
from linernotes.fingerprint.packed import unpack
from linernotes.usecases.identify.lookup import Identify

HIGHEST_ID = (1 << 63) - 1
LARGE = 16 * 1024
"""Bytes of a fingerprint of more than a quarter of an hour."""


class Tracks:
    """Tells of fingerprints and tracks. No key is asked for."""

    def __init__(self, *, identify: Identify, door: Door) -> None:
        """Take who knows, and who lets in."""
        self._identify = identify
        self._door = door

    async def fingerprint(self, call: Call) -> Answer:
        """Answer ``/v2/fingerprint``."""
        id_ = call.given.required_number("id")
        await self._door.admit(call)
        if not 0 < id_ <= HIGHEST_ID:
            raise Refused(FINGERPRINT_NOT_FOUND)
        try:
            found = await self._identify.fingerprint(id_)
        except NotFound as exc:
            raise Refused(FINGERPRINT_NOT_FOUND) from exc
        if len(found.packed) > LARGE:
            return LongAnswer(await call.offload(lambda: _told(found)))
        return _told(found)

    async def by_mbid(self, call: Call) -> Answer:
        """Answer ``/v2/track/list_by_mbid``."""
        sent, mbids = await call.aside(lambda: _mbids(call.given))
        disabled, batch = bool(call.given.number("disabled")), bool(call.given.number("batch"))
        await self._door.admit(call)
        wanted = list(dict.fromkeys(mbids if batch else mbids[:1]))
        found = dict(zip(wanted, await self._identify.tracks_with(wanted), strict=True))
        listed = {mbid: _listed(links, disabled=disabled) for mbid, links in found.items()}
        if not batch:
            return {"tracks": listed[mbids[0]]}
        return {"mbids": [{"mbid": text, "tracks": listed[mbid]} for text, mbid in zip(sent, mbids, strict=True)]}

    async def by_puid(self, call: Call) -> Answer:
        """Answer ``/v2/track/list_by_puid``: nobody has used PUIDs for many years."""
        uuid(call.given.required("puid"), "puid")
        await self._door.admit(call)
        return {"tracks": []}


def _told(found: StoredFingerprint) -> dict[str, Tree]:
    hashes = unpack(found.packed).view(np.int32).tolist()
    return {"fingerprint": {"id": found.id, "hashes": hashes, "duration": found.duration}}


def _mbids(given: Parameters) -> tuple[list[str], list[MBID]]:
    """Return MBIDs as they were sent, and as they are written."""
    sent = given.texts("mbid")
    if not sent:
        raise Refused(MISSING_PARAMETER, "mbid")
    return sent, [MBID(uuid(text, "mbid")) for text in sent]


def _listed(links: Sequence[TrackLink], *, disabled: bool) -> list[Tree]:
    found: list[Tree] = []
    for link in links:
        if not link.disabled:
            found.append({"id": link.gid})
        elif disabled:
            found.append({"id": link.gid, "disabled": True})
    return found
