"""What sounds were found to be, as wire values. ``prefix`` is where the API is mounted."""

from __future__ import annotations

from collections.abc import Container

from msgspec import UNSET

from linernotes.domain import entities as e
from linernotes.domain.identification import UserMetadata
from linernotes.domain.ids import MBID, Kind
from linernotes.facades.native import identify_wire as wire
from linernotes.facades.native import mapping
from linernotes.facades.native.resources import BY_KIND
from linernotes.usecases.identify.naming import Answer, Named
from linernotes.usecases.identify.values import Detail, LinkedRecording


def identified(answer: Answer, detail: Detail, *, duration: int, fingerprint: str, prefix: str) -> wire.Identified:
    """Return the whole answer."""
    releases = detail.releases or detail.release_groups
    held = {release.mbid for release in answer.releases} if releases else None
    return wire.Identified(
        results=tuple([_track(one, held, prefix, said=detail.user_metadata) for one in answer.tracks]),
        duration=duration,
        fingerprint=fingerprint or UNSET,
        releases=tuple([_release(one, prefix) for one in answer.releases]) if releases else UNSET,
        release_groups=(
            tuple([_release_group(one, prefix) for one in answer.release_groups]) if detail.release_groups else UNSET
        ),
    )


def _track(one: Named, held: Container[MBID] | None, prefix: str, *, said: bool) -> wire.IdentifiedTrack:
    match = one.match
    return wire.IdentifiedTrack(
        track=match.track.gid,
        score=match.score,
        fingerprint_id=match.fingerprint,
        duration=match.duration,
        offset=match.offset,
        recordings=tuple([_recording(each, held, prefix) for each in one.recordings]),
        user_metadata=tuple([_said(each) for each in one.metadata]) if said else UNSET,
    )


def _recording(one: LinkedRecording, held: Container[MBID] | None, prefix: str) -> wire.NamedRecording:
    known = one.recording
    on = () if known is None else known.releases
    return wire.NamedRecording(
        mbid=one.mbid,
        href=_href(Kind.RECORDING, one.mbid, prefix),
        sources=one.sources,
        title=None if known is None else known.title,
        artist=None if known is None else mapping.printed(known.credit),
        artist_credit=() if known is None else mapping.credit(known.credit),
        length_ms=None if known is None else known.length,
        disambiguation="" if known is None else known.disambiguation,
        video=known is not None and known.video,
        isrcs=() if known is None else known.isrcs,
        releases=UNSET if held is None else tuple([mbid for mbid in on if mbid in held]),
    )


def _release(one: e.Release, prefix: str) -> wire.NamedRelease:
    return wire.NamedRelease(
        mbid=one.mbid,
        href=_href(Kind.RELEASE, one.mbid, prefix),
        title=one.title,
        artist=mapping.printed(one.credit),
        artist_credit=mapping.credit(one.credit),
        release_group=one.release_group,
        disambiguation=one.disambiguation,
        status=one.status,
        barcode=one.barcode,
        events=mapping.events(one),
        media=tuple([mapping.medium(each, tracks=True) for each in one.media]),
    )


def _release_group(one: e.ReleaseGroup, prefix: str) -> wire.NamedReleaseGroup:
    return wire.NamedReleaseGroup(
        mbid=one.mbid,
        href=_href(Kind.RELEASE_GROUP, one.mbid, prefix),
        title=one.title,
        artist=mapping.printed(one.credit),
        artist_credit=mapping.credit(one.credit),
        disambiguation=one.disambiguation,
        type=one.type,
        secondary_types=one.secondary_types,
        first_release_date=mapping.day(one.first_release_date),
    )


def _said(one: UserMetadata) -> wire.SaidByUsers:
    return wire.SaidByUsers(
        title=one.track or None,
        artist=one.artist or None,
        album=one.album or None,
        album_artist=one.album_artist or None,
        track_number=one.track_no,
        disc_number=one.disc_no,
        year=one.year,
    )


def _href(kind: Kind, mbid: MBID, prefix: str) -> str:
    return f"{prefix}/{BY_KIND[kind].name}/{mbid}"
