"""Reads a settings file into texts with line numbers. Values keep the spelling of the file: types come later.

The file is small and plain: no aliases, no tags, no deep nesting, every key once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import msgspec
import yaml

from linernotes.domain.errors import Invalid

LONGEST = 1 << 20
DEEPEST = 8
NULL = "tag:yaml.org,2002:null"

Given = str | tuple[str, ...] | dict[str, str] | None
"""A scalar's text, a list of them, a mapping of names to them, or None for a null."""


class Entry(msgspec.Struct, frozen=True):
    """What the file says under one dotted name. ``line`` counts from 1."""

    name: str
    given: Given
    line: int


class Mistake(msgspec.Struct, frozen=True, order=True):
    """Something wrong at a line of the file."""

    line: int
    message: str


def read_yaml(path: Path, is_section: Callable[[str], bool]) -> tuple[list[Entry], list[Mistake]]:
    """Return the file's entries and mistakes, in the order of the file.

    ``is_section`` tells for a dotted name whether other names stand below it. Raises Invalid when the file cannot be
    read at all.
    """
    mistakes: list[Mistake] = []
    text = _read_text(path)
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        return [], [Mistake((mark.line if mark else 0) + 1, f"not YAML: {exc.problem}")]
    except yaml.reader.ReaderError as exc:
        return [], [Mistake(text.count("\n", 0, exc.position) + 1, "not YAML: a control character")]
    if root is None or root.tag == NULL:
        return [], []
    if not isinstance(root, yaml.MappingNode):
        return [], [Mistake(1, "not a mapping of names to values")]
    return list(_entries(root, "", is_section, mistakes)), mistakes


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST + 1)
    except OSError as exc:
        raise Invalid(f"cannot read the settings file {path}: {exc.strerror}") from exc
    if len(raw) > LONGEST:
        raise Invalid(f"{path} is larger than 1 MiB: that is no settings file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
        raise Invalid(f"{path.name}:{line}: not UTF-8") from exc


def _entries(
    node: yaml.MappingNode, prefix: str, is_section: Callable[[str], bool], mistakes: list[Mistake]
) -> Iterator[Entry]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            mistakes.append(Mistake(line, "a name must be plain text"))
            continue
        if "." in key.value:
            mistakes.append(Mistake(line, f"{key.value}: a name has no dots; indent it below its section"))
            continue
        name = f"{prefix}.{key.value}" if prefix else key.value
        if name in seen:
            mistakes.append(Mistake(line, f"{name}: already set in line {seen[name]}"))
            continue
        seen[name] = line
        if isinstance(value, yaml.MappingNode) and is_section(name):
            yield from _entries(value, name, is_section, mistakes)
        elif is_section(name):
            if value.tag != NULL:
                mistakes.append(Mistake(line, f"{name}: a section, its settings stand indented below it"))
        else:
            yield _entry(value, name, line)


def _entry(value: yaml.Node, name: str, line: int) -> Entry:
    if isinstance(value, yaml.ScalarNode):
        return Entry(name, None if value.tag == NULL else value.value, line)
    if isinstance(value, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in value.value):
        return Entry(name, tuple(item.value for item in value.value), line)
    if isinstance(value, yaml.MappingNode) and all(_is_plain(pair) for pair in value.value):
        return Entry(name, {key.value: each.value for key, each in value.value}, line)
    # The name may be unknown, which is the better thing to say; an impossible value keeps it in the list.
    return Entry(name, {"…": "…"}, line)


def _is_plain(pair: tuple[yaml.Node, yaml.Node]) -> bool:
    return all(isinstance(node, yaml.ScalarNode) for node in pair)


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes, refusing what a settings file has no use for."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self._refuse("aliases (*name) are not supported here")
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse("nested too deeply")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, problem: str) -> NoReturn:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        raise yaml.composer.ComposerError(None, None, problem, mark)
