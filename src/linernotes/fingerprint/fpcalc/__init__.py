"""A stand-in for Chromaprint's `fpcalc`: its options, its output, byte for byte, and its exit codes.

Taggers start one process per file, so what is imported here is paid for each time: no click, no msgspec, no numba, and
numpy and PyAV only once the options are understood.
"""

from linernotes.fingerprint.fpcalc.program import main, run

__all__ = ["main", "run"]
