"""Snapshots: the files of an index's segments at one moment, held open while somebody reads them."""

from __future__ import annotations

from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.manifest import Manifest, encode


class File(NamedTuple):
    """A file of a snapshot; its bytes stay when the index has merged it away."""

    name: str
    size: int
    data: memoryview


class Snapshot:
    """The segments and lists of dead documents that a manifest names, in its order."""

    def __init__(self, directory: Directory, manifest: Manifest) -> None:
        """Map the files; nothing may remove them meanwhile."""
        self.version = manifest.version
        self.manifest = encode(msgspec.structs.replace(manifest, first_log=0))
        self.files: list[File] = []
        for entry in manifest.segments:
            for name in (entry.name, entry.dead):
                if name is not None:
                    data = directory.map(name)
                    self.files.append(File(name, len(data), data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go."""
        self.files = []
