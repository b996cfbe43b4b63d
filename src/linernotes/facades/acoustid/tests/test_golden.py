"""Whole conversations, byte for byte. REWRITE_GOLDEN=1 writes them anew: read what changed before you keep it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from linernotes.facades._kit.http import Reply
from linernotes.facades.acoustid.tests.script import Script
from linernotes.facades.acoustid.tests.world import R1, R2, UNKNOWN, World

pytestmark = pytest.mark.anyio
GOLDEN = Path(__file__).parent / "golden"
TRANSCRIPTS = [
    block.split("\n")
    for block in (GOLDEN / "transcripts.txt").read_text("utf-8").strip("\n").split("\n\n")
    if "=> " in block
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def scripted() -> Script:
    world = World()
    return Script(world, {"A": world.add("A", R1, R2, UNKNOWN)})


@pytest.fixture(scope="module")
def script() -> Script:
    """A world that no request of the transcripts changes."""
    return scripted()


def summary(reply: Reply) -> str:
    """Return status, code and the parameter that the message names."""
    tree = msgspec.json.decode(reply.body)
    if tree["status"] == "ok":
        return f"{reply.status} ok"
    error = tree["error"]
    named = error["message"].split('"')
    name = f" {named[1]}" if error["code"] in {2, 7, 8, 9, 10, 11} else ""
    return f"{reply.status} {error['code']}{name}"


@pytest.mark.parametrize("lines", TRANSCRIPTS, ids=lambda lines: next(line for line in lines if line[0] != "#")[:90])
async def test_it_answers_as_acoustid_does(lines: list[str], script: Script) -> None:
    *sent, expected = [line for line in lines if not line.startswith("#")]
    reply = await script.ask(sent)
    if "{" in expected:
        assert f"=> {reply.status} {script.named(reply.body.decode())}" == expected
    else:
        assert f"=> {summary(reply)}" == expected


@pytest.mark.parametrize("name", ["lookup.txt", "submit.txt", "others.txt", "first_version.txt"])
async def test_every_request_is_answered_as_it_always_was(name: str) -> None:
    file = GOLDEN / name
    said = await scripted().replayed(file.read_text("utf-8"))
    if os.environ.get("REWRITE_GOLDEN"):
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8")
