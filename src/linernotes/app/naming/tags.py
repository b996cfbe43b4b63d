"""What a file's tags say of it: its recording at MusicBrainz, and names.

Read with mutagen where it is installed (extra `tags`), which alone knows the recording that taggers write into MP3
files, else with FFmpeg. Tags are what strangers wrote: whatever is wrong with them, the rest of them is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import NO_METADATA, UserMetadata
from linernotes.domain.ids import MBID, parse_mbid

LONGEST = 1000
"""A name of more characters than this is none."""

HIGHEST_NUMBER = 10_000
HIGHEST_BITRATE = 32767

# Names of tags in lower case: MP3's (ID3), MP4's, WMA's, then those of Vorbis comments, APE and FFmpeg.
_TEXTS = {
    "track": ("tit2", "\xa9nam", "title"),
    "artist": ("tpe1", "\xa9art", "author", "artist"),
    "album": ("talb", "\xa9alb", "wm/albumtitle", "album"),
    "album_artist": ("tpe2", "aart", "wm/albumartist", "albumartist", "album artist", "album_artist"),
}
_NUMBERS = {
    "track_no": ("trck", "trkn", "wm/tracknumber", "tracknumber", "track"),
    "disc_no": ("tpos", "disk", "wm/partofset", "discnumber", "disc"),
}
_YEARS = ("tdrc", "\xa9day", "wm/year", "date", "year", "tyer")
# What MusicBrainz calls a recording was a track when the names of these tags were made.
_RECORDINGS = (
    "ufid:http://musicbrainz.org",
    "----:com.apple.itunes:musicbrainz track id",
    "musicbrainz/track id",
    "musicbrainz_trackid",
    "musicbrainz track id",
    "musicbrainz_recordingid",
    "musicbrainz recording id",
)
_NUMBER = re.compile(r"\s*([0-9]{1,6})\s*(/.*)?")
_YEAR = re.compile(r"\s*([0-9]{4})([^0-9].*)?", re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_WANTED = {*_RECORDINGS, *_YEARS, *(name for names in (*_TEXTS.values(), *_NUMBERS.values()) for name in names)}
_ABSENT = "00000000-0000-0000-0000-000000000000"


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself; ``bitrate`` in kbit/s."""

    mbid: MBID | None = None
    said: UserMetadata = NO_METADATA
    bitrate: int | None = None

    def __bool__(self) -> bool:
        """Whether they say what the file is."""
        return self.mbid is not None or bool(self.said)


def read_tags(source: Path | BinaryIO) -> Tags:
    """Return a file's tags, empty ones where they cannot be read."""
    for read in (_by_mutagen, by_ffmpeg):
        try:
            found, bits = read(source)
        except Exception:  # noqa: BLE001, S112 - parsers fail in many ways at what strangers wrote; no tags is an answer
            continue
        if found:
            rate = round(bits / 1000)
            return said_by(found, bitrate=rate if 0 < rate <= HIGHEST_BITRATE else None)
    return Tags()


def _by_mutagen(source: Path | BinaryIO) -> tuple[dict[str, list[str]], float]:
    try:
        import mutagen
    except ImportError:
        return {}, 0
    file = mutagen.File(source)
    if file is None or file.tags is None:
        return {}, 0
    return dict(flat(file.tags)), float(getattr(file.info, "bitrate", 0) or 0)


def flat(tags: Any) -> Iterator[tuple[str, list[str]]]:
    """Give each tag that is wanted, under its lower-case name; ID3's freely named ones under that name alone."""
    for key, value in tags.items():
        name = str(key).lower().removeprefix("txxx:")
        if name not in _WANTED:
            continue  # pictures among them
        values = getattr(value, "text", None) or getattr(value, "data", None) or value
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            values = [values]
        yield name, [_text(each) for each in values]


def _text(value: Any) -> str:
    """Return a value as text: bytes are UTF-8, a number of several is the number."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, tuple):
        return str(value[0]) if value else ""
    return str(value)


def by_ffmpeg(source: Path | BinaryIO) -> tuple[dict[str, list[str]], float]:
    """Return tags by their lower-case names, and bits per second, 0 where they are not known."""
    from linernotes.fingerprint.extract.opening import open_media
    from linernotes.fingerprint.extract.values import Options

    if not isinstance(source, Path):
        source.seek(0)
    with open_media(source, Options()) as container:
        # Ogg keeps tags with the sound, others with the file.
        places = [stream.metadata for stream in container.streams.audio[:1]] + [container.metadata]
        found = {name.lower(): [text] for metadata in places for name, text in metadata.items()}
        return found, float(container.bit_rate or 0)


def said_by(found: Mapping[str, list[str]], *, bitrate: int | None = None) -> Tags:
    """Return what tags say, by their lower-case names."""
    texts = {field: _name(_first(found, names)) for field, names in _TEXTS.items()}
    numbers = {field: _number(_first(found, names)) for field, names in _NUMBERS.items()}
    said: dict[str, Any] = {**texts, **numbers, "year": _year(_first(found, _YEARS))}
    return Tags(mbid=_recording(found), said=UserMetadata(**said), bitrate=bitrate)


def _first(found: Mapping[str, list[str]], names: Iterable[str]) -> list[str]:
    return next((found[name] for name in names if any(map(str.strip, found.get(name, ())))), [])


def _name(values: list[str]) -> str:
    """Return a text on one line; several artists in one."""
    text = ", ".join(" ".join(_CONTROLS.sub(" ", value).split()) for value in values if value.strip())
    return text if len(text) <= LONGEST else ""


def _number(values: list[str]) -> int | None:
    """Return 3 for "3/12" and "03"."""
    match = _NUMBER.fullmatch(values[0]) if values else None
    number = int(match[1]) if match else 0
    return number if 0 < number <= HIGHEST_NUMBER else None


def _year(values: list[str]) -> int | None:
    """Return 2001 for "2001-05-03"."""
    match = _YEAR.fullmatch(values[0]) if values else None
    return (int(match[1]) or None) if match else None


def _recording(found: Mapping[str, list[str]]) -> MBID | None:
    for name in _RECORDINGS:
        for text in found.get(name, ()):
            for part in re.split(r"[;/,\s\0]+", text.strip()):
                try:
                    mbid = parse_mbid(part)
                except Invalid:
                    continue
                if mbid != _ABSENT:
                    return mbid
    return None
