"""Looking indexes through, repairing and merging them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.index.place import (
    Place,
    as_json_option,
    dry_run_option,
    many,
    name_argument,
    quiet_option,
    tell,
    with_place,
)
from linernotes.cli.progress import shown_progress
from linernotes.domain.errors import Corrupt, Unavailable

if TYPE_CHECKING:
    from linernotes.fingerprint.index.checking import Damage
    from linernotes.fingerprint.index.directory import Directory
    from linernotes.fingerprint.index.lineages import Lineages
    from linernotes.fingerprint.index.repair import Plan

LOOK_SECONDS = 0.2


@click.command()
@click.argument("name", required=False)
@as_json_option
@quiet_option
@with_place
def verify(place: Place, name: str | None, as_json: bool, quiet: bool) -> int:
    """Check every byte of the index NAME, or of each of them: also while a server has them.

    Checksums of all files, and whether tables, postings, ids and counts are what they can be. The exit code is 1 when
    something is damaged.
    """
    found = {each: _damage(place.folder, each, quiet=quiet) for each in place.names(name)}
    lines = [f"{each}: sound" for each, damage in found.items() if not damage]
    lines += [f"{each}: {one.file}: {one.what}" for each, damage in found.items() for one in damage]
    document = {"indexes": [{"name": each, "damage": damage} for each, damage in found.items()]}
    tell(document, lines, as_json=as_json)
    damaged = [each for each, damage in found.items() if damage]
    if damaged and not as_json:
        command = f"linernotes index repair {damaged[0]} --dir {place.folder} --dry-run"
        click.echo(f"hint: See what is lost: {command}", err=True)
    return 1 if damaged else 0


def _damage(folder: Path, name: str, *, quiet: bool) -> list[Damage]:
    from linernotes.fingerprint.index.checking import Damage, check_index
    from linernotes.fingerprint.index.held import HeldDirectory, SeenLineages

    try:
        path = SeenLineages(folder).live(name)
    except Corrupt as exc:
        return [Damage(f"{name}/current", exc.message)]
    with HeldDirectory(path) as directory, _bytes_watched(directory, f"verify {name}", quiet=quiet) as advance:
        return check_index(directory, advance=advance)


@click.command()
@name_argument
@as_json_option
@dry_run_option
@quiet_option
@with_place
def repair(place: Place, name: str, as_json: bool, dry_run: bool, quiet: bool) -> None:
    """Let a damaged index (main) go on with what is sound, and say what is lost.

    Damaged files are kept beside it as *.damaged, and the ids of documents that are lost in lost-ids.txt.
    """
    from linernotes.fingerprint.index.lineages import Lineages, check_name

    check_name(name)
    if dry_run:
        told, sentences = _planned(place.folder, name, quiet=quiet)
    else:
        place.names()  # a folder that is not there is not made
        lineages = Lineages(place.folder)
        try:
            told, sentences = _repaired(lineages, place.folder, name, quiet=quiet)
        finally:
            lineages.close()
    tell({"name": name, "dry_run": dry_run, **told}, sentences, as_json=as_json)


def _planned(folder: Path, name: str, *, quiet: bool) -> tuple[dict[str, Any], list[str]]:
    from linernotes.fingerprint.index.held import HeldDirectory
    from linernotes.fingerprint.index.mending import find_generation
    from linernotes.fingerprint.index.repair import plan_repair

    generation, known = find_generation(folder, name)
    with HeldDirectory(folder / name / str(generation)) as directory:
        with _bytes_watched(directory, f"verify {name}", quiet=quiet) as advance:
            plan = plan_repair(directory, advance=advance)
        return _told(name, plan, generation_known=known, dry_run=True)


def _repaired(lineages: Lineages, folder: Path, name: str, *, quiet: bool) -> tuple[dict[str, Any], list[str]]:
    from linernotes.fingerprint.index.folder import FolderDirectory
    from linernotes.fingerprint.index.mending import carry_out, find_generation, mend_lineage
    from linernotes.fingerprint.index.repair import plan_repair

    generation, known = find_generation(folder, name)
    path = folder / name / str(generation)
    directory = FolderDirectory(path)
    try:
        with _bytes_watched(directory, f"verify {name}", quiet=quiet) as advance:
            plan = plan_repair(directory, advance=advance)
        if plan is not None:
            carry_out(plan, folder=path, aside=folder / name)
        if not known:
            mend_lineage(lineages, name, generation)
    except OSError as exc:
        raise Unavailable(f"{exc.filename or path}: {exc.strerror or exc}", hint="Mend the folder.") from exc
    return _told(name, plan, generation_known=known, dry_run=False)


def _told(name: str, plan: Plan | None, *, generation_known: bool, dry_run: bool) -> tuple[dict[str, Any], list[str]]:
    """Return what a repair does as a document and as lines."""
    if plan is None and generation_known:
        return {"damaged": False}, [f"{name}: sound, nothing to repair"]
    lost = (
        []
        if generation_known
        else ["Which generation is live was lost: the newest is taken, if it was deleted or not."]
    )
    told: dict[str, Any] = {"damaged": True, "lost": lost}
    lines = [f"{name}: would be repaired" if dry_run else f"{name}: repaired", *lost]
    if plan is None:
        return told, lines
    ids, nameless, left = int(plan.lost_ids.size), plan.nameless, plan.manifest
    told |= {"lost": [*lost, *plan.lost], "aside": plan.aside, "lost_ids": ids, "lost_without_id": nameless}
    told |= {"documents_in_segments": left.documents, "version_of_segments": left.version}
    told |= {"cut": {"log": plan.cut[0], "bytes": plan.cut[1]} if plan.cut else None}
    lines += plan.lost
    lines += [f"{'would put' if dry_run else 'put'} {each} aside" for each in plan.aside]
    lines += [f"{'would cut' if dry_run else 'cut'} {plan.cut[0]} after {plan.cut[1]:,} bytes"] if plan.cut else []
    lines += [f"lost: {many(ids, 'document')}, whose ids go into lost-ids.txt"] if ids else []
    lines += [f"lost: up to {many(nameless, 'document')} whose ids are not known"] if nameless else []
    return told, [*lines, f"left: {many(left.documents, 'document')} in segments, and what the logs have"]


@click.command()
@name_argument
@as_json_option
@dry_run_option
@quiet_option
@with_place
def merge(place: Place, name: str, as_json: bool, dry_run: bool, quiet: bool) -> None:
    """Bring an index (main) into as few segments as possible: searches are faster then, and the dead take no room."""
    if dry_run:
        with place.seen(name) as index:
            before = after = index.stats()
    else:
        with place.existing() as indexes:
            index = indexes.get(name)
            before = index.stats()
            path = place.folder / name / str(indexes.generation(name))
            with shown_progress(quiet=quiet) as progress:
                progress.start("merge", total=before.bytes, unit="bytes")
                _watch(index.merge, path, lambda done: progress.advance("merge", done))
                progress.finish("merge")
            after = index.stats()
    told = {"name": name, "dry_run": dry_run, "parts": after.segments, "parts_before": before.segments}
    told |= {"bytes": after.bytes, "bytes_before": before.bytes}
    parts = many(before.segments, "part")
    done = f"would merge {parts}" if dry_run else f"merged {parts} into {after.segments}, {many(after.bytes, 'byte')}"
    tell(told, f"{name}: {done}", as_json=as_json)


def _watch(work: Callable[[], None], path: Path, advance: Callable[[int], None]) -> None:
    """Run work in this thread, and tell meanwhile how much of new segments is written."""
    there = {each.name for each in path.glob("*.seg")}
    stop = threading.Event()

    def look() -> None:
        seen_before = 0
        while not stop.wait(LOOK_SECONDS):
            try:
                size = sum(each.stat().st_size for each in path.glob("*.seg") if each.name not in there)
            except OSError:  # one that was there a moment ago is merged away
                continue
            advance(max(0, size - seen_before))
            seen_before = max(size, seen_before)

    watcher = threading.Thread(target=look, name="watch", daemon=True)
    watcher.start()
    try:
        work()
    finally:
        stop.set()
        watcher.join()


@contextmanager
def _bytes_watched(directory: Directory, phase: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of segments and logs are checked."""
    total = sum(directory.size(name) for name in directory.names() if name.endswith((".seg", ".log")))
    with shown_progress(quiet=quiet) as progress:
        progress.start(phase, total=total, unit="bytes")
        yield lambda done: progress.advance(phase, done)
        progress.finish(phase)
