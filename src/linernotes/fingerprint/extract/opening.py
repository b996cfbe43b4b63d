"""Opening a source, and one clear error for each way in which it can turn out to be no sound."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from linernotes.domain.errors import Invalid, LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.extract.values import Options, Source, name_of

MOST_RATE = 12_288_000  # 256 times 48 kHz; the tables for resampling grow with it
MOST_CHANNELS = 64
PLAYLISTS = frozenset({"hls", "dash", "concat", "sdp", "imf"})  # they would make FFmpeg open what they name
BUFFER_BYTES = 256 * 1024


def check_file(path: Path) -> None:
    """Raise an error of ours if this is not a regular file with something in it."""
    try:
        found = path.stat()
    except FileNotFoundError as exc:
        raise NotFound(f"There is no file {path}.") from exc
    except PermissionError as exc:
        raise Unavailable(f"{path} may not be read.", hint="Look at its permissions.") from exc
    except (OSError, ValueError) as exc:
        raise Unavailable(f"{path} cannot be read: {getattr(exc, 'strerror', None) or exc}.") from exc
    if stat.S_ISDIR(found.st_mode):
        raise Invalid(f"{path} is a directory.", hint="Name the files in it.")
    if not stat.S_ISREG(found.st_mode):
        raise Invalid(f"{path} is not a regular file.", hint="What it holds may be copied into one first.")
    if not found.st_size:
        raise Invalid(f"{path} is empty.")


def open_media(source: Source, options: Options) -> InputContainer:
    """Open a source that `check_file` let pass. Raises `Invalid` for what is not a media file, else `Unavailable`."""
    described = {"sample_rate": str(options.rate)} if options.rate else {}
    if options.channels:
        described["ch_layout"] = "mono" if options.channels == 1 else f"{options.channels}c"
    check_format(options.format)
    if not isinstance(source, (str, Path)):
        described["protocol_whitelist"] = "none"  # a playlist among the streams may open nothing
    with foreign_errors(source):
        return av.open(
            url_of(source) if isinstance(source, (str, Path)) else source,
            mode="r",
            format=options.format or None,
            options=described,
            # Tags in any old encoding are common, and no business of ours.
            metadata_errors="ignore",
            timeout=options.time_limit or None,
            buffer_size=BUFFER_BYTES,
        )


def check_format(name: str) -> None:
    """Raise `Invalid` for a format that FFmpeg does not know."""
    if not name:
        return
    try:
        av.ContainerFormat(name, "r")
    except ValueError as exc:
        raise Invalid(f"There is no format {name}.", hint="FFmpeg's names are meant: s16le, wav, mp3 …") from exc


def sound_of(container: InputContainer, source: Source) -> AudioStream:
    """Return the stream that FFmpeg holds for the best. Raises `Invalid` if none can be decoded."""
    name = name_of(source)
    if container.format.name in PLAYLISTS:
        raise Invalid(f"{name} is a playlist.", hint="Name the files in it.")
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise Invalid(f"There is no sound in {name}.", hint="It has no audio stream.")
    if stream.codec_context is None:
        raise Invalid(f"The sound in {name} is of a kind that cannot be decoded.")
    if not 0 < (stream.rate or 0) <= MOST_RATE or not 0 < stream.channels <= MOST_CHANNELS:
        raise Invalid(f"The header of {name} makes no sense.", hint=f"{stream.channels} channels at {stream.rate} Hz")
    return stream


def url_of(path: str | Path) -> str:
    """Return the name by which FFmpeg opens a path as a file, whatever protocol the path looks like."""
    return f"file:{path}"


@contextmanager
def foreign_errors(source: Source) -> Iterator[None]:
    """Turn what FFmpeg and Python's streams raise into errors of ours."""
    name = name_of(source)
    try:
        yield
    except LinernotesError:
        raise
    except av.error.PermissionError as exc:
        raise Unavailable(f"{name} may not be read.", hint="Look at its permissions.") from exc
    except av.error.ExitError as exc:
        raise Unavailable(f"Reading {name} took too long.") from exc
    except (av.FFmpegError, ValueError) as exc:
        raise Invalid(f"{name} is not a media file.", hint=getattr(exc, "strerror", None) or str(exc)) from exc
    except OSError as exc:
        raise Unavailable(f"{name} cannot be read: {exc.strerror or exc}.") from exc
