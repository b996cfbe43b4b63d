"""What fpcalc prints for a fingerprint: lines of NAME=VALUE, JSON, or the fingerprint alone. Every byte counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from linernotes.fingerprint.fpcalc.options import Options

if TYPE_CHECKING:
    from linernotes.fingerprint.values import Words


def result(words: Words, options: Options, *, duration: float, timestamp: float, first: bool) -> str:
    """Say one fingerprint. Seconds; `first` is false from a file's second chunk on."""
    text = _fingerprint(words, options)
    if options.form == "plain":
        return f"{text}\n"
    if options.form == "json":
        begun = f'"timestamp": {timestamp:.2f}, ' if options.chunk else ""
        value = f"[{text}]" if options.raw else f'"{text}"'
        return f'{{{begun}"duration": {duration:.2f}, "fingerprint": {value}}}\n'
    gap = "" if first else "\n"
    begun = f"TIMESTAMP={timestamp:.2f}\n" if options.timestamps else ""
    return f"{gap}{begun}DURATION={int(duration)}\nFINGERPRINT={text}\n"


def whole_milliseconds(seconds: float) -> float:
    """Cut a file's duration to whole milliseconds, in which fpcalc counts it; nothing known is 0."""
    return math.floor(seconds * 1000 + 1e-6) / 1000 if seconds > 0 else 0.0


def _fingerprint(words: Words, options: Options) -> str:
    if options.raw:
        numbers = words.view("int32") if options.signed else words
        return ",".join(map(str, numbers.tolist()))
    from linernotes.fingerprint import codec  # noqa: PLC0415 - the words as they are need none

    return codec.encode(words)
