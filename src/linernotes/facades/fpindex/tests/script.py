"""Scripts of requests with their answers, one file each: how they are read, run and written.

A request is a line of method and path, its headers, and its body: after `| ` as text, after `m ` as JSON that is sent
as MessagePack, after `x ` in hexadecimal digits. `=> ` begins the answer: status, content type, and the body likewise.
"""

from __future__ import annotations

import json

import msgspec

from linernotes.facades.fpindex.http import Reply
from linernotes.facades.fpindex.tests.world import Asked, World


async def replayed(text: str, world: World) -> str:
    """Run the requests of a script; return it with the answers that were given."""
    blocks = [await _block(block.split("\n"), world) for block in text.strip("\n").split("\n\n")]
    return "\n\n".join(blocks) + "\n"


async def _block(lines: list[str], world: World) -> str:
    kept = [line for line in lines if not line.startswith("=> ")]
    if "=> " in "".join(lines):
        first = next(i for i, line in enumerate(lines) if line.startswith("=> "))
        kept = lines[:first]
    sent = [line for line in kept if not line.startswith("#")]
    if not sent:
        return "\n".join(kept)
    return "\n".join(kept + _shown(await world.answer(_asked(sent))))


def _asked(lines: list[str]) -> Asked:
    method, _, path = lines[0].partition(" ")
    headers, body = {}, b""
    for line in lines[1:]:
        kind, value = line[:2], line[2:]
        if kind == "| ":
            body += value.encode()
        elif kind == "m ":
            body += msgspec.msgpack.encode(json.loads(value))
        elif kind == "x ":
            body += bytes.fromhex(value)
        else:
            name, _, content = line.partition(": ")
            headers[name.encode()] = content.encode()
    return Asked(method.encode(), path.encode(), headers, body)


def _shown(reply: Reply) -> list[str]:
    head = [f"=> {reply.status} {reply.content_type.decode()}".rstrip()]
    head += [f"{name.decode()}: {value.decode()}" for name, value in reply.headers]
    if not reply.body:
        return head
    if reply.content_type in {b"application/vnd.msgpack", b"application/octet-stream"}:
        return [*head, f"x {reply.body.hex(' ')}"]
    return [*head, *[f"| {line}" for line in reply.body.decode().removesuffix("\n").split("\n")]]
