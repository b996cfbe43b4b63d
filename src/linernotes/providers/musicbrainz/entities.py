"""Asking for entities by MBID."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.facts import Aspect, Fact
from linernotes.domain.ids import Kind
from linernotes.providers._kit.faults import TooLarge
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.mapping import albums, artists, releases
from linernotes.providers.musicbrainz.question import Question

OF_EACH = "aliases tags genres ratings url-rels"
OF_A_RELEASE = "artist-credits labels recordings media discids isrcs release-groups"
BESIDE_A_RELEASE = "aliases tags genres url-rels"
"""What a release has beside its contents. With both, aliases and tags of every artist on it come along."""
MOST_RELEASES = 25
"""How many releases a look-up of a recording tells at most."""


async def artist(question: Question) -> list[Fact]:
    """Answer with an artist."""
    found = await question.service.lookup(
        Kind.ARTIST, question.key, OF_EACH, into=wire.Artist, deadline=question.deadline
    )
    return question.nothing() if found is None else question.entity(artists.artist(found))


async def label(question: Question) -> list[Fact]:
    """Answer with a label."""
    found = await question.service.lookup(
        Kind.LABEL, question.key, OF_EACH, into=wire.Label, deadline=question.deadline
    )
    return question.nothing() if found is None else question.entity(artists.label(found))


async def series(question: Question) -> list[Fact]:
    """Answer with a series."""
    found = await question.service.lookup(
        Kind.SERIES, question.key, "release-group-rels", into=wire.Series, deadline=question.deadline
    )
    return question.nothing() if found is None else question.entity(artists.series(found))


async def release_group(question: Question) -> list[Fact]:
    """Answer with a release group."""
    found = await question.service.lookup(
        Kind.RELEASE_GROUP,
        question.key,
        f"artist-credits {OF_EACH}",
        into=wire.ReleaseGroup,
        deadline=question.deadline,
    )
    if found is None:
        return question.nothing()
    return [*question.entity(albums.release_group(found)), *question.artists(found.artist_credit)]


async def release(question: Question) -> list[Fact]:
    """Answer with a release; one that is too large to be told at once is asked for in two parts."""
    try:
        found = await _release(question, f"{OF_A_RELEASE} {BESIDE_A_RELEASE}")
        beside = found
    except TooLarge:
        found = await _release(question, OF_A_RELEASE)
        beside = await _release(question, BESIDE_A_RELEASE)
    if found is None or beside is None:
        return question.nothing()
    facts = question.entity(releases.release(found, beside))
    return [*facts, *question.groups([found.release_group]), *question.artists(*credits_in(found))]


async def recording(question: Question) -> list[Fact]:
    """Answer with a recording; where a look-up does not tell all its releases, they are browsed."""
    found = await question.service.lookup(
        Kind.RECORDING,
        question.key,
        f"artist-credits isrcs releases {OF_EACH}",
        into=wire.Recording,
        deadline=question.deadline,
    )
    if found is None:
        return question.nothing()
    held = found.releases or []
    if len(held) >= MOST_RELEASES:
        listed = await question.service.releases_of(Kind.RECORDING, found.id, "", deadline=question.deadline)
        held = question.there(listed)
    value = releases.recording(found, held)
    return [*question.entity(value), *question.artists(found.artist_credit)]


def credits_in(release: wire.Release) -> Iterator[wire.Credit | None]:
    """Yield all artist credits of a release, its group and its tracks."""
    yield release.artist_credit
    if release.release_group is not None:
        yield release.release_group.artist_credit
    for medium in release.media or ():
        for track in (medium.pregap, *(medium.tracks or ()), *(medium.data_tracks or ())):
            if track is not None:
                yield track.artist_credit


async def _release(question: Question, inc: str) -> wire.Release | None:
    return await question.service.lookup(Kind.RELEASE, question.key, inc, into=wire.Release, deadline=question.deadline)


ASPECTS = {
    Aspect.ARTIST: artist,
    Aspect.LABEL: label,
    Aspect.SERIES: series,
    Aspect.RELEASE_GROUP: release_group,
    Aspect.RELEASE: release,
    Aspect.RECORDING: recording,
}
