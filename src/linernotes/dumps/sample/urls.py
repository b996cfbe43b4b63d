"""URLs and the relationships that say what they are: home pages, Discogs, Wikidata, streaming and so on."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, field, lottery, power_rank
from linernotes.dumps.sample.facts import words
from linernotes.dumps.sample.relations import LinkIds, relation_rows
from linernotes.dumps.sample.text import Chars, blank, joined, number, pick, table, uuid

_NUMBER, _LETTERS, _SLUG = "number", "letters", "slug"


class Site(msgspec.Struct, frozen=True):
    """One kind of URL: relationship type, weight, and the text around a number, 22 letters or a slug."""

    link_type: int
    weight: float
    before: str
    body: str
    after: str = ""


_SITES = {
    "artist": (
        Site(180, 20, "https://www.discogs.com/artist/", _NUMBER),
        Site(352, 14, "https://www.wikidata.org/wiki/Q", _NUMBER),
        Site(194, 14, "https://open.spotify.com/artist/", _LETTERS),
        Site(194, 6, "https://www.deezer.com/artist/", _NUMBER),
        Site(718, 8, "https://", _SLUG, ".bandcamp.com/"),
        Site(183, 8, "https://www.", _SLUG, ".com/"),
        Site(183, 1, "http://www.", _SLUG, ".co.uk/"),
        Site(283, 5, "https://www.allmusic.com/artist/mn000", _NUMBER),
        Site(193, 6, "https://www.youtube.com/channel/UC", _LETTERS),
        Site(291, 5, "https://soundcloud.com/", _SLUG),
        Site(192, 7, "https://www.facebook.com/", _SLUG),
        Site(192, 4, "https://www.instagram.com/", _SLUG, "/"),
        Site(176, 4, "https://music.apple.com/us/artist/", _NUMBER),
        Site(178, 2, "https://www.imdb.com/name/nm", _NUMBER, "/"),
        Site(310, 2, "https://viaf.org/viaf/", _NUMBER),
        Site(840, 1, "https://www.last.fm/music/", _SLUG),
    ),
    "release_group": (
        Site(90, 45, "https://www.discogs.com/master/", _NUMBER),
        Site(353, 35, "https://www.wikidata.org/wiki/Q", _NUMBER),
        Site(284, 15, "https://www.allmusic.com/album/mw000", _NUMBER),
        Site(94, 5, "https://www.bbc.co.uk/music/reviews/", _SLUG),
    ),
    "release": (
        Site(76, 30, "https://www.discogs.com/release/", _NUMBER),
        Site(85, 25, "https://open.spotify.com/album/", _LETTERS),
        Site(85, 12, "https://www.deezer.com/album/", _NUMBER),
        Site(74, 16, "https://music.apple.com/us/album/", _NUMBER),
        Site(74, 8, "https://", _SLUG, ".bandcamp.com/album/i"),
        Site(77, 5, "https://www.amazon.com/gp/product/B0", _NUMBER),
        Site(75, 4, "https://archive.org/details/", _SLUG),
    ),
    "recording": (
        Site(268, 60, "https://www.youtube.com/watch?v=", _LETTERS),
        Site(268, 40, "https://open.spotify.com/track/", _LETTERS),
    ),
    "label": (
        Site(217, 50, "https://www.discogs.com/label/", _NUMBER),
        Site(219, 20, "https://www.", _SLUG, ".com/"),
        Site(719, 20, "https://", _SLUG, ".bandcamp.com/"),
        Site(354, 10, "https://www.wikidata.org/wiki/Q", _NUMBER),
    ),
}
_ALPHABET = np.frombuffer((b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * 5)[:256], np.uint8)


def url_types() -> list[int]:
    """Return the relationship types of all URLs."""
    return sorted({site.link_type for sites in _SITES.values() for site in sites})


class UrlTables:
    """Builds the URL tables of one sample."""

    def __init__(self, context: Context, links: LinkIds) -> None:
        self._in = context
        self._draws = context.draws
        self._links = links
        self._words = table([word.lower() for word in words().entries("lat.noun")])

    def tables(self) -> Iterator[Table]:
        """Yield the tables. URL ids fall into one range per kind of entity."""
        plan = self._in.catalogue.plan
        kinds = {
            "artist": (plan.artist_urls, plan.artists, 0.3),
            "label": (plan.label_urls, plan.labels, 0.3),
            "recording": (plan.recording_urls, plan.recordings, 0.0),
            "release_group": (plan.group_urls, plan.groups, 0.1),
            "release": (plan.release_urls, plan.releases, 0.1),
        }
        first = 1
        parts = []
        for entity, (count, owners, exponent) in kinds.items():
            parts.append((entity, first, count))
            yield self._relation(entity, first, count, owners, exponent)
            first += count
        urls = first - 1
        yield Table(
            archive="core", name="url", units=urls, rows=urls, text=lambda low, high: self._urls(parts, low, high)
        )

    def _relation(self, entity: str, first: int, count: int, owners: int, exponent: float) -> Table:
        sites = _SITES[entity]
        chances = lottery({at: site.weight for at, site in enumerate(sites)})
        plain = np.array([self._links.plain[site.link_type] for site in sites])
        ended = np.array([self._links.ended[site.link_type] for site in sites])

        def text(ids: Ints) -> bytearray:
            urls = first - 1 + ids
            # A few pages speak of two entities.
            urls = urls - ((ids % 41 == 0) & (ids > 1))
            site = chances[self._site_draw(urls)]
            over = self._draws.bits("url.ended", ids) % np.uint64(50) == 0
            owner = 1 + power_rank(self._draws.unit("url.owner." + entity, ids), owners, exponent, 30.0)
            links = np.where(over, ended[site], plain[site])
            return relation_rows(self._in, f"l_{entity}_url", ids, links=links, left=owner, right=urls)

        return self._in.plain(f"l_{entity}_url", count, text)

    def _site_draw(self, urls: NDArray[Any]) -> NDArray[np.uint16]:
        return field(self._draws.bits("url.site", urls), 0)

    def _urls(self, parts: list[tuple[str, int, int]], low: int, high: int) -> bytearray:
        out = bytearray()
        for entity, first, count in parts:
            ids = np.arange(max(low, first), min(high, first + count))
            if len(ids):
                gid, text = uuid(self._draws, "url", ids), self._text(_SITES[entity], ids)
                out += self._in.lines("url", len(ids), id=number(ids), gid=gid, url=text, last_updated=stamps(ids))
        return out

    def _text(self, sites: tuple[Site, ...], ids: Ints) -> Chars:
        site = lottery({at: one.weight for at, one in enumerate(sites)})[self._site_draw(ids)]
        body = np.array([(_NUMBER, _LETTERS, _SLUG).index(one.body) for one in sites])[site]
        # The id itself, scattered, keeps every URL apart from the others.
        digits = number(ids * 37 + 100_000)
        word = pick(self._words, ids * 131 % len(self._words))
        return joined(
            pick(table([one.before for one in sites]), site),
            blank(word, body == 2),
            blank(digits, body != 1),
            blank(self._letters(ids), body == 1),
            pick(table([one.after for one in sites]), site),
        )

    def _letters(self, ids: Ints) -> Chars:
        raw = np.stack([self._draws.bits(f"url.letters{part}", ids) for part in range(3)], axis=1)
        return _ALPHABET[raw.view(np.uint8).reshape(len(ids), 24)[:, :22]]
