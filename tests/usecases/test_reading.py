"""What the use cases of reading promise, on a catalogue in memory."""

from __future__ import annotations

import msgspec
import pytest

from linernotes.domain.entities import Release
from linernotes.domain.errors import Corrupt, NotFound
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.names import NameHit
from linernotes.stores.memory.state import MemoryState
from linernotes.usecases import lookup
from linernotes.usecases.find_by_url import albums_by_url, artists_by_url
from linernotes.usecases.match_releases import match_release_groups
from linernotes.usecases.recent import recent_changes
from linernotes.usecases.refresh import refresh
from linernotes.usecases.search import search_albums, search_names
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.contracts.world import WORLD, mbid


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    return memory(WORLD, tmp_path_factory.getbasetemp())


def test_an_album_names_its_own_artist_first_and_then_those_of_its_tracks(catalogue) -> None:
    [full, nothing] = lookup.albums(catalogue, [w.FULL.mbid, mbid("nobody")])
    assert nothing is None
    assert full.artist_ids == (w.ALPHA.mbid, w.BETA.mbid)
    assert [release.mbid for release in full.releases] == [
        w.FULL_BOOTLEG.mbid, w.FULL_ON_CD.mbid, w.FULL_ON_TAPE.mbid
    ]  # fmt: skip
    assert full.track_rows == 5
    assert lookup.albums(catalogue, []) == []


def test_an_album_that_credits_nobody_is_damage_and_no_answer() -> None:
    for album in (
        lookup.Album(msgspec.structs.replace(w.FULL, credit=()), ()),
        lookup.Album(w.FULL, (_uncredited(w.FULL_ON_CD),)),
    ):
        with pytest.raises(Corrupt, match=w.FULL.mbid):
            _ = album.artist_ids


def _uncredited(release: Release) -> Release:
    media = [
        msgspec.structs.replace(
            medium, tracks=tuple(msgspec.structs.replace(track, credit=()) for track in medium.tracks)
        )
        for medium in release.media
    ]
    return msgspec.structs.replace(release, media=tuple(media))


def test_a_discography_holds_what_is_credited_first_unless_asked_for_more(catalogue) -> None:
    first = lookup.discography(catalogue, w.ALPHA.mbid, any_position=False)
    assert {album.title for album in first} == {"Full", "Empty"}
    wide = lookup.discography(catalogue, w.ALPHA.mbid, any_position=True)
    assert {album.title for album in wide} == {"Full", "Empty", "Duet"}
    with pytest.raises(NotFound):
        lookup.discography(catalogue, mbid("nobody"), any_position=False)


def test_a_series_lists_its_groups_in_order_and_an_unknown_one_nothing(catalogue) -> None:
    assert [entry.group.title for entry in lookup.series_entries(catalogue, w.SERIES.mbid)] == ["Duet", "Full"]
    assert lookup.series_entries(catalogue, mbid("nobody")) == []


def test_the_best_match_has_as_many_tracks_as_recordings_were_given(catalogue) -> None:
    assert match_release_groups(catalogue, [w.SONG], limit=5) == [w.DUET.mbid, w.FULL.mbid]
    assert match_release_groups(catalogue, [w.SONG, w.FILM, w.DATA, w.LOOSE], limit=5) == [w.FULL.mbid, w.DUET.mbid]
    assert match_release_groups(catalogue, [w.SONG], limit=1) == [w.DUET.mbid]
    assert match_release_groups(catalogue, [], limit=5) == []


def test_marks_and_imports_make_one_list_with_the_latest_change_of_each(catalogue) -> None:
    marks = MemoryState()
    marks.mark([EntityRef(Kind.ARTIST, w.ALPHA.mbid)], changed_at=3_000, reason="test")
    marks.mark([EntityRef(Kind.ARTIST, w.BETA.mbid)], changed_at=1_500, reason="test")
    found = recent_changes(feed=catalogue, marks=marks, kind=Kind.ARTIST, since=1_000, limit=10)
    assert found.mbids == (w.ALPHA.mbid, *sorted((w.BETA.mbid, w.SILENT.mbid)))
    assert (found.oldest, found.complete) == (2_000, True)


@pytest.mark.parametrize(("since", "limit", "complete"), [(1_000, 2, True), (1_000, 1, False), (999, 10, False)])
def test_changes_are_complete_if_none_is_cut_and_history_reaches_back(catalogue, since, limit, complete) -> None:
    found = recent_changes(feed=catalogue, marks=MemoryState(), kind=Kind.ARTIST, since=since, limit=limit)
    assert found.complete is complete
    assert len(found.mbids) <= limit


def test_nothing_recent_has_no_oldest_change(catalogue) -> None:
    found = recent_changes(feed=catalogue, marks=MemoryState(), kind=Kind.ARTIST, since=2_000, limit=10)
    assert (found.mbids, found.oldest, found.complete) == ((), None, True)


def test_a_refresh_marks_the_entity_that_a_merged_mbid_leads_to(catalogue) -> None:
    marks = MemoryState()
    old: MBID = w.FULL.old_mbids[0]
    assert refresh(catalogue=catalogue, marks=marks, kind=Kind.RELEASE_GROUP, mbid=old, now=5)
    assert not refresh(catalogue=catalogue, marks=marks, kind=Kind.ARTIST, mbid=old, now=5)
    assert [change.mbid for change in marks.marked_since(Kind.RELEASE_GROUP, 0, 10)] == [w.FULL.mbid]


def test_pages_lead_to_artists_and_albums_and_a_release_to_its_group(catalogue) -> None:
    pages = [["https://shop.example/full"], ["http://other.example/", w.SHARED_PAGE], [w.WIKIDATA], []]
    assert albums_by_url(catalogue, pages) == [w.FULL.mbid, w.FULL.mbid, None, None]
    assert artists_by_url(catalogue, pages) == [None, None, w.ALPHA.mbid, None]


def test_a_release_link_counts_before_a_group_link(catalogue) -> None:
    links = (msgspec.structs.replace(w.WORLD.labels[0].links[0]),)
    release = msgspec.structs.replace(w.DUET_ONLINE, links=links)
    both = memory(msgspec.structs.replace(WORLD, releases=(release,)), None)
    assert albums_by_url(both, [[w.SHARED_PAGE]]) == [w.DUET.mbid]


class Names:
    """Finds one artist and one album, the album better."""

    def search(self, text, kinds, *, limit):
        hits = [NameHit(Kind.ARTIST, mbid(text), text, 90), NameHit(Kind.RELEASE_GROUP, mbid(text), text, 100)]
        return [hit for kind in kinds for hit in hits if hit.kind is kind]

    def search_album(self, title, artist, *, limit):
        return [NameHit(Kind.RELEASE_GROUP, mbid(title + artist), title, 100)]


def test_hits_of_all_kinds_come_best_first() -> None:
    hits = search_names(Names(), "x", [Kind.ARTIST, Kind.RELEASE_GROUP], limit=10)
    assert [hit.score for hit in hits] == [100, 90]


def test_albums_are_searched_by_artist_only_if_one_is_given() -> None:
    assert search_albums(Names(), "x", artist=" ", limit=10)[0].mbid == mbid("x")
    assert search_albums(Names(), "x", artist="y", limit=10)[0].mbid == mbid("xy")
