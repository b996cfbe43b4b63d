"""The words of a sound: what fpcalc says, however the sound arrives."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.extract import Extractor, Options, chunks, extract
from linernotes.fingerprint.extract.chunks import DELAY_SECONDS
from linernotes.fingerprint.extract.stream import WordStream, words_in
from linernotes.fingerprint.values import RATE, SILENCE, Words
from tests.fingerprint import sounds

FPCALC = shutil.which("fpcalc")
SECONDS = 14.0
# What fpcalc 1.5.1 says of `whole_numbers(60_000)`.
GOLDEN = [
    44606497,
    44622884,
    44623084,
    36226220,
    35374252,
    34262444,
    691596,
    269127564,
    269138828,
    818657805,
    869841455,
    854108719,
    644393519,
    640199231,
    757836303,
    741009935,
    673864207,
    1747601933,
    1747634660,
    1756153060,
    3970220260,
    3969962964,
]


@pytest.fixture(scope="module")
def melody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write(tmp_path_factory.mktemp("melody") / "melody.wav", sounds.melody(SECONDS))


def whole_numbers(count: int) -> np.ndarray:
    """Samples that no library can round otherwise: square waves of changing period."""
    at = np.arange(count, dtype=np.int64)
    periods = 20 + (at // 3000) * 37 % 90
    return (np.where(at % periods * 2 < periods, 9000, -9000) + (at * at * 7919) % 512).astype(np.int16)


def fpcalc(path: Path, *options: str) -> list[Words]:
    """What the reference says. It ends with 3 if the file is shorter than the length asked for."""
    done = subprocess.run([str(FPCALC), "-raw", *options, str(path)], capture_output=True, text=True, check=False)
    lines = re.findall("^FINGERPRINT=(.*)$", done.stdout, re.MULTILINE)
    return [np.array(line.split(","), np.uint32) for line in lines]


def test_known_samples_make_known_words() -> None:
    stream = WordStream()
    stream.push(whole_numbers(60_000))
    assert stream.words().tolist() == GOLDEN


def test_silence_makes_the_word_of_silence(tmp_path: Path) -> None:
    quiet = sounds.write(tmp_path / "quiet.flac", sounds.silence(5))
    assert set(extract(quiet).words.tolist()) == {SILENCE}


@pytest.mark.parametrize("piece", [1, 1000, 4096, 30_031, 59_999])
def test_how_samples_are_cut_into_pieces_makes_no_difference(piece: int) -> None:
    samples = whole_numbers(1500 if piece == 1 else 60_000)
    whole, cut = WordStream(), WordStream()
    whole.push(samples)
    for at in range(0, len(samples), piece):
        cut.push(samples[at : at + piece])
    assert cut.words().tolist() == whole.words().tolist()


@pytest.mark.parametrize("samples", [0, 4096, 30_030, 30_031, 31_395, 31_396, 60_000])
def test_the_number_of_words_is_known_beforehand(samples: int) -> None:
    stream = WordStream()
    stream.push(whole_numbers(samples))
    assert len(stream.words()) == words_in(samples)


def test_two_minutes_make_948_words() -> None:
    assert words_in(120 * RATE) == 948


def test_memory_does_not_grow_with_the_length_of_the_sound() -> None:
    stream, block = WordStream(), whole_numbers(50_000)
    tracemalloc.start()
    try:
        for _ in range(20 * 60 * RATE // len(block)):
            stream.push(block)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(stream.words()) > 9000
    assert peak < 10_000_000  # the samples alone are 26 MB


@pytest.mark.skipif(not FPCALC, reason="fpcalc is not installed")
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".opus", ".m4a"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_words_are_those_of_fpcalc(tmp_path: Path, suffix: str, channels: int) -> None:
    path = sounds.write(tmp_path / f"sound{suffix}", sounds.melody(9, seed=channels, channels=channels))
    found = extract(path, length=8)
    (expected,) = fpcalc(path, "-length", "8")
    assert found.words.tolist() == expected.tolist()
    assert found.warnings == ()


@pytest.mark.skipif(not FPCALC, reason="fpcalc is not installed")
@pytest.mark.parametrize("rate", [8000, 22050, 48000, 96000])
def test_any_rate_gives_the_words_of_fpcalc(tmp_path: Path, rate: int) -> None:
    path = sounds.write(tmp_path / "sound.flac", sounds.melody(8, rate=rate), rate=rate)
    (expected,) = fpcalc(path)
    assert extract(path).words.tolist() == expected.tolist()


@pytest.mark.skipif(not FPCALC, reason="fpcalc is not installed")
@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize(("chunk", "length"), [(4, 14), (3, 12), (5, 0), (20, 14)])
def test_chunks_are_those_of_fpcalc(melody: Path, chunk: int, length: int, *, overlap: bool) -> None:
    found = [part.words.tolist() for part in chunks(melody, length=length, chunk=chunk, overlap=overlap)]
    asked = ["-chunk", str(chunk), "-length", str(length), *(["-overlap"] if overlap else [])]
    assert [words for words in found if words] == [words.tolist() for words in fpcalc(melody, *asked)]


def test_chunks_that_overlap_are_the_whole_in_pieces(melody: Path) -> None:
    parts = list(chunks(melody, length=0, chunk=4, overlap=True))
    assert np.concatenate([part.words for part in parts]).tolist() == extract(melody, length=0).words.tolist()
    assert [part.start for part in parts] == [0, 4, 8]
    assert [round(part.duration, 1) for part in parts] == [4 + DELAY_SECONDS, 4 + DELAY_SECONDS, 6.0]


def test_chunks_without_overlap_each_stand_for_themselves(melody: Path) -> None:
    parts = list(chunks(melody, length=10, chunk=4))
    assert [(part.start, part.duration, len(part.words)) for part in parts] == [
        (0, 4, words_in(4 * RATE)),
        (4, 4, words_in(4 * RATE)),
        (8, 2, 0),
    ]


@pytest.mark.parametrize("chunk", [0, -1, float("nan")])
def test_a_chunk_of_no_length_is_refused(melody: Path, chunk: float) -> None:
    with pytest.raises(Invalid):
        list(chunks(melody, chunk=chunk))


def test_what_was_decoded_is_gone_on_from() -> None:
    source = Counted(sounds_in_memory())
    with Extractor(source) as extractor:
        short = extractor.upto(5)
        read_until_5 = source.bytes_read
        long = extractor.upto(9)
        again = extractor.upto(5)
        whole = extractor.upto(0)
        assert extractor.duration == pytest.approx(SECONDS, abs=0.01)
    assert read_until_5 < source.bytes_read <= source.size + Counted.MOST_AT_ONCE
    assert len(short.words) < len(long.words) < len(whole.words)
    for part in (short, long, again):
        assert part.words.tolist() == whole.words[: len(part.words)].tolist()
    assert again.words.tolist() == short.words.tolist()


@pytest.mark.parametrize("length", [3, 7.5, 120, 0])
def test_a_shorter_length_is_a_prefix(melody: Path, length: float) -> None:
    whole, part = extract(melody, length=0), extract(melody, length=length)
    assert part.words.tolist() == whole.words[: words_in(int(length * RATE)) if length else None].tolist()
    assert part.duration == pytest.approx(SECONDS)


@pytest.mark.parametrize("length", [-1, float("nan"), float("inf")])
def test_a_length_that_cannot_be_is_refused(melody: Path, length: float) -> None:
    with pytest.raises(Invalid, match="number of seconds"):
        extract(melody, length=length)


def test_a_stream_of_bytes_gives_what_its_file_gives(melody: Path) -> None:
    expected = extract(melody)
    with melody.open("rb") as stream:
        assert extract(stream).words.tolist() == expected.words.tolist()
    assert extract(io.BytesIO(melody.read_bytes())).words.tolist() == expected.words.tolist()
    assert extract(str(melody)).words.tolist() == expected.words.tolist()


def test_a_stream_that_cannot_go_back_is_read_as_it_comes(melody: Path) -> None:
    found = extract(OneWay(melody.read_bytes()))
    assert found.words.tolist() == extract(melody).words.tolist()
    assert found.duration == pytest.approx(SECONDS, abs=0.1)


def test_bare_samples_are_read_as_they_are_described(tmp_path: Path) -> None:
    whole = np.clip(sounds.melody(8, rate=22050) * 32767, -32768, 32767).astype("<i2")
    bare = tmp_path / "bare"
    bare.write_bytes(np.ascontiguousarray(whole.T).tobytes())
    wav = sounds.write(tmp_path / "dressed.wav", sounds.melody(8, rate=22050), rate=22050)
    found = extract(bare, options=Options(format="s16le", rate=22050, channels=2))
    assert found.words.tolist() == extract(wav).words.tolist()


def test_neither_scipy_nor_numba_is_loaded_for_a_fingerprint(melody: Path) -> None:
    code = "import sys; from linernotes.fingerprint.extract import extract; extract(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(melody)], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "av" in loaded
    assert not loaded & {"scipy", "numba", "msgspec", "click"}


def sounds_in_memory() -> bytes:
    """A WAV of `SECONDS`."""
    buffer = io.BytesIO()
    samples = (sounds.melody(SECONDS, channels=1)[0] * 32767).astype("<i2").tobytes()
    header = b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    header += b"\x01\x00\x01\x00" + (44100).to_bytes(4, "little") + (88200).to_bytes(4, "little") + b"\x02\x00\x10\x00"
    buffer.write(header + b"data" + len(samples).to_bytes(4, "little") + samples)
    return buffer.getvalue()


class Counted(io.BytesIO):
    """Bytes that count how many of them were read."""

    MOST_AT_ONCE = 1 << 20

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.size = len(content)
        self.bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.bytes_read += len(found)
        return found


class OneWay(io.RawIOBase):
    """Bytes from a pipe."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._inner.read(min(size, 5000))
