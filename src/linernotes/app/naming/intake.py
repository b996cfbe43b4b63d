"""Where a library is handed in: the state of a data folder, or a server that speaks AcoustID's protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from linernotes import __version__
from linernotes.app.config.settings import Settings
from linernotes.app.identification import keyring_of
from linernotes.app.jobs import unix_milliseconds
from linernotes.app.naming.acoustid_client import AcoustidClient
from linernotes.app.naming.acoustid_wire import Receipts
from linernotes.app.naming.importing import Became, became
from linernotes.app.naming.known import KnownFiles
from linernotes.app.naming.lost import forget_lost, sign_new
from linernotes.app.naming.opening import check_enabled, open_client
from linernotes.app.naming.reading import Tagged
from linernotes.app.offload import Pool
from linernotes.app.stores import open_stores, queue_of
from linernotes.domain.errors import Invalid
from linernotes.domain.identification import NewSubmission
from linernotes.fingerprint.codec_fast import encode
from linernotes.fingerprint.packed import pack
from linernotes.ports.identification import Submissions, Tracks
from linernotes.usecases.identify.clients import DEFAULT, Keyring
from linernotes.usecases.identify.submitting import Submitting
from linernotes.web.leases import Leases

LOCAL_BATCH = 32
REMOTE_BATCH = 20
FORM_BYTES = 600_000
"""Servers take forms of about a million bytes."""


class Intake(Protocol):
    """Somebody who takes files."""

    @property
    def place(self) -> str:
        """What nothing else is called, to remember what it was given."""
        ...

    @property
    def batch(self) -> int:
        """How many files are best handed in at once."""
        ...

    async def submit(self, files: Sequence[Tagged]) -> list[int]:
        """Hand files in; they are kept when this returns. Return their numbers, 0 for one that was not taken."""
        ...

    def left(self) -> int:
        """Return how many wait to be imported by whoever has the index here."""
        ...

    def became(self, ids: Sequence[int]) -> Became | None:
        """Return what became of submissions, None where it is the server's own affair."""
        ...

    def forget_lost(self, known: KnownFiles) -> int:
        """Forget files that were taken and are not there any more, where that can be told; return how many."""
        ...

    def sign_new(self, known: KnownFiles) -> None:
        """Remember by what it can be told that they are there."""
        ...


class LocalIntake:
    """Keeps submissions in the state, as a server would."""

    batch = LOCAL_BATCH

    def __init__(
        self,
        *,
        submitting: Submitting,
        submissions: Submissions,
        tracks: Tracks,
        account: int,
        application: int,
        place: str,
    ) -> None:
        """Submit as an account, with an application."""
        self._submitting = submitting
        self._submissions = submissions
        self._tracks = tracks
        self._account = account
        self._application = application
        self.place = place

    async def submit(self, files: Sequence[Tagged]) -> list[int]:
        return [status.id for status in await self._submitting.submit([self._said(file) for file in files])]

    def left(self) -> int:
        return self._submissions.waiting()

    def became(self, ids: Sequence[int]) -> Became | None:
        return became(self._submissions, ids)

    def forget_lost(self, known: KnownFiles) -> int:
        return forget_lost(known, self._submissions, self._tracks)

    def sign_new(self, known: KnownFiles) -> None:
        sign_new(known, self._submissions)

    def _said(self, file: Tagged) -> NewSubmission:
        return NewSubmission(
            account=self._account,
            application=self._application,
            application_version=__version__,
            packed=pack(file.words),
            duration=int(file.duration),
            bitrate=file.tags.bitrate,
            file_format=file.path.suffix[1:].upper(),
            mbid=file.tags.mbid,
            metadata=file.tags.said,
        )


class RemoteIntake:
    """Submits to a server."""

    batch = REMOTE_BATCH

    def __init__(self, *, client: AcoustidClient, user: str) -> None:
        """Submit as the user whose key this is."""
        self._client = client
        self._user = user
        self.place = client.server

    async def submit(self, files: Sequence[Tagged]) -> list[int]:
        numbers: list[int] = []
        for part in _parts([(file, encode(file.words)) for file in files]):
            fields = [
                ("user", self._user),
                *(field for number, one in enumerate(part) for field in _form(number, *one)),
            ]
            answer = await self._client.ask("/v2/submit", fields, Receipts)
            taken = {receipt.index: receipt.id for receipt in answer.submissions}
            numbers += [taken.get(str(number), 0) for number in range(len(part))]
        return numbers

    def left(self) -> int:
        return 0

    def became(self, ids: Sequence[int]) -> Became | None:
        return None

    def forget_lost(self, known: KnownFiles) -> int:
        return 0

    def sign_new(self, known: KnownFiles) -> None:
        """A server says nothing of it."""


def _parts(files: Sequence[tuple[Tagged, str]]) -> Iterator[list[tuple[Tagged, str]]]:
    part: list[tuple[Tagged, str]] = []
    size = 0
    for file, text in files:
        if part and size + len(text) > FORM_BYTES:
            yield part
            part, size = [], 0
        part.append((file, text))
        size += len(text)
    if part:
        yield part


def _form(number: int, file: Tagged, text: str) -> Iterator[tuple[str, str]]:
    said, tags = file.tags.said, file.tags
    values = {
        "fingerprint": text,
        "duration": int(file.duration),
        "bitrate": tags.bitrate,
        "fileformat": file.path.suffix[1:].upper(),
        "mbid": tags.mbid,
        "track": said.track,
        "artist": said.artist,
        "album": said.album,
        "albumartist": said.album_artist,
        "trackno": said.track_no,
        "discno": said.disc_no,
        "year": said.year,
    }
    yield from ((f"{name}.{number}", str(value)) for name, value in values.items() if value not in {None, ""})


class Opened(Protocol):
    """Hears which keys were made for a data folder that had none."""

    def __call__(self, application: str, user: str, /) -> None: ...


@asynccontextmanager
async def open_intake(
    settings: Settings, *, server: str, client: str | None, user: str | None, made: Opened
) -> AsyncIterator[Intake]:
    """Give the intake of a server, or of the data folder for ""; ``made`` hears of keys, which are told this once.

    Raises ``Invalid`` without a user's key for a server, and ``Unauthorised`` for one that is not known here.
    """
    if server:
        key = user or settings.naming.user.reveal()
        if not key:
            raise Invalid("A server takes files from users that it knows.", hint="Give your user's key with --user.")
        async with open_client(settings, server=server, client=client) as asked:
            yield RemoteIntake(client=asked, user=key)
        return
    check_enabled(settings)
    state = open_stores(settings)
    pool = Pool(threads=1, leases=Leases())
    submitting = Submitting(submissions=state.submissions, queue=queue_of(state), offload=pool, now=unix_milliseconds)
    try:
        keyring = keyring_of(settings, state=state, offload=pool, now=unix_milliseconds)
        keys = keyring.ensure()
        if keys is not None:
            made(*keys)
        yield LocalIntake(
            submitting=submitting,
            submissions=state.submissions,
            tracks=state.tracks,
            account=await _account(keyring, user),
            application=await _application(keyring),
            place=state.change_log.source(),
        )
    finally:
        await submitting.close()
        pool.close()
        state.close()


async def _account(keyring: Keyring, user: str | None) -> int:
    """Return the account with a key; without one that which the data folder began with."""
    if user:
        return (await keyring.account(user)).id
    accounts = await keyring.accounts()
    own = [account.id for account in accounts if account.name == DEFAULT] or [account.id for account in accounts]
    return min(own) if own else (await keyring.new_account(name=DEFAULT))[0].id


async def _application(keyring: Keyring) -> int:
    applications = await keyring.applications()
    return min((one.id for one in applications if one.name == DEFAULT), default=min(one.id for one in applications))
