"""The reference of the gRPC API, written from the comments in proto/linernotes/v1."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

PROTOS = Path(__file__).resolve().parent.parent / "proto"
HEAD = """\
# The gRPC API

<!-- Written by `make docs` from the files in proto/linernotes/v1. -->

Package `linernotes.v1`; the files are in [proto](../../proto/linernotes/v1), and [the guide](../guides/grpc.md) says
how to begin. Besides there are the health service `grpc.health.v1.Health` and, unless it is switched off, the
reflection service `grpc.reflection.v1.ServerReflection` (and `v1alpha`). Neither needs a key.
"""
ORDER = ("catalog", "identify", "admin", "entities", "errors")
# Numbers of fields in descriptor.proto, of which the place of a comment is made.
SYNTAX, MESSAGES, ENUMS, SERVICES = 12, 4, 5, 6
FIELDS, NESTED, VALUES, METHODS = 2, 3, 2, 2
ALSO = {"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.Any"}


def reference_page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(part for file in _files() for part in _File(file).parts())])


def _files() -> list[FileDescriptorProto]:
    """Compile the files, with their comments."""
    from grpc_tools import protoc  # noqa: PLC0415 - a compiler: only where a page is written

    names = [f"linernotes/v1/{name}.proto" for name in ORDER]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        include = [f"-I{PROTOS}", f"-I{files('grpc_tools') / '_proto'}"]
        code = protoc.main(["protoc", *include, "--include_source_info", f"--descriptor_set_out={out}", *names])
        found = FileDescriptorSet.FromString(out.read_bytes()) if not code else FileDescriptorSet()
    return sorted(found.file, key=lambda file: names.index(file.name))


class _File:
    """One file: what it says of itself, then services, enums and messages."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self._file = file
        self._said = {tuple(place.path): place for place in file.source_code_info.location}

    def parts(self) -> Iterator[str]:
        yield f"## {self._file.name.rpartition('/')[2]}\n\n{self._head()}\n"
        for number, service in enumerate(self._file.service):
            yield self._service((SERVICES, number), service)
        for number, enum in enumerate(self._file.enum_type):
            yield self._enum((ENUMS, number), enum)
        for number, message in enumerate(self._file.message_type):
            yield from self._message((MESSAGES, number), message, message.name)

    def _head(self) -> str:
        place = self._said[(SYNTAX,)]
        return _text("".join(place.leading_detached_comments) or place.leading_comments)

    def _comment(self, *path: int) -> str:
        return _text(self._said[path].leading_comments)

    def _service(self, path: tuple[int, ...], service: ServiceDescriptorProto) -> str:
        rows = []
        for number, method in enumerate(service.method):
            request = f"{_stream(of=method.client_streaming)}{_linked(method.input_type)}"
            answer = f"{_stream(of=method.server_streaming)}{_linked(method.output_type)}"
            rows.append((method.name, request, answer, self._comment(*path, METHODS, number)))
        text = self._comment(*path)
        return _section(service.name, text, _table(("method", "request", "answer", ""), rows))

    def _enum(self, path: tuple[int, ...], enum: EnumDescriptorProto) -> str:
        rows = [
            (value.name, str(value.number), self._comment(*path, VALUES, number))
            for number, value in enumerate(enum.value)
        ]
        return _section(enum.name, self._comment(*path), _table(("value", "number", ""), rows))

    def _message(self, path: tuple[int, ...], message: DescriptorProto, name: str) -> Iterator[str]:
        entries = {f".linernotes.v1.{name}.{one.name}": one for one in message.nested_type if one.options.map_entry}
        rows = [
            (field.name, str(field.number), _type(field, entries), self._comment(*path, FIELDS, number))
            for number, field in enumerate(message.field)
        ]
        table = _table(("field", "number", "type", ""), rows) if rows else "It has no fields.\n"
        yield _section(name, self._comment(*path), table)
        for number, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                yield from self._message((*path, NESTED, number), nested, f"{name}.{nested.name}")


def _stream(*, of: bool) -> str:
    return "stream of " if of else ""


def _type(field: FieldDescriptorProto, entries: dict[str, DescriptorProto]) -> str:
    if entry := entries.get(field.type_name):
        return f"map of {_type(entry.field[0], {})} to {_type(entry.field[1], {})}"
    kind = _linked(field.type_name) if field.type_name else FieldDescriptorProto.Type.Name(field.type)[5:].lower()
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"list of {kind}"
    if field.HasField("oneof_index") and not field.proto3_optional:
        return f"{kind}, one of these"
    return f"optional {kind}" if field.proto3_optional else kind


def _linked(name: str) -> str:
    """Return the name of a type, linked to where it is described."""
    if name[1:] in ALSO:
        return name[1:]
    short = name.removeprefix(".linernotes.v1.")
    return f"[{short}](#{short.lower().replace('.', '')})"


def _section(name: str, text: str, table: str) -> str:
    return f"### {name}\n\n{text}\n\n{table}" if text else f"### {name}\n\n{table}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([f"`{row[0]}`", *row[1:]] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(comment: str) -> str:
    paragraphs = (" ".join(part.split()) for part in comment.split("\n\n"))
    return "\n\n".join(part for part in paragraphs if part)
