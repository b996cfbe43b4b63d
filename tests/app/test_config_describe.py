"""What is generated from the settings can be read back by the settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linernotes.app.config import load
from linernotes.app.config.describe import example_file, json_schema, reference_page
from linernotes.app.config.schema import Schema, read_schema


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema()


def test_the_example_file_changes_nothing(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "linernotes.yaml").write_text(example_file(schema))
    assert load(cwd=tmp_path, env={}).origins == {}


def test_every_line_of_the_example_can_be_uncommented(tmp_path: Path, schema: Schema) -> None:
    active = re.sub(r"^( *)# (\w+: .*)$", r"\1\2", example_file(schema), flags=re.MULTILINE)
    (tmp_path / "linernotes.yaml").write_text(active)
    loaded = load(cwd=tmp_path, env={})
    assert set(loaded.origins) == set(schema.settings())
    assert loaded.settings == load(cwd=tmp_path / "xdg", env={}).settings


def test_every_setting_is_described_with_a_sentence(schema: Schema) -> None:
    assert [name for name, row in schema.settings().items() if not row.description.endswith(".")] == []


def test_the_reference_names_every_setting_and_variable(schema: Schema) -> None:
    page = reference_page(schema)
    assert [row.name for row in schema.settings().values() if f"`{row.name}`<br>`{row.variable}`" not in page] == []


def test_the_json_schema_has_every_setting_with_its_default(schema: Schema) -> None:
    document = json_schema(schema)
    for row in schema.settings().values():
        node = document
        for part in row.name.split("."):
            node = node["properties"][part]
        assert "default" in node, row.name
        assert node["description"] == row.description
