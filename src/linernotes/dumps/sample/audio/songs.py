"""Which recordings of a sample are sung, and what the sample says of them.

What is said is read back from the very rows that the dump would hold, so that tags and catalogue cannot drift apart.
"""

from __future__ import annotations

from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Invalid
from linernotes.dumps.copytext import parse_row
from linernotes.dumps.sample.artists import ArtistTables
from linernotes.dumps.sample.catalogue import first_releases, make_catalogue
from linernotes.dumps.sample.context import SEQUENCE, Context
from linernotes.dumps.sample.draws import Draws, Ints
from linernotes.dumps.sample.edits import make_edits
from linernotes.dumps.sample.generate import Wanted
from linernotes.dumps.sample.names import Names
from linernotes.dumps.sample.plan import plan
from linernotes.dumps.sample.recordings import RecordingTables
from linernotes.dumps.sample.releases import ReleaseTables
from linernotes.dumps.schema import columns

SHORT_SECONDS = 150
"""Recordings of at most this length come first: their songs are quick to make, and as long as the catalogue says."""

_PER_ALBUM = 4
# Release groups that are looked at: more than enough, and a large sample takes no longer for it.
_GROUPS = 50_000

Row = dict[str, str | None]


class Song(msgspec.Struct, frozen=True, kw_only=True):
    """A recording on a release. Ids are MBIDs, `length` is in milliseconds, 0 for unknown, `date` may be partial or ''.

    Of a joint credit `artists` has everybody in order, and `artist` is the whole text.
    """

    recording: str
    title: str
    artist: str
    artists: tuple[str, ...]
    length: int
    track: str
    number: int
    tracks: int
    release: str
    album: str
    date: str
    group: str
    album_artist: str
    album_artists: tuple[str, ...]


def choose_songs(wanted: Wanted, count: int) -> list[Song]:
    """Return so many songs of a sample, each of another recording, those of an album together.

    The first of many songs are those of a smaller count. Raises Invalid when the sample has not so many, and as
    `plan_sample` does.
    """
    context = _context(wanted)
    order = _order(context, RecordingTables(context, ReleaseTables(context)))
    rows = _Rows(context)
    # Nothing is asked of a sample that cannot have enough.
    found = (rows.song(*track) for track in order) if len(order) >= count else iter(())
    songs = list(islice((song for song in found if song), count))
    if len(songs) < count:
        raise Invalid(f"A sample of this scale has fewer than {count} songs.", hint="Use a larger --scale.")
    return songs


def _context(wanted: Wanted) -> Context:
    if not -(2**63) <= wanted.seed < 2**63:
        raise Invalid("the seed must fit into 64 bits")
    draws = Draws(wanted.seed)
    catalogue, edits = make_edits(make_catalogue(plan(wanted.scale), draws), draws, wanted.evolve)
    return Context(draws=draws, names=Names(draws), catalogue=catalogue, edits=edits)


def _order(context: Context, tables: RecordingTables) -> list[tuple[int, int, int]]:
    """Return release, medium and place on it of every track that may be sung, the best first, no recording twice.

    Of each release group the first release counts, if it has one medium. A few tracks of an album come one after the
    other, albums with several short tracks before others; then everything else.
    """
    catalogue, draws = context.catalogue, context.draws
    releases = first_releases(catalogue.release_group, catalogue.groups + 1)[1 : _GROUPS + 1]
    releases = releases[releases > 0]
    media = catalogue.first_medium[releases]
    single = catalogue.first_medium[releases + 1] - media == 1
    releases, media = releases[single], media[single]
    first, end = catalogue.first_track[media], catalogue.first_track[media + 1]
    album = np.repeat(np.arange(len(media)), end - first)
    place = np.arange(len(album)) - np.repeat(np.cumsum(end - first) - (end - first), end - first)
    recordings = catalogue.track_recording[first[album] + place].astype(np.int64)
    new = np.zeros(len(album), np.bool_)
    new[np.unique(recordings, return_index=True)[1]] = True
    length = tables.length(recordings)
    short = new & (length > 0) & (length <= SHORT_SECONDS * 1000)
    early = short & (_rank(short, album) <= _PER_ALBUM)
    many = np.bincount(album[early], minlength=len(media))[album]
    shuffled = draws.bits("audio.album", releases)[album]
    order = np.lexsort((place, shuffled, -many, ~early))
    order = order[new[order]]
    parts = (releases[album[order]], media[album[order]], place[order])
    return list(zip(*(part.tolist() for part in parts), strict=True))


def _rank(chosen: NDArray[np.bool_], album: Ints) -> Ints:
    """Count for each track the chosen ones of its album up to it; tracks of an album stand together."""
    total = np.cumsum(chosen)
    starts = np.flatnonzero(np.diff(album, prepend=-1))
    before: Ints = (total - chosen)[starts][album]
    return total - before


class _Rows:
    """Reads rows of the dump, a few at a time."""

    def __init__(self, context: Context) -> None:
        releases = ReleaseTables(context)
        parts = (ArtistTables(context), releases, RecordingTables(context, releases))
        self._tables = {table.name: table for part in parts for table in part.tables()}
        # Songs of an album share most of their rows.
        self._known: dict[tuple[str, int], list[Row]] = {}

    def song(self, release_id: int, medium: int, place: int) -> Song | None:
        """Return a track as a song; None for videos, data, and tracks that are not called as their recording."""
        tracks = self._of("track", medium)
        track = tracks[place]
        recording = self._one("recording", int(track["recording"] or 0))
        if track["name"] != recording["name"] or "t" in (recording["video"], track["is_data_track"]):
            return None
        release = self._one("release", release_id)
        group = self._one("release_group", int(release["release_group"] or 0))
        artist, artists = self._credit(recording)
        album_artist, album_artists = self._credit(release)
        song = Song(
            recording=recording["gid"] or "",
            title=recording["name"] or "",
            artist=artist,
            artists=artists,
            length=int(recording["length"] or 0),
            track=track["gid"] or "",
            number=int(track["position"] or 0),
            tracks=len(tracks),
            release=release["gid"] or "",
            album=release["name"] or "",
            date=self._date(release_id),
            group=group["gid"] or "",
            album_artist=album_artist,
            album_artists=album_artists,
        )
        # The sample has names with tabs and line breaks in them, to try readers of dumps on; a tag has none.
        return song if all(text.isprintable() for text in (song.title, song.artist, song.album)) else None

    def _credit(self, row: Row) -> tuple[str, tuple[str, ...]]:
        credit = int(row["artist_credit"] or 0)
        members = [int(member["artist"] or 0) for member in self._of("artist_credit_name", credit)]
        gids = tuple(self._one("artist", member)["gid"] or "" for member in members)
        return self._one("artist_credit", credit)["name"] or "", gids

    def _date(self, release: int) -> str:
        for table in ("release_country", "release_unknown_country"):
            for row in self._of(table, release)[:1]:
                known = [int(row[f"date_{part}"] or 0) for part in ("year", "month", "day")]
                return "-".join(f"{part:02d}" for part in known if part)
        return ""

    def _one(self, table: str, unit: int) -> Row:
        return self._of(table, unit)[0]

    def _of(self, table: str, unit: int) -> list[Row]:
        """Return the rows that a unit of a table has, by column."""
        known = self._known.get((table, unit))
        if known is None:
            names = columns(SEQUENCE, table)
            lines = bytes(self._tables[table].text(unit, unit + 1)).splitlines()
            known = [dict(zip(names, parse_row(line, len(names)), strict=True)) for line in lines]
            self._known[table, unit] = known
        return known
