"""A fingerprint for each stretch of a long sound, as `fpcalc -chunk` cuts it."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.extract.extractor import LENGTH, sample_limit
from linernotes.fingerprint.extract.sound import OnWarning, Sound
from linernotes.fingerprint.extract.spectrum import Samples
from linernotes.fingerprint.extract.stream import WordStream
from linernotes.fingerprint.extract.values import Chunk, Options, Source
from linernotes.fingerprint.values import HOP_SAMPLES, RATE, SHORTEST_SAMPLES

DELAY_SAMPLES = SHORTEST_SAMPLES - HOP_SAMPLES  # what a word looks at beyond its own hop
DELAY_SECONDS = DELAY_SAMPLES * 1000 // RATE / 1000  # whole milliseconds, as fpcalc counts


def chunks(
    source: Source,
    *,
    length: float = LENGTH,
    chunk: float,
    overlap: bool = False,
    on_warning: OnWarning | None = None,
    options: Options | None = None,
) -> Iterator[Chunk]:
    """Yield the fingerprints of stretches of `chunk` seconds, in order, of the first `length` seconds (0 for all).

    Without overlap each stands for itself, and the words across a border are missing. With it the words of all chunks
    in a row are those of the whole: the first reads 2.6 s beyond its end, and every chunk lasts that much longer. The
    last is as short as what is left, and may be without words. Raises as `extract` does, but for `TooShort`.
    """
    limit, each = sample_limit(length), sample_limit(chunk)
    if not 0 < each < 1 << 62:
        raise Invalid("A chunk lasts longer than no time.", hint="Give its length in seconds.")
    sound = Sound(source, options=options or Options(), on_warning=on_warning)
    try:
        yield from _cut(sound, limit=limit, each=each, overlap=overlap)
    finally:
        sound.close()


def _cut(sound: Sound, *, limit: int, each: int, overlap: bool) -> Iterator[Chunk]:
    extra_samples, extra_seconds = (DELAY_SAMPLES, DELAY_SECONDS) if overlap else (0, 0.0)
    stream, start, filled, room = WordStream(), 0.0, 0, each + extra_samples
    for piece in _limited(sound, limit):
        rest = piece
        while len(rest):
            if filled == room:
                yield Chunk(stream.take(), start, each / RATE + extra_seconds)
                stream = stream if overlap else WordStream()
                start, filled, room = start + each / RATE, 0, each
            part, rest = rest[: room - filled], rest[room - filled :]
            stream.push(part)
            filled += len(part)
    left = filled - (room - each)
    if left > 0:
        yield Chunk(stream.take(), start, left / RATE + extra_seconds)


def _limited(sound: Sound, limit: int) -> Iterator[Samples]:
    left = limit
    for block in sound:
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return
