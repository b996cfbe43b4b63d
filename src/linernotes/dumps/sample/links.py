"""Relationships between artists, recordings, releases and works, and the links and attributes that all share."""

from collections.abc import Iterator

import numpy as np

from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.credits import leading_artists
from linernotes.dumps.sample.draws import Ints, choice, field, power_rank
from linernotes.dumps.sample.names import COMPOSER
from linernotes.dumps.sample.relations import (
    GROUP_SERIES,
    INSTRUMENT,
    INSTRUMENTS,
    MEMBER,
    MOST_NUMBERS,
    NUMBER_ATTRIBUTE,
    PERFORMANCE,
    RECORDING_ROLES,
    RELEASE_ROLES,
    RELEASE_SERIES,
    WORK_ROLES,
    LinkIds,
    relation_rows,
)
from linernotes.dumps.sample.text import number, pick, table

_BOOLEAN = table(["f", "t"])
_LAST_YEAR = 2026


class LinkTables:
    """Builds the relationship tables of one sample but for those of URLs and series."""

    def __init__(self, context: Context, links: LinkIds) -> None:
        self._in = context
        self._draws = context.draws
        self._links = links
        self._main = context.catalogue.credits.main_artists

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at, plan, links = self._in, self._in.catalogue.plan, self._links
        last = max(plan.links, links.first_member + 20)
        yield at.plain("link", last, self._link)
        yield at.plain("link_attribute", links.first_member - links.first_instrument, self._attribute)
        yield at.plain("link_attribute_text_value", 2 * MOST_NUMBERS, self._text_value)
        yield at.plain("l_artist_artist", last - links.first_member + 1, self._member)
        yield at.plain("l_artist_recording", plan.recording_credits, self._artist_recording)
        yield at.plain("l_artist_release", plan.release_credits, self._artist_release)
        yield at.plain("l_artist_work", plan.work_credits, self._artist_work)
        yield at.plain("l_recording_work", plan.performances, self._recording_work)

    def _link(self, ids: Ints) -> bytearray:
        links, types = self._links, np.array(self._links.types)
        members = ids >= links.first_member
        series = np.where(ids < links.first_number + MOST_NUMBERS, GROUP_SERIES, RELEASE_SERIES)
        plain = types[np.minimum(ids, len(types) - 1)]
        begin = 1960 + self._draws.below("member.begin", ids, 60)
        end = np.minimum(_LAST_YEAR, begin + self._draws.below("member.years", ids, 25))
        left = members & (ids % 3 == 0)
        ended = left | ((ids >= links.first_ended) & (ids < links.first_instrument))
        attributed = (ids >= links.first_instrument) & ~members
        return self._in.lines(
            "link",
            len(ids),
            id=number(ids),
            link_type=number(np.where(members, MEMBER, np.where(ids >= links.first_number, series, plain))),
            begin_date_year=number(begin, ~members | (ids % 4 == 1)),
            end_date_year=number(end, ~left),
            attribute_count=number(attributed.astype(np.int64)),
            created=stamps(ids),
            ended=pick(_BOOLEAN, ended.astype(np.int64)),
        )

    def _attribute(self, ids: Ints) -> bytearray:
        kinds = np.array([*INSTRUMENTS, NUMBER_ATTRIBUTE])[np.minimum(ids - 1, len(INSTRUMENTS))]
        links = self._links.first_instrument + ids - 1
        return self._in.lines(
            "link_attribute", len(ids), link=number(links), attribute_type=number(kinds), created=stamps(ids)
        )

    def _text_value(self, ids: Ints) -> bytearray:
        return self._in.lines(
            "link_attribute_text_value",
            len(ids),
            link=number(self._links.first_number + ids - 1),
            attribute_type=str(NUMBER_ATTRIBUTE).encode(),
            text_value=number(1 + (ids - 1) % MOST_NUMBERS),
        )

    def _leading(self, purpose: str, ids: Ints) -> Ints:
        return leading_artists(ids, purpose, self._main, self._draws)

    def _member(self, ids: Ints) -> bytearray:
        """Put artists into bands: each row has a link of its own with its years."""
        artists = self._in.catalogue.plan.artists
        band = self._leading("member.band", ids)
        person = COMPOSER + 1 + self._draws.below("member.person", ids, artists - COMPOSER)
        person = np.where(person == band, np.where(person < artists, person + 1, person - 1), person)
        links = self._links.first_member + ids - 1
        return relation_rows(self._in, "l_artist_artist", ids, links=links, left=person, right=band)

    def _artist_recording(self, ids: Ints) -> bytearray:
        """Credit players and crew, neighbouring recordings mostly the same eight people."""
        plan, bits = self._in.catalogue.plan, self._draws.bits("role", ids)
        role = choice(field(bits, 0), RECORDING_ROLES)
        instrument = choice(field(bits, 1), {self._links.instrument[one]: share for one, share in INSTRUMENTS.items()})
        links = np.where(role == INSTRUMENT, instrument, self._links.plain_ids(role))
        recordings = np.minimum(
            _spread(ids, plan.recordings, plan.recording_credits), self._in.catalogue.base.recordings
        )
        crew = recordings // 11 * 8 + (bits % np.uint64(8)).astype(np.int64)
        artists = self._leading("role.artist", crew)
        return relation_rows(self._in, "l_artist_recording", ids, links=links, left=artists, right=recordings)

    def _artist_release(self, ids: Ints) -> bytearray:
        plan = self._in.catalogue.plan
        links = self._links.plain_ids(np.array(RELEASE_ROLES)[ids % len(RELEASE_ROLES)])
        releases = _spread(ids, plan.releases, plan.release_credits)
        artists = self._leading("release.role", ids)
        return relation_rows(self._in, "l_artist_release", ids, links=links, left=artists, right=releases)

    def _artist_work(self, ids: Ints) -> bytearray:
        plan = self._in.catalogue.plan
        links = self._links.plain_ids(np.array(WORK_ROLES)[ids % len(WORK_ROLES)])
        works = _spread(ids, plan.works, plan.work_credits)
        artists = self._leading("work.writer", ids)
        return relation_rows(self._in, "l_artist_work", ids, links=links, left=artists, right=works)

    def _recording_work(self, ids: Ints) -> bytearray:
        plan = self._in.catalogue.plan
        links = self._links.plain_ids(np.full(len(ids), PERFORMANCE))
        recordings = np.minimum(_spread(ids, plan.recordings, plan.performances), self._in.catalogue.base.recordings)
        works = 1 + power_rank(self._draws.unit("performed", ids), plan.works, 0.4, 20.0)
        return relation_rows(self._in, "l_recording_work", ids, links=links, left=recordings, right=works)


def _spread(ids: Ints, owners: int, rows: int) -> Ints:
    """Spread rows evenly over owners, both in rising order."""
    spread: Ints = 1 + ids * owners // (rows + 1)
    return spread
