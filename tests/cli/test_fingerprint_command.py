"""`linernotes fingerprint`, told as a person would use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linernotes.fingerprint import codec
from tests.conftest import RunCommand
from tests.fingerprint.sounds import melody, write


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two sounds and a picture."""
    folder = tmp_path_factory.mktemp("music")
    (folder / "album").mkdir()
    write(folder / "album/1 first.flac", melody(12, channels=1))
    write(folder / "album/2 second.wav", melody(12, seed=2, channels=1))
    (folder / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


def test_a_file_is_a_line_of_duration_fingerprint_and_path(linernotes: RunCommand, music: Path) -> None:
    path = music / "album/1 first.flac"
    found = linernotes("fingerprint", path)
    assert (found.code, found.err) == (0, "")
    duration, text, name = found.out.rstrip("\n").split("\t")
    assert (duration, name) == ("12.00", str(path))
    assert codec.decode(text).words.size == 75


def test_it_is_the_fingerprint_that_the_stand_in_for_fpcalc_prints(linernotes: RunCommand, music: Path) -> None:
    path = music / "album/1 first.flac"
    assert linernotes("fingerprint", path).out.split("\t")[1] == linernotes("fpcalc", "-plain", path).out.strip()


def test_raw_and_length(linernotes: RunCommand, music: Path) -> None:
    path = music / "album/1 first.flac"
    text = linernotes("fingerprint", "--raw", "--length", "5", path).out.split("\t")[1]
    assert text == linernotes("fpcalc", "-raw", "-plain", "-length", "5", path).out.strip()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_is_walked_in_order(linernotes: RunCommand, music: Path, jobs: str) -> None:
    found = linernotes("fingerprint", "--jobs", jobs, music)
    assert (found.code, found.err) == (0, "")
    assert [Path(line.split("\t")[2]).name for line in found.out.splitlines()] == ["1 first.flac", "2 second.wav"]


def test_what_fails_is_a_line_on_standard_error_and_the_rest_goes_on(linernotes: RunCommand, music: Path) -> None:
    found = linernotes("fingerprint", music / "cover.jpg", music / "absent.mp3", music / "album/2 second.wav")
    assert found.code == 1
    assert len(found.out.splitlines()) == 1
    picture, absent, summary = found.err.splitlines()
    assert picture.startswith(f"error: {music}/cover.jpg: ")
    assert absent.startswith(f"error: {music}/absent.mp3: ")
    assert summary == "2 of 3 failed"


def test_json_is_an_object_for_each_file(linernotes: RunCommand, music: Path) -> None:
    found = linernotes("fingerprint", "--json", music / "album/1 first.flac", music / "cover.jpg")
    good, bad = map(json.loads, found.out.splitlines())
    assert (found.code, good["duration"], set(good)) == (1, 12.0, {"path", "duration", "fingerprint"})
    assert (bad["path"], set(bad)) == (str(music / "cover.jpg"), {"path", "error", "hint"})


def test_json_holds_the_words_where_they_are_asked_for(linernotes: RunCommand, music: Path) -> None:
    path = music / "album/1 first.flac"
    text, raw = (json.loads(linernotes("fingerprint", "--json", *flag, path).out) for flag in ([], ["--raw"]))
    assert codec.decode(text["fingerprint"]).words.tolist() == raw["fingerprint"]


def test_a_damaged_end_is_a_warning(linernotes: RunCommand, music: Path, tmp_path: Path) -> None:
    whole = (music / "album/1 first.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) * 2 // 3])
    found = linernotes("fingerprint", tmp_path / "cut.flac")
    assert (found.code, len(found.out.splitlines())) == (0, 1)
    assert found.err.startswith("warning: ")
    assert json.loads(linernotes("fingerprint", "--json", tmp_path / "cut.flac").out)["warnings"]


def test_a_folder_without_audio_is_an_error(linernotes: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = linernotes("fingerprint", tmp_path / "empty")
    assert (found.code, found.out) == (1, "")
    assert "holds no audio files" in found.err


def test_a_path_is_one_cell_of_one_line_whatever_it_is(linernotes: RunCommand, music: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a\tb\nc.flac"
    odd.write_bytes((music / "album/1 first.flac").read_bytes())
    found = linernotes("fingerprint", odd)
    assert found.out.endswith("\t" + str(tmp_path) + "/a\\tb\\nc.flac\n")
    assert len(found.out.splitlines()) == 1
    assert json.loads(linernotes("fingerprint", "--json", odd).out)["path"] == str(odd)


def test_a_path_that_is_no_text_is_read_and_written_escaped(
    linernotes: RunCommand, music: Path, tmp_path: Path
) -> None:
    odd = tmp_path / b"caf\xe9.flac".decode("utf-8", "surrogateescape")
    odd.write_bytes((music / "album/1 first.flac").read_bytes())
    found = linernotes("fingerprint", odd)
    assert (found.code, found.err) == (0, "")
    assert found.out.endswith("caf\\xe9.flac\n")
    odd.write_text("no sound")
    failed = linernotes("fingerprint", "--json", odd)
    assert json.loads(failed.out)["path"].endswith("caf\\xe9.flac")


def test_a_file_that_takes_too_long_is_given_up(linernotes: RunCommand, music: Path) -> None:
    found = linernotes("fingerprint", "--timeout", "0.001", music / "album/1 first.flac")
    assert (found.code, found.out) == (1, "")
    assert "took longer than 0.001 s" in found.err


@pytest.mark.parametrize("args", [[], ["--jobs", "0", "x"], ["--length", "-1", "x"], ["--timeout", "0", "x"]])
def test_wrong_usage_ends_with_2(linernotes: RunCommand, args: list[str]) -> None:
    assert linernotes("fingerprint", *args).code == 2
