"""Several named indexes below one folder. Of a name there is one index at a time; each new one is a new generation."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from linernotes.domain.errors import Conflict, Corrupt, Invalid, LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.lineages import HIGHEST_GENERATION, Lineage, Lineages, check_name

if TYPE_CHECKING:
    from linernotes.fingerprint.index.index import Index
    from linernotes.fingerprint.index.settings import IndexSettings


class IndexExists(Conflict):
    """There is an index of this name."""


class OlderIndexExists(Conflict):
    """The name has had this generation or a newer one."""


class NewerIndexExists(Conflict):
    """There is an index of this name whose generation is lower."""


class OpenIndex(Protocol):
    """How the index in a directory is opened, by default `Index.open`; raises `Corrupt` for a damaged one."""

    def __call__(self, directory: Directory, *, settings: IndexSettings | None, read_only: bool) -> Index: ...


def open_index(directory: Directory, *, settings: IndexSettings | None, read_only: bool) -> Index:
    """Open an index with the engine, which is not loaded before there is one."""
    from linernotes.fingerprint.index.index import Index  # noqa: PLC0415 - a second that an empty folder need not take

    if settings is None:
        return Index.open(directory, read_only=read_only)
    return Index.open(directory, settings=settings, read_only=read_only)


class _Entry(NamedTuple):
    """An index of a name and its generation, or why it cannot be used or the generation not be known."""

    generation: int | LinernotesError
    found: Index | LinernotesError


class Indexes:
    """The indexes below a folder. Every method may be called from any thread.

    A damaged index is listed and can be deleted; asking for it raises its `Corrupt`, and the others are not touched.
    """

    def __init__(
        self, lineages: Lineages, *, opening: OpenIndex, settings: IndexSettings | None, read_only: bool
    ) -> None:
        """Know of no index yet; `open` is for users."""
        self._lineages = lineages
        self._opening = opening
        self._settings = settings
        self._read_only = read_only
        self._changing = Lock()
        self._closed = False
        # Replaced and never changed, so that readers need no lock.
        self._entries: dict[str, _Entry] = {}
        self._deleted: dict[str, int] = {}

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        settings: IndexSettings | None = None,
        read_only: bool = False,
        opening: OpenIndex = open_index,
    ) -> Indexes:
        """Open all indexes below a folder, which is made if it is missing (and may be written).

        Raises `Conflict` while another process has it open, `NotFound` for a missing folder that is only to be read,
        and `Unavailable` when it cannot be used.
        """
        lineages = Lineages(folder, read_only=read_only)
        indexes = cls(lineages, opening=opening, settings=settings, read_only=read_only)
        try:
            indexes._load()
        except BaseException:
            indexes.close()
            raise
        return indexes

    def names(self) -> list[str]:
        """Return the names of all indexes, damaged ones too, sorted."""
        return sorted(self._entries)

    def damaged(self) -> dict[str, Corrupt]:
        """Return what is wrong with each index that cannot be opened."""
        return {name: entry.found for name, entry in self._entries.items() if isinstance(entry.found, Corrupt)}

    def get(self, name: str) -> Index:
        """Return an index; `NotFound` when there is none, its own error when it cannot be used."""
        return _usable(self._entry(name))

    def generation(self, name: str) -> int:
        """Return which generation of its name an index is; `NotFound` when there is none."""
        return _known(self._entry(name))

    def create(self, name: str, *, generation: int | None = None, expect_absent: bool = False) -> Index:
        """Return the index of a name, made durably if there is none.

        A new one has the generation that is given, which must be higher than any that the name has had, or the next.
        Raises `Invalid` for an impossible name or generation, `IndexExists` for one that was expected to be absent,
        `OlderIndexExists` and `NewerIndexExists` for another generation.
        """
        check_name(name)
        if generation is not None and not 0 <= generation <= HIGHEST_GENERATION:
            raise Invalid("A generation is a number from 0 to 2^64-1.")
        with self._changing:
            self._check_open()
            entry = self._entries.get(name)
            if entry is None:
                return self._make(name, self._next(name, generation))
            if expect_absent:
                raise IndexExists
            _check_generation(entry, generation)
            return _usable(entry)

    def delete(self, name: str) -> bool:
        """Remove an index durably and close it; return False when there is none. Its generation is not used again."""
        with self._changing:
            self._check_open()
            entry = self._entries.get(name)
            if entry is None:
                return False
            self._check_writable()
            gone = Lineage(name, _known(entry))
            try:
                self._lineages.write(gone)
            except Unavailable as exc:
                self._keep(name, entry, exc)
                raise
            self._deleted[name] = _known(entry)
            self._entries = {other: kept for other, kept in self._entries.items() if other != name}
            try:
                _close(entry)
            finally:
                self._lineages.sweep(gone)
            return True

    def close(self) -> None:
        """Close all indexes and let go of the folder; closing twice is fine."""
        with self._changing, ExitStack() as stack:
            stack.callback(self._lineages.close)
            for entry in self._entries.values():
                stack.callback(_close, entry)
            self._closed = True  # first, so that nobody is told that there is no such index
            self._entries = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _load(self) -> None:
        for name, lineage in self._lineages.load().items():
            if isinstance(lineage, LinernotesError):
                self._entries[name] = _Entry(lineage, lineage)
                continue
            if not self._read_only:
                self._lineages.sweep(lineage)
            if lineage.generation is None:
                continue
            if lineage.deleted:
                self._deleted[name] = lineage.generation
            else:
                self._entries[name] = self._opened(name, lineage.generation)

    def _opened(self, name: str, generation: int) -> _Entry:
        try:
            return _Entry(generation, self._open_one(self._lineages.path(name, generation)))
        except Corrupt as exc:
            return _Entry(generation, exc)

    def _open_one(self, path: Path) -> Index:
        return self._opening(FolderDirectory(path), settings=self._settings, read_only=self._read_only)

    def _make(self, name: str, generation: int) -> Index:
        self._check_writable()
        index = self._open_one(self._lineages.make(name, generation))
        try:
            self._lineages.write(Lineage(name, generation, deleted=False))
        except BaseException:
            index.close()
            raise
        self._entries = {**self._entries, name: _Entry(generation, index)}
        return index

    def _keep(self, name: str, entry: _Entry, fault: Unavailable) -> None:
        """Take back a deletion that failed; an index that may be deleted must not acknowledge anything more."""
        try:
            self._lineages.write(Lineage(name, _known(entry), deleted=False))
        except Unavailable:
            self._entries = {**self._entries, name: _Entry(entry.generation, fault)}
            _close(entry)

    def _next(self, name: str, generation: int | None) -> int:
        last = self._deleted.get(name)
        if generation is not None:
            if last is not None and generation <= last:
                raise OlderIndexExists
            return generation
        if last == HIGHEST_GENERATION:
            raise OlderIndexExists("The name has had the last generation there can be.", hint="Take another name.")
        return 1 if last is None else last + 1

    def _entry(self, name: str) -> _Entry:
        try:
            return self._entries[name]
        except KeyError:
            self._check_open()
            raise NotFound(f"There is no index {name}.") from None

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The indexes are closed.")

    def _check_writable(self) -> None:
        if self._read_only:
            raise Conflict("The indexes are open for reading only.")


def _usable(entry: _Entry) -> Index:
    if isinstance(entry.found, LinernotesError):
        raise entry.found.with_traceback(None)  # raised again and again, it would gather the places
    return entry.found


def _known(entry: _Entry) -> int:
    if isinstance(entry.generation, LinernotesError):
        raise entry.generation.with_traceback(None)
    return entry.generation


def _check_generation(entry: _Entry, generation: int | None) -> None:
    if generation is not None and generation < _known(entry):
        raise OlderIndexExists
    if generation is not None and generation > _known(entry):
        raise NewerIndexExists


def _close(entry: _Entry) -> None:
    if not isinstance(entry.found, LinernotesError):
        entry.found.close()
