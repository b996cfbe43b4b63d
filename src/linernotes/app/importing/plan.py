"""What an import would do, known before anything is written: sources, layers, disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from linernotes.domain.catalogue import Layer
from linernotes.domain.errors import Invalid, Unavailable
from linernotes.dumps.settings import ImportSettings
from linernotes.dumps.sources import DumpFacts, Source, find_sources
from linernotes.dumps.staging import common_facts

# Peak bytes in the data folder per byte of source, measured (docs/benchmarks/import.md), with a fifth to spare.
_PER_ARCHIVE_BYTE = 4.5
_PER_TEXT_BYTE = 1.8
_PATTERN = frozenset("*?[]")  # what DuckDB expands in a path


class ImportPlan(msgspec.Struct, frozen=True):
    """An import that can begin."""

    sources: tuple[Source, ...]
    facts: DumpFacts
    layers: frozenset[Layer]
    disk_needed: int
    disk_free: int

    def check_disk(self) -> None:
        """Raise ``Unavailable`` when the disk is too small."""
        if self.disk_needed > self.disk_free:
            raise Unavailable(
                f"the import needs about {size_text(self.disk_needed)} of disk, {size_text(self.disk_free)} are free",
                hint="Free some, or give another folder with --data.",
            )


def plan_import(paths: list[Path], data: Path, settings: ImportSettings) -> ImportPlan:
    """Look at the sources and the disk. Raises ``Invalid`` or ``Corrupt`` for what is no usable dump or folder."""
    if _PATTERN & set(str(data.absolute())):
        raise Invalid(
            f"the data folder {data} has one of * ? [ ] in its path, which the import would take for a pattern",
            hint="Give another folder with --data.",
        )
    sources = find_sources(paths, layers=settings.layers(), threads=settings.threads_to_use())
    facts = common_facts(sources)
    needed = sum(source.size * _factor(source) for source in sources)
    existing = next(folder for folder in (data, *data.absolute().parents) if folder.exists())
    return ImportPlan(
        sources=tuple(sources),
        facts=facts,
        layers=settings.layers(),
        disk_needed=int(needed),
        disk_free=shutil.disk_usage(existing).free,
    )


def _factor(source: Source) -> float:
    return _PER_ARCHIVE_BYTE if source.name.endswith(".bz2") else _PER_TEXT_BYTE


def size_text(count: int) -> str:
    """Say a number of bytes in GB, or in MB where it is little."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"
