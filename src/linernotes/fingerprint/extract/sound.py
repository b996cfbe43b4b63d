"""An open source: its samples in order, its duration, and what was wrong with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from linernotes.domain.errors import Unavailable
from linernotes.fingerprint.extract.graph import file_samples
from linernotes.fingerprint.extract.opening import check_file, foreign_errors, open_media, sound_of, url_of
from linernotes.fingerprint.extract.packets import packet_samples
from linernotes.fingerprint.extract.restarts import starts_anew
from linernotes.fingerprint.extract.spectrum import Samples
from linernotes.fingerprint.extract.values import Options, Source, name_of
from linernotes.fingerprint.values import RATE

# Containers whose header counts the samples; in others it is an estimate, or that of the pictures.
COUNTING = ("flac", "mov,", "aiff", "wv", "ape", "tta")
OnWarning = Callable[[str], None]


class Sound:
    """Reads a source once, from beginning to end; close it, or let it be garbage, when enough has been read."""

    def __init__(self, source: Source, *, options: Options, on_warning: OnWarning | None = None) -> None:
        self._source = source
        self._options = options
        self._on_warning = on_warning
        self._ends_at = time.monotonic() + options.time_limit if options.time_limit else float("inf")
        self.warnings: list[str] = []
        self.decoded = 0  # samples
        if isinstance(source, (str, Path)):
            check_file(Path(source))
        self._url = _file_url(source)
        self._container = open_media(source, options)
        try:
            stream = sound_of(self._container, source)
            self._format = stream.format.name
            self._told_duration = _duration(self._container, stream)
            self._promised = _promised(self._container, stream)
            if self._container.format.name == "ogg" and isinstance(source, (str, Path)) and starts_anew(Path(source)):
                self._url = ""  # to be read packet by packet
        except BaseException:
            self._container.close()
            raise
        self._samples = self._read()

    @property
    def name(self) -> str:
        """What messages call it."""
        return name_of(self._source)

    @property
    def duration(self) -> float:
        """Seconds in all, as the header says it, else what has been decoded until now."""
        return self._told_duration or self.decoded / RATE

    def __iter__(self) -> Iterator[Samples]:
        """Go on where the last reader stopped; raises `Unavailable` when the time is over."""
        for block in self._samples:
            self.decoded += len(block)
            yield block
            if time.monotonic() > self._ends_at:
                raise Unavailable(f"Reading {self.name} took longer than {self._options.time_limit:g} s.")
        if not self.warnings and self.decoded / RATE < self._promised * 0.98 - 1:
            self.warn(f"{self.name} ends early, after {self.decoded / RATE:.1f} of {self._promised:.1f} s.")

    def close(self) -> None:
        """Let go of the file."""
        self._samples.close()
        self._container.close()

    def warn(self, text: str) -> None:
        """Tell a warning, once."""
        if text in self.warnings:
            return
        self.warnings.append(text)
        if self._on_warning is not None:
            self._on_warning(text)

    def _read(self) -> Generator[Samples]:
        with foreign_errors(self._source):
            if self._url and not self._options.describes_samples and not self._options.ignore_errors:
                # Two open files are one too many, and the chain opens its own.
                self._container.close()
                try:
                    yield from file_samples(self._url, sample_format=self._format)
                except av.FFmpegError:
                    # What had been decoded and not handed on is lost, so the file is read anew.
                    self._container = open_media(self._source, self._options)
                else:
                    return
            yield from self._by_packets()

    def _by_packets(self) -> Iterator[Samples]:
        skipped = self.decoded
        blocks = packet_samples(
            self._container,
            sound_of(self._container, self._source),
            on_damage=lambda text: self.warn(f"{self.name} is damaged: {text}."),
            ignore_errors=self._options.ignore_errors,
        )
        for block in blocks:
            if skipped < len(block):
                yield block[skipped:]
            skipped = max(0, skipped - len(block))


def _file_url(source: Source) -> str:
    """Return the name by which a filter opens a path itself; empty for what has none, or none in UTF-8."""
    if not isinstance(source, (str, Path)):
        return ""
    url = url_of(source)
    return url if url.encode(errors="replace").decode() == url else ""


def _duration(container: InputContainer, stream: AudioStream) -> float:
    """Return the seconds that the header tells, 0 if it tells nothing that can be."""
    if container.duration is not None and container.duration > 0:
        return container.duration / av.time_base
    return _stream_duration(stream)


def _promised(container: InputContainer, stream: AudioStream) -> float:
    """Return the seconds of sound that the header counts, 0 if it does not."""
    return _stream_duration(stream) if container.format.name.startswith(COUNTING) else 0.0


def _stream_duration(stream: AudioStream) -> float:
    if stream.duration is None or stream.duration <= 0 or stream.time_base is None:
        return 0.0
    return float(stream.duration * stream.time_base)
