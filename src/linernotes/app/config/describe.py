"""What is generated from the settings: the example file, the reference page, the JSON schema."""

from __future__ import annotations

from typing import Any

import msgspec

from linernotes.app.config.schema import Schema, Section, Setting
from linernotes.app.config.values import expectation, show, to_plain
from linernotes.domain.secret import Secret

EXAMPLE_HEAD = """\
# Settings of linernotes. Every line below is the default: uncomment what you want to change.
# Written by `linernotes config example`; `linernotes config check` reads your file and names every mistake.
# The environment wins over this file (LINERNOTES_SERVER__PORT=8081), and a flag wins over both.
"""
REFERENCE_HEAD = """\
# Settings

<!-- Written by `make docs` from the settings themselves. -->

None is needed to start. A setting has one name in three places: the file `linernotes.yaml` (`server:` and below it
`port: 8081`), the environment (`LINERNOTES_SERVER__PORT=8081`) and, for some, a flag. A flag wins over the environment,
the environment over the file, the file over the default. An empty variable counts as not set.

The file is the one given with `--config`, else the one that `LINERNOTES_CONFIG` names, else `linernotes.yaml` in the
working folder, else `linernotes.yaml` in the data folder. A text setting can also be read from a file of its own:
put `_FILE` after the variable's name and give the file's path.
"""


def example_file(schema: Schema) -> str:
    """Return linernotes.example.yaml: every setting with its sentence and default, commented out."""
    parts = [EXAMPLE_HEAD]
    for section in schema.sections:
        rows = [_example_row(setting, section) for setting in section.settings]
        head = f"# {section.description}\n{section.name}:\n" if section.name else ""
        parts.append(head + "\n".join(rows))
    return "\n".join(parts)


def reference_page(schema: Schema) -> str:
    """Return docs/reference/settings.md: one table per section."""
    parts = [REFERENCE_HEAD]
    for section in schema.sections:
        title = f"## {section.name}\n\n{section.description}\n" if section.name else "## At the top level\n"
        rows = [_reference_row(setting) for setting in section.settings]
        table = "| setting | default | takes | what it does |\n|---|---|---|---|\n" + "".join(rows)
        parts.append(f"{title}\n{table}")
    return "\n".join(parts)


def json_schema(schema: Schema) -> dict[str, Any]:
    """Return the JSON schema (2020-12) of the file, for editors that complete and check YAML."""
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "linernotes.yaml",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    for section in schema.sections:
        properties = {setting.name.rpartition(".")[2]: _property(setting) for setting in section.settings}
        if section.name:
            root["properties"][section.name] = _section_object(section, properties)
        else:
            root["properties"].update(properties)
    return root


def _example_row(setting: Setting, section: Section) -> str:
    indent = "  " if section.name else ""
    key = setting.name.rpartition(".")[2]
    return f"{indent}# {setting.description}\n{indent}# {key}: {show(setting.default)}\n"


def _reference_row(setting: Setting) -> str:
    cells = (
        f"`{setting.name}`<br>`{setting.variable}`",
        f"`{show(setting.default)}`",
        expectation(setting).replace("|", "\\|"),
        setting.description,
    )
    return f"| {' | '.join(cells)} |\n"


def _section_object(section: Section, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "description": section.description,
        "additionalProperties": False,
        "properties": properties,
    }


def _property(setting: Setting) -> dict[str, Any]:
    found = msgspec.json.schema(setting.type, schema_hook=_text_schema)
    return {**found, "default": to_plain(setting.default)}


def _text_schema(kind: type) -> dict[str, Any]:
    return {"type": "string", "writeOnly": True} if kind is Secret else {"type": "string"}
