"""Where a dump comes from: archives, a folder of them, or an extracted ``mbdump/`` folder.

Every source gives its facts first and then its tables one by one as byte streams. Damage of any kind becomes
``Corrupt`` with the archive's, the table's and, where it is known, the line's number.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import msgspec
import rapidgzip

from linernotes.domain.catalogue import Layer
from linernotes.domain.errors import Corrupt, Invalid

CHUNK = 1 << 20
_FACT_FILES = ("TIMESTAMP", "REPLICATION_SEQUENCE", "SCHEMA_SEQUENCE")
_FACT_BYTES = 1024
_MAGIC = b"BZh"
_ENDINGS = (".tar.bz2", ".tar")
_ARCHIVES = {
    Layer.CORE: "mbdump",
    Layer.DERIVED: "mbdump-derived",
    Layer.COVER_ART: "mbdump-cover-art-archive",
}


class DumpFacts(msgspec.Struct, frozen=True):
    """What the first members of an archive say of it."""

    timestamp: str
    schema_sequence: int
    replication_sequence: int | None


class TableStream(Protocol):
    """Hands out a table's bytes."""

    def __call__(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, none at the end. Raises ``Corrupt``."""
        ...


class Source(Protocol):
    """One archive or folder."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def name(self) -> str:
        """How errors call it."""
        ...

    @property
    def size(self) -> int:
        """Its bytes on disk."""
        ...

    def facts(self) -> DumpFacts:
        """Read what it says of itself. Raises ``Corrupt`` or ``Invalid``."""
        ...

    def tables(self, progress: Callable[[int], None]) -> Iterator[tuple[str, TableStream]]:
        """Yield each table's name and stream, in the archive's order; ``progress`` hears of bytes of the file."""
        ...


def find_sources(paths: list[Path], *, layers: frozenset[Layer], threads: int) -> list[Source]:
    """Return the sources that some paths name, each once, in their order.

    Raises ``Invalid`` for a path that holds none, and for two archives of one name: one would stand for both.
    Of a folder of archives those are taken that hold one of the layers; an archive that is named is always read.
    """
    found: dict[Path, Source] = {}
    for path in paths:
        here = list(_sources_at(path, layers, threads))
        if not here:
            raise Invalid(f"{path}: no MusicBrainz dump here", hint="Give mbdump*.tar.bz2 files or their folder.")
        for source in here:
            place = source.path.resolve()
            twins = [known for known, other in found.items() if known != place and other.name == source.name]
            if twins:
                raise Invalid(f"{twins[0]} and {place} have one name", hint="Give each archive once.")
            found[place] = source
    return list(found.values())


def _sources_at(path: Path, layers: frozenset[Layer], threads: int) -> Iterator[Source]:
    if not path.exists():
        raise Invalid(f"{path}: no such file or folder")
    if path.is_file():
        yield ArchiveSource(path, threads=threads)
        return
    if (path / "mbdump").is_dir():
        yield FolderSource(path)
    elif path.name == "mbdump":
        yield FolderSource(path.parent)
    else:
        for layer, stem in _ARCHIVES.items():
            archives = [path / f"{stem}{ending}" for ending in _ENDINGS if layer in layers]
            yield from (ArchiveSource(archive, threads=threads) for archive in archives if archive.is_file())


class FolderSource:
    """An extracted dump: a folder with the fact files and ``mbdump/``."""

    def __init__(self, path: Path) -> None:
        """Look at nothing yet."""
        self.path = path
        self._files = sorted(file for file in (path / "mbdump").iterdir() if file.is_file())

    @property
    def name(self) -> str:
        """Return the folder's path."""
        return str(self.path)

    @property
    def size(self) -> int:
        """Return the bytes of all tables."""
        return sum(file.stat().st_size for file in self._files)

    def facts(self) -> DumpFacts:
        """Read the fact files."""
        found = {}
        for name in _FACT_FILES:
            file = self.path / name
            if file.is_file():
                with file.open("rb") as stream:
                    found[name] = stream.read(_FACT_BYTES)
        return _facts(found, self.name)

    def tables(self, progress: Callable[[int], None]) -> Iterator[tuple[str, TableStream]]:
        """Yield the files of ``mbdump/`` in alphabetical order."""
        for file in self._files:
            with file.open("rb") as stream:
                yield file.name, stream.read
            progress(file.stat().st_size)


class ArchiveSource:
    """A ``.tar.bz2`` as MusicBrainz publishes it, or a plain ``.tar``; read once, front to back, on all cores."""

    def __init__(self, path: Path, *, threads: int) -> None:
        """Look at nothing yet."""
        self.path = path
        self._threads = threads
        self._at = "its start"

    @property
    def name(self) -> str:
        """Return the file's name."""
        return self.path.name

    @property
    def size(self) -> int:
        """Return the file's size."""
        return self.path.stat().st_size

    def facts(self) -> DumpFacts:
        """Read members up to the first table."""
        found: dict[str, bytes] = {}
        with self._open(threads=1) as (_, tar):
            for member in tar:
                if member.name.startswith("mbdump/") or len(found) == len(_FACT_FILES):
                    break
                stream = tar.extractfile(member) if member.isfile() else None
                if stream and member.name in _FACT_FILES:
                    found[member.name] = stream.read(_FACT_BYTES)
        return _facts(found, self.name)

    def tables(self, progress: Callable[[int], None]) -> Iterator[tuple[str, TableStream]]:
        """Yield the members below ``mbdump/``. A truncated archive raises ``Corrupt`` while it is read."""
        with self._open(threads=self._threads) as (offset, tar):
            seen = 0
            for member in tar:
                self._at = member.name
                stream = tar.extractfile(member) if member.isfile() else None
                if stream and member.name.startswith("mbdump/"):
                    yield member.name.removeprefix("mbdump/"), _guarded(stream, member, self.name)
                now = offset()
                progress(now - seen)
                seen = now
            progress(self.size - seen)

    @contextmanager
    def _open(self, *, threads: int) -> Iterator[tuple[Callable[[], int], tarfile.TarFile]]:
        """Open the archive as a stream, with a function that tells how many bytes of the file are behind it."""
        try:
            with (
                self._decompressed(threads) as (offset, stream),
                tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as tar,
            ):
                yield offset, tar
        except (tarfile.TarError, RuntimeError, OSError, EOFError, ValueError) as exc:
            raise Corrupt(
                f"{self.name}: damaged or incomplete at {self._at}{reason(exc)}",
                hint="Download the archive again and check its SHA256SUMS.",
            ) from exc

    @contextmanager
    def _decompressed(self, threads: int) -> Iterator[tuple[Callable[[], int], IO[bytes]]]:
        if self.path.name.endswith(".tar"):
            with self.path.open("rb") as plain:
                yield plain.tell, plain
            return
        with self.path.open("rb") as start:
            if start.read(len(_MAGIC)) != _MAGIC:
                raise Invalid(
                    f"{self.name}: this is no bzip2 archive", hint="Give mbdump*.tar.bz2 files or their folder."
                )
        with rapidgzip.IndexedBzip2File(str(self.path), parallelization=threads) as packed:
            yield lambda: packed.raw.bz2reader.tell_compressed() // 8, packed


def reason(exc: Exception) -> str:
    """Return an exception's words in brackets, nothing if they say nothing."""
    return "" if str(exc) in ("", "std::exception") else f" ({exc})"


def _guarded(stream: IO[bytes], member: tarfile.TarInfo, archive: str) -> TableStream:
    """Return a reader of one member that notices when the archive ends before the member does."""
    left = member.size

    def read(size: int) -> bytes:
        nonlocal left
        data = stream.read(size)
        left -= len(data)
        if not data and left > 0:
            raise Corrupt(f"{archive}: {member.name} is cut off {left} bytes before its end")
        return data

    return read


def _facts(found: dict[str, bytes], name: str) -> DumpFacts:
    if "SCHEMA_SEQUENCE" not in found:
        raise Invalid(f"{name}: no SCHEMA_SEQUENCE: this is not a MusicBrainz dump")
    sequence = _number(found["SCHEMA_SEQUENCE"], "SCHEMA_SEQUENCE", name)
    if sequence is None:
        raise Invalid(f"{name}: SCHEMA_SEQUENCE is empty")
    timestamp = found.get("TIMESTAMP", b"").decode("ascii", "replace").strip()
    replication = _number(found.get("REPLICATION_SEQUENCE", b""), "REPLICATION_SEQUENCE", name)
    return DumpFacts(timestamp, sequence, replication)


def _number(raw: bytes, what: str, name: str) -> int | None:
    text = raw.decode("ascii", "replace").strip()
    if text in ("", "\\N"):
        return None
    if not text.isdigit() or len(text) > 9:
        raise Invalid(f"{name}: {what} is not a number: {text[:20]!r}")
    return int(text)
