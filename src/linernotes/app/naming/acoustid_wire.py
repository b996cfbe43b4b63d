"""AcoustID's answers, as far as they are read here."""

from __future__ import annotations

import msgspec


class Failure(msgspec.Struct, frozen=True):
    """What is wrong, in AcoustID's numbers and words."""

    code: int = 0
    message: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """What every answer has."""

    status: str
    error: Failure = Failure()


class Day(msgspec.Struct, frozen=True):
    """A date of which parts may be unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


class CreditedArtist(msgspec.Struct, frozen=True):
    """One name of an artist credit."""

    name: str = ""
    joinphrase: str = ""


class FoundRelease(msgspec.Struct, frozen=True):
    """A release; one that comes from tags has no id."""

    id: str = ""
    title: str | None = None
    date: Day | None = None


class FoundRecording(msgspec.Struct, frozen=True):
    """A recording: an id alone when the server does not know it, no id and artists as texts when it is from tags."""

    id: str = ""
    title: str | None = None
    duration: float | None = None
    artists: tuple[CreditedArtist | str, ...] = ()
    releases: tuple[FoundRelease, ...] = ()
    sources: int | None = None


class FoundTrack(msgspec.Struct, frozen=True):
    """A track that sounds alike; ``offset`` is our own server's answer to a clip."""

    id: str
    score: float = 1.0
    recordings: tuple[FoundRecording, ...] = ()
    offset: float | None = None


class OneOfBatch(msgspec.Struct, frozen=True):
    """The results of one query of a batch, by its number."""

    index: int | None
    results: tuple[FoundTrack, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """The answer to a look-up: ``fingerprints`` for a batch, ``results`` for a single one."""

    results: tuple[FoundTrack, ...] = ()
    fingerprints: tuple[OneOfBatch, ...] = ()


class Receipt(msgspec.Struct, frozen=True):
    """What a server says of a submission; ``index`` is the number that it had in its batch, as a text."""

    id: int
    status: str
    index: str | None = None


class Receipts(msgspec.Struct, frozen=True):
    """The answer to submissions, and to the question what became of them."""

    submissions: tuple[Receipt, ...] = ()
