"""The server's own few addresses: health, metrics, version and the page for people. They come before every façade."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from importlib.resources import files

import msgspec

from linernotes.domain.catalogue import BuildInfo
from linernotes.facades._kit.http import Reply, Request
from linernotes.web.errors import NO_STORE, error_reply
from linernotes.web.exposition import CONTENT_TYPE
from linernotes.web.health import Level, Readiness, worst

_INLINE = re.compile(rb"<(style|script)>(.*?)</\1>", re.DOTALL)


class LayerLicence(msgspec.Struct, frozen=True):
    """A layer of the catalogue and the licence that its data is under."""

    layer: str
    licence: str


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Which software answers from which data; ``api`` is where the page for people finds artists and albums.

    ``sources`` are asked for what is not in the catalogue, by these titles.
    """

    name: str = "linernotes"
    version: str
    api: str = ""
    catalogue: BuildInfo | None = None
    licences: tuple[LayerLicence, ...] = ()
    sources: tuple[str, ...] = ()


def about(*, version: str, api: str, catalogue: BuildInfo | None, sources: tuple[str, ...] = ()) -> About:
    """Describe this server."""
    layers = () if catalogue is None else catalogue.layers
    licences = tuple(LayerLicence(layer.value, layer.licence) for layer in layers)
    return About(version=version, api=api, catalogue=catalogue, licences=licences, sources=sources)


class Native:
    """Answers the server's own addresses."""

    def __init__(self, *, ready: Readiness, metrics: Callable[[], bytes], describe: Callable[[], About]) -> None:
        self._ready = ready
        self._metrics = metrics
        self._describe = describe
        self._page = _page()
        self._routes: Mapping[str, Callable[[], Awaitable[Reply]]] = {
            "/health/live": self._health_live,
            "/health/ready": self._health_ready,
            "/metrics": self._metrics_text,
            "/version": self._version,
            "/ui": self._ui,
            "/ui/": self._ui,
        }

    def answers(self, path: str) -> bool:
        """Whether this is one of the server's own addresses."""
        return path in self._routes

    async def handle(self, request: Request) -> Reply:
        if request.method != "GET":
            return error_reply(405, "Specified method is invalid for this resource", ("allow", "GET, HEAD"))
        return await self._routes[request.path]()

    async def _health_live(self) -> Reply:
        return _json({"status": "ok"})

    async def _health_ready(self) -> Reply:
        findings = await self._ready()
        level = worst(findings)
        checks = {
            finding.name: {"status": finding.level, "message": finding.message, "hint": finding.hint}
            for finding in findings
        }
        return _json({"status": level, "checks": checks}, status=503 if level is Level.FAILED else 200)

    async def _metrics_text(self) -> Reply:
        return Reply(200, self._metrics(), content_type=CONTENT_TYPE, headers=(NO_STORE,))

    async def _version(self) -> Reply:
        return _json(self._describe())

    async def _ui(self) -> Reply:
        return self._page


def _json(document: object, *, status: int = 200) -> Reply:
    return Reply(status, msgspec.json.encode(document), headers=(NO_STORE,))


def _page() -> Reply:
    page = files("linernotes.web").joinpath("ui.html").read_bytes()
    policy = ["default-src 'none'", "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'"]
    for kind, text in _INLINE.findall(page):
        digest = base64.b64encode(sha256(text).digest()).decode()
        policy.append(f"{kind.decode()}-src 'sha256-{digest}'")
    headers = (
        ("content-security-policy", "; ".join(policy)),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-cache"),
    )
    return Reply(200, page, content_type="text/html; charset=utf-8", headers=headers, shared=True)
