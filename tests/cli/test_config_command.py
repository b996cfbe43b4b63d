"""`linernotes config`, told as a person would use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import RunCommand


def test_show_names_value_and_origin(linernotes: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "linernotes.yaml").write_text("server:\n  port: 81\n")
    monkeypatch.setenv("LINERNOTES_LOG__LEVEL", "debug")
    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in linernotes("config", "show").out.splitlines()}
    assert rows["server.port"] == "81  (linernotes.yaml:2)"
    assert rows["log.level"] == '"debug"  (LINERNOTES_LOG__LEVEL)'
    assert rows["server.workers"] == "1  (default)"


def test_show_json_is_one_object(linernotes: RunCommand) -> None:
    document = json.loads(linernotes("config", "show", "--json").out)
    assert document["server.port"] == {"value": 8080, "origin": "default"}


def test_check_says_ok_when_nothing_is_wrong(linernotes: RunCommand, tmp_path: Path) -> None:
    assert linernotes("config", "check").out == "ok: 0 set (all by default)\n"
    (tmp_path / "linernotes.yaml").write_text("server:\n  port: 81\n")
    assert linernotes("config", "check").out == "ok: 1 set (linernotes.yaml)\n"


def test_check_lists_every_mistake_and_ends_with_1(linernotes: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "linernotes.yaml").write_text("server:\n  port: many\n  hosst: x\n")
    outcome = linernotes("config", "check")
    assert outcome.code == 1
    assert outcome.err.splitlines() == [
        "error: the settings are not valid",
        '  linernotes.yaml:2: server.port: "many" is not a whole number from 1 to 65535',
        "  linernotes.yaml:3: server.hosst: no such setting; did you mean server.host?",
    ]


def test_the_example_is_a_file_that_check_accepts(linernotes: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "linernotes.yaml").write_text(linernotes("config", "example").out)
    assert linernotes("config", "check").code == 0


def test_the_schema_is_json(linernotes: RunCommand) -> None:
    assert "server" in json.loads(linernotes("config", "schema").out)["properties"]
