"""Whole conversations, byte for byte. REWRITE_GOLDEN=1 writes them anew: read what changed before you keep it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linernotes.facades.fpindex.legacy import INDEX, Session
from linernotes.facades.fpindex.tests.script import replayed
from linernotes.facades.fpindex.tests.world import world

pytestmark = pytest.mark.anyio
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def compare(name: str, said: str) -> None:
    file = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        file.write_bytes(said.encode())
    assert said == file.read_bytes().decode()


@pytest.mark.parametrize("name", ["json.txt", "msgpack.txt", "lifecycle.txt", "negotiation.txt"])
async def test_every_request_is_answered_as_it_always_was(name: str, tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        compare(name, await replayed((GOLDEN / name).read_text("utf-8"), made))


async def test_every_line_is_answered_as_it_always_was(tmp_path: Path) -> None:
    asked = [line[2:] for line in (GOLDEN / "legacy.txt").read_text("utf-8").split("\n") if line.startswith(">")]
    async with world(tmp_path) as made:
        await made.collection.create(INDEX)
        session = Session(made.collection)
        said = []
        for line in asked:
            answer = (await session.answer(line.encode())).decode()
            assert answer.endswith("\r\n")
            said += [f"> {line}".rstrip("\n"), f"< {answer[:-2]}|"]
    compare("legacy.txt", "\n".join([*said, ""]))
