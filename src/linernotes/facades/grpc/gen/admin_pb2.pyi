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

class RefreshRequest(_message.Message):
    __slots__ = ("entity",)
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    entity: _entities_pb2.EntityRef
    def __init__(self, entity: _Optional[_Union[_entities_pb2.EntityRef, _Mapping[str, object]]] = ...) -> None: ...

class RefreshResponse(_message.Message):
    __slots__ = ("queued",)
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    queued: int
    def __init__(self, queued: _Optional[int] = ...) -> None: ...

class StatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Build(_message.Message):
    __slots__ = ("id", "built_at", "dump_timestamp", "schema_sequence", "replication_sequence", "layers", "counts")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    BUILT_AT_FIELD_NUMBER: _ClassVar[int]
    DUMP_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REPLICATION_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    built_at: _timestamp_pb2.Timestamp
    dump_timestamp: str
    schema_sequence: int
    replication_sequence: int
    layers: _containers.RepeatedScalarFieldContainer[str]
    counts: _containers.ScalarMap[str, int]
    def __init__(self, id: _Optional[str] = ..., built_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., dump_timestamp: _Optional[str] = ..., schema_sequence: _Optional[int] = ..., replication_sequence: _Optional[int] = ..., layers: _Optional[_Iterable[str]] = ..., counts: _Optional[_Mapping[str, int]] = ...) -> None: ...

class SourceStats(_message.Message):
    __slots__ = ("name", "fetched", "missing", "faults", "joined")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FETCHED_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    JOINED_FIELD_NUMBER: _ClassVar[int]
    name: str
    fetched: int
    missing: int
    faults: int
    joined: int
    def __init__(self, name: _Optional[str] = ..., fetched: _Optional[int] = ..., missing: _Optional[int] = ..., faults: _Optional[int] = ..., joined: _Optional[int] = ...) -> None: ...

class AnswerCacheStats(_message.Message):
    __slots__ = ("hits", "misses", "bytes", "entries")
    HITS_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    hits: int
    misses: int
    bytes: int
    entries: int
    def __init__(self, hits: _Optional[int] = ..., misses: _Optional[int] = ..., bytes: _Optional[int] = ..., entries: _Optional[int] = ...) -> None: ...

class StatsResponse(_message.Message):
    __slots__ = ("version", "started_at", "build", "sources", "answers")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    version: str
    started_at: _timestamp_pb2.Timestamp
    build: Build
    sources: _containers.RepeatedCompositeFieldContainer[SourceStats]
    answers: AnswerCacheStats
    def __init__(self, version: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., build: _Optional[_Union[Build, _Mapping[str, object]]] = ..., sources: _Optional[_Iterable[_Union[SourceStats, _Mapping[str, object]]]] = ..., answers: _Optional[_Union[AnswerCacheStats, _Mapping[str, object]]] = ...) -> None: ...
