"""The page to try the API on, and the page of its problems. Each is one file that loads nothing from elsewhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from http import HTTPStatus
from importlib.resources import files

from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.native.errors import FAILURES

_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
_TICKED = re.compile(r"`(.*?)`")


class Docs:
    """The pages below ``docs_prefix`` ("": there are none), about the API below ``prefix``."""

    def __init__(self, *, prefix: str, docs_prefix: str) -> None:
        """Read the pages; addresses are put in when one is asked for, since a proxy may show us below another path."""
        self._prefix = prefix
        self._docs_prefix = docs_prefix
        self._pages: Mapping[str, str] = {"": _page("docs.html"), "/errors": _page("errors.html")}

    def stands_at(self, mount: str) -> bool:
        """Whether these pages are meant by the mount that a request came in under, and not the API."""
        if not self._docs_prefix or not mount.endswith(self._docs_prefix):
            return False
        return len(self._docs_prefix) > len(self._prefix) or not mount.endswith(self._prefix)

    def page(self, request: Request) -> Reply | None:
        """Return the page at a path, None where there is none."""
        page = self._pages.get(request.path.removesuffix("/"))
        if page is None:
            return None
        base = request.prefix.removesuffix(self._docs_prefix)
        headers = (
            ("content-security-policy", _policy(page)),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-cache"),
        )
        page = page.replace("{{api}}", escape(base + self._prefix)).replace("{{docs}}", escape(request.prefix))
        return Reply(200, page.encode(), content_type="text/html; charset=utf-8", headers=headers, shared=True)


def _page(name: str) -> str:
    folder = files("linernotes.facades.native").joinpath("pages")
    page = folder.joinpath(name).read_text("utf-8")
    style = folder.joinpath("style.css").read_text("utf-8")
    return page.replace("{{style}}", style).replace("{{failures}}", _failures())


def _failures() -> str:
    return "\n".join(
        f'<h3 id="{one.slug}">{one.status} {HTTPStatus(one.status).phrase}</h3>\n<p>{_marked(one.meaning)}</p>'
        for one in FAILURES
    )


def _marked(text: str) -> str:
    return _TICKED.sub(r"<code>\1</code>", escape(text))


def _policy(page: str) -> str:
    """Allow the style and the script that stand in the page, and nothing else."""
    policy = ["default-src 'none'", "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'"]
    for kind, text in _INLINE.findall(page):
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        policy.append(f"{kind}-src 'sha256-{digest}'")
    return "; ".join([*policy, "frame-ancestors 'none'"])
