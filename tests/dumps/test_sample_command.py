"""`linernotes sample` as a person types it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.dumps.sample_reader import ARCHIVES

if TYPE_CHECKING:
    from tests.conftest import RunCommand


def test_it_writes_three_archives_and_says_what_to_do_next(linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("sample", "--scale", 0.0001, "--out", tmp_path / "new" / "dump")
    assert outcome.code == 0
    assert "linernotes import" in outcome.out
    assert sorted(path.name for path in (tmp_path / "new" / "dump").iterdir()) == sorted(ARCHIVES)


def test_json_goes_to_standard_output_alone(linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("sample", "--scale", 0.0001, "--seed", 4, "--out", tmp_path / "dump", "--json")
    summary = msgspec.json.decode(outcome.out)
    assert outcome.err == ""
    assert (summary["seed"], summary["tables"]["track"]) == (4, 5770)
    assert summary["rows"] == sum(summary["tables"].values())


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_dry_run_writes_nothing(flags: tuple[str, ...], linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("sample", "--scale", 0.0001, "--out", tmp_path / "dump", "--dry-run", *flags)
    assert outcome.code == 0
    assert "track" in outcome.out
    assert not (tmp_path / "dump").exists()


def test_edits_come_with_a_list_of_what_changed(linernotes: RunCommand, tmp_path: Path) -> None:
    assert linernotes("sample", "--scale", 0.0001, "--evolve", 1, "--out", tmp_path / "dump").code == 0
    assert msgspec.json.decode((tmp_path / "dump" / "changes.json").read_bytes())["evolve"] == 1


def test_it_does_not_overwrite_without_force(linernotes: RunCommand, tmp_path: Path) -> None:
    write = ("sample", "--scale", 0.0001, "--out", tmp_path / "dump")
    assert linernotes(*write).code == 0
    again = linernotes(*write)
    assert again.code == 1
    assert "--force" in again.err
    assert linernotes(*write, "--force").code == 0


def test_songs_come_beside_the_archives_and_are_the_ones_that_a_dry_run_names(
    linernotes: RunCommand, tmp_path: Path
) -> None:
    write = ("sample", "--scale", 0.0001, "--out", tmp_path, "--audio", 2, "--seconds", 5)
    planned = linernotes(*write, "--dry-run")
    assert not list(tmp_path.iterdir())
    outcome = linernotes(*write)
    songs = [str(path.relative_to(tmp_path / "music")) for path in sorted((tmp_path / "music").glob("*/*/*.flac"))]
    assert outcome.code == 0
    assert "Wrote 2 songs" in outcome.out
    assert len(songs) == 2
    assert all(song in planned.out for song in songs)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(ARCHIVES)


@pytest.mark.parametrize("flags", [(), ("--dry-run",)])
def test_songs_alone_are_told_with_all_that_is_known_of_them(
    flags: tuple[str, ...], linernotes: RunCommand, tmp_path: Path
) -> None:
    write = ("sample", "--scale", 0.0001, "--out", tmp_path, "--audio", 1, "--no-dump", "--seconds", 5, "--json")
    outcome = linernotes(*write, *flags)
    told = msgspec.json.decode(outcome.out)
    (song,) = told["songs"] if flags else told["songs"]["files"]
    assert (outcome.code, outcome.err) == (0, "")
    assert "tables" not in told
    assert (tmp_path / "music" / song["path"]).exists() != bool(flags)
    assert song["path"].endswith(f"{song['song']['title']}.flac")
    assert [path.name for path in tmp_path.iterdir()] == ([] if flags else ["music"])


def test_a_song_that_is_there_stops_the_archives_too(linernotes: RunCommand, tmp_path: Path) -> None:
    write = ("sample", "--scale", 0.0001, "--out", tmp_path, "--audio", 1, "--seconds", 5)
    assert linernotes(*write, "--no-dump").code == 0
    again = linernotes(*write)
    assert again.code == 1
    assert "--force" in again.err
    assert [path.name for path in tmp_path.iterdir()] == ["music"]
    assert linernotes(*write, "--force").code == 0


@pytest.mark.parametrize(
    "flags",
    [
        ("--scale", "7", "--out", "x"),
        ("--scale", "0.001"),
        ("--out", "x", "--evolve", "-1"),
        ("--out", "x", "--audio", "0"),
        ("--out", "x", "--audio", "1", "--seconds", "1"),
        ("--out", "x", "--no-dump"),
    ],
)
def test_wrong_usage_is_told_apart_from_failure(flags: tuple[str, ...], linernotes: RunCommand) -> None:
    assert linernotes("sample", *flags).code == 2
