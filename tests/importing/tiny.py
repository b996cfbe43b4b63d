"""A dump of three artists, written by hand in the export's format, for tests that break it in one place."""

from __future__ import annotations

import tarfile
from io import BytesIO
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from linernotes.domain.ids import MBID
from linernotes.dumps.copytext import write_field
from linernotes.dumps.schema import columns

FACTS = {"TIMESTAMP": "2026-09-05 00:00:00+00", "REPLICATION_SEQUENCE": "190000", "SCHEMA_SEQUENCE": "31"}
DERIVED = ("artist_meta", "artist_tag", "tag")
Tables = dict[str, bytes]


def mbid(name: str) -> MBID:
    """Return an MBID that a name stands for."""
    return MBID(str(uuid5(NAMESPACE_URL, name)))


def row(table: str, **values: object) -> bytes:
    """Return one row of COPY text; columns that are not given are NULL."""
    known = columns(31, table)
    assert not set(values) - set(known)
    fields = [write_field(None if values.get(name) is None else str(values[name])) for name in known]
    return b"\t".join(fields) + b"\n"


def _named(table: str, number: int, name: str, **values: object) -> bytes:
    return row(table, id=number, gid=mbid(f"{table} {name}"), name=name, comment="", **values)


def tables() -> Tables:
    """Return all tables of the dump by name."""
    return {
        "artist_type": row("artist_type", id=1, name="Person"),
        "area": row("area", id=1, gid=mbid("area"), name="Nowhere"),
        "artist": _named("artist", 1, "Tab\tand\\slash", sort_name="Slash, Tab", type=1, area=1, ended="f")
        + _named("artist", 2, "Björk-like", sort_name="Björk-like", ended="t", begin_date_year=1965)
        + _named("artist", 3, "Silent", sort_name="Silent", ended="f"),
        "artist_gid_redirect": row("artist_gid_redirect", gid=mbid("old artist"), new_id=1),
        "artist_credit_name": row("artist_credit_name", artist_credit=1, position=0, artist=1, name="T",
                                  join_phrase=" & ")
        + row("artist_credit_name", artist_credit=1, position=1, artist=2, name="B", join_phrase=""),
        "release_status": row("release_status", id=1, name="Official")
        + row("release_status", id=6, name="Cancelled"),
        "release_group": _named("release_group", 1, "Line\nbreak", artist_credit=1)
        + _named("release_group", 2, "Empty", artist_credit=1),
        "release": _named("release", 1, "Unknown barcode", artist_credit=1, release_group=1, status=1, quality=-1)
        + _named("release", 2, "No barcode", artist_credit=1, release_group=1, barcode="", quality=-1)
        + _named("release", 3, "Barcode", artist_credit=1, release_group=1, barcode="0012345678905", quality=-1)
        + _named("release", 4, "Cancelled", artist_credit=1, release_group=1, status=6, quality=-1),
        "release_unknown_country": row("release_unknown_country", release=2, date_year=1999)
        + row("release_unknown_country", release=4, date_year=1990)
        + row("release_unknown_country", release=1, date_year=1999, date_month=2),
        "medium": row("medium", id=1, gid=mbid("medium"), release=1, position=1, name="", track_count=2),
        "recording": _named("recording", 1, "Take one", artist_credit=1, length=1000, video="f")
        + _named("recording", 2, "Alone", artist_credit=1, video="t"),
        "track": row("track", id=1, gid=mbid("track 1"), recording=1, medium=1, position=1, number="A1", name="One",
                     artist_credit=1, length=1001, is_data_track="f")
        + row("track", id=2, gid=mbid("track 2"), recording=1, medium=1, position=2, number="A2", name="Take one",
              artist_credit=1, is_data_track="t"),
        "recording_alias_type": row("recording_alias_type", id=1, name="Recording name"),
        "recording_alias": row("recording_alias", id=1, recording=1, name="Aufnahme", sort_name="Aufnahme", type=1,
                               locale="de", primary_for_locale="t", ended="f"),
        "isrc": row("isrc", id=1, recording=1, isrc="DEA000000001"),
        "tag": row("tag", id=1, name="rock"),
        "genre": _named("genre", 1, "rock"),
        "artist_tag": row("artist_tag", artist=1, tag=1, count=3),
        "artist_meta": row("artist_meta", id=1, rating=80, rating_count=2),
    }  # fmt: skip


def folder(path: Path, made: Tables, **facts: str) -> Path:
    """Write an extracted dump."""
    (path / "mbdump").mkdir(parents=True)
    for name, text in (FACTS | facts).items():
        (path / name).write_text(text + "\n")
    for name, content in made.items():
        (path / "mbdump" / name).write_bytes(content)
    return path


def archive(path: Path, made: Tables, **facts: str) -> Path:
    """Write a ``.tar.bz2``."""
    with tarfile.open(path, "w:bz2") as tar:
        for name, text in (FACTS | facts).items():
            add(tar, name, text.encode() + b"\n")
        for name, content in made.items():
            add(tar, f"mbdump/{name}", content)
    return path


def archives(path: Path, made: Tables) -> Path:
    """Write a folder with the core and the derived archive."""
    path.mkdir(parents=True)
    archive(path / "mbdump.tar.bz2", {name: text for name, text in made.items() if name not in DERIVED})
    archive(path / "mbdump-derived.tar.bz2", {name: made[name] for name in DERIVED if name in made})
    return path


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file to an archive."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, BytesIO(content))
