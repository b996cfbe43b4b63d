"""Documents as JSON lines, for exchange with other programs.

A line is an object with an `id` and either `hashes`, which are kept as they are (32 bits, signed or not), or
`fingerprint`, a compressed fingerprint of which the part that an index keeps is taken. Other fields are passed over.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import Annotated, BinaryIO, NamedTuple

import msgspec
import numpy as np

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.fingerprint.codec_fast import decode
from linernotes.fingerprint.index.forward import Documents
from linernotes.fingerprint.index.values import HIGHEST_ID, Update
from linernotes.fingerprint.query import extract_query

LONGEST_LINE = 16 << 20
"""Bytes that a line has at most."""

POSTINGS = 500_000
DOCUMENTS = 50_000
_GZIP = b"\x1f\x8b"


class Line(msgspec.Struct):
    """A document as it is written."""

    id: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST_ID)]
    hashes: list[Annotated[int, msgspec.Meta(ge=-(1 << 31), lt=1 << 32)]] | None = None
    fingerprint: str | None = None


class Batch(NamedTuple):
    """An update of some documents, and how many lines were passed over because their id was not wanted."""

    update: Update
    skipped: int


def read_line(line: bytes, *, decoder: msgspec.json.Decoder[Line] | None = None) -> tuple[int, list[int]]:
    """Return the id and the hashes of a line. Raises `Invalid`."""
    if len(line) > LONGEST_LINE:
        raise Invalid(f"The line is longer than {LONGEST_LINE >> 20} MiB.")
    try:
        found = (decoder or msgspec.json.Decoder(Line)).decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise Invalid(f"This is no document: {exc}.", hint='Write {"id": 1, "hashes": [2, 3]} in one line.') from exc
    if (found.hashes is None) == (found.fingerprint is None):
        raise Invalid("A document has either hashes or a fingerprint.")
    if found.hashes is not None:
        return found.id, found.hashes
    assert found.fingerprint is not None  # noqa: S101 - one of the two is there
    return found.id, extract_query(decode(found.fingerprint).words).tolist()


def read_batches(
    stream: BinaryIO,
    *,
    wanted: Callable[[int], bool] = lambda _: True,
    bad: Callable[[int, Invalid], None] | None = None,
    postings: int = POSTINGS,
) -> Iterator[Batch]:
    """Return the documents of a stream, plain or gzip, in updates of about so many postings.

    `bad` hears of lines, counted from 1, that are no documents, and they are passed over; without it the first one
    raises its `Invalid`. Of several lines with one id the last one counts. Raises `Corrupt` for a broken gzip stream.
    """
    gathered = _Gathered()
    decoder = msgspec.json.Decoder(Line)
    for number, line in _lines(_unpacked(stream)):
        try:
            id_, hashes = read_line(line, decoder=decoder)
        except Invalid as exc:
            if bad is None:
                raise Invalid(f"line {number}: {exc.message}", hint=exc.hint) from exc
            bad(number, exc)
            continue
        gathered.add(id_, hashes, wanted=wanted(id_))
        if len(gathered.hashes) >= postings or len(gathered.ids) >= DOCUMENTS:
            yield gathered.batch()
            gathered = _Gathered()
    if gathered.ids or gathered.skipped:
        yield gathered.batch()


def write_documents(documents: Documents, output: BinaryIO, *, advance: Callable[[int], None] = lambda _: None) -> None:
    """Write documents as lines. `advance` hears of how many were written."""
    encoder = msgspec.json.Encoder()
    pieces = bytearray()
    start, told = 0, 0
    for number, (id_, end) in enumerate(zip(documents.ids.tolist(), documents.ends.tolist(), strict=True), 1):
        encoder.encode_into({"id": id_, "hashes": documents.hashes[start:end].tolist()}, pieces, -1)
        pieces += b"\n"
        start = end
        if len(pieces) > 1 << 20:
            output.write(pieces)
            pieces = bytearray()
            advance(number - told)
            told = number
    output.write(pieces)
    advance(documents.ids.size - told)


class _Gathered:
    """Documents on their way into a batch."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.ends: list[int] = []
        self.hashes: list[int] = []
        self.skipped = 0

    def add(self, id_: int, hashes: list[int], *, wanted: bool) -> None:
        if not wanted:
            self.skipped += 1
            return
        self.ids.append(id_)
        self.hashes += hashes
        self.ends.append(len(self.hashes))

    def batch(self) -> Batch:
        update = Update(
            ids=np.array(self.ids, dtype=np.uint32),
            ends=np.array(self.ends, dtype=np.uint32),
            hashes=np.array(self.hashes, dtype=np.int64).astype(np.uint32),
            removed=np.zeros(len(self.ids), dtype=np.bool_),
        )
        return Batch(update, self.skipped)


def _unpacked(stream: BinaryIO) -> io.BufferedIOBase:
    buffered = io.BufferedReader(_Raw(stream), 1 << 20)
    return gzip.GzipFile(fileobj=buffered) if buffered.peek(2)[:2] == _GZIP else buffered


class _Raw(io.RawIOBase):
    """A stream to read from that stays open when who reads it is done."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _lines(stream: io.BufferedIOBase) -> Iterator[tuple[int, bytes]]:
    """Return lines that are not empty with their numbers; of one that is too long, one byte more than it may have."""
    number = 0
    try:
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            rest = line
            while len(line) > LONGEST_LINE and rest and not rest.endswith(b"\n"):
                rest = stream.readline(LONGEST_LINE)
            if not line.isspace():
                yield number, line
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise Corrupt(
            f"The compressed data is damaged after line {number}: {exc}.", hint="Fetch the file anew."
        ) from exc
