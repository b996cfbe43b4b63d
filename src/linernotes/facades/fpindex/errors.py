"""The one place that turns our errors into fpindex's statuses and names."""

from __future__ import annotations

from linernotes.domain.errors import Conflict, Corrupt, Invalid, LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.index.indexes import IndexExists, NewerIndexExists, OlderIndexExists

STATUSES = {
    "BadRequest": 400,
    "InvalidIndexName": 400,
    "InvalidFingerprintId": 400,
    "IndexNotFound": 404,
    "FingerprintNotFound": 404,
    "VersionMismatch": 409,
    "IndexAlreadyExists": 409,
    "OlderIndexAlreadyExists": 409,
    "NewerIndexAlreadyExists": 409,
    "UnsupportedMediaType": 415,
    "CorruptIndex": 500,
    "InternalError": 500,
    "IndexNotReady": 503,
    "SearchTimeout": 503,
    "WriteFailed": 503,
}
"""What fpindex calls its errors. CorruptIndex, InternalError and WriteFailed are ours."""

# The first that fits counts.
_NAMES: tuple[tuple[type[LinernotesError], str], ...] = (
    (IndexExists, "IndexAlreadyExists"),
    (OlderIndexExists, "OlderIndexAlreadyExists"),
    (NewerIndexExists, "NewerIndexAlreadyExists"),
    # Of what an index itself refuses, nothing else is a conflict.
    (Conflict, "VersionMismatch"),
    (Invalid, "BadRequest"),
    (NotFound, "IndexNotFound"),
    (Corrupt, "CorruptIndex"),
    (Unavailable, "WriteFailed"),
)


class Refusal(Exception):
    """A request ends with an error of this name."""

    def __init__(self, name: str) -> None:
        """Keep the name, which is one of `STATUSES`."""
        super().__init__(name)
        self.name = name

    @property
    def status(self) -> int:
        """The status that goes with the name."""
        return STATUSES[self.name]


class Malformed(Refusal):
    """The body is not what it should be."""

    def __init__(self) -> None:
        """It has one name only."""
        super().__init__("BadRequest")


def refusal_of(error: LinernotesError) -> Refusal:
    """Return what one of our errors is called here."""
    return Refusal(next((name for kind, name in _NAMES if isinstance(error, kind)), "InternalError"))
