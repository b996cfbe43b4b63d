"""Nothing grows past what a person can hold in the head."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
# Path or path:function, and why it may be longer.
ALLOWED: dict[str, str] = {}


def modules(repository: Path) -> Iterator[Path]:
    for folder in ("src", "scripts", "benchmarks"):
        yield from sorted((repository / folder).rglob("*.py"))


def oversized(repository: Path) -> Iterator[str]:
    for path in modules(repository):
        name, text = str(path.relative_to(repository)), path.read_text("utf-8")
        if len(text.splitlines()) > LONGEST_MODULE:
            yield name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"{name}:{node.name}"


def test_no_module_or_function_is_too_long(repository: Path) -> None:
    assert sorted(set(oversized(repository)) - set(ALLOWED)) == []


def test_the_allow_list_holds_nothing_that_no_longer_needs_it(repository: Path) -> None:
    assert sorted(set(ALLOWED) - set(oversized(repository))) == []


@pytest.mark.parametrize("page", ["README.md"])
def test_the_readme_is_read_to_its_end(repository: Path, page: str) -> None:
    assert len((repository / page).read_text("utf-8").splitlines()) <= 120
