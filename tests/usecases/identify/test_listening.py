"""Listening to bytes from strangers: they become a fingerprint or a clear error, and the next ones too."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable
from linernotes.fingerprint.extract import extract
from linernotes.usecases.identify import listening as module
from linernotes.usecases.identify.hearing import READY, Heard, Sound, hear
from linernotes.usecases.identify.listening import MOST_BYTES, Listening
from tests.fingerprint import sounds

T = TypeVar("T")
HEARD = Heard(np.array([1, 2, 3], np.uint32), 7.5)


def made_up(pipe: Connection) -> None:
    """A process for the tests: the bytes of a file say what happens to who reads them."""
    try:
        pipe.send(READY)
        while True:
            sound = pipe.recv()
            if b"nap" in sound.data:
                time.sleep(0.5)
            if b"slow" in sound.data:
                time.sleep(60)
            if b"crash" in sound.data:
                os._exit(11)
            pipe.send(Invalid("This is wrong.", hint="Right it.") if b"wrong" in sound.data else HEARD)
    except EOFError:
        return


@asynccontextmanager
async def listening(**options: Any) -> AsyncIterator[Listening]:
    found = Listening(**options)
    try:
        yield found
    finally:
        found.close()


def run(work: Callable[[Listening], Coroutine[Any, Any, T]], **options: Any) -> T:
    async def main() -> T:
        async with listening(**options) as found:
            return await work(found)

    return asyncio.run(main())


async def told(found: Listening, data: bytes) -> str:
    """Return what comes of a file: the message of an error, or nothing."""
    try:
        heard = await found.listen(data)
    except LinernotesError as error:
        return error.message
    assert (heard.words.tolist(), heard.duration) == ([1, 2, 3], 7.5)
    return ""


@pytest.fixture(scope="module")
def flac(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sounds.write(tmp_path_factory.mktemp("flac") / "sound.flac", sounds.melody(20)).read_bytes()


def test_bytes_have_the_fingerprint_of_the_file_even_when_their_end_is_missing(flac: bytes) -> None:
    whole = extract(io.BytesIO(flac), length=120)

    async def both(found: Listening) -> tuple[Heard, Heard]:
        return await found.listen(flac), await found.listen(flac[: len(flac) // 2], length=5)

    heard, part = run(both, seconds=30)
    assert heard.words.tolist() == whole.words.tolist()
    assert heard.duration == part.duration == pytest.approx(20, abs=0.1)
    assert part.words.tolist() == whole.words.tolist()[: len(part.words)] != []


def test_bare_samples_are_heard_as_what_they_are_said_to_be(tmp_path: Path) -> None:
    wav = sounds.write(tmp_path / "sound.wav", sounds.melody(8, channels=1)).read_bytes()
    bare = hear(Sound(wav[44:], 120, "s16le", 44100, 1))
    named = hear(Sound(wav, 120))
    assert isinstance(bare, Heard)
    assert isinstance(named, Heard)
    assert len(bare.words) == len(named.words) > 20


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (b"", {}, "nothing"),
        (b"x" * 1000, {}, "not a media file"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", {}, "media|playlist|no file"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", {}, "media|playlist|no file"),
        (b"x" * 1000, {"kind": "lavfi"}, "not known here"),
        (b"x" * 1000, {"kind": "s16le"}, "sample rate"),
        (b"x" * 1000, {"kind": "s16le", "rate": 44100, "channels": 1}, "too short"),
        (b"x" * 1000, {"rate": 44100}, "go with"),
        (b"x", {"length": 0}, "seconds"),
        (b"x", {"length": float("nan")}, "seconds"),
        (bytes(MOST_BYTES + 1), {}, "at most"),
    ],
    ids=range(11),
)
def test_what_is_no_sound_is_refused(data: bytes, options: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        run(lambda found: found.listen(data, **options), seconds=30)


def test_a_file_that_crashes_or_stops_the_decoder_is_the_only_one_that_suffers() -> None:
    async def work(found: Listening) -> list[str]:
        return [await told(found, data) for data in (b"a", b"crash", b"b", b"slow", b"c", b"wrong", b"d")]

    assert run(work, at_once=1, seconds=2, serve=made_up) == [
        "",
        "The file makes the decoder crash.",
        "",
        "Listening to the file took longer than 2 s.",
        "",
        "This is wrong.",
        "",
    ]


def test_files_that_come_at_once_are_all_heard() -> None:
    async def work(found: Listening) -> list[str]:
        return list(await asyncio.gather(*(told(found, b"x" * 100_000) for _ in range(20))))

    assert run(work, seconds=30, serve=made_up) == [""] * 20


def test_who_waits_too_long_for_a_turn_is_told_when_to_come_back() -> None:
    async def work(found: Listening) -> Unavailable:
        # Both wait two seconds at least: one for the decoder, the other for its turn.
        ends = await asyncio.gather(found.listen(b"slow"), found.listen(b"slow"), return_exceptions=True)
        [waited] = [end for end in ends if isinstance(end, Unavailable) and "Too many" in end.message]
        return waited

    assert run(work, at_once=1, seconds=2, serve=made_up).retry_after == 2


def test_who_leaves_gives_the_place_back_when_the_file_is_done_with() -> None:
    async def work(found: Listening) -> str:
        left = asyncio.ensure_future(found.listen(b"nap"))
        await asyncio.sleep(0)
        left.cancel()
        return await told(found, b"a") or await told(found, b"b")

    assert run(work, at_once=1, seconds=30, serve=made_up) == ""


def broken(_: Connection) -> None:
    """A process that cannot begin."""


def test_a_process_that_cannot_begin_is_a_fault_and_not_the_file() -> None:
    assert run(lambda found: told(found, b"a"), serve=broken) == "No process to listen with could be started."


def test_a_kind_is_none_that_reads_what_it_is_not_given() -> None:
    assert not module.KINDS & {"hls", "concat", "sdp", "lavfi", "tee", "dash", "imf", "rtsp"}
