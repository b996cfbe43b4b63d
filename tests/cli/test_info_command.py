"""`linernotes info` and `linernotes doctor`, told as a person would use them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from linernotes.domain.catalogue import BuildInfo, Layer
from tests.conftest import RunCommand

BUILD = BuildInfo(
    build_id="20261121-025000",
    built_at=1_795_229_400_000,
    history_since=1_795_000_000_000,
    schema_sequence=31,
    replication_sequence=190_000,
    dump_timestamp="2026-11-18 00:13:00+00",
    replication_date=None,
    layers=(Layer.CORE, Layer.DERIVED),
    counts=(("artist", 2_976_554), ("release", 5_753_668)),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a live build of which only the description is there."""
    build = tmp_path / "data" / "catalogue" / BUILD.build_id
    build.mkdir(parents=True)
    (build / "build.json").write_bytes(msgspec.json.encode(BUILD))
    (build / "documents").write_bytes(b"x" * 2_000_000)
    (build.parent / "current").write_text(BUILD.build_id)
    return tmp_path / "data"


def test_info_names_build_dump_licences_and_counts(linernotes: RunCommand, data: Path) -> None:
    outcome = linernotes("--data", "data", "info")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "data folder  data",
        "catalogue    20261121-025000, 2.0 MB",
        "imported     2026-11-21T02:50:00+00:00",
        "dump         2026-11-18 00:13:00+00 (schema sequence 31, replication sequence 190000)",
        "licences     core (CC0 1.0), derived (CC BY-NC-SA 3.0)",
        "     2,976,554  artist",
        "     5,753,668  release",
        "state        schema none yet, 0.0 MB",
    ]


def test_info_json_is_one_object(linernotes: RunCommand, data: Path) -> None:
    document = json.loads(linernotes("--data", "data", "info", "--json").out)
    assert document["layers"] == {"core": "CC0 1.0", "derived": "CC BY-NC-SA 3.0"}
    assert document["counts"] == {"artist": 2_976_554, "release": 5_753_668}
    assert document["build"] == BUILD.build_id


def test_info_without_a_catalogue_says_what_to_run(linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("--data", "data", "info")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("error: There is no catalogue yet in data\nhint: Run `linernotes import`")
    assert not (tmp_path / "data").exists()


def test_info_with_a_damaged_description_says_so(linernotes: RunCommand, data: Path) -> None:
    (data / "catalogue" / BUILD.build_id / "build.json").write_text("{")
    outcome = linernotes("--data", "data", "info")
    assert outcome.code == 1
    assert "build.json is damaged" in outcome.err


def test_doctor_says_what_to_do_about_each_check(linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("--data", "data", "doctor")
    assert outcome.code == 1
    lines = outcome.out.splitlines()
    assert lines[0] == "warning  data_folder: data is not there yet"
    assert "FAILED   catalogue: There is no catalogue yet" in lines
    failed = [number for number, line in enumerate(lines) if line.startswith(("FAILED", "warning"))]
    assert [lines[number] for number in failed if "→" not in lines[number + 1]] == []
    assert not (tmp_path / "data").exists()


def test_doctor_json_has_the_worst_level_and_every_check(linernotes: RunCommand) -> None:
    outcome = linernotes("--data", "data", "doctor", "--json")
    document = json.loads(outcome.out)
    assert (outcome.code, document["level"]) == (1, "failed")
    assert [check["name"] for check in document["checks"]] == [
        "data_folder", "disk_space", "state", "catalogue", "search",
    ]  # fmt: skip


def test_doctor_explains_a_catalogue_that_cannot_be_opened_once(linernotes: RunCommand, data: Path) -> None:
    outcome = linernotes("--data", "data", "doctor")
    assert outcome.code == 1
    assert "FAILED   catalogue: no complete catalogue in data/catalogue/20261121-025000" in outcome.out
    assert outcome.err == ""
