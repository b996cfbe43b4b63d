"""Content codings: which one a client gets, and the compressing itself (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import NamedTuple

import brotli
import zstandard

IDENTITY = "identity"
GZIP_LEVEL = 6
ZSTD_LEVEL = 3
# Over 2,000 albums (mean 5.7 KB): brotli 2 takes 30 µs to 1.71 KB, brotli 4 61 µs to 1.63 KB, gzip 6 57 µs to 1.67 KB,
# zstd 3 23 µs to 1.68 KB. Most answers are asked for once, so the time counts as much as the size.
BROTLI_QUALITY = 2
# A search answer of 46 KB takes brotli 2 188 µs to 10.4 KB, brotli 1 105 µs to 10.8 KB.
LONG_BYTES = 16 * 1024
LONG_BROTLI_QUALITY = 1


class Coding(NamedTuple):
    """The coding to use for a body that is worth compressing, and for one that is not; None: nothing is acceptable."""

    large: str | None
    small: str | None


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)


def _brotli(body: bytes) -> bytes:
    quality = BROTLI_QUALITY if len(body) < LONG_BYTES else LONG_BROTLI_QUALITY
    compressed: bytes = brotli.compress(body, quality=quality)
    return compressed


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


# In the order of preference among those that a client likes equally.
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}


def negotiate(accept_encoding: bytes | None) -> Coding:
    """Choose by an Accept-Encoding header; without one nothing is compressed. Parts that make no sense are skipped."""
    weights = _weights((accept_encoding or b"").decode("latin-1"))
    anything = weights.get("*", 0.0)
    best = max(COMPRESSORS, key=lambda coding: weights.get(coding, anything))
    best_weight = weights.get(best, anything)
    identity_weight = weights.get(IDENTITY, anything if "*" in weights else None)
    identity = None if identity_weight == 0 else IDENTITY
    if best_weight == 0 or (IDENTITY in weights and weights[IDENTITY] > best_weight):
        return Coding(identity, identity)
    return Coding(best, identity or best)


def _weights(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for element in header.split(","):
        name, _, parameter = element.partition(";")
        coding = name.strip().lower().removeprefix("x-")
        weight = _weight(parameter.strip())
        if coding and weight is not None:
            found[coding] = weight
    return found


def _weight(parameter: str) -> float | None:
    if not parameter:
        return 1.0
    name, _, value = parameter.partition("=")
    try:
        weight = float(value)
    except ValueError:
        return None
    return weight if name.strip().lower() == "q" and 0 <= weight <= 1 else None
