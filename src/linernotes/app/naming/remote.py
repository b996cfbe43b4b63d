"""Names by a server that speaks AcoustID's protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linernotes.app.naming.acoustid_client import AcoustidClient
from linernotes.app.naming.acoustid_wire import CreditedArtist, Found, FoundRecording, FoundRelease, FoundTrack
from linernotes.app.naming.values import Named, NamedRelease, best_first
from linernotes.domain.dates import PartialDate
from linernotes.fingerprint.codec_fast import encode
from linernotes.usecases.identify.values import TOLERANCE, Query

BATCH = 10
"""acoustid.org takes twenty in one request, and means to take fewer."""

FORM_BYTES = 600_000
"""The form of one request; servers take about a million bytes."""

META = "recordings releases sources compress"
AGAIN = "recordings sources usermeta"


class RemoteNamer:
    """Asks for several files in one request, and once more for what came without a name."""

    batch = BATCH
    clips = False

    def __init__(self, *, client: AcoustidClient) -> None:
        """Ask through a client, which somebody else closes."""
        self._client = client

    async def name(self, queries: Sequence[Query], *, least: float) -> list[tuple[Named, ...]]:
        found: list[tuple[Named, ...]] = []
        for part in _parts([(query, encode(query.words)) for query in queries]):
            answer = await self._client.ask("/v2/lookup", list(_form(part)), Found)
            results = {one.index: one.results for one in answer.fingerprints}
            for number in range(len(part)):
                tracks = [track for track in results.get(number, ()) if track.score >= least]
                found.append(best_first(await self._named(tracks)))
        return found

    async def _named(self, tracks: Sequence[FoundTrack]) -> list[Named]:
        """Return the recordings of tracks; when none has a name, the best track is asked for in another way.

        Servers leave names out where they know of no release, and what tags say where they know any name in a batch.
        """
        found = [
            _of(track, recording) for track in tracks for recording in track.recordings if _says_something(recording)
        ]
        if not tracks or any(one.title for one in found):
            return found
        best, *others = tracks
        again = await self._client.ask("/v2/lookup", [("trackid", best.id), ("meta", AGAIN)], Found)
        recordings = [one for result in again.results for one in result.recordings if _says_something(one)]
        return [_of(best, one) for one in recordings] + [one for one in found if one.acoustid in _ids(others)]


def _parts(asked: Sequence[tuple[Query, str]]) -> Iterator[list[tuple[Query, str]]]:
    """Divide into requests that are neither too many nor too large; what is too large by itself goes alone."""
    part: list[tuple[Query, str]] = []
    size = 0
    for query, text in asked:
        other = bool(part) and (query.tolerance, query.clip) != (part[0][0].tolerance, part[0][0].clip)
        if part and (other or len(part) == BATCH or size + len(text) > FORM_BYTES):
            yield part
            part, size = [], 0
        part.append((query, text))
        size += len(text)
    if part:
        yield part


def _form(part: Sequence[tuple[Query, str]]) -> Iterator[tuple[str, str]]:
    yield from (("meta", META), ("batch", "1"))
    first = part[0][0]
    if first.tolerance != TOLERANCE:
        yield "maxdurationdiff", str(first.tolerance)
    if first.clip:
        yield "clip", "1"
    for number, (query, text) in enumerate(part):
        yield f"duration.{number}", str(query.duration)
        yield f"fingerprint.{number}", text


def _says_something(recording: FoundRecording) -> bool:
    return bool(recording.id or recording.title)


def _ids(tracks: Sequence[FoundTrack]) -> set[str]:
    return {track.id for track in tracks}


def _of(track: FoundTrack, recording: FoundRecording) -> Named:
    return Named(
        score=track.score,
        acoustid=track.id,
        mbid=recording.id,
        title=recording.title or "",
        artist=_credit(recording.artists),
        release=_earliest(recording.releases),
        sources=recording.sources or 0,
        length=recording.duration,
        offset=track.offset,
        by_tags=not recording.id,
    )


def _credit(artists: Sequence[CreditedArtist | str]) -> str:
    """Join names as they are credited; those from tags come without anything between them."""
    credited = "".join(one.name + one.joinphrase for one in artists if not isinstance(one, str))
    return credited or ", ".join(one for one in artists if isinstance(one, str))


def _earliest(releases: Sequence[FoundRelease]) -> NamedRelease | None:
    dated = [(_date(release), release) for release in releases if release.title]
    if not dated:
        return None
    date, release = min(dated, key=lambda each: (each[0].order(), each[1].id))
    return NamedRelease(release.id, release.title or "", str(date) if date.year is not None else "")


def _date(release: FoundRelease) -> PartialDate:
    day = release.date
    return PartialDate() if day is None else PartialDate(day.year, day.month, day.day)
