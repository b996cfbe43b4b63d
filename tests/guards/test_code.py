"""Habits that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


@pytest.fixture(scope="module")
def trees(repository: Path) -> dict[str, ast.Module]:
    found = sorted((repository / "src").rglob("*.py"))
    return {str(path.relative_to(repository)): ast.parse(path.read_text("utf-8")) for path in found}


def swallowed(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and [type(line) for line in node.body] == [ast.Pass]:
            caught = ast.unparse(node.type) if node.type else ""
            if caught in {"", "Exception", "BaseException"}:
                yield node.lineno


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_modules_are_named_after_what_they_hold(trees: dict[str, ast.Module]) -> None:
    assert [name for name in trees if VAGUE & set(Path(name).with_suffix("").parts)] == []


def test_every_module_says_in_a_few_lines_why_it_exists(trees: dict[str, ast.Module]) -> None:
    docstrings = {name: ast.get_docstring(tree) or "" for name, tree in trees.items()}
    assert [name for name, text in docstrings.items() if not text and Path(name).name != "__init__.py"] == []


def test_nothing_is_unpickled(trees: dict[str, ast.Module]) -> None:
    unsafe = {"pickle", "shelve", "marshal", "dill", "joblib"}
    assert [name for name, tree in trees.items() if unsafe & set(imported(tree))] == []


def test_no_error_is_swallowed_whole(trees: dict[str, ast.Module]) -> None:
    assert [f"{name}:{line}" for name, tree in trees.items() for line in swallowed(tree)] == []


def test_yaml_is_read_by_the_settings_alone(trees: dict[str, ast.Module]) -> None:
    users = {name for name, tree in trees.items() if "yaml" in imported(tree)}
    assert {name for name in users if not name.startswith("src/linernotes/app/config/")} == set()


def test_alembic_is_imported_by_the_migrations_alone(trees: dict[str, ast.Module]) -> None:
    users = {name for name, tree in trees.items() if "alembic" in imported(tree)}
    assert {name for name in users if not name.startswith("src/linernotes/stores/sql/migrations/")} == set()
