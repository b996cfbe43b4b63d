"""Measures the compiled kernels on fingerprints of two minutes: text to words and back, scores, segments, alignment.

    python benchmarks/fingerprint_kernels.py [--raw A B] [--no-twins]

The words are made up, or those of two files as `fpcalc -raw -plain` prints them. Each figure is CPU time of one call
from Python, the best of many, in microseconds; the ratio is to the plain Python of `tests/fingerprint/twins.py`. The
comparisons are measured on a related pair, which takes longer; a line before tells of an unrelated one. The figures
stand on the last line.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import numpy as np

from linernotes.fingerprint import codec, codec_fast
from linernotes.fingerprint.match.align import align
from linernotes.fingerprint.match.compare import lookup_score, score
from linernotes.fingerprint.match.segments import segments
from linernotes.fingerprint.values import Words, as_words

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.fingerprint import twins
from tests.fingerprint.made_up import noisy, track


def main() -> None:
    """Measure each kernel and its twin, print a line for each and the figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raw", nargs=2, metavar="FILE")
    parser.add_argument("--no-twins", action="store_true")
    arguments = parser.parse_args()
    words, other = (fpcalc(name) for name in arguments.raw) if arguments.raw else (track(1), track(2))
    text = codec_fast.encode(words)
    # What comes out of a text or a database cannot be written; what can is copied first, for a fraction of this.
    words, related, other = (
        codec_fast.decode(codec_fast.encode(each)).words for each in (words, noisy(words, 0.02), other)
    )
    comparisons: list[tuple[str, Callable[[Words, Words], object], Callable[[Words, Words], object]]] = [
        ("compare", score, twins.compare),
        ("look-up score", lookup_score, twins.lookup),
        ("segments", segments, twins.segments),
    ]
    figures = [
        measure("decode", lambda: codec_fast.decode(text), lambda: twins.decode(text), arguments),
        measure("encode", lambda: codec_fast.encode(words), lambda: twins.encode(words), arguments),
    ]
    for name, ours, twin in comparisons:
        print(f"{name}, unrelated: {best(lambda ours=ours: ours(words, other)):.1f} µs")  # type: ignore[misc]
        figures.append(
            measure(
                name,
                lambda ours=ours: ours(words, related),  # type: ignore[misc]
                lambda twin=twin: twin(words, related),  # type: ignore[misc]
                arguments,
            )
        )
    clip = related[400:500]
    print(f"decode with numpy: {best(lambda: codec.decode(text)):.0f} µs")
    print(f"encode with numpy: {best(lambda: codec.encode(words)):.0f} µs")
    figures.append(f"align (100 words in {words.size}) {best(lambda: align(clip, words)):.0f} µs")
    print(f"{words.size} words, CPU: " + ", ".join(figures))


def measure(name: str, ours: Callable[[], object], twin: Callable[[], object], arguments: argparse.Namespace) -> str:
    """Return a figure with the ratio to the twin, and print it."""
    taken = best(ours)
    figure = f"{name} {taken:.1f} µs"
    if not arguments.no_twins:
        figure += f" ({best(twin, rounds=2, seconds=0.02) / taken:,.0f} times the plain Python)"
    print(figure, flush=True)
    return figure


def best(call: Callable[[], object], *, rounds: int = 60, seconds: float = 0.01) -> float:
    """Return the CPU time of a call in microseconds, the best of so many rounds of about so many seconds."""
    call()
    timer = timeit.Timer(call, timer=time.process_time)
    number = max(1, int(seconds / max(timer.timeit(1), 1e-6)))
    return min(timer.repeat(rounds, number)) / number * 1e6


def fpcalc(name: str) -> Words:
    """Return the words of a file as the reference computes them."""
    ran = subprocess.run(["fpcalc", "-raw", "-plain", name], capture_output=True, text=True, check=False)
    return as_words(np.array(ran.stdout.split(",")).astype(np.int64))


if __name__ == "__main__":
    main()
