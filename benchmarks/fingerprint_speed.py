"""What a fingerprint costs, beside fpcalc on the same files.

    python benchmarks/fingerprint_speed.py FOLDER… [--files N] [--rounds N] [--only cpu|start|batch]

Three figures: CPU time for each file (ours in one warm process, fpcalc with its start, as it is used), the wall
time of one whole run of `linernotes-fpcalc` on a file of about three minutes, and the files per second of
`linernotes fingerprint --jobs 2` against a loop over fpcalc. The two take turns; the least of the rounds counts.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import av

from linernotes.domain.errors import LinernotesError
from linernotes.fingerprint.extract import extract

SUFFIXES = frozenset({".ogg", ".opus", ".mp3", ".flac", ".wav", ".m4a"})
THREE_MINUTES = (150, 240)


def main() -> None:
    """Read the command line, measure, and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=30, help="so many of those of two minutes and more")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["cpu", "start", "batch"])
    options = parser.parse_args()
    files = choose(options.folder, options.files)
    print(f"{len(files)} files")
    figures = []
    if options.only in {None, "cpu"}:
        figures.append(f"CPU {measure_cpu(files, options.rounds):.2f} times fpcalc's")
    if options.only in {None, "start"}:
        figures.append(f"one file in {measure_start(files, 2 * options.rounds):.2f} s")
    if options.only in {None, "batch"}:
        figures.append(f"--jobs 2 does {measure_batch(files, options.rounds):.2f} times the files per second of a loop")
    print("; ".join(figures))


def choose(folders: list[Path], count: int) -> list[Path]:
    """Return files of two minutes and more, spread over the folders, and some of every kind."""
    kinds: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file() and seconds(path) > 122:
            kinds[path.suffix].append(path)
    share = max(1, count // max(1, len(kinds)))
    rare = {kind: paths for kind, paths in kinds.items() if len(paths) <= share}
    rest = (count - sum(map(len, rare.values()))) // max(1, len(kinds) - len(rare))
    return [path for paths in kinds.values() for path in paths[:: max(1, len(paths) // max(1, rest))][:rest]]


def seconds(path: Path) -> float:
    """Return the duration of a file, 0 if it is none."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return (container.duration or 0) / av.time_base
    except av.FFmpegError:
        return 0


def measure_cpu(files: list[Path], rounds: int) -> float:
    """Print CPU milliseconds by kind of file; return ours over fpcalc's."""
    ours: dict[Path, float] = defaultdict(lambda: float("inf"))
    theirs: dict[Path, float] = defaultdict(lambda: float("inf"))
    for _ in range(rounds):
        for path in files:
            begun = used(resource.RUSAGE_SELF)
            extract(path)
            ours[path] = min(ours[path], used(resource.RUSAGE_SELF) - begun)
            begun = used(resource.RUSAGE_CHILDREN)
            run("fpcalc", str(path))
            theirs[path] = min(theirs[path], used(resource.RUSAGE_CHILDREN) - begun)
    print(f"\n{'CPU ms a file':14} {'files':>6} {'ours':>7} {'fpcalc':>7} {'ratio':>6}")
    for kind in [*sorted({path.suffix for path in files}), ""]:
        chosen = [path for path in files if path.suffix == kind or not kind]
        mine, other = (1000 * sum(found[path] for path in chosen) / len(chosen) for found in (ours, theirs))
        print(f"{kind or 'all':14} {len(chosen):6} {mine:7.1f} {other:7.1f} {mine / other:6.2f}")
    return sum(ours.values()) / sum(theirs.values())


def measure_start(files: list[Path], rounds: int) -> float:
    """Print wall and CPU time of a whole run on a file of about three minutes; return our wall time."""
    path = next((path for path in files if THREE_MINUTES[0] < seconds(path) < THREE_MINUTES[1]), files[0])
    print(f"\none run on {path.name}, {seconds(path):.0f} s")
    best = {}
    for _ in range(rounds):
        for name, command in (("linernotes-fpcalc", stand_in()), ("fpcalc", ["fpcalc"])):
            cpu, wall = used(resource.RUSAGE_CHILDREN), time.perf_counter()
            run(*command, str(path))
            taken = time.perf_counter() - wall, used(resource.RUSAGE_CHILDREN) - cpu
            best[name] = min(best.get(name, taken), taken)
    for name, (wall, cpu) in best.items():
        print(f"{name:18} {wall:.2f} s, CPU {cpu:.2f} s")
    return best["linernotes-fpcalc"][0]


def measure_batch(files: list[Path], rounds: int) -> float:
    """Print files per second of two processes of ours and of a loop over fpcalc; return the first over the second."""
    names = [str(path) for path in files]
    batch = loop = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        run(sys.executable, "-m", "linernotes", "fingerprint", "--jobs", "2", *names)
        batch = min(batch, time.perf_counter() - begun)
        begun = time.perf_counter()
        for name in names:
            run("fpcalc", name)
        loop = min(loop, time.perf_counter() - begun)
    print(
        f"\n{len(names)} files: --jobs 2 {len(names) / batch:.1f} files/s, fpcalc loop {len(names) / loop:.1f} files/s"
    )
    return loop / batch


def stand_in() -> list[str]:
    """Return how to start our fpcalc: the program beside this Python, else what it would do."""
    program = Path(sys.executable).parent / "linernotes-fpcalc"
    if program.exists():
        return [str(program)]
    return [sys.executable, "-c", "from linernotes.fingerprint.fpcalc import main; main()"]


def run(*command: str) -> None:
    """Run a program that must print something."""
    done = subprocess.run(command, capture_output=True, check=False)
    if not done.stdout:
        raise LinernotesError(f"{command[0]} printed nothing: {done.stderr.decode(errors='replace')[:300]}")


def used(who: int) -> float:
    """Return seconds of CPU time."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
