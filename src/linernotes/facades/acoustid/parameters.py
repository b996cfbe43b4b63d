"""The parameters of a request: those of its query string and of its form, read as AcoustID's server reads them.

Of a name that is given several times the first counts, and the query string counts before the form. Numbers are what
Python's ``int`` takes for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hmac import compare_digest
from typing import NoReturn

from linernotes.facades._kit.http import Request
from linernotes.facades.acoustid.bodies import form_of, query_of
from linernotes.facades.acoustid.errors import INVALID_UUID, MISSING_PARAMETER, UNKNOWN_FORMAT, Refused
from linernotes.facades.acoustid.serialise import CALLBACK, FORMS, JSON, Form, callback_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\n?", re.IGNORECASE | re.ASCII)
_SUFFIX = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_GAPS = re.compile(r"[\s\0]+")

LONGEST_LABEL = 200
"""Characters of a version that are kept."""


class Parameters:
    """What a request asks with."""

    def __init__(self, *sources: Iterable[tuple[str, str]]) -> None:
        """Take the sources of names and values, the one that counts most first."""
        self._sources = [_grouped(source) for source in sources]

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as it was sent."""
        for source in self._sources:
            if name in source:
                return source[name][0]
        return default

    def texts(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return [value for source in self._sources for value in source.get(name, ())]

    def number(self, name: str) -> int | None:
        """Return a parameter that is a number; None where it is not given or is none."""
        for source in self._sources:
            found = None if name not in source else _number(source[name][0])
            if found is not None:
                return found
        return None

    def numbers(self, name: str) -> list[int]:
        """Return those values of a parameter that are numbers."""
        return [found for value in self.texts(name) if (found := _number(value)) is not None]

    def words(self, name: str) -> str:
        """Return a parameter in which every run of white space and NUL has become one space."""
        return _GAPS.sub(" ", self.text(name))

    def label(self, name: str) -> str:
        """Return what is kept of a parameter that names a version."""
        return self.words(name)[:LONGEST_LABEL].strip()

    def required(self, name: str) -> str:
        """Return a parameter that has to be there."""
        return self.text(name) or _missing(name)

    def required_number(self, name: str) -> int:
        """Return a number that has to be there and not be 0."""
        return self.number(name) or _missing(name)

    def suffixes(self, *names: str) -> list[str]:
        """Return with what names are continued (``.0``, ``.1``): by number, the empty suffix first.

        A number with zeros before it is none.
        """
        found = {suffix for source in self._sources for given in source for suffix in _suffixes(given, names)}
        return sorted(found, key=lambda suffix: int(suffix[1:] or -1))

    def form(self) -> Form:
        """Return how the answer is to be written."""
        name = self.text("format", JSON.name)
        if name not in FORMS:
            raise Refused(UNKNOWN_FORMAT)
        return Form(name, callback_of(self.text("jsoncallback", CALLBACK))) if name == "jsonp" else Form(name)

    def holds(self, secret: str) -> bool:
        """Whether the parameter ``secret`` is this one, compared in constant time; the empty one never is."""
        given = self.text("secret").encode("utf-8", "surrogatepass")
        return compare_digest(given, secret.encode("utf-8", "surrogatepass")) and bool(secret)


def read_parameters(request: Request) -> Parameters:
    """Return what a request asks with."""
    return Parameters(query_of(request.query), form_of(request.method, request.headers, request.body))


def uuid(text: str, name: str) -> str:
    """Return a UUID in lower case. Raises ``Refused``, which names the parameter, for another text."""
    if not _UUID.fullmatch(text):
        raise Refused(INVALID_UUID, name)
    return text.rstrip("\n").lower()


def _missing(name: str) -> NoReturn:
    raise Refused(MISSING_PARAMETER, name)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _suffixes(given: str, names: tuple[str, ...]) -> Iterator[str]:
    name, dot, number = given.partition(".")
    if name in names and (not dot or _SUFFIX.fullmatch(number)):
        yield dot + number
