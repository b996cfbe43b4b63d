"""The settings as rows: each has a dotted name, a type, a default and one sentence.

Everything that is said about a setting (messages, pages, the JSON schema) is derived from its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgspec
from msgspec import inspect

from linernotes.app.config.settings import Settings
from linernotes.app.registry import find_facades, find_providers
from linernotes.domain.errors import Conflict
from linernotes.domain.secret import Secret

PREFIX = "LINERNOTES_"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. ``path`` is where it stands in the settings value, by field name."""

    name: str
    path: tuple[str, ...]
    type: Any
    default: Any
    description: str

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return PREFIX + self.name.upper().replace(".", "__")

    @property
    def info(self) -> inspect.Type:
        """The type without its annotations."""
        info = inspect.type_info(self.type)
        return info.type if isinstance(info, inspect.Metadata) else info

    @property
    def is_secret(self) -> bool:
        """Whether the value must not be shown."""
        return isinstance(self.info, inspect.CustomType) and self.info.cls is Secret

    @property
    def is_text(self) -> bool:
        """Whether the value is text, so that it can be read from a file of its own."""
        return self.is_secret or isinstance(self.info, inspect.StrType)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A group of settings; the name is empty for those that stand alone."""

    name: str
    description: str
    settings: tuple[Setting, ...]


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """All sections in the order in which they are shown."""

    sections: tuple[Section, ...]
    facades: dict[str, type[msgspec.Struct]]
    providers: dict[str, type[msgspec.Struct]] = {}

    def settings(self) -> dict[str, Setting]:
        """All settings by name, in order."""
        return {setting.name: setting for section in self.sections for setting in section.settings}

    def defaults(self) -> Settings:
        """The settings as they are when nobody says anything."""
        return Settings(
            facades={name: cls() for name, cls in self.facades.items()},
            providers={name: cls() for name, cls in self.providers.items()},
        )


def read_schema(
    facades: Mapping[str, type[msgspec.Struct]] | None = None,
    providers: Mapping[str, type[msgspec.Struct]] | None = None,
) -> Schema:
    """Return the rows of all settings; façades and providers are those that are installed unless others are given.

    Raises Conflict where a provider has the name of a façade: their settings would be one section.
    """
    own = [f for f in msgspec.structs.fields(Settings) if f.name not in {"facades", "providers"}]
    alone = tuple(_row(f, (), "") for f in own if not _is_struct(f.type))
    sections = [Section(name="", description="", settings=alone)]
    sections += [_section(f.type, f.encode_name, (f.name,)) for f in own if _is_struct(f.type)]
    if facades is None:
        facades = {name: facade.settings for name, facade in find_facades().items()}
    if providers is None:
        providers = {name: provider.settings for name, provider in find_providers().items()}
    if both := facades.keys() & providers.keys():
        raise Conflict(f"a façade and a provider are both called {min(both)}")
    sections += [_section(cls, name, ("providers", name)) for name, cls in sorted(providers.items())]
    sections += [_section(cls, name, ("facades", name)) for name, cls in sorted(facades.items())]
    return Schema(sections=tuple(sections), facades=dict(facades), providers=dict(providers))


def _section(cls: type[msgspec.Struct], name: str, path: tuple[str, ...]) -> Section:
    rows = msgspec.structs.fields(cls)
    nested = [row.name for row in rows if _is_struct(row.type)]
    if nested:
        raise TypeError(f"{cls.__name__}: a section holds plain settings only, not {nested}")
    description = (cls.__doc__ or "").strip().splitlines()[0]
    return Section(name=name, description=description, settings=tuple(_row(row, path, name) for row in rows))


def _row(row: msgspec.structs.FieldInfo, path: tuple[str, ...], prefix: str) -> Setting:
    default = row.default if row.default is not msgspec.NODEFAULT else row.default_factory()
    name = f"{prefix}.{row.encode_name}" if prefix else row.encode_name
    return Setting(
        name=name, path=(*path, row.name), type=row.type, default=default, description=_description(row.type)
    )


def _description(annotation: Any) -> str:
    metas = [meta for meta in get_args(annotation)[1:] if isinstance(meta, msgspec.Meta)]
    return next((meta.description for meta in metas if meta.description), "")


def _is_struct(annotation: Any) -> bool:
    return get_origin(annotation) is None and isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
