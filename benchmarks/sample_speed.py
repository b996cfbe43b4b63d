"""How fast a synthetic catalogue is written: `python benchmarks/sample_speed.py [SCALE]`, 0.1 by default.

Prints wall and CPU seconds, peak memory and rates; the last line is the published figure. The peak is this process's
own, so one scale per run.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
from pathlib import Path
from time import process_time

from linernotes.dumps.sample.generate import Wanted, write_sample


def main() -> None:
    """Write one sample to a temporary folder and measure it."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    folder = Path(tempfile.mkdtemp(prefix="linernotes-sample-"))
    try:
        summary = write_sample(folder, Wanted(scale=scale, seed=1))
    finally:
        shutil.rmtree(folder)
    # Linux reports kibibytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(summary.files.values())
    print(f"{summary.rows:,} rows, {summary.text_bytes / 1e6:,.0f} MB of text, {size / 1e6:,.0f} MB compressed")
    print(f"{process_time():,.1f} s of CPU, {summary.text_bytes / 1e6 / summary.seconds:,.0f} MB/s of text")
    print(f"scale {scale}: {summary.seconds:,.1f} s, {peak:,.0f} MB peak, {summary.rows / summary.seconds:,.0f} rows/s")


if __name__ == "__main__":
    main()
