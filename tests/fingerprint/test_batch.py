"""Many files at once: every one gets its result, whatever happens to the others."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.fingerprint.batch import Failed, Fingerprinted, audio_files, fingerprint_files
from linernotes.fingerprint.batch.worker import Result


def made_up(path: Path, length: float) -> Result:
    """A reader for the tests: the name of a file says what happens to who reads it."""
    if "slow" in path.name:
        time.sleep(60)
    if "crash" in path.name:
        os._exit(11)
    if "wrong" in path.name:
        return Failed(path, Invalid("This is wrong.", hint="Right it."))
    if path.name.startswith("later"):
        time.sleep(0.2)
    return Fingerprinted(path, np.array([len(path.name), 7], np.uint32), length)


def told(names: list[str], *, jobs: int = 1, seconds: float = 30) -> list[tuple[str, str]]:
    """Name and error of each result."""
    results = fingerprint_files([Path(n) for n in names], length=9, jobs=jobs, seconds=seconds, read=made_up)
    return [(r.path.name, r.error.message if isinstance(r, Failed) else "") for r in results]


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_the_order_of_the_files(jobs: int) -> None:
    names = ["later-1", "2", "3", "later-4", "5", "6"]
    assert told(names, jobs=jobs) == [(name, "") for name in names]


def test_a_result_has_the_words_and_the_duration() -> None:
    (result,) = fingerprint_files([Path("four")], length=9, jobs=2, seconds=30, read=made_up)
    assert isinstance(result, Fingerprinted)
    assert (result.words.tolist(), result.duration, result.warnings) == ([4, 7], 9, ())


def test_an_error_keeps_its_kind_and_hint_on_its_way_between_processes() -> None:
    (result,) = fingerprint_files([Path("wrong")], length=9, jobs=1, seconds=30, read=made_up)
    assert isinstance(result, Failed)
    assert (type(result.error), result.error.message, result.error.hint) == (Invalid, "This is wrong.", "Right it.")


def test_a_decoder_that_crashes_takes_only_its_file_along() -> None:
    assert told(["a", "crash", "b", "crash-too", "c"], jobs=2) == [
        ("a", ""),
        ("crash", "The file makes the decoder crash."),
        ("b", ""),
        ("crash-too", "The file makes the decoder crash."),
        ("c", ""),
    ]


def test_a_file_that_takes_too_long_is_given_up_and_the_rest_goes_on() -> None:
    results = list(fingerprint_files([Path("slow"), Path("b")], length=9, jobs=1, seconds=3, read=made_up))
    assert isinstance(results[0], Failed)
    assert isinstance(results[0].error, Unavailable)
    assert results[0].error.message == "The file took longer than 3 s."
    assert isinstance(results[1], Fingerprinted)


def test_no_files_are_no_results() -> None:
    assert told([], jobs=4) == []


def test_who_stops_listening_leaves_no_process_behind() -> None:
    from multiprocessing import active_children

    before = set(active_children())  # other tests may keep some
    results = fingerprint_files([Path("a"), Path("slow"), Path("b")], length=9, jobs=2, seconds=30, read=made_up)
    next(results)
    assert len(set(active_children()) - before) == 2
    results.close()
    assert set(active_children()) <= before


def listed(*named: Path) -> list[str]:
    found = audio_files(named)
    return [entry.name if isinstance(entry, Path) else f"{entry[0].name}: {entry[1].message}" for entry in found]


def test_folders_are_walked_in_order_and_hold_audio_only(tmp_path: Path) -> None:
    for name in ("b/2.FLAC", "b/1.mp3", "a.ogg", "cover.jpg", "b/._1.mp3", ".hidden/3.mp3", "c/deep/4.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert listed(tmp_path) == ["a.ogg", "1.mp3", "2.FLAC", "4.wav"]


def test_a_named_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    assert listed(tmp_path / "cover.jpg", tmp_path / "absent.mp3") == ["cover.jpg", "absent.mp3"]


def test_a_folder_without_audio_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert listed(tmp_path / "empty") == ["empty: The folder holds no audio files."]


def test_a_link_that_leads_back_is_no_trap(tmp_path: Path) -> None:
    (tmp_path / "1.mp3").touch()
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert listed(tmp_path) == ["1.mp3"]
