"""Sound in, words out: what fpcalc computes, word for word.

    files and streams → `sound` (`opening`, then `graph` or `packets`) → 16-bit samples, mono, 11025 Hz
    samples → `spectrum` → chroma → `classify` → words; `stream` does so piece by piece

Importing this loads PyAV and numpy, and neither scipy nor numba: on a few frames at a time, in the same room, numpy's
transform is as fast as scipy's, which takes a quarter of a second to load.
"""

from __future__ import annotations

from linernotes.fingerprint.extract.chunks import chunks
from linernotes.fingerprint.extract.extractor import LENGTH, Extractor, extract
from linernotes.fingerprint.extract.values import Chunk, Extracted, Options, Source, TooShort

__all__ = ["LENGTH", "Chunk", "Extracted", "Extractor", "Options", "Source", "TooShort", "chunks", "extract"]
