"""What a request asks for: its query, and the lists of ids that some requests carry."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.facades._kit.http import Request
from linernotes.facades.lidarr.errors import BAD_JSON

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")
_DEFAULT_LIMIT = 10
MOST_IDS = 10_000
"""A request with as many takes a third of a second; a longer list would keep others waiting."""


class Query:
    """The parameters of a query string; of one that is given twice the first counts."""

    def __init__(self, text: str) -> None:
        """Decode the query string."""
        self._values = parse_qs(text, keep_blank_values=True) if text else {}

    def text(self, name: str) -> str:
        """Return a parameter; empty if it is not there."""
        return self._values.get(name, [""])[0]

    def number(self, name: str) -> int | None:
        """Return a parameter that is a whole number; None if it is not there, ``Invalid`` if it is no number."""
        given = self.text(name).strip()
        if not given:
            return None
        if not _NUMBER.fullmatch(given):
            raise Invalid(f"{name} is not a number")
        return int(given)

    def limit(self, most: int) -> int:
        """Return ``limit``: 10 if it is missing, no number or below 1, and never more than ``most``."""
        given = self.text("limit").strip()
        wanted = int(given) if _NUMBER.fullmatch(given) else 0
        return min(wanted if wanted > 0 else _DEFAULT_LIMIT, most)

    def choices(self, name: str) -> frozenset[str]:
        """Return the parts of a parameter between bars; none if it is not there or empty."""
        given = self.text(name)
        return frozenset(given.split("|")) if given else frozenset()


def listed(request: Request, complaint: str) -> list[str]:
    """Return the JSON list of strings in the body; ``Invalid`` with ``complaint`` if it is something else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Invalid(complaint)
    try:
        found = msgspec.json.decode(request.body, type=list[str])
    except msgspec.ValidationError as exc:
        raise Invalid(complaint) from exc
    except msgspec.DecodeError as exc:
        raise Invalid(BAD_JSON) from exc
    if len(found) > MOST_IDS:
        raise Invalid(f"At most {MOST_IDS} ids in one request")
    return found
