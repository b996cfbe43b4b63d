"""Measures an import: wall and CPU seconds, peak memory of all its processes together, and bytes on disk.

    python benchmarks/import_scale.py DUMP [DUMP …] [--memory 3000]

Give two sample dumps of different scale (``linernotes sample --scale 0.01 …``) to see how cost grows with size.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POLL_SECONDS = 0.5  # asking for the memory costs some too
MB = 1_000_000


def main() -> None:
    """Import each dump into a fresh folder and print one line of figures for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", nargs="+", type=Path)
    parser.add_argument("--memory", type=int, default=3000, help="import.memory_mb")
    parser.add_argument("--keep", type=Path, help="leave the last data folder here")
    arguments = parser.parse_args()
    for dump in arguments.dumps:
        with tempfile.TemporaryDirectory(dir=arguments.keep and arguments.keep.parent) as folder:
            measure(dump, Path(folder) / "data", arguments.memory)
            if arguments.keep:
                shutil.rmtree(arguments.keep, ignore_errors=True)
                (Path(folder) / "data").rename(arguments.keep)


def measure(dump: Path, data: Path, memory: int) -> None:
    """Run one import and print its figures as the last line."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    options = ["--data", str(data), "--memory", str(memory), "--json"]
    command = [sys.executable, "-m", "linernotes", "import", str(dump), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    peak = peak_disk = 0
    while process.poll() is None:
        peak = max(peak, sum(map(private_kib, tree(process.pid))))
        time.sleep(POLL_SECONDS)
        peak_disk = max(peak_disk, size(data / "work"))
    wall = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    counts = json.loads(process.stdout.read())["counts"]  # type: ignore[union-attr]
    build = next(path for path in (data / "catalogue").iterdir() if path.is_dir())
    files = {path.name: size(path) / MB for path in sorted(build.iterdir())}
    print({name: round(megabytes, 1) for name, megabytes in files.items()}, counts)
    archives = size(dump) / MB
    print(
        f"{dump}: {archives:,.0f} MB of archives, {counts['track']:,} tracks: "
        f"{wall:.1f} s wall, {cpu:.1f} s CPU, peak memory {peak / 1024:,.0f} MiB, "
        f"work folder {peak_disk / MB:,.0f} MB, catalogue {size(build) / MB:,.0f} MB"
    )


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in tree(int(child)))]


def private_kib(pid: int) -> int:
    """Return a process's proportional share of memory in KiB: what two processes share counts once."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def size(path: Path) -> int:
    """Return the bytes of a file or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    total = 0
    for file in path.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total


if __name__ == "__main__":
    main()
