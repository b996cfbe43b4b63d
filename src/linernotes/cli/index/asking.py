"""Asking indexes: what they hold, and which documents are like a recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.index.place import Place, as_json_option, many, name_option, tell, with_place
from linernotes.domain.errors import Corrupt, Invalid

if TYPE_CHECKING:
    from linernotes.fingerprint.index.index import Index
    from linernotes.fingerprint.values import Words

LENGTH, SECONDS = 120, 120


@click.command()
@click.argument("name", required=False)
@as_json_option
@with_place
def stats(place: Place, name: str | None, as_json: bool) -> int:
    """Say what the index NAME holds, or each of them: also while a server has them.

    Parts are what a search visits. Postings count those of documents that are dead and not yet merged away. Bytes are
    those of segments; what is newer is in memory and in logs. The exit code is 1 when one is damaged.
    """
    rows = [_row(place, each) for each in place.names(name)]
    if not rows and not as_json:
        click.echo("no indexes", err=True)
    tell({"indexes": rows}, [line for row in rows for line in _lines(row)], as_json=as_json)
    return 1 if any("damage" in row for row in rows) else 0


def _row(place: Place, name: str) -> dict[str, Any]:
    try:
        with place.seen(name) as index:
            return {"name": name, **_told(index)}
    except Corrupt as exc:
        return {"name": name, "damage": exc.message}


def _told(index: Index) -> dict[str, Any]:
    from linernotes.fingerprint.index.segment import Segment

    found = index.stats()
    saved = sum(part.footer.postings for part in index.searcher().parts if isinstance(part, Segment))
    return {
        "documents": found.documents,
        "postings": found.postings,
        "parts": found.segments,
        "bytes": found.bytes,
        "bytes_per_posting": round(found.bytes / saved, 2) if saved else None,
        "min_id": found.min_id,
        "max_id": found.max_id,
        "version": index.version,
        "metadata": dict(index.metadata),
    }


def _lines(row: dict[str, Any]) -> list[str]:
    if "damage" in row:
        return [f"{row['name']}: {row['damage']}"]
    each = f", {row['bytes_per_posting']} a posting" if row["bytes_per_posting"] is not None else ""
    first = f"{row['name']}: {many(row['documents'], 'document')}, {many(row['postings'], 'posting')}"
    first += f", {many(row['parts'], 'part')}, {many(row['bytes'], 'byte')}{each}, version {row['version']}"
    return [first, *(f"  {_plain(key)} = {_plain(value)}" for key, value in row["metadata"].items())]


def _plain(text: str) -> str:
    """Return a foreign text without what a terminal would obey."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--fingerprint", help="A compressed fingerprint, as `linernotes fingerprint` writes it.")
@click.option("--hashes", help="Hashes with commas between them, which are looked for as they are.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=40, show_default=True, help="Most hits.")
@click.option("--min-score", type=click.IntRange(0), help="Least hashes in common; without it a twentieth of them.")
@name_option
@as_json_option
@with_place
def search(
    place: Place,
    file: Path | None,
    fingerprint: str | None,
    hashes: str | None,
    limit: int,
    min_score: int | None,
    name: str,
    as_json: bool,
) -> None:
    """Find the documents that are like an audio FILE, a fingerprint or hashes: also while a server has the index.

    Lines of id and score, with a tab between them, best first. The score is how many hashes are in common.
    """
    query = _query(file, fingerprint, hashes)
    with place.seen(name) as index:
        hits = index.searcher().search(query, limit=limit, min_score=min_score)
    document = {"hashes": int(query.size), "hits": [hit._asdict() for hit in hits]}
    tell(document, [f"{hit.id}\t{hit.score}" for hit in hits], as_json=as_json)
    if not hits and not as_json:
        click.echo("no hits", err=True)


def _query(file: Path | None, fingerprint: str | None, hashes: str | None) -> Words:
    from linernotes.fingerprint.codec import decode
    from linernotes.fingerprint.query import extract_query

    if sum(each is not None for each in (file, fingerprint, hashes)) != 1:
        raise click.UsageError("Say what to look for: FILE, --fingerprint or --hashes.")
    if hashes is not None:
        return _hashes(hashes)
    if fingerprint is not None:
        return extract_query(decode(fingerprint.strip()).words)
    assert file is not None  # noqa: S101 - one of the three is there
    return extract_query(_words(file))


def _hashes(text: str) -> Words:
    from linernotes.fingerprint.values import as_words

    numbers = text.replace(",", " ").split()
    if not all(number.lstrip("-").isascii() and number.removeprefix("-").isdecimal() for number in numbers):
        raise Invalid("--hashes has something that is no number.", hint="Write --hashes 1,2,3")
    if any(len(number) > 11 for number in numbers):
        raise Invalid("A hash is a whole number of 32 bits.")
    return as_words([int(number) for number in numbers])


def _words(file: Path) -> Words:
    from linernotes.fingerprint.batch import Failed, fingerprint_files

    if file.is_dir():
        raise Invalid(f"{file} is a folder.", hint="Name one file.")
    [result] = fingerprint_files([file], length=LENGTH, jobs=1, seconds=SECONDS)
    if isinstance(result, Failed):
        raise result.error
    return result.words
