"""Writes sound as FLAC. The same samples and tags give the same bytes: no program's name or time goes into the file."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Unavailable

_BLOCK = 4608


def write_flac(path: Path, samples: NDArray[np.float32], *, rate: int, tags: Mapping[str, str]) -> None:
    """Write samples between -1 and 1, mono, with 16 bits, and Vorbis comments; whatever the path had is lost.

    Raises Unavailable when that fails.
    """
    whole = np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16)
    try:
        with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as container:
            container.metadata.update(tags)
            stream = container.add_stream("flac", rate=rate)
            stream.layout, stream.format = "mono", "s16"
            stream.codec_context.options = {"compression_level": "3", "flags": "+bitexact"}
            stream.codec_context.open()
            block = stream.codec_context.frame_size or _BLOCK
            for start in range(0, whole.size, block):
                frame = av.AudioFrame.from_ndarray(whole[None, start : start + block], format="s16", layout="mono")
                frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), start
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as exc:
        raise Unavailable(f"{path} could not be written: {exc.strerror or exc}") from exc
