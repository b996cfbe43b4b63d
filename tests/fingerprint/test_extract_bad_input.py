"""What is no sound, or only half of one: one clear error each, and what can be saved is."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from linernotes.domain.errors import Invalid, LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.extract import Options, TooShort, extract
from tests.fingerprint import sounds

NOISE = random.Random(1).randbytes(200_000)


@pytest.fixture(scope="module")
def flac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write(tmp_path_factory.mktemp("flac") / "sound.flac", sounds.melody(12), tags={"title": "Ten Fe?"})


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write(tmp_path_factory.mktemp("mp3") / "sound.mp3", sounds.melody(12))


def wav(*, rate: int = 44100, channels: int = 2, bits: int = 16, length: int = 400_000) -> bytes:
    """A WAV whose header says what it likes."""
    layout = channels.to_bytes(2, "little") + rate.to_bytes(4, "little") + (rate * 4 % 2**32).to_bytes(4, "little")
    frame = (channels * bits // 8 % 2**16).to_bytes(2, "little") + bits.to_bytes(2, "little")
    body = b"WAVEfmt " + (16).to_bytes(4, "little") + b"\x01\x00" + layout + frame
    return b"RIFF\xff\xff\xff\xff" + body + b"data" + (2**32 - 1).to_bytes(4, "little") + NOISE[:length]


def film(path: Path, *, with_sound: bool) -> Path:
    """A second of black, with or without 5 s of melody."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = container.add_stream("aac", rate=44100, layout="stereo") if with_sound else None
        for _ in range(10):
            black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(video.encode(black))
        container.mux(video.encode(None))
        if audio is not None:
            encode(container, audio, sounds.melody(5))
    return path


def encode(container: av.container.OutputContainer, stream: av.AudioStream, samples: sounds.Samples) -> None:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
    frame.sample_rate, frame.time_base, frame.pts = 44100, Fraction(1, 44100), 0
    fifo = av.AudioFifo()
    fifo.write(frame)
    for part in fifo.read_many(1024, partial=True):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def two_streams(path: Path) -> Path:
    """Two melodies in one file, 6 s and 5 s."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("aac", rate=44100, layout="stereo") for _ in range(2)]
        for seed, stream in enumerate(streams, 1):
            encode(container, stream, sounds.melody(7 - seed, seed=seed))
    return path


@pytest.mark.parametrize(
    "content",
    [b"Dear diary, today I listened to a record. " * 1000, NOISE, b"\x00" * 50_000, b"x", b"RIFF\x00\x00\x00\x00WAVE"],
    ids=["text", "noise", "zeros", "one byte", "nothing but a header"],
)
def test_what_is_no_media_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        extract(path)
    assert str(path) in caught.value.message
    with pytest.raises(Invalid):
        extract(io.BytesIO(content))


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no sound in"):
        extract(film(tmp_path / "silent.mp4", with_sound=False))


def test_the_sound_of_a_film_is_taken(tmp_path: Path) -> None:
    found = extract(film(tmp_path / "talking.mp4", with_sound=True))
    assert len(found.words) == 19
    assert found.warnings == ()


def test_of_several_streams_one_is_taken_and_always_the_same(tmp_path: Path) -> None:
    path = two_streams(tmp_path / "two.mka")
    found = extract(path)
    assert len(found.words) in {19, 27}
    assert extract(path).words.tolist() == found.words.tolist()
    assert extract(io.BytesIO(path.read_bytes())).words.tolist() == found.words.tolist()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.flac").touch()
    with pytest.raises(Invalid, match="is empty"):
        extract(tmp_path / "empty.flac")
    with pytest.raises(Invalid):
        extract(io.BytesIO())


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is a directory"):
        extract(tmp_path)


def test_a_pipe_in_the_file_system_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(Invalid, match="not a regular file"):
        extract(tmp_path / "pipe.wav")


@pytest.mark.parametrize("name", ["missing.flac", "missing/\x00.flac", "http://127.0.0.1:9/x.mp3"])
def test_a_file_that_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises((NotFound, Unavailable)):
        extract(tmp_path / name)
    with pytest.raises((NotFound, Unavailable)):
        extract(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unavailable(tmp_path: Path, flac: Path) -> None:
    path = tmp_path / "secret.flac"
    path.write_bytes(flac.read_bytes())
    path.chmod(0)
    with pytest.raises(Unavailable, match="may not be read"):
        extract(path)


def test_a_stream_that_cannot_be_read_is_unavailable(flac: Path) -> None:
    for good in (0, 300_000):
        with pytest.raises(Unavailable):
            extract(Failing(flac.read_bytes(), good=good))


@pytest.mark.parametrize("seconds", [0.001, 0.3, 2.5])
def test_less_than_the_shortest_fingerprint_is_too_short(tmp_path: Path, seconds: float) -> None:
    path = sounds.write(tmp_path / "short.wav", sounds.melody(seconds))
    with pytest.raises((TooShort, Invalid)) as caught:
        extract(path)
    assert str(path) in caught.value.message
    if seconds > 0.1:
        assert isinstance(caught.value, TooShort)


def test_a_file_that_is_cut_off_gives_what_is_there(tmp_path: Path, flac: Path, mp3: Path) -> None:
    for whole in (flac, mp3):
        cut = tmp_path / whole.name
        cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
        expected, found = extract(whole).words.tolist(), extract(cut).words.tolist()
        assert len(expected) // 2 < len(found) < len(expected)
        assert found[:-1] == expected[: len(found) - 1]


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".m4a"])
def test_what_comes_before_damage_is_kept_with_a_warning(tmp_path: Path, suffix: str) -> None:
    path = sounds.write(tmp_path / f"sound{suffix}", sounds.melody(12))
    expected = extract(path).words.tolist()
    content = bytearray(path.read_bytes())
    middle, end = len(content) // 2, len(content) * (9 if suffix == ".m4a" else 10) // 10  # with its index at the end
    content[middle:end] = random.Random(2).randbytes(end - middle)
    path.write_bytes(content)
    told: list[str] = []
    for found in (extract(path, on_warning=told.append), extract(io.BytesIO(content))):
        assert len(expected) // 4 < len(found.words) < len(expected)
        assert found.words.tolist() == expected[: len(found.words)]
        (warning,) = found.warnings
        assert "is damaged" in warning or "ends early" in warning
    assert len(told) == 1
    assert str(path) in told[0]


@pytest.mark.parametrize("suffix", [".mp3", ".m4a"])
def test_damage_can_be_gone_past(tmp_path: Path, suffix: str) -> None:
    path = sounds.write(tmp_path / f"scratched{suffix}", sounds.melody(12))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    stopped, through = extract(path), extract(path, options=Options(ignore_errors=True))
    assert len(stopped.words) + 20 < len(through.words)
    assert "is damaged" in through.warnings[0]


def test_tags_in_an_old_encoding_do_no_harm(tmp_path: Path, flac: Path) -> None:
    content = flac.read_bytes()
    assert content.count(b"Ten Fe?") == 1
    path = tmp_path / "tagged.flac"
    path.write_bytes(content.replace(b"Ten Fe?", b"Ten F\xe9\xff"))
    assert extract(path).words.tolist() == extract(flac).words.tolist()


def test_a_name_in_an_old_encoding_does_no_harm(tmp_path: Path, flac: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.flac")
    path.write_bytes(flac.read_bytes())
    assert extract(path).words.tolist() == extract(flac).words.tolist()


@pytest.mark.parametrize("name", ["a:b,c;d'e[f]=g\\h.flac", "-i.flac", "100%d.flac", "http:", "concat:x|y"])
def test_any_name_of_a_file_is_taken_as_a_name(
    tmp_path: Path, flac: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(flac.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert len(extract(name).words) == len(extract(flac).words)


@pytest.mark.parametrize(
    "content",
    [
        wav(rate=0),
        wav(rate=2**32 - 1),
        wav(rate=2**31 - 1),
        wav(rate=20_000_000),
        wav(channels=0),
        wav(channels=65_535),
        wav(channels=65),
        wav(bits=0),
        wav(bits=65_535),
        wav(rate=1, channels=1, bits=8, length=0),
    ],
    ids=[
        "no rate",
        "-1 Hz",
        "2 GHz",
        "20 MHz",
        "no channels",
        "65535 channels",
        "65",
        "0 bit",
        "64 Kbit",
        "no samples",
    ],
)
def test_a_header_that_makes_no_sense_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "absurd.wav"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        extract(path)


def test_a_playlist_leads_nowhere(tmp_path: Path, flac: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{flac}\n#EXT-X-ENDLIST\n")
    with pytest.raises(Invalid, match="playlist"):
        extract(path)
    with pytest.raises(Invalid):
        extract(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("as_stream", [False, True])
def test_what_takes_too_long_is_unavailable(flac: Path, *, as_stream: bool) -> None:
    source = io.BytesIO(flac.read_bytes()) if as_stream else flac
    with pytest.raises(Unavailable, match="took"):
        extract(source, options=Options(time_limit=1e-9))


def test_an_unknown_format_is_refused(flac: Path) -> None:
    with pytest.raises(Invalid, match="no format shellac"):
        extract(flac, options=Options(format="shellac"))


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".wav", ".opus", ".m4a"])
def test_no_damage_makes_anything_but_our_errors(tmp_path: Path, suffix: str) -> None:
    content = sounds.write(tmp_path / f"sound{suffix}", sounds.melody(4)).read_bytes()
    dice = random.Random(suffix)
    for case in range(25):
        bad = bytearray(content[: dice.choice([len(content), dice.randrange(1, len(content))])])
        for _ in range(dice.choice([1, 20, 500])):
            bad[dice.randrange(min(len(bad), dice.choice([64, 4096, 1 << 30])))] = dice.randrange(256)
        path = tmp_path / f"bad{case}{suffix}"
        path.write_bytes(bad)
        outcomes = [outcome(lambda path=path: extract(path)), outcome(lambda bad=bad: extract(io.BytesIO(bad)))]
        assert all(isinstance(found, (int, LinernotesError)) for found in outcomes)


def outcome(act: Callable[[], object]) -> object:
    """The number of words or the error of ours; any other error goes through."""
    try:
        return len(act().words)
    except LinernotesError as error:
        return error


class Failing(io.BytesIO):
    """Bytes from a disk that fails after the first `good` of them."""

    def __init__(self, content: bytes, *, good: int) -> None:
        super().__init__(content)
        self._good = good

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self._good:
            raise OSError(5, "Input/output error")
        return super().read(size)
