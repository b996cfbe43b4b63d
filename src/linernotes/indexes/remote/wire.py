"""fpindex's bodies in MessagePack, where every key is the first letter of its name but for those within `stats`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from linernotes.ports.fingerprints import HIGHEST_ID

Version: TypeAlias = Annotated[int, Meta(ge=0)]
_Id: TypeAlias = Annotated[int, Meta(ge=1, le=HIGHEST_ID)]
_Score: TypeAlias = Annotated[int, Meta(ge=1)]

# What is asked.


class Search(
    Struct, frozen=True, rename={"query": "q", "timeout": "t", "limit": "l", "min_score": "m", "percent": "s"}
):
    """A query with its bounds; the timeout is in milliseconds."""

    query: list[int]
    timeout: int
    limit: int
    percent: int
    min_score: int | UnsetType = UNSET


class Document(Struct, frozen=True, rename={"id": "i", "hashes": "h"}):
    """A document with its hashes; without, when it is removed."""

    id: int
    hashes: list[int] | UnsetType = UNSET


class Insert(Struct, frozen=True, rename={"insert": "i"}):
    """A change that sets a document."""

    insert: Document


class Delete(Struct, frozen=True, rename={"delete": "d"}):
    """A change that removes one."""

    delete: Document


class Update(Struct, frozen=True, rename={"changes": "c", "metadata": "m", "expected_version": "e"}):
    """One commit; its changes are written already."""

    changes: list[Raw]
    metadata: dict[str, str] | UnsetType = UNSET
    expected_version: int | UnsetType = UNSET


# What is answered.


class Found(Struct, frozen=True, gc=False, rename={"id": "i", "score": "s"}):
    """A document that was found."""

    id: _Id
    score: _Score


class Results(Struct, frozen=True, rename={"results": "r"}):
    """The answer to a search."""

    results: list[Found]


class Versioned(Struct, frozen=True, rename={"version": "v"}):
    """The answer to an update, and to a question for a document."""

    version: Version


class Status(Struct, frozen=True, rename={"generation": "g", "version": "v"}):
    """Which index it is that has the name, and its version."""

    generation: Version
    version: Version


class Created(Struct, frozen=True, rename={"ready": "r"}):
    """The answer to a creation."""

    ready: bool


class Stats(Struct, frozen=True):
    """What is counted in an index."""

    num_docs: Version


class Description(Struct, frozen=True, rename={"version": "v", "metadata": "m", "stats": "s"}):
    """What an index is and holds."""

    version: Version
    metadata: dict[str, str]
    stats: Stats


class Refusal(Struct, frozen=True, rename={"error": "e"}):
    """An error by its name."""

    error: str
