"""Ogg streams that start anew inside a file give the words that fpcalc gives."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from av import AudioFrame
from hypothesis import given
from hypothesis import strategies as st

from linernotes.fingerprint.extract import extract
from linernotes.fingerprint.extract.restarts import cut, starts_anew
from tests.fingerprint.sounds import RATE, melody

FPCALC = shutil.which("fpcalc")
BLOCK = 1024


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two Vorbis files."""
    folder = tmp_path_factory.mktemp("ogg")
    return [vorbis(folder / f"{seed}.ogg", seed=seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def chain(parts: list[Path]) -> Path:
    """Return one file that is two, one after the other."""
    path = parts[0].with_name("chain.ogg")
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def vorbis(path: Path, *, seed: int) -> Path:
    """Encode eight seconds with FFmpeg's own encoder."""
    samples = melody(8, seed=seed)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("vorbis", rate=RATE, options={"strict": "experimental"})
        stream.layout = "stereo"
        for start in range(0, samples.shape[1] - BLOCK, BLOCK):
            block = np.ascontiguousarray(samples[:, start : start + BLOCK])
            frame = AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.skipif(not FPCALC, reason="fpcalc is not installed")
def test_a_chain_of_streams_has_the_words_of_fpcalc(chain: Path) -> None:
    said = subprocess.run([FPCALC, "-raw", "-plain", str(chain)], capture_output=True, text=True, check=False).stdout
    assert extract(chain).words.tolist() == [int(word) for word in said.split(",")]


def test_a_chain_begins_with_the_words_of_its_first_stream(parts: list[Path], chain: Path) -> None:
    alone, chained = extract(parts[0]).words.tolist(), extract(chain).words.tolist()
    assert len(chained) > 1.8 * len(alone)
    assert chained[: len(alone) - 1] == alone[:-1]


def test_a_stream_that_starts_anew_is_seen(parts: list[Path], chain: Path, tmp_path: Path) -> None:
    assert [starts_anew(path) for path in (*parts, chain)] == [False, False, True]
    back = bytearray(parts[0].read_bytes())
    third = [place for place in range(len(back) - 4) if back[place : place + 4] == b"OggS"][3]
    back[third + 6 : third + 14] = (-104).to_bytes(8, "little", signed=True)
    (tmp_path / "back.ogg").write_bytes(back)
    assert starts_anew(tmp_path / "back.ogg")
    assert not starts_anew(tmp_path / "not there.ogg")


PIECES = st.one_of(st.binary(max_size=40), st.just(b"OggS\0\2"), st.just(b"OggS\0\0"))


@given(st.lists(PIECES, max_size=8).map(b"".join))
def test_any_bytes_are_looked_at_without_a_fault(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ogg"
    path.write_bytes(content)
    assert starts_anew(path) in {True, False}


class FakePacket:
    """A packet that counts 128 samples; ``anew`` says whether a stream begins with it."""

    def __init__(self, *, codec: str = "vorbis", anew: bool = True) -> None:
        self.duration = 128
        self.stream = SimpleNamespace(codec_context=SimpleNamespace(name=codec))
        self._anew = anew

    def has_sidedata(self, kind: str) -> bool:
        return self._anew and kind == "new_extradata"


def frame() -> AudioFrame:
    """Return 576 samples that are all different."""
    made = AudioFrame.from_ndarray(np.arange(576, dtype=np.float32)[np.newaxis], format="fltp", layout="mono")
    made.sample_rate, made.pts = RATE, 5312
    return made


def test_the_first_block_of_a_stream_that_starts_anew_is_as_long_as_its_packet_counts() -> None:
    shorter = cut(FakePacket(), frame())  # type: ignore[arg-type]
    assert (shorter.samples, shorter.sample_rate, shorter.pts, shorter.format.name) == (128, RATE, 5312, "fltp")
    assert shorter.to_ndarray().tolist() == [list(range(128))]


@pytest.mark.parametrize("packet", [FakePacket(anew=False), FakePacket(codec="opus")])
def test_every_other_block_stays_whole(packet: FakePacket) -> None:
    assert cut(packet, frame()).samples == 576  # type: ignore[arg-type]
