# Written by `make protos`.
from linernotes.facades.grpc.gen import entities_pb2 as _entities_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Include(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INCLUDE_UNSPECIFIED: _ClassVar[Include]
    INCLUDE_RELEASES: _ClassVar[Include]
    INCLUDE_RELEASE_GROUPS: _ClassVar[Include]
    INCLUDE_USER_METADATA: _ClassVar[Include]

class SubmissionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBMISSION_STATE_UNSPECIFIED: _ClassVar[SubmissionState]
    SUBMISSION_STATE_PENDING: _ClassVar[SubmissionState]
    SUBMISSION_STATE_IMPORTED: _ClassVar[SubmissionState]
    SUBMISSION_STATE_REJECTED: _ClassVar[SubmissionState]
INCLUDE_UNSPECIFIED: Include
INCLUDE_RELEASES: Include
INCLUDE_RELEASE_GROUPS: Include
INCLUDE_USER_METADATA: Include
SUBMISSION_STATE_UNSPECIFIED: SubmissionState
SUBMISSION_STATE_PENDING: SubmissionState
SUBMISSION_STATE_IMPORTED: SubmissionState
SUBMISSION_STATE_REJECTED: SubmissionState

class LookupOptions(_message.Message):
    __slots__ = ("limit", "tolerance", "clip", "include")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    CLIP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    limit: int
    tolerance: int
    clip: bool
    include: _containers.RepeatedScalarFieldContainer[Include]
    def __init__(self, limit: _Optional[int] = ..., tolerance: _Optional[int] = ..., clip: _Optional[bool] = ..., include: _Optional[_Iterable[_Union[Include, str]]] = ...) -> None: ...

class LookupRequest(_message.Message):
    __slots__ = ("fingerprint", "words", "duration", "options")
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    fingerprint: str
    words: _containers.RepeatedScalarFieldContainer[int]
    duration: int
    options: LookupOptions
    def __init__(self, fingerprint: _Optional[str] = ..., words: _Optional[_Iterable[int]] = ..., duration: _Optional[int] = ..., options: _Optional[_Union[LookupOptions, _Mapping[str, object]]] = ...) -> None: ...

class AudioOptions(_message.Message):
    __slots__ = ("options", "duration", "length", "format", "sample_rate", "channels")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    options: LookupOptions
    duration: int
    length: float
    format: str
    sample_rate: int
    channels: int
    def __init__(self, options: _Optional[_Union[LookupOptions, _Mapping[str, object]]] = ..., duration: _Optional[int] = ..., length: _Optional[float] = ..., format: _Optional[str] = ..., sample_rate: _Optional[int] = ..., channels: _Optional[int] = ...) -> None: ...

class LookupAudioRequest(_message.Message):
    __slots__ = ("options", "data")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    options: AudioOptions
    data: bytes
    def __init__(self, options: _Optional[_Union[AudioOptions, _Mapping[str, object]]] = ..., data: _Optional[bytes] = ...) -> None: ...

class LinkedRecording(_message.Message):
    __slots__ = ("mbid", "sources", "recording")
    MBID_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    sources: int
    recording: _entities_pb2.Recording
    def __init__(self, mbid: _Optional[str] = ..., sources: _Optional[int] = ..., recording: _Optional[_Union[_entities_pb2.Recording, _Mapping[str, object]]] = ...) -> None: ...

class UserMetadata(_message.Message):
    __slots__ = ("title", "artist", "album", "album_artist", "track_number", "disc_number", "year")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_FIELD_NUMBER: _ClassVar[int]
    TRACK_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    title: str
    artist: str
    album: str
    album_artist: str
    track_number: int
    disc_number: int
    year: int
    def __init__(self, title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., album_artist: _Optional[str] = ..., track_number: _Optional[int] = ..., disc_number: _Optional[int] = ..., year: _Optional[int] = ...) -> None: ...

class IdentifiedTrack(_message.Message):
    __slots__ = ("track", "score", "fingerprint_id", "duration", "offset", "recordings", "user_metadata")
    TRACK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_ID_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    USER_METADATA_FIELD_NUMBER: _ClassVar[int]
    track: str
    score: float
    fingerprint_id: int
    duration: int
    offset: float
    recordings: _containers.RepeatedCompositeFieldContainer[LinkedRecording]
    user_metadata: _containers.RepeatedCompositeFieldContainer[UserMetadata]
    def __init__(self, track: _Optional[str] = ..., score: _Optional[float] = ..., fingerprint_id: _Optional[int] = ..., duration: _Optional[int] = ..., offset: _Optional[float] = ..., recordings: _Optional[_Iterable[_Union[LinkedRecording, _Mapping[str, object]]]] = ..., user_metadata: _Optional[_Iterable[_Union[UserMetadata, _Mapping[str, object]]]] = ...) -> None: ...

class LookupResponse(_message.Message):
    __slots__ = ("results", "releases", "release_groups", "fingerprint", "duration")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    RELEASES_FIELD_NUMBER: _ClassVar[int]
    RELEASE_GROUPS_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IdentifiedTrack]
    releases: _containers.RepeatedCompositeFieldContainer[_entities_pb2.Release]
    release_groups: _containers.RepeatedCompositeFieldContainer[_entities_pb2.ReleaseGroup]
    fingerprint: str
    duration: int
    def __init__(self, results: _Optional[_Iterable[_Union[IdentifiedTrack, _Mapping[str, object]]]] = ..., releases: _Optional[_Iterable[_Union[_entities_pb2.Release, _Mapping[str, object]]]] = ..., release_groups: _Optional[_Iterable[_Union[_entities_pb2.ReleaseGroup, _Mapping[str, object]]]] = ..., fingerprint: _Optional[str] = ..., duration: _Optional[int] = ...) -> None: ...

class NewSubmission(_message.Message):
    __slots__ = ("fingerprint", "words", "duration", "recording_mbid", "metadata", "foreign_id", "bitrate", "file_format")
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    RECORDING_MBID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_ID_FIELD_NUMBER: _ClassVar[int]
    BITRATE_FIELD_NUMBER: _ClassVar[int]
    FILE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    fingerprint: str
    words: _containers.RepeatedScalarFieldContainer[int]
    duration: int
    recording_mbid: str
    metadata: UserMetadata
    foreign_id: str
    bitrate: int
    file_format: str
    def __init__(self, fingerprint: _Optional[str] = ..., words: _Optional[_Iterable[int]] = ..., duration: _Optional[int] = ..., recording_mbid: _Optional[str] = ..., metadata: _Optional[_Union[UserMetadata, _Mapping[str, object]]] = ..., foreign_id: _Optional[str] = ..., bitrate: _Optional[int] = ..., file_format: _Optional[str] = ...) -> None: ...

class SubmitRequest(_message.Message):
    __slots__ = ("submissions",)
    SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    submissions: _containers.RepeatedCompositeFieldContainer[NewSubmission]
    def __init__(self, submissions: _Optional[_Iterable[_Union[NewSubmission, _Mapping[str, object]]]] = ...) -> None: ...

class SubmissionResult(_message.Message):
    __slots__ = ("id", "state", "track", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: int
    state: SubmissionState
    track: str
    reason: str
    def __init__(self, id: _Optional[int] = ..., state: _Optional[_Union[SubmissionState, str]] = ..., track: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SubmitResponse(_message.Message):
    __slots__ = ("submissions",)
    SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    submissions: _containers.RepeatedCompositeFieldContainer[SubmissionResult]
    def __init__(self, submissions: _Optional[_Iterable[_Union[SubmissionResult, _Mapping[str, object]]]] = ...) -> None: ...

class SubmissionStatusRequest(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, ids: _Optional[_Iterable[int]] = ...) -> None: ...

class SubmissionStatusResponse(_message.Message):
    __slots__ = ("submissions", "missing")
    SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    submissions: _containers.RepeatedCompositeFieldContainer[SubmissionResult]
    missing: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, submissions: _Optional[_Iterable[_Union[SubmissionResult, _Mapping[str, object]]]] = ..., missing: _Optional[_Iterable[int]] = ...) -> None: ...
