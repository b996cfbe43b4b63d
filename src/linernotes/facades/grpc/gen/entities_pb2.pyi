# Written by `make protos`.
import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KIND_UNSPECIFIED: _ClassVar[Kind]
    KIND_ARTIST: _ClassVar[Kind]
    KIND_RELEASE_GROUP: _ClassVar[Kind]
    KIND_RELEASE: _ClassVar[Kind]
    KIND_RECORDING: _ClassVar[Kind]
    KIND_LABEL: _ClassVar[Kind]
    KIND_SERIES: _ClassVar[Kind]
KIND_UNSPECIFIED: Kind
KIND_ARTIST: Kind
KIND_RELEASE_GROUP: Kind
KIND_RELEASE: Kind
KIND_RECORDING: Kind
KIND_LABEL: Kind
KIND_SERIES: Kind

class EntityRef(_message.Message):
    __slots__ = ("kind", "mbid")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MBID_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    mbid: str
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ..., mbid: _Optional[str] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("source", "fetched_at", "stale")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FETCHED_AT_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    source: str
    fetched_at: _timestamp_pb2.Timestamp
    stale: bool
    def __init__(self, source: _Optional[str] = ..., fetched_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., stale: _Optional[bool] = ...) -> None: ...

class PartialDate(_message.Message):
    __slots__ = ("year", "month", "day")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    year: int
    month: int
    day: int
    def __init__(self, year: _Optional[int] = ..., month: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class Area(_message.Message):
    __slots__ = ("mbid", "name", "code")
    MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    name: str
    code: str
    def __init__(self, mbid: _Optional[str] = ..., name: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class Alias(_message.Message):
    __slots__ = ("name", "sort_name", "type", "locale", "primary", "begin", "end", "ended")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SORT_NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    name: str
    sort_name: str
    type: str
    locale: str
    primary: bool
    begin: PartialDate
    end: PartialDate
    ended: bool
    def __init__(self, name: _Optional[str] = ..., sort_name: _Optional[str] = ..., type: _Optional[str] = ..., locale: _Optional[str] = ..., primary: _Optional[bool] = ..., begin: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., end: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., ended: _Optional[bool] = ...) -> None: ...

class Tag(_message.Message):
    __slots__ = ("name", "count", "genre")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    GENRE_FIELD_NUMBER: _ClassVar[int]
    name: str
    count: int
    genre: str
    def __init__(self, name: _Optional[str] = ..., count: _Optional[int] = ..., genre: _Optional[str] = ...) -> None: ...

class Rating(_message.Message):
    __slots__ = ("value", "count")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    value: int
    count: int
    def __init__(self, value: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class Link(_message.Message):
    __slots__ = ("url", "type", "ended")
    URL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    url: str
    type: str
    ended: bool
    def __init__(self, url: _Optional[str] = ..., type: _Optional[str] = ..., ended: _Optional[bool] = ...) -> None: ...

class CreditName(_message.Message):
    __slots__ = ("artist_mbid", "name", "join_phrase")
    ARTIST_MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    JOIN_PHRASE_FIELD_NUMBER: _ClassVar[int]
    artist_mbid: str
    name: str
    join_phrase: str
    def __init__(self, artist_mbid: _Optional[str] = ..., name: _Optional[str] = ..., join_phrase: _Optional[str] = ...) -> None: ...

class Artist(_message.Message):
    __slots__ = ("mbid", "name", "sort_name", "disambiguation", "type", "gender", "area", "begin_area", "end_area", "begin", "end", "ended", "aliases", "tags", "rating", "links", "ipis", "isnis", "old_mbids", "provenance")
    MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SORT_NAME_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    GENDER_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    BEGIN_AREA_FIELD_NUMBER: _ClassVar[int]
    END_AREA_FIELD_NUMBER: _ClassVar[int]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    IPIS_FIELD_NUMBER: _ClassVar[int]
    ISNIS_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    name: str
    sort_name: str
    disambiguation: str
    type: str
    gender: str
    area: Area
    begin_area: Area
    end_area: Area
    begin: PartialDate
    end: PartialDate
    ended: bool
    aliases: _containers.RepeatedCompositeFieldContainer[Alias]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    rating: Rating
    links: _containers.RepeatedCompositeFieldContainer[Link]
    ipis: _containers.RepeatedScalarFieldContainer[str]
    isnis: _containers.RepeatedScalarFieldContainer[str]
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    provenance: Provenance
    def __init__(self, mbid: _Optional[str] = ..., name: _Optional[str] = ..., sort_name: _Optional[str] = ..., disambiguation: _Optional[str] = ..., type: _Optional[str] = ..., gender: _Optional[str] = ..., area: _Optional[_Union[Area, _Mapping[str, object]]] = ..., begin_area: _Optional[_Union[Area, _Mapping[str, object]]] = ..., end_area: _Optional[_Union[Area, _Mapping[str, object]]] = ..., begin: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., end: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., ended: _Optional[bool] = ..., aliases: _Optional[_Iterable[_Union[Alias, _Mapping[str, object]]]] = ..., tags: _Optional[_Iterable[_Union[Tag, _Mapping[str, object]]]] = ..., rating: _Optional[_Union[Rating, _Mapping[str, object]]] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping[str, object]]]] = ..., ipis: _Optional[_Iterable[str]] = ..., isnis: _Optional[_Iterable[str]] = ..., old_mbids: _Optional[_Iterable[str]] = ..., provenance: _Optional[_Union[Provenance, _Mapping[str, object]]] = ...) -> None: ...

class ReleaseGroup(_message.Message):
    __slots__ = ("mbid", "title", "credit", "disambiguation", "type", "secondary_types", "first_release_date", "aliases", "tags", "rating", "links", "cover_release_mbid", "old_mbids", "provenance")
    MBID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_TYPES_FIELD_NUMBER: _ClassVar[int]
    FIRST_RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    COVER_RELEASE_MBID_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    title: str
    credit: _containers.RepeatedCompositeFieldContainer[CreditName]
    disambiguation: str
    type: str
    secondary_types: _containers.RepeatedScalarFieldContainer[str]
    first_release_date: PartialDate
    aliases: _containers.RepeatedCompositeFieldContainer[Alias]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    rating: Rating
    links: _containers.RepeatedCompositeFieldContainer[Link]
    cover_release_mbid: str
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    provenance: Provenance
    def __init__(self, mbid: _Optional[str] = ..., title: _Optional[str] = ..., credit: _Optional[_Iterable[_Union[CreditName, _Mapping[str, object]]]] = ..., disambiguation: _Optional[str] = ..., type: _Optional[str] = ..., secondary_types: _Optional[_Iterable[str]] = ..., first_release_date: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., aliases: _Optional[_Iterable[_Union[Alias, _Mapping[str, object]]]] = ..., tags: _Optional[_Iterable[_Union[Tag, _Mapping[str, object]]]] = ..., rating: _Optional[_Union[Rating, _Mapping[str, object]]] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping[str, object]]]] = ..., cover_release_mbid: _Optional[str] = ..., old_mbids: _Optional[_Iterable[str]] = ..., provenance: _Optional[_Union[Provenance, _Mapping[str, object]]] = ...) -> None: ...

class ReleaseGroupSummary(_message.Message):
    __slots__ = ("mbid", "title", "type", "secondary_types", "first_release_date", "release_statuses", "statusless", "credit_position", "old_mbids")
    MBID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_TYPES_FIELD_NUMBER: _ClassVar[int]
    FIRST_RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
    RELEASE_STATUSES_FIELD_NUMBER: _ClassVar[int]
    STATUSLESS_FIELD_NUMBER: _ClassVar[int]
    CREDIT_POSITION_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    title: str
    type: str
    secondary_types: _containers.RepeatedScalarFieldContainer[str]
    first_release_date: PartialDate
    release_statuses: _containers.RepeatedScalarFieldContainer[str]
    statusless: bool
    credit_position: int
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbid: _Optional[str] = ..., title: _Optional[str] = ..., type: _Optional[str] = ..., secondary_types: _Optional[_Iterable[str]] = ..., first_release_date: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., release_statuses: _Optional[_Iterable[str]] = ..., statusless: _Optional[bool] = ..., credit_position: _Optional[int] = ..., old_mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReleaseEvent(_message.Message):
    __slots__ = ("date", "area")
    DATE_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    date: PartialDate
    area: Area
    def __init__(self, date: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., area: _Optional[_Union[Area, _Mapping[str, object]]] = ...) -> None: ...

class ReleaseLabel(_message.Message):
    __slots__ = ("label_mbid", "name", "catalog_number")
    LABEL_MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATALOG_NUMBER_FIELD_NUMBER: _ClassVar[int]
    label_mbid: str
    name: str
    catalog_number: str
    def __init__(self, label_mbid: _Optional[str] = ..., name: _Optional[str] = ..., catalog_number: _Optional[str] = ...) -> None: ...

class CoverImage(_message.Message):
    __slots__ = ("id", "types", "ordering")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    ORDERING_FIELD_NUMBER: _ClassVar[int]
    id: int
    types: _containers.RepeatedScalarFieldContainer[str]
    ordering: int
    def __init__(self, id: _Optional[int] = ..., types: _Optional[_Iterable[str]] = ..., ordering: _Optional[int] = ...) -> None: ...

class Track(_message.Message):
    __slots__ = ("mbid", "recording_mbid", "position", "number", "title", "credit", "length", "data", "video", "isrcs", "old_mbids", "old_recording_mbids")
    MBID_FIELD_NUMBER: _ClassVar[int]
    RECORDING_MBID_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    VIDEO_FIELD_NUMBER: _ClassVar[int]
    ISRCS_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    OLD_RECORDING_MBIDS_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    recording_mbid: str
    position: int
    number: str
    title: str
    credit: _containers.RepeatedCompositeFieldContainer[CreditName]
    length: int
    data: bool
    video: bool
    isrcs: _containers.RepeatedScalarFieldContainer[str]
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    old_recording_mbids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mbid: _Optional[str] = ..., recording_mbid: _Optional[str] = ..., position: _Optional[int] = ..., number: _Optional[str] = ..., title: _Optional[str] = ..., credit: _Optional[_Iterable[_Union[CreditName, _Mapping[str, object]]]] = ..., length: _Optional[int] = ..., data: _Optional[bool] = ..., video: _Optional[bool] = ..., isrcs: _Optional[_Iterable[str]] = ..., old_mbids: _Optional[_Iterable[str]] = ..., old_recording_mbids: _Optional[_Iterable[str]] = ...) -> None: ...

class Medium(_message.Message):
    __slots__ = ("mbid", "position", "title", "format", "track_count", "disc_ids", "tracks")
    MBID_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    TRACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISC_IDS_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    position: int
    title: str
    format: str
    track_count: int
    disc_ids: _containers.RepeatedScalarFieldContainer[str]
    tracks: _containers.RepeatedCompositeFieldContainer[Track]
    def __init__(self, mbid: _Optional[str] = ..., position: _Optional[int] = ..., title: _Optional[str] = ..., format: _Optional[str] = ..., track_count: _Optional[int] = ..., disc_ids: _Optional[_Iterable[str]] = ..., tracks: _Optional[_Iterable[_Union[Track, _Mapping[str, object]]]] = ...) -> None: ...

class Release(_message.Message):
    __slots__ = ("mbid", "release_group_mbid", "title", "credit", "disambiguation", "status", "packaging", "language", "script", "barcode", "quality", "asin", "events", "labels", "media", "images", "aliases", "tags", "links", "old_mbids", "provenance")
    MBID_FIELD_NUMBER: _ClassVar[int]
    RELEASE_GROUP_MBID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PACKAGING_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SCRIPT_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    ASIN_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    release_group_mbid: str
    title: str
    credit: _containers.RepeatedCompositeFieldContainer[CreditName]
    disambiguation: str
    status: str
    packaging: str
    language: str
    script: str
    barcode: str
    quality: int
    asin: str
    events: _containers.RepeatedCompositeFieldContainer[ReleaseEvent]
    labels: _containers.RepeatedCompositeFieldContainer[ReleaseLabel]
    media: _containers.RepeatedCompositeFieldContainer[Medium]
    images: _containers.RepeatedCompositeFieldContainer[CoverImage]
    aliases: _containers.RepeatedCompositeFieldContainer[Alias]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    links: _containers.RepeatedCompositeFieldContainer[Link]
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    provenance: Provenance
    def __init__(self, mbid: _Optional[str] = ..., release_group_mbid: _Optional[str] = ..., title: _Optional[str] = ..., credit: _Optional[_Iterable[_Union[CreditName, _Mapping[str, object]]]] = ..., disambiguation: _Optional[str] = ..., status: _Optional[str] = ..., packaging: _Optional[str] = ..., language: _Optional[str] = ..., script: _Optional[str] = ..., barcode: _Optional[str] = ..., quality: _Optional[int] = ..., asin: _Optional[str] = ..., events: _Optional[_Iterable[_Union[ReleaseEvent, _Mapping[str, object]]]] = ..., labels: _Optional[_Iterable[_Union[ReleaseLabel, _Mapping[str, object]]]] = ..., media: _Optional[_Iterable[_Union[Medium, _Mapping[str, object]]]] = ..., images: _Optional[_Iterable[_Union[CoverImage, _Mapping[str, object]]]] = ..., aliases: _Optional[_Iterable[_Union[Alias, _Mapping[str, object]]]] = ..., tags: _Optional[_Iterable[_Union[Tag, _Mapping[str, object]]]] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping[str, object]]]] = ..., old_mbids: _Optional[_Iterable[str]] = ..., provenance: _Optional[_Union[Provenance, _Mapping[str, object]]] = ...) -> None: ...

class Recording(_message.Message):
    __slots__ = ("mbid", "title", "credit", "length", "disambiguation", "video", "isrcs", "tags", "rating", "links", "release_mbids", "old_mbids", "aliases", "provenance")
    MBID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    VIDEO_FIELD_NUMBER: _ClassVar[int]
    ISRCS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    RELEASE_MBIDS_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    title: str
    credit: _containers.RepeatedCompositeFieldContainer[CreditName]
    length: int
    disambiguation: str
    video: bool
    isrcs: _containers.RepeatedScalarFieldContainer[str]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    rating: Rating
    links: _containers.RepeatedCompositeFieldContainer[Link]
    release_mbids: _containers.RepeatedScalarFieldContainer[str]
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    aliases: _containers.RepeatedCompositeFieldContainer[Alias]
    provenance: Provenance
    def __init__(self, mbid: _Optional[str] = ..., title: _Optional[str] = ..., credit: _Optional[_Iterable[_Union[CreditName, _Mapping[str, object]]]] = ..., length: _Optional[int] = ..., disambiguation: _Optional[str] = ..., video: _Optional[bool] = ..., isrcs: _Optional[_Iterable[str]] = ..., tags: _Optional[_Iterable[_Union[Tag, _Mapping[str, object]]]] = ..., rating: _Optional[_Union[Rating, _Mapping[str, object]]] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping[str, object]]]] = ..., release_mbids: _Optional[_Iterable[str]] = ..., old_mbids: _Optional[_Iterable[str]] = ..., aliases: _Optional[_Iterable[_Union[Alias, _Mapping[str, object]]]] = ..., provenance: _Optional[_Union[Provenance, _Mapping[str, object]]] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ("mbid", "name", "disambiguation", "type", "label_code", "area", "begin", "end", "ended", "aliases", "tags", "rating", "links", "ipis", "isnis", "old_mbids", "provenance")
    MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LABEL_CODE_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    IPIS_FIELD_NUMBER: _ClassVar[int]
    ISNIS_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    name: str
    disambiguation: str
    type: str
    label_code: int
    area: Area
    begin: PartialDate
    end: PartialDate
    ended: bool
    aliases: _containers.RepeatedCompositeFieldContainer[Alias]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    rating: Rating
    links: _containers.RepeatedCompositeFieldContainer[Link]
    ipis: _containers.RepeatedScalarFieldContainer[str]
    isnis: _containers.RepeatedScalarFieldContainer[str]
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    provenance: Provenance
    def __init__(self, mbid: _Optional[str] = ..., name: _Optional[str] = ..., disambiguation: _Optional[str] = ..., type: _Optional[str] = ..., label_code: _Optional[int] = ..., area: _Optional[_Union[Area, _Mapping[str, object]]] = ..., begin: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., end: _Optional[_Union[PartialDate, _Mapping[str, object]]] = ..., ended: _Optional[bool] = ..., aliases: _Optional[_Iterable[_Union[Alias, _Mapping[str, object]]]] = ..., tags: _Optional[_Iterable[_Union[Tag, _Mapping[str, object]]]] = ..., rating: _Optional[_Union[Rating, _Mapping[str, object]]] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping[str, object]]]] = ..., ipis: _Optional[_Iterable[str]] = ..., isnis: _Optional[_Iterable[str]] = ..., old_mbids: _Optional[_Iterable[str]] = ..., provenance: _Optional[_Union[Provenance, _Mapping[str, object]]] = ...) -> None: ...

class SeriesItem(_message.Message):
    __slots__ = ("release_group_mbid", "number")
    RELEASE_GROUP_MBID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    release_group_mbid: str
    number: str
    def __init__(self, release_group_mbid: _Optional[str] = ..., number: _Optional[str] = ...) -> None: ...

class Series(_message.Message):
    __slots__ = ("mbid", "name", "disambiguation", "type", "items", "old_mbids", "provenance")
    MBID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISAMBIGUATION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    OLD_MBIDS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    mbid: str
    name: str
    disambiguation: str
    type: str
    items: _containers.RepeatedCompositeFieldContainer[SeriesItem]
    old_mbids: _containers.RepeatedScalarFieldContainer[str]
    provenance: Provenance
    def __init__(self, mbid: _Optional[str] = ..., name: _Optional[str] = ..., disambiguation: _Optional[str] = ..., type: _Optional[str] = ..., items: _Optional[_Iterable[_Union[SeriesItem, _Mapping[str, object]]]] = ..., old_mbids: _Optional[_Iterable[str]] = ..., provenance: _Optional[_Union[Provenance, _Mapping[str, object]]] = ...) -> None: ...
