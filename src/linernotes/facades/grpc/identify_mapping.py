"""What identification takes and answers, as messages of proto/linernotes/v1/identify.proto."""

from __future__ import annotations

from collections.abc import Iterable

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import NewSubmission, SubmissionState, SubmissionStatus, UserMetadata
from linernotes.domain.ids import parse_mbid
from linernotes.facades.grpc import mapping
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import identify_pb2 as pb
from linernotes.fingerprint.packed import pack
from linernotes.usecases.identify.asking import read_duration, read_words
from linernotes.usecases.identify.naming import Answer, Named
from linernotes.usecases.identify.saying import checked, says_something
from linernotes.usecases.identify.values import Detail, LinkedRecording

_STATES = {
    SubmissionState.PENDING: pb.SUBMISSION_STATE_PENDING,
    SubmissionState.IMPORTED: pb.SUBMISSION_STATE_IMPORTED,
    SubmissionState.REJECTED: pb.SUBMISSION_STATE_REJECTED,
}
_INCLUDES = frozenset({pb.INCLUDE_RELEASES, pb.INCLUDE_RELEASE_GROUPS, pb.INCLUDE_USER_METADATA})


def detail(include: Iterable[int]) -> Detail:
    """Return what is asked for beside tracks. ``Invalid`` for what nobody knows."""
    wanted = frozenset(include)
    for number in sorted(wanted - _INCLUDES):
        raise Invalid(f"{number} is nothing that can be included")
    return Detail(
        recordings=True,
        releases=pb.INCLUDE_RELEASES in wanted,
        release_groups=pb.INCLUDE_RELEASE_GROUPS in wanted,
        user_metadata=pb.INCLUDE_USER_METADATA in wanted,
    )


def response(answer: Answer, *, duration: int, fingerprint: str = "") -> pb.LookupResponse:
    """Return what a look-up found."""
    return pb.LookupResponse(
        results=[_track(named) for named in answer.tracks],
        releases=[mapping.release(release) for release in answer.releases],
        release_groups=[mapping.release_group(group) for group in answer.release_groups],
        fingerprint=fingerprint,
        duration=duration,
    )


def result(status: SubmissionStatus) -> pb.SubmissionResult:
    """Return what became of a submission."""
    return pb.SubmissionResult(id=status.id, state=_STATES[status.state], track=status.gid or "", reason=status.reason)


def submission(message: pb.NewSubmission, name: str) -> NewSubmission:
    """Read one submission, of no account or application yet; ``Invalid`` names the field, below ``name``."""
    with field(f"{name}.words" if message.words else f"{name}.fingerprint"):
        packed = pack(read_words(message.fingerprint, message.words))
    with field(f"{name}.duration"):
        duration = read_duration(message.duration)
    with field(f"{name}.recording_mbid"):
        mbid = parse_mbid(message.recording_mbid) if message.recording_mbid else None
    said = NewSubmission(
        account=0,
        application=0,
        packed=packed,
        duration=duration,
        bitrate=message.bitrate or None,
        file_format=message.file_format,
        mbid=mbid,
        foreign_id=message.foreign_id,
        metadata=_said(message.metadata),
    )
    with field(name):
        said = checked(said)
        if not says_something(said):
            raise Invalid("It does not say what it is", hint="Give the MBID of a recording, or tags.")
    return said


def _track(named: Named) -> pb.IdentifiedTrack:
    match = named.match
    return pb.IdentifiedTrack(
        track=match.track.gid,
        score=match.score,
        fingerprint_id=match.fingerprint,
        duration=match.duration,
        offset=match.offset,
        recordings=[_linked(one) for one in named.recordings],
        user_metadata=[_metadata(one) for one in named.metadata],
    )


def _linked(one: LinkedRecording) -> pb.LinkedRecording:
    known = None if one.recording is None else mapping.recording(one.recording)
    return pb.LinkedRecording(mbid=one.mbid, sources=one.sources, recording=known)


def _metadata(one: UserMetadata) -> pb.UserMetadata:
    return pb.UserMetadata(
        title=one.track,
        artist=one.artist,
        album=one.album,
        album_artist=one.album_artist,
        track_number=one.track_no,
        disc_number=one.disc_no,
        year=one.year,
    )


def _said(message: pb.UserMetadata) -> UserMetadata:
    return UserMetadata(
        track=message.title,
        artist=message.artist,
        album=message.album,
        album_artist=message.album_artist,
        track_no=message.track_number if message.HasField("track_number") else None,
        disc_no=message.disc_number if message.HasField("disc_number") else None,
        year=message.year if message.HasField("year") else None,
    )
