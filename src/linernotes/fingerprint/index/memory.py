"""The files of an index in memory, which know what of them a loss of power would leave."""

from __future__ import annotations

import errno
from random import Random

from linernotes.fingerprint.index.directory import Output


class MemoryDirectory:
    """Files that last as long as the object. Of each it is kept what was synced, of the names too: see `crash`."""

    def __init__(self) -> None:
        """Begin empty."""
        self._files: dict[str, _File] = {}
        self._synced: dict[str, _File] = {}

    def names(self) -> list[str]:
        return sorted(self._files)

    def size(self, name: str) -> int:
        return len(self._file(name).content)

    def create(self, name: str) -> Output:
        file = self._files[name] = _File()
        return _MemoryOutput(file)

    def append(self, name: str) -> Output:
        return _MemoryOutput(self._file(name))

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        content = self._file(name).content
        return bytes(content[offset : len(content) if size is None else offset + size])

    def map(self, name: str) -> memoryview:
        return memoryview(self._file(name).frozen())

    def replace(self, name: str, data: bytes) -> None:
        file = _File(data)
        # Only this name: that other names become durable with it, as they do in a folder, nobody may count on.
        self._files[name] = self._synced[name] = file

    def remove(self, name: str) -> None:
        self._files.pop(name, None)

    def sync(self) -> None:
        self._synced = dict(self._files)

    def crash(self, random: Random | None = None) -> MemoryDirectory:
        """Return what is left after a loss of power: the names and the bytes that were synced, and nothing else.

        With a source of chance, each change of a name that was not synced may be kept, and of each file a part of what
        was written since its last sync, in which pages may be missing (zeros).
        """
        left = MemoryDirectory()
        for name in sorted(self._files.keys() | self._synced.keys()):
            file = self._synced.get(name)
            if random is not None and random.random() < 0.5:
                file = self._files.get(name)
            if file is not None:
                left.replace(name, file.survivor(random))
        return left

    def _file(self, name: str) -> _File:
        try:
            return self._files[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "there is no such file", name) from None


class _File:
    """Bytes as they are now and as they were synced."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.synced = bytearray(content)
        self.equal = len(content)  # up to here the two are the same
        self._frozen: bytes | None = None

    def write(self, data: bytes | memoryview) -> None:
        self.content += data
        self._frozen = None

    def truncate(self, size: int) -> None:
        del self.content[size:]
        self.content += bytes(size - len(self.content))
        self.equal = min(self.equal, size)
        self._frozen = None

    def sync(self) -> None:
        self.synced[self.equal :] = self.content[self.equal :]
        self.equal = len(self.content)

    def frozen(self) -> bytes:
        if self._frozen is None:
            self._frozen = bytes(self.content)
        return self._frozen

    def survivor(self, random: Random | None) -> bytes:
        if random is None or random.random() < 0.25:
            return bytes(self.synced)
        tail = bytearray(self.content[self.equal : random.randint(self.equal, len(self.content))])
        if tail and random.random() < 0.5:
            first = random.randrange(len(tail))
            last = random.randint(first, len(tail))
            tail[first:last] = bytes(last - first)
        return bytes(self.content[: self.equal] + tail)


class _MemoryOutput:
    """The end of a file."""

    def __init__(self, file: _File) -> None:
        self._file: _File | None = file

    def write(self, data: bytes | memoryview) -> None:
        self._open().write(data)

    def sync(self) -> None:
        self._open().sync()

    def truncate(self, size: int) -> None:
        self._open().truncate(size)

    def close(self) -> None:
        self._file = None

    def _open(self) -> _File:
        if self._file is None:
            raise OSError(errno.EBADF, "the file is closed")
        return self._file
