"""What keys stand for is remembered, and forgotten, whoever is asking meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from linernotes.usecases.identify.known import Known

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_whoever_asks_while_all_is_forgotten_gets_an_answer(steps: int) -> None:
    gate, asked = asyncio.Event(), 0

    async def look_up(_: str) -> str:
        nonlocal asked
        asked += 1
        await gate.wait()
        return "somebody"

    known = Known(look_up=look_up, clock=lambda: 0.0)
    before = asyncio.create_task(known.get(b"1", "key"))
    for _ in range(steps):
        await asyncio.sleep(0)
    known.forget()
    after = asyncio.create_task(known.get(b"1", "key"))
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(before, after) == ["somebody", "somebody"]
    looked = asked
    assert await known.get(b"1", "key") == "somebody"
    assert asked == looked
