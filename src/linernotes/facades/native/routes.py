"""The routes as data: what each one takes and answers. Requests are checked by it, and OpenAPI is written from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from linernotes.facades._kit.http import Reply

Handler = Callable[..., Awaitable[Reply]]
"""Takes an ``Asked``."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of the query; ``schema`` is its type as msgspec has it, ``listed`` one with commas between parts.

    ``most`` is the highest number that it may be, 0 for that of entities on a page.
    """

    name: str
    description: str
    schema: Any = str
    required: bool = False
    listed: bool = False
    example: Any = None
    most: int = 0


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A method and a path, in which ``{mbid}`` stands for any one part, and everything that is said about them.

    ``answer`` is the type of the body, ``example`` an MBID to try. ``failures`` are the statuses that it may have
    beside those that every operation has. ``moves`` says that it may send the client on, ``files`` that the body may
    also be a file, or a form with one.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    handler: Handler
    answer: Any
    status: int = 200
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    body_example: Any = None
    example: str = ""
    failures: tuple[int, ...] = ()
    moves: bool = False
    admin: bool = False
    files: bool = False


class Match(NamedTuple):
    """What a path leads to: the operation of each method, and the part that stood where the path has braces."""

    operations: dict[str, Operation]
    part: str

    @property
    def allow(self) -> tuple[str, str]:
        """The header that says which methods there are."""
        methods = {*self.operations, "OPTIONS", *(("HEAD",) if "GET" in self.operations else ())}
        return "allow", ", ".join(sorted(methods))


class Router:
    """Finds operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        """Sort the operations by the parts of their paths."""
        self._paths: dict[tuple[str, ...], dict[str, Operation]] = {}
        for operation in operations:
            pattern = tuple("{}" if part.startswith("{") else part for part in split_path(operation.path))
            self._paths.setdefault(pattern, {})[operation.method] = operation

    def match(self, path: str) -> Match | None:
        """Return what the path leads to; None if it leads nowhere. A slash at the end makes no difference."""
        parts = split_path(path)
        exact = self._paths.get(parts)
        if exact is not None and "{}" not in parts:
            return Match(exact, "")
        if len(parts) < 2:
            return None
        found = self._paths.get((parts[0], "{}", *parts[2:]))
        return None if found is None else Match(found, parts[1])


def split_path(path: str) -> tuple[str, ...]:
    """Return the parts of a path; one slash at the end adds none."""
    parts = path.removeprefix("/").removesuffix("/").split("/")
    return () if parts == [""] else tuple(parts)
