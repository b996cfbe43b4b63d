"""`linernotes compare`, told as a person would use it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from linernotes.fingerprint import codec
from tests.conftest import RunCommand
from tests.fingerprint.sounds import RATE, melody, write


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song, the same as mp3, a clip of it, one with another middle, and another song."""
    folder = tmp_path_factory.mktemp("sounds")
    song = melody(60, channels=1)
    write(folder / "song.flac", song)
    write(folder / "song.mp3", song)
    write(folder / "clip.wav", song[:, 20 * RATE : 40 * RATE])
    mixed = song.copy()
    mixed[:, 25 * RATE : 40 * RATE] = melody(15, seed=9, channels=1)
    write(folder / "mixed.flac", mixed)
    write(folder / "other.flac", melody(60, seed=3, channels=1))
    return folder


def compared(linernotes: RunCommand, *args: object) -> dict[str, object]:
    found = linernotes("compare", "--json", *args)
    assert (found.code, found.err) == (0, "")
    document: dict[str, object] = json.loads(found.out)
    return document


def test_a_song_is_like_itself_in_another_format(linernotes: RunCommand, sounds: Path) -> None:
    found = compared(linernotes, sounds / "song.flac", sounds / "song.mp3")
    assert found["score"] > 0.98
    assert found["lookup_score"] > 0.98
    assert found["offset"] == 0
    (part,) = found["parts"]
    assert (part["start_a"], part["start_b"]) == (0, 0)
    assert part["bits"] < 1


def test_another_song_is_not(linernotes: RunCommand, sounds: Path) -> None:
    found = compared(linernotes, sounds / "song.flac", sounds / "other.flac")
    assert (found["score"], found["offset"], found["parts"]) == (0, None, [])


@pytest.mark.parametrize(("names", "offset"), [(("song.flac", "clip.wav"), 20), (("clip.wav", "song.flac"), -20)])
def test_a_clip_is_found_in_its_song(
    linernotes: RunCommand, sounds: Path, names: tuple[str, str], offset: float
) -> None:
    found = compared(linernotes, *(sounds / name for name in names))
    assert found["offset"] == pytest.approx(offset, abs=0.13)
    (part,) = found["parts"]
    assert part["start_a"] - part["start_b"] == pytest.approx(offset, abs=0.13)


def test_the_parts_that_are_the_same_are_told_with_their_times(linernotes: RunCommand, sounds: Path) -> None:
    before, after = compared(linernotes, sounds / "song.flac", sounds / "mixed.flac")["parts"]
    assert before["start_a"] == 0
    assert before["end_a"] == pytest.approx(24, abs=3)
    assert after["start_a"] == pytest.approx(40, abs=3)


def test_for_people_there_are_lines_and_a_picture(linernotes: RunCommand, sounds: Path) -> None:
    found = linernotes("compare", sounds / "song.flac", sounds / "mixed.flac")
    assert (found.code, found.err) == (0, "")
    lines = found.out.splitlines()
    assert lines[0] == f"A        {sounds}/song.flac, 0:57.3"
    assert re.fullmatch(r"scores   0\.\d{3} \(as AcoustID decides\), 0\.\d{3} \(as its look-ups say\)", lines[2])
    assert lines[3] == "offset   0.0 s"
    assert re.fullmatch(r"in both  A 0:00\.0-0:2\d\.\d, B 0:00\.0-0:2\d\.\d, \d\.\d of 32 bits differ", lines[4])
    assert lines[7] == "bits of 32 that differ, over the time in A"
    assert (lines[8][:3], lines[13][:3]) == (" 16", "  0")
    assert "\x1b" not in found.out
    assert max(map(len, lines[7:])) <= 80


def test_fingerprints_may_be_given_as_text_and_as_numbers(linernotes: RunCommand) -> None:
    words = np.random.default_rng(1).integers(0, 1 << 32, 200, dtype=np.uint32)
    for other in (codec.encode(words), ",".join(map(str, words)), ",".join(map(str, words.view(np.int32)))):
        found = compared(linernotes, codec.encode(words), "--", other)
        assert (found["score"], found["a"]["words"], found["b"]["path"]) == (1, 200, None)


def test_the_offset_says_in_words_which_begins_first(linernotes: RunCommand, sounds: Path) -> None:
    later = linernotes("compare", sounds / "song.flac", sounds / "clip.wav").out
    earlier = linernotes("compare", sounds / "clip.wav", sounds / "song.flac").out
    assert re.search(r"^offset   B begins (19\.9|20\.0|20\.1) s after A$", later, re.MULTILINE)
    assert re.search(r"^offset   B begins (19\.9|20\.0|20\.1) s before A$", earlier, re.MULTILINE)


def test_the_length_can_be_chosen(linernotes: RunCommand, sounds: Path) -> None:
    found = compared(linernotes, "--length", 15, sounds / "song.flac", sounds / "song.mp3")
    assert found["a"]["words"] == found["b"]["words"] < 120


def test_the_picture_can_be_a_file(linernotes: RunCommand, sounds: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    found = linernotes("compare", sounds / "song.flac", sounds / "mixed.flac", "--plot", tmp_path / "out.png")
    assert (found.code, found.err) == (0, "")
    assert "bits of 32 that differ, over" not in found.out
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_it_says_what_to_install(sounds: Path) -> None:
    code = "import sys; sys.modules['matplotlib'] = None; from linernotes.cli import main; main()"
    line = [sys.executable, "-c", code, "compare", "song.flac", "song.mp3", "--plot", "out.png"]
    done = subprocess.run(line, capture_output=True, text=True, cwd=sounds, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: A picture as a file needs matplotlib.\nhint: Install it with: pip install")
    assert not (sounds / "out.png").exists()


def test_what_is_neither_a_file_nor_a_fingerprint_is_said(linernotes: RunCommand, sounds: Path) -> None:
    found = linernotes("compare", sounds / "song.flac", "absent.mp3")
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("error: absent.mp3 is neither a file nor a fingerprint.\nhint: ")


@pytest.mark.parametrize("text", ["AQADtL" + "A" * 400, "4294967296,1", "x" * 5000, "AgAAAA"])
def test_a_malformed_fingerprint_is_one_clear_error(linernotes: RunCommand, sounds: Path, text: str) -> None:
    found = linernotes("compare", sounds / "song.flac", text)
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("error: ")
    assert len(found.err) < 400


@pytest.mark.parametrize("text", ["AQAAAA", "AQAAAUmR"])
def test_the_shortest_fingerprints_are_compared_too(linernotes: RunCommand, text: str) -> None:
    found = linernotes("compare", text, text)
    assert found.code == 0
    assert "in both  nothing" in found.out or "in both  A" in found.out


def test_a_file_that_is_no_sound_is_one_clear_error(linernotes: RunCommand, sounds: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("no sound")
    found = linernotes("compare", sounds / "song.flac", tmp_path / "page.txt")
    assert (found.code, found.out) == (1, "")
    assert "page.txt" in found.err
