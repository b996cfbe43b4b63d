# Written by `make protos`.
import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from linernotes.facades.grpc.gen import entities_pb2 as _entities_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetArtistRequest(_message.Message):
    __slots__ = ("mbid",)
    MBID_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    def __init__(self, mbid: _Optional[str] = ...) -> None: ...

class GetReleaseGroupRequest(_message.Message):
    __slots__ = ("mbid",)
    MBID_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    def __init__(self, mbid: _Optional[str] = ...) -> None: ...

class GetReleaseRequest(_message.Message):
    __slots__ = ("mbid",)
    MBID_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    def __init__(self, mbid: _Optional[str] = ...) -> None: ...

class GetRecordingRequest(_message.Message):
    __slots__ = ("mbid",)
    MBID_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    def __init__(self, mbid: _Optional[str] = ...) -> None: ...

class GetLabelRequest(_message.Message):
    __slots__ = ("mbid",)
    MBID_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    def __init__(self, mbid: _Optional[str] = ...) -> None: ...

class GetSeriesRequest(_message.Message):
    __slots__ = ("mbid",)
    MBID_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    def __init__(self, mbid: _Optional[str] = ...) -> None: ...

class BatchGetArtistsRequest(_message.Message):
    __slots__ = ("mbids",)
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetReleaseGroupsRequest(_message.Message):
    __slots__ = ("mbids",)
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetReleasesRequest(_message.Message):
    __slots__ = ("mbids",)
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetRecordingsRequest(_message.Message):
    __slots__ = ("mbids",)
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetLabelsRequest(_message.Message):
    __slots__ = ("mbids",)
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetSeriesRequest(_message.Message):
    __slots__ = ("mbids",)
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class Missing(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Unavailable(_message.Message):
    __slots__ = ("reason", "retry_after_seconds")
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    reason: str
    retry_after_seconds: float
    def __init__(self, reason: _Optional[str] = ..., retry_after_seconds: _Optional[float] = ...) -> None: ...

class BatchGetArtistsResponse(_message.Message):
    __slots__ = ("mbid", "found", "missing", "unavailable")
    MBID_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    found: _entities_pb2.Artist
    missing: Missing
    unavailable: Unavailable
    def __init__(self, mbid: _Optional[str] = ..., found: _Optional[_Union[_entities_pb2.Artist, _Mapping[str, object]]] = ..., missing: _Optional[_Union[Missing, _Mapping[str, object]]] = ..., unavailable: _Optional[_Union[Unavailable, _Mapping[str, object]]] = ...) -> None: ...

class BatchGetReleaseGroupsResponse(_message.Message):
    __slots__ = ("mbid", "found", "missing", "unavailable")
    MBID_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    found: _entities_pb2.ReleaseGroup
    missing: Missing
    unavailable: Unavailable
    def __init__(self, mbid: _Optional[str] = ..., found: _Optional[_Union[_entities_pb2.ReleaseGroup, _Mapping[str, object]]] = ..., missing: _Optional[_Union[Missing, _Mapping[str, object]]] = ..., unavailable: _Optional[_Union[Unavailable, _Mapping[str, object]]] = ...) -> None: ...

class BatchGetReleasesResponse(_message.Message):
    __slots__ = ("mbid", "found", "missing", "unavailable")
    MBID_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    found: _entities_pb2.Release
    missing: Missing
    unavailable: Unavailable
    def __init__(self, mbid: _Optional[str] = ..., found: _Optional[_Union[_entities_pb2.Release, _Mapping[str, object]]] = ..., missing: _Optional[_Union[Missing, _Mapping[str, object]]] = ..., unavailable: _Optional[_Union[Unavailable, _Mapping[str, object]]] = ...) -> None: ...

class BatchGetRecordingsResponse(_message.Message):
    __slots__ = ("mbid", "found", "missing", "unavailable")
    MBID_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    found: _entities_pb2.Recording
    missing: Missing
    unavailable: Unavailable
    def __init__(self, mbid: _Optional[str] = ..., found: _Optional[_Union[_entities_pb2.Recording, _Mapping[str, object]]] = ..., missing: _Optional[_Union[Missing, _Mapping[str, object]]] = ..., unavailable: _Optional[_Union[Unavailable, _Mapping[str, object]]] = ...) -> None: ...

class BatchGetLabelsResponse(_message.Message):
    __slots__ = ("mbid", "found", "missing", "unavailable")
    MBID_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    found: _entities_pb2.Label
    missing: Missing
    unavailable: Unavailable
    def __init__(self, mbid: _Optional[str] = ..., found: _Optional[_Union[_entities_pb2.Label, _Mapping[str, object]]] = ..., missing: _Optional[_Union[Missing, _Mapping[str, object]]] = ..., unavailable: _Optional[_Union[Unavailable, _Mapping[str, object]]] = ...) -> None: ...

class BatchGetSeriesResponse(_message.Message):
    __slots__ = ("mbid", "found", "missing", "unavailable")
    MBID_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    found: _entities_pb2.Series
    missing: Missing
    unavailable: Unavailable
    def __init__(self, mbid: _Optional[str] = ..., found: _Optional[_Union[_entities_pb2.Series, _Mapping[str, object]]] = ..., missing: _Optional[_Union[Missing, _Mapping[str, object]]] = ..., unavailable: _Optional[_Union[Unavailable, _Mapping[str, object]]] = ...) -> None: ...

class ListReleaseGroupsRequest(_message.Message):
    __slots__ = ("artist_mbid", "page_size", "page_token")
    ARTIST_MBID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artist_mbid: str
    page_size: int
    page_token: str
    def __init__(self, artist_mbid: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReleaseGroupsResponse(_message.Message):
    __slots__ = ("release_groups", "next_page_token", "provenance")
    RELEASE_GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    release_groups: _containers.RepeatedCompositeFieldContainer[_entities_pb2.ReleaseGroupSummary]
    next_page_token: str
    provenance: _entities_pb2.Provenance
    def __init__(self, release_groups: _Optional[_Iterable[_Union[_entities_pb2.ReleaseGroupSummary, _Mapping[str, object]]]] = ..., next_page_token: _Optional[str] = ..., provenance: _Optional[_Union[_entities_pb2.Provenance, _Mapping[str, object]]] = ...) -> None: ...

class ListReleasesRequest(_message.Message):
    __slots__ = ("release_group_mbid", "page_size", "page_token", "include_tracks")
    RELEASE_GROUP_MBID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TRACKS_FIELD_NUMBER: _ClassVar[int]
    release_group_mbid: str
    page_size: int
    page_token: str
    include_tracks: bool
    def __init__(self, release_group_mbid: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_tracks: _Optional[bool] = ...) -> None: ...

class ListReleasesResponse(_message.Message):
    __slots__ = ("releases", "next_page_token", "provenance")
    RELEASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    releases: _containers.RepeatedCompositeFieldContainer[_entities_pb2.Release]
    next_page_token: str
    provenance: _entities_pb2.Provenance
    def __init__(self, releases: _Optional[_Iterable[_Union[_entities_pb2.Release, _Mapping[str, object]]]] = ..., next_page_token: _Optional[str] = ..., provenance: _Optional[_Union[_entities_pb2.Provenance, _Mapping[str, object]]] = ...) -> None: ...

class SearchArtistsRequest(_message.Message):
    __slots__ = ("query", "limit")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    query: str
    limit: int
    def __init__(self, query: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ArtistHit(_message.Message):
    __slots__ = ("mbid", "name", "disambiguation", "score")
    MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    name: str
    disambiguation: str
    score: int
    def __init__(self, mbid: _Optional[str] = ..., name: _Optional[str] = ..., disambiguation: _Optional[str] = ..., score: _Optional[int] = ...) -> None: ...

class SearchArtistsResponse(_message.Message):
    __slots__ = ("hits",)
    HITS_FIELD_NUMBER: _ClassVar[int]
    hits: _containers.RepeatedCompositeFieldContainer[ArtistHit]
    def __init__(self, hits: _Optional[_Iterable[_Union[ArtistHit, _Mapping[str, object]]]] = ...) -> None: ...

class SearchReleaseGroupsRequest(_message.Message):
    __slots__ = ("query", "artist", "limit")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    query: str
    artist: str
    limit: int
    def __init__(self, query: _Optional[str] = ..., artist: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ReleaseGroupHit(_message.Message):
    __slots__ = ("mbid", "title", "artist", "disambiguation", "score")
    MBID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    title: str
    artist: str
    disambiguation: str
    score: int
    def __init__(self, mbid: _Optional[str] = ..., title: _Optional[str] = ..., artist: _Optional[str] = ..., disambiguation: _Optional[str] = ..., score: _Optional[int] = ...) -> None: ...

class SearchReleaseGroupsResponse(_message.Message):
    __slots__ = ("hits",)
    HITS_FIELD_NUMBER: _ClassVar[int]
    hits: _containers.RepeatedCompositeFieldContainer[ReleaseGroupHit]
    def __init__(self, hits: _Optional[_Iterable[_Union[ReleaseGroupHit, _Mapping[str, object]]]] = ...) -> None: ...

class ResolveRequest(_message.Message):
    __slots__ = ("isrc", "barcode", "disc_id", "catalog_number", "url", "track_mbid")
    ISRC_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    DISC_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_NUMBER_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    TRACK_MBID_FIELD_NUMBER: _ClassVar[int]
    isrc: str
    barcode: str
    disc_id: str
    catalog_number: str
    url: str
    track_mbid: str
    def __init__(self, isrc: _Optional[str] = ..., barcode: _Optional[str] = ..., disc_id: _Optional[str] = ..., catalog_number: _Optional[str] = ..., url: _Optional[str] = ..., track_mbid: _Optional[str] = ...) -> None: ...

class ResolveResponse(_message.Message):
    __slots__ = ("entities", "provenance")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    entities: _containers.RepeatedCompositeFieldContainer[_entities_pb2.EntityRef]
    provenance: _entities_pb2.Provenance
    def __init__(self, entities: _Optional[_Iterable[_Union[_entities_pb2.EntityRef, _Mapping[str, object]]]] = ..., provenance: _Optional[_Union[_entities_pb2.Provenance, _Mapping[str, object]]] = ...) -> None: ...

class ListChangesRequest(_message.Message):
    __slots__ = ("kind", "since", "follow")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    kind: _entities_pb2.Kind
    since: _timestamp_pb2.Timestamp
    follow: bool
    def __init__(self, kind: _Optional[_Union[_entities_pb2.Kind, str]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., follow: _Optional[bool] = ...) -> None: ...

class ListChangesResponse(_message.Message):
    __slots__ = ("mbids", "next_since", "incomplete")
    MBIDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_SINCE_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    mbids: _containers.RepeatedScalarFieldContainer[str]
    next_since: _timestamp_pb2.Timestamp
    incomplete: bool
    def __init__(self, mbids: _Optional[_Iterable[str]] = ..., next_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., incomplete: _Optional[bool] = ...) -> None: ...
