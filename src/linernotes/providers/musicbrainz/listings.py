"""Asking for lists: the release groups of an artist, the releases of a release group."""

from __future__ import annotations

from linernotes.domain.errors import Unavailable
from linernotes.domain.facts import Aspect, Fact
from linernotes.domain.ids import MBID, Kind, parse_mbid
from linernotes.providers._kit.faults import TooLarge
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.client import NAME, NotUnderstood
from linernotes.providers.musicbrainz.entities import BESIDE_A_RELEASE, OF_A_RELEASE, OF_EACH, credits_in
from linernotes.providers.musicbrainz.mapping import albums, releases
from linernotes.providers.musicbrainz.question import Question

WITHOUT_TAGS = "aliases url-rels"
MOST_WHOLE_GROUPS = 1000
"""How many groups of a discography are told whole."""
MOST_LONE_GROUPS = 25
"""How many groups without a release of the artist's own are asked for one by one."""


async def discography(question: Question) -> list[Fact]:
    """Answer with the release groups that credit an artist, and the statuses of their releases."""
    groups = await question.service.groups_of(question.key, "artist-credits", deadline=question.deadline)
    if groups is None:
        return await question.no_list(Kind.ARTIST)
    statuses = await _statuses(question, groups)
    owner = await _owner(question, groups)
    lines = albums.discography(owner, map(albums.release_group, groups), statuses)
    credits_ = [group.artist_credit for group in groups]
    return [*question.listing(owner, lines), *await _groups(question, groups), *question.artists(*credits_)]


async def editions(question: Question) -> list[Fact]:
    """Answer with the releases of a group, whole ones.

    What stands beside their contents is asked for apart: otherwise the aliases and tags of every artist on every
    track would come along.
    """
    found = await question.service.releases_of(
        Kind.RELEASE_GROUP, question.key, OF_A_RELEASE, deadline=question.deadline
    )
    if found is None:
        return await question.no_list(Kind.RELEASE_GROUP)
    beside = await _beside(question) if found else {}
    if any(one.id not in beside for one in found):
        raise Unavailable(f"{NAME}: releases changed while they were read", source=NAME)
    made = [releases.release(one, beside[one.id]) for one in found]
    owner = made[0].release_group if made else MBID(question.key)
    facts = question.listing(owner, releases.by_date(found))
    facts += [question.whole(Aspect.RELEASE, one.mbid, one) for one in made]
    facts += question.groups([one.release_group for one in found])
    return [*facts, *question.artists(*(credit for one in found for credit in credits_in(one)))]


async def _groups(question: Question, groups: list[wire.ReleaseGroup]) -> list[Fact]:
    """Tell of the release groups: whole, where one more request for each hundred tells the rest.

    Whoever asks for a discography asks for its albums next, and each would be a request of its own.
    """
    if not 0 < len(groups) <= MOST_WHOLE_GROUPS:
        return question.groups(groups)
    try:
        found = await question.service.groups_of(question.key, OF_EACH, deadline=question.deadline)
    except (Unavailable, TooLarge):
        return question.groups(groups)  # the discography itself is complete
    beside = {one.id: one for one in found or ()}
    whole = {one.id: albums.release_group(one, beside[one.id]) for one in groups if one.id in beside}
    facts = [question.whole(Aspect.RELEASE_GROUP, one.mbid, one) for one in whole.values()]
    return [*facts, *question.groups(one for one in groups if one.id not in whole)]


async def _beside(question: Question) -> dict[str, wire.Release]:
    """Return what stands beside the contents of releases; without tags where the service lists none."""
    inc = WITHOUT_TAGS if BESIDE_A_RELEASE in question.service.not_understood else BESIDE_A_RELEASE
    try:
        found = await question.service.releases_of(Kind.RELEASE_GROUP, question.key, inc, deadline=question.deadline)
    except NotUnderstood:
        if inc == WITHOUT_TAGS:
            raise
        question.service.not_understood.add(inc)
        return await _beside(question)
    return {one.id: one for one in found or ()}


async def _statuses(question: Question, groups: list[wire.ReleaseGroup]) -> albums.Statuses:
    """Return the statuses by group.

    Nearly all come with the artist's own releases; a group whose releases credit somebody else is asked for by itself.
    """
    own = await question.service.releases_of(Kind.ARTIST, question.key, "release-groups", deadline=question.deadline)
    found: albums.Statuses = {}
    for release in question.there(own):
        if release.release_group is not None:
            found.setdefault(parse_mbid(release.release_group.id), set()).add(release.status)
    lone = [mbid for group in groups if (mbid := parse_mbid(group.id)) not in found]
    for mbid in lone[:MOST_LONE_GROUPS]:
        theirs = await question.service.releases_of(Kind.RELEASE_GROUP, mbid, "", deadline=question.deadline)
        found[mbid] = {release.status for release in question.there(theirs)}
    return found


async def _owner(question: Question, groups: list[wire.ReleaseGroup]) -> MBID:
    """Return whose list it is: where nobody with the key is credited, it was merged into somebody else."""
    credited = {name.artist.id for group in groups for name in group.artist_credit or ()}
    if not groups or question.key in credited:
        return MBID(question.key)
    found = await question.service.lookup(Kind.ARTIST, question.key, "", into=wire.Artist, deadline=question.deadline)
    return MBID(question.key) if found is None else parse_mbid(found.id)


ASPECTS = {Aspect.DISCOGRAPHY: discography, Aspect.EDITIONS: editions}
