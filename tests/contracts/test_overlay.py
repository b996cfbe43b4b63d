"""What every overlay does, whatever it keeps facts in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from linernotes.domain.entities import AlbumSummary, Artist, Link, Medium, Recording, Release, ReleaseLabel, Track
from linernotes.domain.errors import Invalid
from linernotes.domain.facts import LONGEST_KEY, Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.names import NameHit
from linernotes.domain.traces import Scheme
from linernotes.ports.overlay import Overlay
from tests.contracts.states import KINDS, opened

A, B, C, D = (MBID(f"{digit * 8}-0000-4000-8000-000000000000") for digit in "abcd")
ISRC = "GBAYE9200070"
URL = "https://example.org/Björk/♫"


@pytest.fixture(params=KINDS)
def overlay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Overlay]:
    with opened(request.param, tmp_path, request) as state:
        yield state.overlay


def artist(mbid: MBID = A, name: str = "Someone", **more: Any) -> Artist:
    return Artist(mbid, name, name, **more)


def fact(value: Any, *, at: int = 10, wanted: Wanted | None = None, **more: Any) -> Fact:
    return Fact(wanted or Wanted(Aspect.ARTIST, A), value, more.pop("source", "mb"), at, **more)


def release(mbid: MBID = B, **more: Any) -> Release:
    return Release(mbid, C, "Title", (), **more)


def of_release(value: Release, *, at: int = 10) -> Fact:
    return fact(value, at=at, wanted=Wanted(Aspect.RELEASE, value.mbid))


def one(overlay: Overlay, wanted: Wanted | None = None) -> Fact | None:
    [found] = overlay.read([wanted or Wanted(Aspect.ARTIST, A)])
    return found


def test_nothing_was_ever_kept(overlay: Overlay) -> None:
    assert one(overlay) is None
    assert overlay.find(Scheme.URL, [URL]) == [()]
    assert (overlay.generation(), overlay.sizes()) == (0, {})
    assert (overlay.read([]), overlay.find(Scheme.URL, []), overlay.keep([]), overlay.forget([])) == ([], [], [], 0)
    assert overlay.generation() == 0


def test_values_of_every_aspect_come_back_as_they_were(overlay: Overlay) -> None:
    ref = EntityRef(Kind.RECORDING, D)
    facts = [
        fact(artist(aliases=(), links=(Link(URL, "official homepage"),), old_mbids=(C,))),
        of_release(release(media=(Medium(None, 1, tracks=(Track(C, D, 1, "A1", "♫", (), isrcs=(ISRC,)),)),))),
        fact((AlbumSummary(B, "x" * 5000),), wanted=Wanted(Aspect.DISCOGRAPHY, A)),
        fact((B, C), wanted=Wanted(Aspect.EDITIONS, A)),
        fact((ref,), wanted=Wanted(Aspect.ISRC, ISRC)),
        fact((), wanted=Wanted(Aspect.BARCODE, "1")),
        fact((NameHit(Kind.ARTIST, A, "Someone", 100),), wanted=Wanted(Aspect.SEARCH, "artist\tsomeone\t")),
        fact(None, wanted=Wanted(Aspect.LABEL, A)),
        fact(None, wanted=Wanted(Aspect.SERIES, A), moved_to=B),
        fact(Recording(D, "Song", ()), wanted=Wanted(Aspect.RECORDING, D), partial=True, source="other"),
    ]
    overlay.keep(facts)
    assert overlay.read([each.wanted for each in facts]) == facts


def test_answers_come_in_the_order_asked_each_time_it_is_asked(overlay: Overlay) -> None:
    known = [fact(artist(), wanted=Wanted(Aspect.ARTIST, key)) for key in ("x", "y")]
    overlay.keep(known)
    asked = [Wanted(Aspect.ARTIST, key) for key in ("y", "z", "x", "y")] + [Wanted(Aspect.LABEL, "x")]
    assert overlay.read(asked) == [known[1], None, known[0], known[1], None]


def test_more_than_a_statement_holds_is_read_at_once(overlay: Overlay) -> None:
    facts = [fact((), wanted=Wanted(Aspect.ISRC, f"{number:05}")) for number in range(1100)]
    assert overlay.keep(facts) == []
    asked = [each.wanted for each in reversed(facts)]
    assert overlay.read(asked) == facts[::-1]
    assert overlay.forget(asked) == 1100


def test_a_newer_fact_replaces_an_older_one(overlay: Overlay) -> None:
    assert overlay.keep([fact(artist(name="Old"), at=10)]) == []
    assert overlay.keep([fact(artist(name="New"), at=20, source="other")]) == [Wanted(Aspect.ARTIST, A)]
    assert one(overlay) == fact(artist(name="New"), at=20, source="other")


def test_an_older_fact_replaces_nothing(overlay: Overlay) -> None:
    new = fact(artist(name="New"), at=20)
    overlay.keep([new])
    generation = overlay.generation()
    assert overlay.keep([fact(artist(name="Old", links=(Link(URL, "x"),)), at=19), fact(None, at=19)]) == []
    assert (one(overlay), overlay.find(Scheme.URL, [URL]), overlay.generation()) == (new, [()], generation)


def test_of_the_same_time_the_later_said_is_kept(overlay: Overlay) -> None:
    overlay.keep([fact(artist(name="First"))])
    assert overlay.keep([fact(artist(name="Second"))]) == [Wanted(Aspect.ARTIST, A)]
    assert one(overlay) == fact(artist(name="Second"))


def test_a_partial_fact_never_replaces_a_whole_one(overlay: Overlay) -> None:
    overlay.keep([fact(artist(name="Whole"), at=10)])
    assert overlay.keep([fact(artist(name="Half"), at=20, partial=True)]) == []
    assert one(overlay) == fact(artist(name="Whole"), at=10)


def test_a_whole_fact_replaces_a_partial_one(overlay: Overlay) -> None:
    overlay.keep([fact(artist(name="Half"), at=10, partial=True)])
    assert overlay.keep([fact(artist(name="Whole"), at=10)]) == [Wanted(Aspect.ARTIST, A)]
    assert one(overlay) == fact(artist(name="Whole"), at=10)


def test_a_whole_fact_replaces_even_a_newer_partial_one(overlay: Overlay) -> None:
    overlay.keep([fact(artist(name="Half"), at=20, partial=True)])
    assert overlay.keep([fact(artist(name="Whole"), at=10)]) == [Wanted(Aspect.ARTIST, A)]
    assert one(overlay) == fact(artist(name="Whole"), at=10)


def test_a_partial_fact_replaces_an_older_partial_one(overlay: Overlay) -> None:
    overlay.keep([fact(artist(name="Old"), at=10, partial=True)])
    assert overlay.keep([fact(artist(name="New"), at=20, partial=True)]) == [Wanted(Aspect.ARTIST, A)]
    assert one(overlay) == fact(artist(name="New"), at=20, partial=True)


def test_what_says_nothing_new_renews_the_time(overlay: Overlay) -> None:
    overlay.keep([fact(artist(links=(Link(URL, "x"),)), at=10, partial=True)])
    generation = overlay.generation()
    again = fact(artist(links=(Link(URL, "x"),)), at=50, source="other")
    assert overlay.keep([again]) == []
    assert one(overlay) == again
    assert overlay.generation() > generation
    assert overlay.find(Scheme.URL, [URL]) == [(EntityRef(Kind.ARTIST, A),)]


def test_to_be_gone_moved_or_back_is_another_value(overlay: Overlay) -> None:
    wanted = Wanted(Aspect.ARTIST, A)
    assert overlay.keep([fact(artist(), at=10)]) == []
    assert overlay.keep([fact(None, at=20)]) == [wanted]
    assert overlay.keep([fact(None, at=30)]) == []
    assert overlay.keep([fact(None, at=40, moved_to=B)]) == [wanted]
    assert overlay.keep([fact(None, at=50, moved_to=C)]) == [wanted]
    assert overlay.keep([fact(artist(), at=60)]) == [wanted]


def test_questions_with_another_value_come_ascending(overlay: Overlay) -> None:
    asked = [
        Wanted(Aspect.RELEASE, A),
        Wanted(Aspect.ARTIST, "b"),
        Wanted(Aspect.ARTIST, "ä"),
        Wanted(Aspect.ARTIST, "B"),
    ]
    overlay.keep([fact(None, wanted=wanted) for wanted in asked])
    again = [fact(None, wanted=wanted, moved_to=D) for wanted in asked]
    assert overlay.keep([*again, fact(None, wanted=Wanted(Aspect.LABEL, A))]) == sorted(asked)


def test_one_question_may_be_answered_twice_at_once(overlay: Overlay) -> None:
    overlay.keep([fact(artist(name="Before"), at=5)])
    said = [fact(artist(name="Half"), at=20, partial=True), fact(artist(name="Whole"), at=20), fact(None, at=19)]
    assert overlay.keep(said) == [Wanted(Aspect.ARTIST, A)]
    assert one(overlay) == said[1]
    assert overlay.keep([fact(artist(name="Other"), at=21), fact(artist(name="Whole"), at=22)]) == []
    assert one(overlay) == fact(artist(name="Whole"), at=22)


@pytest.mark.parametrize("key", ["x" * (LONGEST_KEY + 1), "ä" * LONGEST_KEY, "zero\0byte", "half \ud800"])
def test_a_key_that_cannot_be_kept_is_refused_with_all_that_came_along(overlay: Overlay, key: str) -> None:
    wanted = Wanted(Aspect.URL, key)
    with pytest.raises(Invalid, match=r"2,048 bytes"):
        overlay.keep([fact(artist()), fact((), wanted=wanted)])
    assert overlay.read([Wanted(Aspect.ARTIST, A), wanted]) == [None, None]
    assert overlay.find(Scheme.URL, [key]) == [()]
    assert overlay.forget([wanted]) == 0
    assert overlay.generation() == 0


def test_the_longest_key_can_be_kept_and_found(overlay: Overlay) -> None:
    # Random letters, because an index holds compressed what can be compressed.
    url = "https://example.org/" + "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(676))
    assert len(url.encode()) == LONGEST_KEY
    facts = [fact((), wanted=Wanted(Aspect.URL, url)), fact(artist(links=(Link(url, "x"),)))]
    overlay.keep(facts)
    assert overlay.read([each.wanted for each in facts]) == facts
    assert overlay.find(Scheme.URL, [url]) == [(EntityRef(Kind.ARTIST, A),)]


def test_a_link_too_long_to_be_asked_for_is_no_mistake(overlay: Overlay) -> None:
    links = (Link("https://example.org/" + "x" * LONGEST_KEY, "x"), Link("https://example.org/\0", "x"), Link(URL, "x"))
    said = fact(artist(links=links))
    overlay.keep([said])
    assert one(overlay) == said
    assert overlay.find(Scheme.URL, [link.url for link in links]) == [(), (), (EntityRef(Kind.ARTIST, A),)]


def test_entities_are_found_by_their_other_names_ascending(overlay: Overlay) -> None:
    track = Track(C, D, 1, "1", "Song", (), isrcs=(ISRC,))
    first = release(B, barcode="0042", media=(Medium(None, 1, disc_ids=("d-",), tracks=(track,)),))
    second = release(A, labels=(ReleaseLabel(catalog_number="Cat-1"),), barcode="42")
    overlay.keep([of_release(first), of_release(second)])
    refs = EntityRef(Kind.RELEASE, A), EntityRef(Kind.RELEASE, B)
    assert overlay.find(Scheme.BARCODE, ["7", "42", "0042"]) == [(), refs, ()]
    assert overlay.find(Scheme.CATALOG_NUMBER, ["cat1"]) == [(refs[0],)]
    assert overlay.find(Scheme.DISC_ID, ["d-"]) == [(refs[1],)]
    assert overlay.find(Scheme.TRACK, [C, C]) == [(refs[1],), (refs[1],)]
    assert overlay.find(Scheme.RECORDING, [D]) == [(refs[1],)]
    assert overlay.find(Scheme.ISRC, [ISRC]) == [(EntityRef(Kind.RECORDING, D),)]


def test_an_entity_found_by_two_facts_comes_once_until_both_are_gone(overlay: Overlay) -> None:
    song = fact(Recording(D, "Song", (), isrcs=(ISRC,)), wanted=Wanted(Aspect.RECORDING, D))
    album = of_release(release(media=(Medium(None, 1, tracks=(Track(C, D, 1, "1", "", (), isrcs=(ISRC,)),)),)))
    overlay.keep([song, album])
    for gone in (song, album):
        assert overlay.find(Scheme.ISRC, [ISRC]) == [(EntityRef(Kind.RECORDING, D),)]
        assert overlay.forget([gone.wanted]) == 1
    assert overlay.find(Scheme.ISRC, [ISRC]) == [()]


def test_names_that_a_newer_fact_lacks_lead_nowhere(overlay: Overlay) -> None:
    overlay.keep([fact(artist(links=(Link("https://a.example", "x"), Link(URL, "x"))), at=10)])
    overlay.keep([fact(artist(links=(Link(URL, "x"), Link("https://b.example", "x"))), at=20)])
    ref = (EntityRef(Kind.ARTIST, A),)
    assert overlay.find(Scheme.URL, ["https://a.example", URL, "https://b.example"]) == [(), ref, ref]
    overlay.keep([fact(None, at=30)])
    assert overlay.find(Scheme.URL, [URL]) == [()]


def test_more_names_than_a_statement_holds_are_looked_up(overlay: Overlay) -> None:
    overlay.keep([of_release(release(barcode=str(number + 1))) for number in range(2)])
    overlay.keep([fact(artist(links=(Link(URL, "x"),)))])
    assert overlay.find(Scheme.URL, ["no"] * 1000 + [URL]) == [()] * 1000 + [(EntityRef(Kind.ARTIST, A),)]


def test_what_is_forgotten_is_gone_with_its_names(overlay: Overlay) -> None:
    said = fact(artist(links=(Link(URL, "x"),)))
    overlay.keep([said])
    generation = overlay.generation()
    assert overlay.forget([said.wanted, said.wanted, Wanted(Aspect.LABEL, A)]) == 1
    assert overlay.generation() > generation
    assert (one(overlay), overlay.find(Scheme.URL, [URL]), overlay.forget([said.wanted])) == (None, [()], 0)
    overlay.keep([fact(artist(), at=1)])
    assert one(overlay) == fact(artist(), at=1)


def test_the_generation_grows_with_every_change_and_with_nothing_else(overlay: Overlay) -> None:
    seen = [overlay.generation()]
    overlay.keep([fact(artist())])
    seen.append(overlay.generation())
    overlay.keep([fact(artist())])  # the very same
    overlay.forget([Wanted(Aspect.LABEL, A)])
    overlay.forget_before(0, missing_before=0, limit=10)
    assert overlay.generation() == seen[-1]
    overlay.keep([fact(artist(name="New"))])
    seen.append(overlay.generation())
    overlay.forget([Wanted(Aspect.ARTIST, A)])
    seen.append(overlay.generation())
    assert seen == sorted(set(seen))


def test_the_oldest_are_forgotten_first_and_missing_ones_by_their_own_time(overlay: Overlay) -> None:
    names = {"old": 10, "older": 5, "new": 30}
    facts = [
        fact(artist(links=(Link(URL, "x"),)), wanted=Wanted(Aspect.ARTIST, name), at=at) for name, at in names.items()
    ]
    gone = [fact(None, wanted=Wanted(Aspect.LABEL, name), at=at) for name, at in {"x": 25, "y": 8, "z": 50}.items()]
    gone.append(fact((), wanted=Wanted(Aspect.SEARCH, "artist\tx\t"), at=60))  # as passing as what is not there
    moved = fact(None, wanted=Wanted(Aspect.SERIES, A), at=25, moved_to=B)
    overlay.keep([*facts, *gone, moved])
    asked = [each.wanted for each in (*facts, *gone, moved)]
    assert overlay.forget_before(20, missing_before=40, limit=0) == 0
    assert overlay.forget_before(20, missing_before=40, limit=2) == 2
    assert overlay.read(asked) == [facts[0], None, facts[2], gone[0], None, *gone[2:], moved]
    assert overlay.forget_before(20, missing_before=40, limit=10) == 2
    assert overlay.read(asked) == [None, None, facts[2], None, None, *gone[2:], moved]
    assert overlay.forget_before(20, missing_before=61, limit=10) == 2
    assert overlay.forget_before(20, missing_before=40, limit=10) == 0
    assert overlay.forget_before(30, missing_before=0, limit=10) == 1
    assert overlay.read(asked)[2] == facts[2]


def test_facts_are_counted_by_aspect(overlay: Overlay) -> None:
    overlay.keep([fact(artist()), fact(artist(B), wanted=Wanted(Aspect.ARTIST, B)), of_release(release())])
    assert overlay.sizes() == {"artist": 2, "release": 1}


def test_of_many_at_once_the_newest_whole_fact_stays(overlay: Overlay) -> None:
    def say(at: int) -> None:
        said = fact(artist(name=str(at), links=(Link(f"https://{at}.example", "x"),)), at=at, partial=at % 2 == 1)
        overlay.keep([said, fact(artist(B), at=at, wanted=Wanted(Aspect.ARTIST, B))][:: 1 if at % 3 else -1])

    overlay.keep([fact(artist(), at=0)])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(1, 42)))
    found = one(overlay)
    assert found is not None
    assert (found.value.name, found.fetched_at, found.partial) == ("40", 40, False)
    urls = [f"https://{at}.example" for at in range(1, 42)]
    assert [url for url, refs in zip(urls, overlay.find(Scheme.URL, urls), strict=True) if refs] == [
        "https://40.example"
    ]


def test_every_change_by_many_at_once_is_counted(overlay: Overlay) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: overlay.keep([fact((), wanted=Wanted(Aspect.ISRC, str(n)))]), range(24)))
    assert overlay.generation() >= 24
