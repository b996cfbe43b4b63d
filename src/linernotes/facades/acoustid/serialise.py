"""Answers as text: JSON with sorted keys, JSON in a function call for scripts, and XML made from the same tree.

In XML a list's items are named by the singular of the list's name, whatever comes out (`hashes/hashe`), and scalars
are as Python writes them (`None`, `True`, `1.0`): that is what clients have learnt to read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

import msgspec

from linernotes.facades._kit.http import Reply

Tree: TypeAlias = "str | int | float | bool | Mapping[str, Tree] | Sequence[Tree] | None"
"""What an answer says."""

OPEN = (("access-control-allow-origin", "*"),)
"""Scripts of any page may read any answer."""

CALLBACK = "jsonAcoustidApi"
_NAME = re.compile(r"[$A-Za-z_][0-9A-Za-z_]*(?:\.[$A-Za-z_][0-9A-Za-z_]*)*")
_PROLOG = "<?xml version='1.0' encoding='UTF-8'?>\n"
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_write = json.JSONEncoder(sort_keys=True).encode


class Form(msgspec.Struct, frozen=True):
    """How an answer is written; ``callback`` is the function that is called in the form jsonp."""

    name: str = "json"
    callback: str = CALLBACK

    def reply(self, tree: Mapping[str, Tree], status: int = 200, *headers: tuple[str, str]) -> Reply:
        """Return the reply that says this."""
        kind, text = self._written(tree)
        return Reply(status, text.encode(), content_type=f"{kind}; charset=UTF-8", headers=(*OPEN, *headers))

    def _written(self, tree: Mapping[str, Tree]) -> tuple[str, str]:
        if self.name == "xml":
            return "text/xml", to_xml(tree)
        if self.name == "jsonp":
            return "application/javascript", f"{self.callback}({to_json(tree)})"
        return "application/json", to_json(tree)


JSON = Form()
XML = Form("xml")
FORMS = frozenset({"json", "jsonp", "xml"})


def callback_of(text: str) -> str:
    """Return the name of a function, or the usual one where this cannot be a name."""
    return text if _NAME.fullmatch(text) else CALLBACK


def to_json(tree: Tree) -> str:
    """Return JSON as Python writes it: sorted keys, ", " and ": ", nothing beyond ASCII."""
    return _write(tree)


def to_xml(tree: Mapping[str, Tree]) -> str:
    """Return the document whose root is ``response``; a key that begins with "@" is an attribute."""
    return _PROLOG + "".join(_element("response", tree))


def singular(plural: str) -> str:
    """Return what one item is called. Raises ``ValueError`` for a word that is no plural."""
    if plural.endswith("ies"):
        return plural[:-3] + "y"
    if plural.endswith("s"):
        return plural[:-1]
    raise ValueError(plural)


def _element(tag: str, value: Tree) -> Iterator[str]:
    attributes, content = "", "".join(_content(tag, value))
    if isinstance(value, Mapping):
        named = sorted((key[1:], value[key]) for key in value if key.startswith("@"))
        attributes = "".join(f" {name}={quoteattr(_text(said))}" for name, said in named)
    yield f"<{tag}{attributes}>{content}</{tag}>" if content else f"<{tag}{attributes} />"


def _content(tag: str, value: Tree) -> Iterator[str]:
    if isinstance(value, str):
        yield escape(_text(value))
    elif isinstance(value, Mapping):
        for key in sorted(value):
            if not key.startswith("@"):
                yield from _element(key, value[key])
    elif isinstance(value, Sequence):
        item = singular(tag)
        for one in value:
            yield from _element(item, one)
    else:
        yield str(value)


def _text(value: Tree) -> str:
    """Return a scalar as text; what no XML document can hold becomes the replacement character."""
    return _NO_XML.sub("\ufffd", str(value))
