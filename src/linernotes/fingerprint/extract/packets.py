"""Decoding packet by packet: for streams of bytes, for bare samples, and to save what comes before a damaged part."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from linernotes.fingerprint.extract.graph import Resampler
from linernotes.fingerprint.extract.restarts import cut
from linernotes.fingerprint.extract.spectrum import Samples

MOST_BAD_PACKETS = 100  # before the first good one


def packet_samples(
    container: InputContainer, stream: AudioStream, *, on_damage: Callable[[str], None], ignore_errors: bool
) -> Iterator[Samples]:
    """Yield the samples of a stream; damage is told, and is the end unless it is the beginning or errors are ignored.

    A change of rate, channels or sample format starts a new chain.
    """
    resampler, kind = None, None
    for frame in _frames(container, stream, on_damage=on_damage, ignore_errors=ignore_errors):
        found = (frame.sample_rate, frame.format.name, frame.layout.name)
        if resampler is None or found != kind:
            if resampler is not None:
                yield from _end(resampler)
            resampler, kind = Resampler(frame), found
        resampler.push(frame)
        yield from resampler.samples()
    if resampler is not None:
        yield from _end(resampler)


def _end(resampler: Resampler) -> Iterator[Samples]:
    resampler.push(None)
    yield from resampler.samples()


def _frames(
    container: InputContainer, stream: AudioStream, *, on_damage: Callable[[str], None], ignore_errors: bool
) -> Iterator[AudioFrame]:
    packets = container.demux(stream)
    decoded, bad = False, 0
    while True:
        try:
            packet = next(packets, None)
        except av.error.InvalidDataError as exc:
            on_damage(exc.strerror or str(exc))
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except av.FFmpegError as exc:
            on_damage(exc.strerror or str(exc))
            bad += 1
            if not ignore_errors and (decoded or bad > MOST_BAD_PACKETS):
                return
            continue
        for frame in frames:
            if isinstance(frame, AudioFrame):
                decoded = True
                yield cut(packet, frame)
