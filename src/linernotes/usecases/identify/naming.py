"""Naming a sound in our own APIs: the tracks that sound like it, and what is known of them, each thing once.

Look-ups count for the application `NAME`, and submissions are made under it, with an account for each key of our own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from linernotes.domain.dates import PartialDate, first_release_date
from linernotes.domain.entities import Release, ReleaseGroup
from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.domain.identification import Account, Application, NewSubmission, SubmissionStatus, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.usecases.identify.clients import Keyring
from linernotes.usecases.identify.parts import Identification
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording, Match, Query

NAME = "linernotes"
NOBODY = "api"
Client = Account | Application
_UNKNOWN = PartialDate()


class Asker(msgspec.Struct, frozen=True):
    """Who asks: the id of their key, None without one, and where they ask from."""

    key_id: str | None = None
    address: str = ""
    user_agent: str = ""


class Named(msgspec.Struct, frozen=True):
    """A track with its recordings, most sources first, then by MBID, and what users said of it."""

    match: Match
    recordings: tuple[LinkedRecording, ...] = ()
    metadata: tuple[UserMetadata, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """Tracks, best first, and what their recordings lead to.

    Releases are by earliest date, those without one last, then MBID, and have of their tracks only those that are such
    a recording; release groups are by MBID.
    """

    tracks: tuple[Named, ...]
    releases: tuple[Release, ...] = ()
    release_groups: tuple[ReleaseGroup, ...] = ()


class Naming:
    """Answers what our own APIs ask of identification. For the event loop."""

    def __init__(self, *, known: Identification, version: str = "") -> None:
        """``version`` is that of the application."""
        self._known = known
        self._clients = _OurClients(keyring=known.keyring, version=version)
        self._version = version

    async def name(self, query: Query, detail: Detail, *, limit: int, asker: Asker) -> Answer:
        """Return what a sound is. Raises what `Identify.match` and `Identify.describe` raise."""
        [matches] = await self._known.identify.match([query], limit=limit)
        await self._count(asker, hit=bool(matches))
        if not matches:
            return Answer(())
        description = await self._known.identify.describe([match.track.id for match in matches], detail)
        return _answer(matches, description, detail)

    async def submit(self, said: Sequence[NewSubmission], asker: Asker) -> list[SubmissionStatus]:
        """Keep what somebody says, all or none, whatever application and account are named in it. See `Submitting`."""
        application = await self._clients.application()
        account = await self._clients.account(asker.key_id)
        ours = {"application": application, "application_version": self._version, "account": account}
        return await self._known.submitting.submit([replace(one, **ours) for one in said])

    async def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        """Return what became of submissions, in the order asked, None for what there is not."""
        return await self._known.submitting.statuses(ids)

    async def _count(self, asker: Asker, *, hit: bool) -> None:
        try:
            application = await self._clients.application()
        except LinernotesError:
            return  # that it cannot be counted is no reason not to answer
        self._known.counter.count(application, hit=hit, user_agent=asker.user_agent, address=asker.address)


class _OurClients:
    """The numbers of our application and of our accounts, made when they are first needed.

    Several processes may make one of the same name at once: then the first is the one, for all of them.
    """

    def __init__(self, *, keyring: Keyring, version: str) -> None:
        self._keyring = keyring
        self._version = version
        self._application: int | None = None
        self._accounts: dict[str, int] = {}
        self._making = asyncio.Lock()

    async def application(self) -> int:
        if self._application is None:
            async with self._making:
                keyring, version = self._keyring, self._version
                self._application = await _settled(
                    NAME,
                    keyring.applications,
                    lambda: keyring.new_application(account=None, name=NAME, version=version),
                )
        return self._application

    async def account(self, key_id: str | None) -> int:
        name = NOBODY if key_id is None else f"{NOBODY} key {key_id}"
        if name not in self._accounts:
            application = await self.application()
            async with self._making:
                self._accounts[name] = await _settled(
                    name, self._keyring.accounts, lambda: self._keyring.new_account(name=name, application=application)
                )
        return self._accounts[name]


async def _settled(
    name: str, every: Callable[[], Awaitable[Sequence[Client]]], make: Callable[[], Awaitable[object]]
) -> int:
    """Return the number of the first client of a name, made where there is none."""
    found = _first(name, await every())
    if found is None:
        await make()
        found = _first(name, await every())
    if found is None:
        raise Unavailable
    return found


def _first(name: str, clients: Sequence[Client]) -> int | None:
    return next((one.id for one in clients if one.name == name), None)


def _answer(matches: Sequence[Match], found: Description, detail: Detail) -> Answer:
    tracks = tuple(
        [
            Named(match, _by_sources(found.links.get(match.track.id, ())), found.metadata.get(match.track.id, ()))
            for match in matches
        ]
    )
    if not (detail.releases or detail.release_groups):
        return Answer(tracks)
    wanted = {recording.mbid for track in tracks for recording in track.recordings}
    return Answer(tracks, _releases(found.releases, wanted), _groups(found.release_groups))


def _by_sources(recordings: Iterable[LinkedRecording]) -> tuple[LinkedRecording, ...]:
    return tuple(sorted(recordings, key=lambda one: (-one.sources, one.mbid)))


def _releases(found: Mapping[MBID, Release], wanted: set[MBID]) -> tuple[Release, ...]:
    each = {release.mbid: release for release in found.values()}
    return tuple(sorted([_holding(release, wanted) for release in each.values()], key=_by_date))


def _holding(release: Release, wanted: set[MBID]) -> Release:
    """Leave out the tracks that nobody asked for."""
    media = [
        replace(medium, tracks=tuple([track for track in medium.tracks if track.recording in wanted]))
        for medium in release.media
    ]
    return replace(release, media=tuple(media))


def _by_date(release: Release) -> tuple[tuple[int, int, int], MBID]:
    dates = [event.date for event in release.events if event.date is not None]
    return (first_release_date(dates) or _UNKNOWN).order(), release.mbid


def _groups(found: Mapping[MBID, ReleaseGroup]) -> tuple[ReleaseGroup, ...]:
    each = {group.mbid: group for group in found.values()}
    return tuple([each[mbid] for mbid in sorted(each)])
