"""Reads a sample back with the standard library alone, as any other reader of the export would."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from linernotes.dumps.schema import columns

ARCHIVES = ("mbdump.tar.bz2", "mbdump-derived.tar.bz2", "mbdump-cover-art-archive.tar.bz2")
_ESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every member of an archive, in order."""
    with tarfile.open(path, "r:bz2") as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            yield member.name, file.read()


def raw_tables(folder: Path) -> dict[str, bytes]:
    """Return the text of every table of the three archives."""
    return {
        name.removeprefix("mbdump/"): content
        for archive in ARCHIVES
        for name, content in members(folder / archive)
        if name.startswith("mbdump/")
    }


def parse(table: str, text: bytes) -> list[dict[str, str | None]]:
    """Split COPY text of schema sequence 31 into rows by column name."""
    names = columns(31, table)
    rows = []
    for line in text.decode().removesuffix("\n").split("\n"):
        fields = line.split("\t")
        assert len(fields) == len(names), (table, line)
        rows.append(dict(zip(names, map(unescape, fields), strict=True)))
    return rows


def unescape(field: str) -> str | None:
    """Undo the escapes of COPY text; NULL is None."""
    if field == "\\N":
        return None
    out, at = [], 0
    while at < len(field):
        width = 2 if field[at] == "\\" else 1
        piece = field[at : at + width]
        out.append(_ESCAPES[piece] if width == 2 else piece)
        at += width
    return "".join(out)
