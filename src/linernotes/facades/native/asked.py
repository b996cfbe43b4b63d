"""What a request asks for, read once: its query by the parameters of its operation, its MBIDs, its body."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import msgspec

from linernotes.domain.errors import Forbidden, Invalid, Unauthorised
from linernotes.domain.ids import MBID, parse_mbid
from linernotes.domain.keys import Scope
from linernotes.facades._kit.http import Request
from linernotes.facades.native.cursors import read_cursor
from linernotes.facades.native.routes import Parameter

K = TypeVar("K")
MOST_ON_PAGE = 100
USUAL_ON_PAGE = 25
MOST_IDS = 500
_NUMBER = re.compile(r"[0-9]{1,9}")


class Asked:
    """A request to an operation. ``part`` is what stood in the path where the operation has braces."""

    def __init__(self, request: Request, *, parameters: Sequence[Parameter], part: str = "") -> None:
        """Decode the query; ``Invalid`` names a parameter that is not known, given twice, or missing."""
        self.request = request
        self._part = part
        self._values = _values(request.query, {one.name for one in parameters})
        for parameter in parameters:
            if parameter.required and not self.text(parameter.name):
                raise Invalid(f"The parameter `{parameter.name}` is missing", hint=parameter.description)

    @property
    def mbid(self) -> MBID:
        """The MBID in the path."""
        return read_mbid(self._part)

    def text(self, name: str) -> str:
        """Return a parameter; empty if it is not there."""
        return self._values.get(name, "").strip()

    def one_of(self, names: Sequence[str]) -> str:
        """Return which one of these parameters is there; ``Invalid`` unless it is exactly one."""
        given = [name for name in names if self.text(name)]
        if len(given) != 1:
            listed = ", ".join(f"`{name}`" for name in names)
            raise Invalid(
                f"Exactly one of these parameters is needed: {listed}" if len(names) > 1 else f"{listed} is missing"
            )
        return given[0]

    def limit(self, usual: int = USUAL_ON_PAGE) -> int:
        """Return ``limit``, which may be from 1 to 100."""
        given = self.text("limit") or str(usual)
        if not _NUMBER.fullmatch(given) or not 1 <= int(given) <= MOST_ON_PAGE:
            raise Invalid(f"`limit` is a number from 1 to {MOST_ON_PAGE}, not {given[:20]!r}")
        return int(given)

    def after(self, key: Any) -> Any:
        """Return the key in ``cursor``, of the type ``key``; None for the first page."""
        given = self.text("cursor")
        return read_cursor(given, key) if given else None

    def choice(self, name: str, choices: Collection[str]) -> str:
        """Return a parameter that is one of few; empty if it is not there."""
        return "".join(known([self.text(name)], choices, what=f"`{name}`")) if self.text(name) else ""

    def include(self, choices: Collection[str]) -> frozenset[str]:
        """Return the parts of ``include``."""
        return known(_split(self.text("include")), choices, what="`include`")

    def ids(self) -> list[MBID]:
        """Return the MBIDs in ``ids``, each once, in their order."""
        return read_mbids(_split(self.text("ids")))

    def body(self, kind: type[K]) -> K:
        """Return the body; ``Invalid`` says where it is not as it should be."""
        try:
            return msgspec.json.decode(self.request.body, type=kind)
        except msgspec.ValidationError as exc:
            raise Invalid(f"The body is not as it should be: {exc}") from exc
        except (msgspec.DecodeError, UnicodeError) as exc:
            raise Invalid("The body is no JSON") from exc

    def needs_admin(self) -> None:
        """Raise Unauthorised or Forbidden unless the caller has a key with the scope admin."""
        caller = self.request.caller
        if caller is None or caller.key_id is None:
            raise Unauthorised(
                "This needs a key with the scope admin", hint="Send it as `Authorization: Bearer …` or `X-Api-Key: …`."
            )
        if Scope.ADMIN not in caller.scopes:
            raise Forbidden(hint="It would need the scope admin.")

    def same(self, path: str) -> str:
        """Return the address of another path with the same query."""
        return f"{self.request.prefix}{path}" + (f"?{self.request.query}" if self.request.query else "")

    def next(self, path: str, cursor: str | None, *, limit: int, keep: bool = True) -> str | None:
        """Return the address of the page of ``path`` at a cursor, with the other parameters if they are to be kept."""
        if cursor is None:
            return None
        kept = self._values if keep else {}
        query = urlencode({**kept, "limit": limit, "cursor": cursor}, safe=",", errors="replace")
        return f"{self.request.prefix}{path}?{query}"


def read_mbid(text: str) -> MBID:
    """Return an MBID; ``Invalid`` shows what was there instead."""
    try:
        return parse_mbid(text)
    except Invalid as exc:
        raise Invalid(
            f"{text[:60]!r} is no MBID", hint="An MBID looks like b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d."
        ) from exc


def read_mbids(texts: Iterable[str]) -> list[MBID]:
    """Return MBIDs, each once; ``Invalid`` for more than 500."""
    found = list(dict.fromkeys(read_mbid(text) for text in texts))
    if len(found) > MOST_IDS:
        raise Invalid(f"At most {MOST_IDS} MBIDs in one request", hint="Ask for them in several requests.")
    return found


def known(names: Iterable[str], choices: Collection[str], *, what: str) -> frozenset[str]:
    """Return the names; ``Invalid`` for one that is none of the choices."""
    given = frozenset(names)
    for name in sorted(given - set(choices)):
        hint = f"Known here: {', '.join(sorted(choices))}." if choices else "There is nothing to choose here."
        raise Invalid(f"{what} does not know {name[:60]!r}", hint=hint)
    return given


def _split(text: str) -> list[str]:
    return [part for part in (part.strip() for part in text.split(",")) if part]


def _values(query: str, names: Collection[str]) -> dict[str, str]:
    values: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in names:
            hint = f"Known here: {', '.join(sorted(names))}." if names else "This address takes no parameters."
            raise Invalid(f"There is no parameter {name[:60]!r}", hint=hint)
        if name in values:
            raise Invalid(
                f"The parameter `{name}` is given twice", hint="Put commas between values, where it takes several."
            )
        values[name] = value
    return values
