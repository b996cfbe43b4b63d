"""Carrying out the repair of an index, so that it can be broken off at any place and begun anew."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.index import manifest as manifests
from linernotes.fingerprint.index.deaths import dead_in, write_dead
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.held import SeenLineages
from linernotes.fingerprint.index.lineages import Lineage, Lineages
from linernotes.fingerprint.index.manifest import SegmentEntry
from linernotes.fingerprint.index.parts import FIRST_VIEW
from linernotes.fingerprint.index.repair import Plan
from linernotes.fingerprint.index.values import Ids

LOST_IDS = "lost-ids.txt"
DAMAGED = ".damaged"


def carry_out(plan: Plan, *, folder: Path, aside: Path) -> None:
    """Repair the index in a folder; nobody else may have it open. Raises `OSError`.

    Damaged files, and logs as they were before they are cut, are kept in `aside` as `*.damaged`, and the ids of lost
    documents, one in a line, in `lost-ids.txt`; what an earlier repair left there stays.
    """
    directory = FolderDirectory(folder)
    if plan.lost_ids.size:
        _write_ids(aside, plan.lost_ids)
    for name in (*plan.aside, *([plan.cut[0]] if plan.cut else [])):
        _keep(folder / name, aside)
    FolderDirectory(aside).sync()
    _mend_logs(directory, plan)
    _save(directory, plan)
    for name in plan.aside:
        if name != manifests.NAME:
            directory.remove(name)
    directory.sync()


def find_generation(folder: Path, name: str) -> tuple[int, bool]:
    """Return which generation of an index is live, and whether that is known: else it is the newest that is there.

    Raises `NotFound`, and `Corrupt` when there is no generation at all.
    """
    seen = SeenLineages(folder)
    found = seen.load().get(name)
    if not isinstance(found, Corrupt):
        return int(seen.live(name).name), True
    there = [path.name for path in (folder / name).iterdir() if path.is_dir()]
    numbers = [int(each) for each in there if each.isascii() and each.isdecimal()]
    if not numbers:
        raise found
    return max(numbers), False


def mend_lineage(lineages: Lineages, name: str, generation: int) -> None:
    """Make known again which generation of an index is live."""
    lineages.write(Lineage(name, generation, deleted=False))


def _mend_logs(directory: FolderDirectory, plan: Plan) -> None:
    for name in plan.aside:
        if name.endswith(".log"):
            directory.remove(name)
    if plan.cut is not None:
        name, end = plan.cut
        output = directory.append(name)
        try:
            output.truncate(end)
            output.sync()
        finally:
            output.close()
    if plan.new_log is not None:
        directory.create(plan.new_log).close()
    directory.sync()


def _save(directory: FolderDirectory, plan: Plan) -> None:
    entries = list(_entries(directory, plan))
    number = plan.manifest.next_file + len(plan.relist)
    manifests.save(directory, msgspec.structs.replace(plan.manifest, segments=entries, next_file=number))


def _entries(directory: FolderDirectory, plan: Plan) -> Iterator[SegmentEntry]:
    """Return the entries of the manifest after lists of the dead were written where they are needed."""
    number = plan.manifest.next_file
    for entry in plan.manifest.segments:
        if entry.name not in plan.relist:
            yield entry
            continue
        name = manifests.dead_name(entry.name, number)
        write_dead(directory, name, dead_in(plan.segments[entry.name], view=FIRST_VIEW))
        number += 1
        yield msgspec.structs.replace(entry, dead=name)


def _write_ids(aside: Path, ids: Ids) -> None:
    path = aside / LOST_IDS
    before = np.array(path.read_text("ascii").split() if path.exists() else [], dtype=np.uint32)
    rows = "".join(f"{id_}\n" for id_ in np.union1d(before, ids).tolist())
    FolderDirectory(aside).replace(LOST_IDS, rows.encode())


def _keep(path: Path, aside: Path) -> None:
    """Keep a file under a name that is free, or already its own. Logs are copied, as they are cut in their place."""
    number = 0
    target = aside / f"{path.name}{DAMAGED}"
    while target.exists() and not target.samefile(path):
        number += 1
        target = aside / f"{path.name}.{number}{DAMAGED}"
    if target.exists():
        return
    if path.suffix != ".log":
        try:
            os.link(path, target)
        except OSError:  # not every file system can do that
            pass
        else:
            return
    shutil.copyfile(path, target)
    with target.open("rb") as copy:
        os.fsync(copy.fileno())
