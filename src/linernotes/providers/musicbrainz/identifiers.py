"""Asking who has an identifier or a URL, and who has a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from linernotes.domain.errors import Invalid
from linernotes.domain.facts import Aspect, Fact, read_search_key
from linernotes.domain.ids import EntityRef, Kind, parse_barcode, parse_mbid
from linernotes.domain.names import NameHit
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.mapping import hits, releases
from linernotes.providers.musicbrainz.mapping.attributes import named_artist
from linernotes.providers.musicbrainz.question import Question

MOST_HITS = 50
BARCODE_LENGTHS = (8, 12, 13, 14)
"""EAN-8, UPC-A, EAN-13 and GTIN-14: the lengths at which a barcode is filled up with zeros."""
_LINKED = (Kind.ARTIST, Kind.LABEL, Kind.RECORDING, Kind.RELEASE, Kind.RELEASE_GROUP, Kind.SERIES)
_RELATIONS = " ".join(f"{kind}-rels" for kind in _LINKED)
_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')


async def isrc(question: Question) -> list[Fact]:
    """Answer with the recordings that have an ISRC."""
    found = await question.service.lookup(
        "isrc", question.key, "artist-credits", into=wire.Isrc, deadline=question.deadline
    )
    if found is None:
        return question.nothing()
    made = [releases.recording(one, ()) for one in found.recordings]
    facts = _refs(question, Kind.RECORDING, (one.mbid for one in made))
    return [*facts, *question.partial(Aspect.RECORDING, made)]


async def disc_id(question: Question) -> list[Fact]:
    """Answer with the releases that have a disc id; a disc that somebody only described is on no release."""
    found = await question.service.get(
        f"discid/{quote(question.key, safe='')}", {"cdstubs": "no"}, into=wire.DiscId, deadline=question.deadline
    )
    if found is not None and found.releases is None and found.title is None:
        raise Invalid("a disc ID without releases")
    held = [] if found is None else found.releases or []
    return _refs(question, Kind.RELEASE, (one.id for one in held))


async def barcode(question: Question) -> list[Fact]:
    """Answer with the releases that have a barcode, however many zeros it is printed with."""
    printed = {question.key, *(question.key.zfill(length) for length in BARCODE_LENGTHS)}
    query = " OR ".join(f"barcode:{code}" for code in sorted(printed))
    found = await question.service.releases_found(query, deadline=question.deadline)
    return _refs(question, Kind.RELEASE, (one.id for one in found if _has(one, question.key)))


async def url(question: Question) -> list[Fact]:
    """Answer with everything that is linked to a URL."""
    found = await question.service.get(
        "url", {"resource": question.key, "inc": _RELATIONS}, into=wire.Url, deadline=question.deadline
    )
    refs = {
        EntityRef(kind, parse_mbid(target.id))
        for relation in (found.relations if found else ())
        for kind in _LINKED
        if (target := getattr(relation, kind.replace("-", "_"))) is not None
    }
    return [question.value(tuple(sorted(refs)))] if refs else question.nothing()


async def search(question: Question) -> list[Fact]:
    """Answer with the artists or release groups of a name, best first."""
    kind, text, artist = read_search_key(question.key)
    if not text:
        return [question.value(())]
    if kind is Kind.ARTIST:
        return await _artists(question, escape(text))
    if kind is Kind.RELEASE_GROUP:
        name = escape(text)
        return await _groups(question, f"releasegroup:({name}) AND artist:({escape(artist)})" if artist else name)
    raise Invalid(f"{kind} cannot be searched for by name", source="musicbrainz")


def escape(text: str) -> str:
    """Return a text as words for Lucene, without a meaning of its own. Operators are upper case, keys are not."""
    return _SPECIAL.sub(r"\\\1", text.casefold())


async def _artists(question: Question, query: str) -> list[Fact]:
    found = await question.service.get(
        Kind.ARTIST, {"query": query, "limit": str(MOST_HITS)}, into=wire.ArtistHits, deadline=question.deadline
    )
    rows = [] if found is None else found.artists
    made: tuple[NameHit, ...] = hits.artists(rows)
    return [question.value(made), *question.partial(Aspect.ARTIST, map(named_artist, rows))]


async def _groups(question: Question, query: str) -> list[Fact]:
    found = await question.service.get(
        Kind.RELEASE_GROUP, {"query": query, "limit": str(MOST_HITS)}, into=wire.GroupHits, deadline=question.deadline
    )
    rows = [] if found is None else found.release_groups
    credits_ = [row.artist_credit for row in rows]
    return [
        question.value(hits.groups(rows)),
        *question.partial(Aspect.RELEASE_GROUP, (hits.group(row) for row in rows if row.artist_credit)),
        *question.artists(*credits_),
    ]


def _refs(question: Question, kind: Kind, mbids: Iterable[str]) -> list[Fact]:
    refs = tuple(sorted({EntityRef(kind, parse_mbid(mbid)) for mbid in mbids}))
    return [question.value(refs)] if refs else question.nothing()


def _has(release: wire.FoundRelease, key: str) -> bool:
    try:
        return parse_barcode(release.barcode or "") == key
    except Invalid:
        return False


ASPECTS = {
    Aspect.ISRC: isrc,
    Aspect.BARCODE: barcode,
    Aspect.DISC_ID: disc_id,
    Aspect.URL: url,
    Aspect.SEARCH: search,
}
