"""The one place that turns our errors into status codes of gRPC, with details for programs.

NotFound, Gone         NOT_FOUND
Invalid                INVALID_ARGUMENT, with the field where it is known
Conflict               ABORTED
Unauthorised           UNAUTHENTICATED
Forbidden              PERMISSION_DENIED
RateLimited            RESOURCE_EXHAUSTED; where a source limits us, UNAVAILABLE
Unavailable            UNAVAILABLE
Corrupt                DATA_LOSS
what is switched off   UNIMPLEMENTED
everything else        INTERNAL, without a word of what it was
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from google.protobuf.message import Message

from linernotes.domain.errors import (
    Conflict,
    Corrupt,
    Forbidden,
    Gone,
    Invalid,
    LinernotesError,
    NotFound,
    RateLimited,
    Unauthorised,
    Unavailable,
)
from linernotes.facades.grpc.gen import errors_pb2 as pb

DOMAIN = "linernotes"
DETAILS = "grpc-status-details-bin"
TYPE_URL = "type.googleapis.com/google.rpc."
# Trailers have to fit into 8 KiB together, and a message may quote what was asked.
LONGEST_TEXT = 500
INTERNAL = "Something went wrong here, and was written to the log."

_KINDS: tuple[tuple[type[LinernotesError], grpc.StatusCode, str], ...] = (
    (NotFound, grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
    (Gone, grpc.StatusCode.NOT_FOUND, "GONE"),
    (Invalid, grpc.StatusCode.INVALID_ARGUMENT, "INVALID"),
    (Conflict, grpc.StatusCode.ABORTED, "CONFLICT"),
    (Unauthorised, grpc.StatusCode.UNAUTHENTICATED, "UNAUTHORISED"),
    (Forbidden, grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN"),
    (RateLimited, grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED"),
    (Unavailable, grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
    (Corrupt, grpc.StatusCode.DATA_LOSS, "CORRUPT"),
)


class InvalidField(Invalid):
    """A field of the request is not valid."""

    def __init__(self, field: str, cause: Invalid) -> None:
        """Say what ``cause`` says, and of which field."""
        super().__init__(cause.message, hint=cause.hint)
        self.field = field


class Failed(grpc.Status):
    """How a call ends that has no answer."""

    def __init__(self, code: grpc.StatusCode, text: str, details: bytes) -> None:
        """Keep the code, a sentence for people, and the serialised details."""
        self.code = code
        self.details = text
        self.trailing_metadata = ((DETAILS, details),)
        self.size = len(text) + len(details)


@contextmanager
def field(name: str) -> Iterator[None]:
    """Say of every ``Invalid`` inside that it is about this field of the request."""
    try:
        yield
    except Invalid as exc:
        raise InvalidField(name, exc) from exc


def failed(error: Exception) -> Failed:
    """Return the status that tells a client of an error."""
    code, reason = kind_of(error)
    if not isinstance(error, LinernotesError):
        return _status(code, INTERNAL, [pb.ErrorInfo(reason=reason, domain=DOMAIN)])
    said = {"hint": error.hint, "source": error.source}
    metadata = {name: text[:LONGEST_TEXT] for name, text in said.items() if text}
    details: list[Message] = [pb.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)]
    text = error.message[:LONGEST_TEXT]
    if isinstance(error, InvalidField):
        violation = pb.BadRequest.FieldViolation(field=error.field, description=text)
        details.append(pb.BadRequest(field_violations=[violation]))
    if isinstance(error, Unavailable) and error.retry_after is not None:
        details.append(_retry(error.retry_after))
    return _status(code, text, details)


def switched_off() -> Failed:
    """Return how every call to a service ends that this server is set up without."""
    info = pb.ErrorInfo(
        reason="UNIMPLEMENTED", domain=DOMAIN, metadata={"hint": "identification.enabled switches it on."}
    )
    return _status(grpc.StatusCode.UNIMPLEMENTED, "Identification is switched off on this server.", [info])


def kind_of(error: Exception) -> tuple[grpc.StatusCode, str]:
    """Return the status code of an error and the reason that programs may tell it by."""
    if isinstance(error, RateLimited) and error.source:
        return grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"
    found = ((code, reason) for kind, code, reason in _KINDS if isinstance(error, kind))
    return next(found, (grpc.StatusCode.INTERNAL, "INTERNAL"))


def _retry(seconds: float) -> pb.RetryInfo:
    told = pb.RetryInfo()
    told.retry_delay.FromNanoseconds(int(max(0.0, seconds) * 1e9))
    return told


def _status(code: grpc.StatusCode, text: str, details: list[Message]) -> Failed:
    status = pb.Status(code=code.value[0], message=text)
    for detail in details:
        packed = status.details.add()
        packed.type_url = TYPE_URL + detail.DESCRIPTOR.name
        packed.value = detail.SerializeToString()
    return Failed(code, text, status.SerializeToString())
