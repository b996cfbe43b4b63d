"""Ogg files in which a stream starts anew: chains of streams, as radio recorders write them, and times that go back.

The first packet of Vorbis after such a place begins with the overlap of a block before it. FFmpeg 5 hands out as many
samples of it as the packet counts, FFmpeg 8 all of the block: cut, the samples are those that fpcalc reads.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

# Enough for two minutes at 500 kbit/s. Each page is one seek.
MOST_BYTES = 8 << 20
# A page's header before its table of segments: header type, granule position and number of segments (RFC 3533, 6).
_HEADER = struct.Struct("<4sxBq12xB")
_BEGINS = 2  # bit of the header type: the first page of a logical stream
_NO_MOMENT = -1  # no packet ends on the page


def starts_anew(path: Path) -> bool:
    """Whether a stream begins, or time goes back, after the beginning of an Ogg file, within its first 8 MiB."""
    try:
        with path.open("rb") as file:
            return _starts_anew(file)
    except OSError:
        return False  # whoever reads it tells


def _starts_anew(file: BinaryIO) -> bool:
    beginning, place, latest = True, 0, 0
    while place < MOST_BYTES:
        file.seek(place)
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            return False
        magic, kind, moment, segments = _HEADER.unpack(head)
        if magic != b"OggS":
            return False
        begins = bool(kind & _BEGINS)
        if (begins and not beginning) or (moment != _NO_MOMENT and moment < latest):
            return True
        beginning, latest = begins, max(latest, moment)
        place += _HEADER.size + segments + sum(file.read(segments))
    return False


def cut(packet: Packet[AudioStream], frame: AudioFrame) -> AudioFrame:
    """Return the frame of a packet, cut to the samples that it counts where a later stream begins with it."""
    length = packet.duration or 0
    if not 0 < length < frame.samples or not _begins_a_stream(packet):
        return frame
    samples = frame.to_ndarray()[:, :length] if frame.format.is_planar else None
    if samples is None:
        return frame
    shorter = AudioFrame.from_ndarray(samples.copy(), format=frame.format.name, layout=frame.layout.name)
    shorter.sample_rate, shorter.pts = frame.sample_rate, frame.pts
    if frame.time_base is not None:
        shorter.time_base = frame.time_base
    return shorter


def _begins_a_stream(packet: Packet[AudioStream]) -> bool:
    if not packet.has_sidedata("new_extradata"):
        return False
    return packet.stream.codec_context.name == "vorbis"
