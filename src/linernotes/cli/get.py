"""`linernotes get`: ask the application as a client would, without a server and without a socket."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.web.application import Application

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


@click.command(name="get")
@click.argument("path")
@click.option("--header", "-H", "headers", multiple=True, metavar="NAME:VALUE", help="Send this header; repeatable.")
@click.option("--pretty", is_flag=True, help="Indent JSON.")
@click.option("--include-headers", "-i", is_flag=True, help="Print status and headers before the body.")
@data_option
@click.pass_obj
def command(state: CliState, path: str, headers: tuple[str, ...], pretty: bool, include_headers: bool) -> int:
    """Ask the REST API without a server.

    PATH is what would stand behind the host in an address, with its query: /v1/artists/… The body is printed. The exit
    code is 1 for an answer from 400 up.
    """
    from linernotes.app.lifecycle import load_worker

    if "://" in path.partition("?")[0]:
        raise click.BadParameter("write what stands behind the host alone, such as /v1/stats", param_hint="PATH")
    sent = [_header(header) for header in headers]
    settings = state.settings({"log.level": "error", "server.access_log": "off"})
    status, answered, body = asyncio.run(_get(load_worker(settings, None), path, sent))
    if include_headers:
        lines = [str(status), *(f"{name.decode()}: {value.decode('latin-1')}" for name, value in answered)]
        click.echo("\n".join(lines) + "\n")
    sys.stdout.buffer.write(_indented(body) if pretty else body)
    if body and not body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.flush()
    return int(status >= 400)


def _header(text: str) -> tuple[bytes, bytes]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{text!r} is no header; write NAME:VALUE", param_hint="--header")
    return name.strip().lower().encode(), value.strip().encode()


def _indented(body: bytes) -> bytes:
    """Return JSON indented; anything else as it is."""
    import msgspec

    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    return msgspec.json.format(body)


async def _get(application: Application, path: str, headers: Sequence[tuple[bytes, bytes]]) -> Answer:
    """Ask once; return status, headers and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with _living(application):
        await application(_scope(path, headers), receive, send)
    start, *parts = sent
    return start["status"], start["headers"], b"".join(part.get("body", b"") for part in parts)


def _scope(path: str, headers: Sequence[tuple[bytes, bytes]]) -> dict[str, Any]:
    from urllib.parse import quote, unquote

    plain, _, query = path.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote("/" + plain.removeprefix("/")),
        "query_string": quote(query, safe="%&=+,;:/?@!$'()*[]~-._").encode(),
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
    }


@asynccontextmanager
async def _living(application: Application) -> AsyncIterator[None]:
    """Run the application's lifespan around what is inside."""
    from linernotes.domain.errors import Unavailable

    asking: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    said: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    asking.put_nowait({"type": "lifespan.startup"})
    life = asyncio.create_task(application({"type": "lifespan"}, asking.get, said.put))
    try:
        started = await said.get()
        if started["type"] == "lifespan.startup.failed":
            raise Unavailable(started["message"])
        yield
    finally:
        asking.put_nowait({"type": "lifespan.shutdown"})
        await life
