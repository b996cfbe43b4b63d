"""The seam through which an index touches its files: a folder with flat names.

`FolderDirectory` keeps real files, `MemoryDirectory` keeps them in memory. An operation that fails raises `OSError`;
the index turns it into one of our errors.
"""

from __future__ import annotations

from typing import Protocol


class Output(Protocol):
    """A file that is being written, at its end only."""

    def write(self, data: bytes | memoryview) -> None:
        """Append all of the data, or raise; after a failure, part of it may be there."""
        ...

    def sync(self) -> None:
        """Return when everything that was written would survive a loss of power."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file to its first bytes; what is written next follows them."""
        ...

    def close(self) -> None:
        """Close the file without syncing; closing twice is fine."""
        ...


class Directory(Protocol):
    """A folder with the files of one index."""

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        ...

    def size(self, name: str) -> int:
        """Return a file's length in bytes; `FileNotFoundError` when there is none."""
        ...

    def create(self, name: str) -> Output:
        """Make a new, empty file, in place of one with this name; the name itself is durable after `sync`."""
        ...

    def append(self, name: str) -> Output:
        """Open a file to write on at its end."""
        ...

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Return bytes of a file, fewer where it ends, without mapping it."""
        ...

    def map(self, name: str) -> memoryview:
        """Return a file's bytes, read-only, without reading them. They stay when the name is removed."""
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Put data under a name so that there is always the old or the new content, durably."""
        ...

    def remove(self, name: str) -> None:
        """Remove a name; it is fine when there is none."""
        ...

    def sync(self) -> None:
        """Return when names that were made or removed would survive a loss of power."""
        ...
