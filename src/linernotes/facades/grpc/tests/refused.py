"""What came back instead of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import msgspec
import pytest

from linernotes.facades.grpc.errors import DETAILS, TYPE_URL
from linernotes.facades.grpc.gen import errors_pb2 as pb


class Refused(msgspec.Struct, frozen=True):
    """How a call ended: status code, text, and the details by name."""

    code: grpc.StatusCode
    text: str
    details: dict[str, Any]

    @property
    def reason(self) -> str:
        """The reason that programs may tell it by."""
        return self.details["ErrorInfo"].reason

    @property
    def hint(self) -> str:
        """What to do next."""
        return self.details["ErrorInfo"].metadata["hint"]

    @property
    def fields(self) -> list[str]:
        """The wrong fields."""
        return [violation.field for violation in self.details["BadRequest"].field_violations]

    @property
    def retry_seconds(self) -> float:
        """When to come back."""
        return self.details["RetryInfo"].retry_delay.ToTimedelta().total_seconds()


def refused(method: Callable[..., Any], request: Any, *, timeout: float = 5, **rest: Any) -> Refused:
    """Call a method that must not answer, and return how it ended."""
    with pytest.raises(grpc.RpcError) as caught:
        _whole(method(request, timeout=timeout, **rest))
    return read(caught.value)


def _whole(answer: Any) -> Any:
    return list(answer) if isinstance(answer, Iterator) else answer


def read(error: Any) -> Refused:
    """Read the details of a status, which must be complete."""
    trailers = dict(error.trailing_metadata() or ())
    if DETAILS not in trailers:
        return Refused(error.code(), error.details(), {})
    status = pb.Status.FromString(trailers[DETAILS])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return Refused(error.code(), error.details(), dict(map(unpacked, status.details)))


def unpacked(detail: Any) -> tuple[str, Any]:
    """Return a detail by the last part of its type URL."""
    name = detail.type_url.removeprefix(TYPE_URL)
    return name, getattr(pb, name).FromString(detail.value)
