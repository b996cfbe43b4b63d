"""How long a search takes, how often it finds what was meant, and what the index costs.

    python benchmarks/search_speed.py DUMP… [--work DIR] [--queries N] [--seed N]

Reads the names of a dump (archives, or a folder of them), indexes them, and asks for names drawn at random: as they
are, cut off, with one slip, and as "artist album". The records are kept in the work folder for the next run.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from linernotes.domain.catalogue import Layer
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit, NameRecord
from linernotes.dumps.sources import find_sources
from linernotes.dumps.staged import StagedDump
from linernotes.dumps.staging import Stager
from linernotes.ports.names import NameSearch
from linernotes.ports.progress import NoProgress
from linernotes.searchers.tantivy import TantivyNamesWriter, open_names
from linernotes.searchers.tantivy.settings import SearchSettings

BOTH = (Kind.ARTIST, Kind.RELEASE_GROUP)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Question = tuple[str, NameRecord]
Ask = Callable[[Question], list[NameHit]]


def main() -> None:
    """Read the command line, measure, and print the figure last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, help="keep records and index here (default: a temporary folder)")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        records = read_records(options.dump, work)
        names = build(records, work / "names")
        typo, found = measure(names, records, random.Random(options.seed), options.queries)
    print(f"typo p50 {typo:.2f} ms, found in the first ten {found:.1%}")


def read_records(dump: list[Path], work: Path) -> list[NameRecord]:
    """Return the names of a dump, from the last run's file if there is one."""
    kept = work / "records.msgpack"
    if not kept.exists():
        with TemporaryDirectory(dir=work) as staging:
            layers = frozenset({Layer.CORE})
            stager = Stager(Path(staging), layers=layers, memory_mb=3000, threads=2, progress=NoProgress())
            staged = stager.stage(find_sources(dump, layers=layers, threads=2))
            records = list(StagedDump(staged.file, memory_mb=3000, threads=2).names())
        kept.write_bytes(msgspec.msgpack.encode(records))
    return msgspec.msgpack.decode(kept.read_bytes(), type=list[NameRecord])


def build(records: list[NameRecord], path: Path) -> NameSearch:
    """Index the records and print what it took."""
    shutil.rmtree(path, ignore_errors=True)
    settings = SearchSettings()
    wall, cpu = time.perf_counter(), time.process_time()
    writer = TantivyNamesWriter(path, settings=settings)
    count = writer.add(records)
    writer.finish()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(file.stat().st_size for file in path.iterdir())
    artists = sum(record.kind is Kind.ARTIST for record in records)
    others = sum(len(record.names) for record in records)
    print(f"{count:,} entries: {artists:,} artists, {count - artists:,} release groups, {others:,} other names")
    print(f"built in {wall:.1f} s ({cpu:.1f} s CPU), {size / 1e6:.0f} MB, {size / count:.0f} bytes an entry")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, records included")
    return open_names(path, settings=settings)


def measure(names: NameSearch, records: list[NameRecord], chance: random.Random, count: int) -> tuple[float, float]:
    """Print a row per way of asking; return the median and the recall of names with a slip, the worse of both kinds."""
    print(f"\n{'':30} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms':>7} {'first':>7} {'in ten':>7} {'name in ten':>12}")
    worst = (0.0, 1.0)
    for kind in BOTH:
        drawn = chance.sample([r for r in records if r.kind is kind and len(r.name) > 3], count)
        one: Ask = lambda question, kind=kind: names.search(question[0], [kind], limit=10)  # noqa: E731
        both: Ask = lambda question: names.search(question[0], BOTH, limit=10)  # noqa: E731
        row(f"{kind}: exact", [(r.name, r) for r in drawn], one)
        row(f"{kind}: exact, both kinds", [(r.name, r) for r in drawn], both)
        row(f"{kind}: first two thirds", [(r.name[: max(4, len(r.name) * 2 // 3)], r) for r in drawn], one)
        slips = [(with_a_slip(r.name, chance), r) for r in drawn]
        typo = row(f"{kind}: one slip", slips, one)
        row(f"{kind}: one slip, both kinds", slips, both)
        worst = max(worst[0], typo[0]), min(worst[1], typo[1])
    row("artist and album", [(f"{r.artist} {r.name}", r) for r in drawn], one)
    row("artist and album: one slip", [(with_a_slip(f"{r.artist} {r.name}", chance), r) for r in drawn], one)
    row("album of artist", [(r.name, r) for r in drawn], lambda q: names.search_album(q[0], q[1].artist, limit=10))
    return worst


def row(title: str, questions: list[Question], ask: Ask) -> tuple[float, float]:
    """Ask all questions one after the other; print and return the median time and how many names were found.

    An entity counts as found if an entity of its name is among the hits: of several that share one name, no search
    by name can tell which was meant.
    """
    times, first, in_ten, named = [], 0, 0, 0
    cpu = time.process_time()
    for question in questions:
        begun = time.perf_counter()
        hits = ask(question)
        times.append(1000 * (time.perf_counter() - begun))
        mine = [hit for hit in hits if hit.kind is question[1].kind]
        first += [hit.mbid for hit in mine[:1]] == [question[1].mbid]
        in_ten += question[1].mbid in {hit.mbid for hit in mine}
        named += question[1].name in {hit.name for hit in mine}
    cpu = 1000 * (time.process_time() - cpu) / len(questions)
    times.sort()
    total = len(questions)
    middle, late = times[total // 2], times[total * 95 // 100]
    shares = f"{first / total:7.1%} {in_ten / total:7.1%} {named / total:12.1%}"
    print(f"{title:30} {middle:7.2f} {late:7.2f} {cpu:7.2f} {shares}")
    return middle, named / total


def with_a_slip(text: str, chance: random.Random) -> str:
    """Return the text with one letter replaced, put in, left out or swapped with the next."""
    at = chance.randrange(len(text) - 1)
    letter = chance.choice(LETTERS.replace(text[at].lower(), ""))
    slips = (
        text[:at] + letter + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    )
    return chance.choice(slips)


if __name__ == "__main__":
    main()
