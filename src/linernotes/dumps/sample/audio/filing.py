"""Where a song lies in a folder, and the tags that its file has, named as Picard names them in Vorbis comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

from linernotes.dumps.sample.audio.songs import Song

SUFFIX = ".flac"
_LONGEST_NAME = 100
# What some file system refuses in a name: of the signs, and as a whole.
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_all(songs: Iterable[Song]) -> list[tuple[PurePath, Song]]:
    """Return each song with its own relative path, `Artist/Album/NN Title.flac`.

    A path that an earlier song has, letter case aside, gets a number.
    """
    found: list[tuple[PurePath, Song]] = []
    taken: set[str] = set()
    for song in songs:
        folder = PurePath(safe(song.album_artist), safe(song.album))
        stem = safe(f"{song.number:02d} {song.title}")
        path, again = folder / (stem + SUFFIX), 1
        while str(path).casefold() in taken:
            again += 1
            path = folder / f"{stem} ({again}){SUFFIX}"
        taken.add(str(path).casefold())
        found.append((path, song))
    return found


def safe(name: str) -> str:
    """Return a name that every file system takes, of at most 100 bytes."""
    plain = _REFUSED.sub("_", unicodedata.normalize("NFC", name))
    short = plain.encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" ").rstrip(" .")
    if not short or short.startswith(".") or _RESERVED.fullmatch(short):
        return f"_{short}"
    return short


def tags_of(song: Song) -> dict[str, str]:
    """Return the tags of a song; several artists are split by semicolons, what is unknown is left out."""
    tags = {
        "TITLE": song.title,
        "ARTIST": song.artist,
        "ALBUM": song.album,
        "ALBUMARTIST": song.album_artist,
        "TRACKNUMBER": str(song.number),
        "TRACKTOTAL": str(song.tracks),
        "DATE": song.date,
        "MUSICBRAINZ_TRACKID": song.recording,
        "MUSICBRAINZ_RELEASETRACKID": song.track,
        "MUSICBRAINZ_ALBUMID": song.release,
        "MUSICBRAINZ_RELEASEGROUPID": song.group,
        "MUSICBRAINZ_ARTISTID": ";".join(song.artists),
        "MUSICBRAINZ_ALBUMARTISTID": ";".join(song.album_artists),
    }
    return {name: value for name, value in tags.items() if value}
