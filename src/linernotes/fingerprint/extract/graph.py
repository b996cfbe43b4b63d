"""The one filter chain that every sound goes through: mixed to one channel at 11025 Hz, in the steps that fpcalc takes.

FFmpeg reads and decodes a file inside the chain (`amovie`), which saves a third of the time of handing packets through
Python. One resampling context mixes, resamples and rounds, without dither.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.filter.context import FilterContext

from linernotes.fingerprint.extract.spectrum import Samples
from linernotes.fingerprint.values import HOP_SAMPLES, RATE

BLOCK_SAMPLES = 16 * HOP_SAMPLES  # 2 s: small pieces are freed and taken again without a call to the system
SHORT_FORMATS = frozenset({"u8", "u8p", "s16", "s16p"})
_RESAMPLING = {
    "osr": str(RATE),
    "osf": "s16",
    "ochl": "mono",
    "filter_size": "16",
    "phase_shift": "8",
    "linear_interp": "1",
    "cutoff": "0.8",
}


def file_samples(url: str, *, sample_format: str) -> Iterator[Samples]:
    """Yield the samples of the best stream of a file; raises `av.FFmpegError` where its sound is damaged."""
    graph = Graph()
    graph.threads = 1
    source = graph.add("amovie", filename=url, dec_threads="1")
    sink = _finish(graph, source, sample_format)
    yield from drain(sink)


class Resampler:
    """The same chain, fed frame by frame."""

    def __init__(self, first: AudioFrame) -> None:
        self._graph = Graph()  # keeps the filters alive
        self._graph.threads = 1
        self._source = self._graph.add_abuffer(
            sample_rate=first.sample_rate, format=first.format, layout=first.layout, time_base=first.time_base
        )
        self._sink = _finish(self._graph, self._source, first.format.name)

    def push(self, frame: AudioFrame | None) -> None:
        """Take a frame; None is the end."""
        self._source.push(frame)

    def samples(self) -> Iterator[Samples]:
        """Yield what is ready."""
        yield from drain(self._sink)


def drain(sink: FilterContext) -> Iterator[Samples]:
    """Yield blocks until the chain is at its end or wants more."""
    while True:
        try:
            frame = sink.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
        assert isinstance(frame, AudioFrame)  # noqa: S101  # an audio sink gives nothing else
        yield frame.to_ndarray()[0]


def _finish(graph: Graph, source: FilterContext, sample_format: str) -> FilterContext:
    # 16 bit and less are worked on as such, as in FFmpeg 5.1; later versions take floats, and up to 39 % of the samples
    # come out otherwise.
    short = {"tsf": "s16p"} if sample_format in SHORT_FORMATS else {}
    resample = graph.add("aresample", **_RESAMPLING, **short)
    regroup = graph.add("asetnsamples", nb_out_samples=str(BLOCK_SAMPLES), pad="0")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, resample, regroup, sink)
    graph.configure()
    return sink
