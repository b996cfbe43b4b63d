"""Lays the sources over each other and reports everything that is wrong with any of them at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from linernotes.app.config import environment
from linernotes.app.config.schema import PREFIX, Schema, Setting, read_schema
from linernotes.app.config.settings import Settings
from linernotes.app.config.values import read_value
from linernotes.app.config.yamlfile import read_yaml
from linernotes.domain.errors import Invalid

FILE_NAME = "linernotes.yaml"
# How alike an unknown name and a setting must be, 0 to 1, for the setting to be suggested.
CLOSE = 0.6
# Mistakes are told in this order; those of the file come first, by line.
ENVIRONMENT = 1 << 30
FLAGS = 1 << 31


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, where each one that was set came from (by setting name), and the file that was read."""

    settings: Settings
    origins: dict[str, str]
    file: Path | None

    def origin(self, name: str) -> str:
        """Say where a setting's value came from."""
        return self.origins.get(name, "default")

    def value(self, setting: Setting) -> object:
        """Return a setting's value."""
        value: Any = self.settings
        for part in setting.path:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        return value


class _Found(msgspec.Struct):
    """What the sources say so far; later sources overwrite earlier ones. Mistakes have a rank to sort by."""

    schema: Schema
    values: dict[str, object] = msgspec.field(default_factory=dict)
    origins: dict[str, str] = msgspec.field(default_factory=dict)
    mistakes: list[tuple[int, str]] = msgspec.field(default_factory=list)

    def take(self, setting: Setting, given: object, *, origin: str, rank: int) -> None:
        try:
            self.values[setting.name] = read_value(setting, given)
            self.origins[setting.name] = origin
        except Invalid as error:
            self.refuse(f"{origin}: {setting.name}: {error.message}", rank=rank)

    def refuse(self, message: str, *, rank: int) -> None:
        self.mistakes.append((rank, message))


class InvalidFlag(Invalid):
    """A flag has a value that its setting cannot have, and nothing else is wrong."""


def load(
    *,
    config_file: Path | None = None,
    flags: Mapping[str, object] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    schema: Schema | None = None,
) -> Loaded:
    """Return the settings from defaults, file, environment and flags, each above the one before it.

    ``flags`` maps setting names to values; None is no value. Raises Invalid with one line for every mistake, each
    with the file's line, the variable's name or the flag.
    """
    env = os.environ if env is None else env
    found = _Found(schema=schema or read_schema())
    given_flags = {name: value for name, value in (flags or {}).items() if value is not None}
    file = _find_file(config_file, given_flags, env, cwd or Path())
    if file is not None:
        _take_file(found, file)
    _take_environment(found, env)
    for name, value in given_flags.items():
        found.take(found.schema.settings()[name], value, origin="flag", rank=FLAGS)
    if found.mistakes:
        lines = [message for _, message in sorted(found.mistakes, key=itemgetter(0))]
        only_flags = all(rank == FLAGS for rank, _ in found.mistakes)
        raise (InvalidFlag if only_flags else Invalid)("\n".join(["the settings are not valid", *lines]))
    return Loaded(settings=_assemble(found, env), origins=found.origins, file=file)


def _find_file(config_file: Path | None, flags: Mapping[str, object], env: Mapping[str, str], cwd: Path) -> Path | None:
    named = config_file or (Path(env[environment.CONFIG]) if env.get(environment.CONFIG) else None)
    if named is not None:
        return cwd / named.expanduser()
    data_dir = Path(str(flags.get("data_dir") or env.get("LINERNOTES_DATA_DIR") or _default_data_dir(env)))
    for candidate in (cwd / FILE_NAME, cwd / data_dir.expanduser() / FILE_NAME):
        if candidate.is_file():
            return candidate
    return None


def _take_file(found: _Found, file: Path) -> None:
    settings = found.schema.settings()
    sections = {section.name for section in found.schema.sections if section.name}
    entries, mistakes = read_yaml(file, sections.__contains__)
    for mistake in mistakes:
        found.refuse(f"{file.name}:{mistake.line}: {mistake.message}", rank=mistake.line)
    for entry in entries:
        origin = f"{file.name}:{entry.line}"
        setting = settings.get(entry.name)
        if setting is None:
            found.refuse(f"{origin}: {entry.name}: no such setting{_suggest(entry.name, settings)}", rank=entry.line)
        else:
            found.take(setting, entry.given, origin=origin, rank=entry.line)


def _take_environment(found: _Found, env: Mapping[str, str]) -> None:
    variables = {setting.variable: setting for setting in found.schema.settings().values()}
    for item in environment.read_environment(env, variables):
        if item.mistake:
            hint = _suggest(item.variable, variables) if item.unknown else ""
            found.refuse(f"{item.variable}: {item.mistake}{hint}", rank=ENVIRONMENT)
        else:
            found.take(variables[item.setting_variable], item.text, origin=item.variable, rank=ENVIRONMENT)


def _suggest(name: str, known: Iterable[str]) -> str:
    # Of names that are about as close, the first: what is usual stands before what is special.
    closest = max(known, key=lambda other: round(_likeness(name, other), 1))
    likeness = _likeness(name, closest)
    return f"; did you mean {closest}?" if likeness > CLOSE else ""


def _likeness(name: str, other: str) -> float:
    """Compare whole names and last parts: a setting is often looked for in the wrong section."""
    whole = SequenceMatcher(None, name.removeprefix(PREFIX), other.removeprefix(PREFIX)).ratio()
    last = SequenceMatcher(None, _last_part(name), _last_part(other)).ratio()
    return (whole + last) / 2


def _last_part(name: str) -> str:
    return name.removeprefix(PREFIX).rpartition("__" if name.startswith(PREFIX) else ".")[2]


def _assemble(found: _Found, env: Mapping[str, str]) -> Settings:
    rows = found.schema.settings()
    result = found.schema.defaults()
    for name, value in found.values.items():
        result = _replace(result, rows[name].path, value)
    data_dir = result.data_dir if "data_dir" in found.values else _default_data_dir(env)
    return msgspec.structs.replace(result, data_dir=data_dir.expanduser())


def _replace(value: Any, path: tuple[str, ...], leaf: object) -> Any:
    first, rest = path[0], path[1:]
    inner = value[first] if isinstance(value, dict) else getattr(value, first)
    new = _replace(inner, rest, leaf) if rest else leaf
    return {**value, first: new} if isinstance(value, dict) else msgspec.structs.replace(value, **{first: new})


def _default_data_dir(env: Mapping[str, str]) -> Path:
    base = env.get("XDG_DATA_HOME")
    return Path(base or "~/.local/share").expanduser() / "linernotes"
