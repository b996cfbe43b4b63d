"""From the bytes of a sound file to its fingerprint: in processes of their own, few at a time, within a time limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable
from linernotes.usecases.identify.hearing import READY, Heard, Result, Sound, serve

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

LENGTH = 120.0
"""Seconds that the fingerprints of AcoustID are made of."""

SHORTEST, LONGEST = 3.0, 600.0
"""Seconds that can be listened to."""

MOST_BYTES = 16 << 20
SAMPLES = "s16le"
KINDS = frozenset({
    "aac", "ac3", "aiff", "ape", "asf", "caf", "flac", "matroska", "mov", "mp3", "mpc", "ogg", SAMPLES, "tta", "wav",
    "wv",
})  # fmt: skip
"""FFmpeg's names of what a file may be said to be. It knows others, some of which read what they are not given."""

START_SECONDS = 30.0
_MOST_RATE, _MOST_CHANNELS = 384_000, 16

Serve = Callable[[Connection], None]
_log = logging.getLogger(__name__)


class Listening:
    """Listens to files. Used on one event loop.

    A process is started when it is first needed, and kept; each takes about 80 MB.
    """

    def __init__(self, *, at_once: int = 2, seconds: float = 10.0, serve: Serve = serve) -> None:
        """``seconds`` is how long a file may wait for its turn, and then how long listening to it may take.

        ``serve`` is what a process does, a function that can be pickled.
        """
        self._seconds = seconds
        self._places = asyncio.Semaphore(at_once)
        self._ears = [_Ear(serve) for _ in range(at_once)]
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="linernotes-listening")

    async def listen(
        self, data: bytes, *, length: float = LENGTH, kind: str = "", rate: int = 0, channels: int = 0
    ) -> Heard:
        """Return the fingerprint of the first ``length`` seconds of a file; it may end in the middle.

        ``kind`` is one of `KINDS` where the file does not say what it is; bare samples (`SAMPLES`) need ``rate`` and
        ``channels``. Raises `Invalid` for what is no sound or too little of it, and `Unavailable` where it takes too
        long, or too many wait already.
        """
        sound = Sound(_checked_data(data), _checked_length(length), kind, rate, channels)
        _check_kind(sound)
        await self._turn()
        ear = self._ears.pop()
        work = asyncio.get_running_loop().run_in_executor(self._threads, ear.listen, sound, self._seconds)

        def over(done: asyncio.Future[Result]) -> None:
            self._ears.append(ear)
            self._places.release()
            if not done.cancelled():
                done.exception()  # which nobody may be left to hear

        work.add_done_callback(over)
        # Whoever leaves does not give the place back: the process is at work still.
        result = await asyncio.shield(work)
        if isinstance(result, LinernotesError):
            raise result
        return result

    def close(self) -> None:
        """End the processes. Blocks until those at work are done."""
        self._threads.shutdown()
        for ear in self._ears:
            ear.stop()

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        except TimeoutError as exc:
            raise Unavailable("Too many files are being listened to.", retry_after=self._seconds) from exc


class _Ear:
    """A process that listens, and is replaced when it cannot go on. For one thread at a time."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._pipe: Connection | None = None
        self._process: SpawnProcess | None = None

    def listen(self, sound: Sound, seconds: float) -> Result:
        """Return what was heard, or what is wrong."""
        pipe = self._pipe or self._start()
        if pipe is None:
            return Unavailable("No process to listen with could be started.", retry_after=START_SECONDS)
        try:
            pipe.send(sound)
            if pipe.poll(seconds):
                result: Result = pipe.recv()
                return result
        except (EOFError, OSError):
            self.stop()
            return Invalid("The file makes the decoder crash.")
        self.stop()
        return Unavailable(f"Listening to the file took longer than {seconds:g} s.", hint="Send less of it.")

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def _start(self) -> Connection | None:
        """Start a process; return the pipe to it when it is ready."""
        # Spawned, not forked: a fork would copy threads of the parent in whatever state they are.
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._serve, args=(theirs,), daemon=True)
        try:
            process.start()
            self._pipe, self._process = ours, process
            theirs.close()
            if ours.poll(START_SECONDS) and ours.recv() == READY:
                return ours
        except (EOFError, OSError, RuntimeError) as error:
            _log.warning("A process to listen to files with cannot begin: %r", error)
        ours.close()
        theirs.close()
        self.stop()
        return None


def _checked_data(data: bytes) -> bytes:
    if not data:
        raise Invalid("There is no sound in nothing.", hint="Send the bytes of a sound file.")
    if len(data) > MOST_BYTES:
        raise Invalid(f"A file is at most {MOST_BYTES} bytes long here.", hint="Its first two minutes suffice.")
    return data


def _checked_length(length: float) -> float:
    if not SHORTEST <= length <= LONGEST:  # also not a number
        raise Invalid(f"From {SHORTEST:g} to {LONGEST:g} seconds can be listened to.")
    return length


def _check_kind(sound: Sound) -> None:
    if sound.kind and sound.kind not in KINDS:
        raise Invalid(f"The format {sound.kind[:40]!r} is not known here.", hint=f"Known: {', '.join(sorted(KINDS))}.")
    if sound.kind == SAMPLES:
        if not (1 <= sound.rate <= _MOST_RATE and 1 <= sound.channels <= _MOST_CHANNELS):
            raise Invalid("Bare samples need a sample rate and a number of channels.")
    elif sound.rate or sound.channels:
        raise Invalid(f"A sample rate and a number of channels go with the format {SAMPLES}.")
