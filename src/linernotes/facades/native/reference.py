"""The reference page: what the OpenAPI document says, for people who read pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.native.app import build_app
from linernotes.facades.native.errors import FAILURES
from linernotes.facades.native.openapi import describe
from linernotes.facades.native.settings import NativeSettings

_HEAD = """\
# REST API

<!-- Written by `make docs` from the routes themselves. -->

First steps are in [The REST API](../guides/rest.md). The same as an OpenAPI 3.1 document is at `/v1/openapi.json`, and
`/docs` is a page to try it on. `/v1` stands for the setting `native.prefix`.

"""


def reference_page() -> str:
    """Return the page in Markdown."""
    settings = NativeSettings()
    # Routes are only listed here: nobody is asked anything.
    deps = FacadeDeps(*[cast(Any, None)] * 5)
    document = describe(build_app(settings, deps).operations, prefix=settings.prefix, version="")
    parts = [_HEAD]
    for tag in [one["name"] for one in document["tags"]]:
        parts.append(f"## Operations: {tag.replace('-', ' ')}\n\n")
        parts += _operations(document, tag, settings.prefix)
    parts.append("## Problems\n\nEvery error is `application/problem+json` (RFC 9457), a [Problem](#problem).\n\n")
    parts += ["| status | name | meaning |\n|---|---|---|\n"]
    parts += [f"| {one.status} | `{one.slug}` | {one.meaning} |\n" for one in FAILURES]
    parts.append("\n## Types\n\nA field that is *optional* is left out where it was not asked for or is not known.\n")
    for name, schema in document["components"]["schemas"].items():
        parts += _type(name, schema)
    return "".join(parts)


def _operations(document: dict[str, Any], tag: str, prefix: str) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            if one["tags"] == [tag]:
                yield f"### {method.upper()} {prefix}{path if path != '/' else ''}\n\n"
                yield " ".join([f"{one['summary']}.", one.get("description", "")]).strip() + "\n\n"
                yield from _parameters(one["parameters"])
                yield from _body(one)
                yield f"Answers {', '.join(_answers(one))}.\n\n"


def _parameters(parameters: list[dict[str, Any]]) -> Iterator[str]:
    if not parameters:
        return
    yield "| parameter | | |\n|---|---|---|\n"
    for one in parameters:
        place = "in the path" if one["in"] == "path" else "needed" if one["required"] else ""
        yield f"| `{one['name']}` | {place} | {one['description']} |\n"
    yield "\n"


def _body(one: dict[str, Any]) -> Iterator[str]:
    if "requestBody" in one:
        content = one["requestBody"]["content"]
        others = "".join([f" or `{kind}`" for kind in content if kind != "application/json"])
        yield f"The body is {_kind(content['application/json']['schema'])}{others}.\n\n"


def _answers(one: dict[str, Any]) -> Iterator[str]:
    for status, answer in one["responses"].items():
        content = answer.get("content", {}).get("application/json")
        yield f"{status} with {_kind(content['schema'])}" if content else status


def _type(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"\n### {name}\n\n{_flat(schema['description'])}\n\n| field | | |\n|---|---|---|\n"
    needed = set(schema.get("required", ()))
    for field, one in schema["properties"].items():
        optional = "" if field in needed else "*optional* "
        yield f"| `{field}` | {optional}{_kind(one)} | {_flat(one.get('description', ''))} |\n"


def _kind(schema: dict[str, Any]) -> str:
    """Return what a value is, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"object of {_kind(values)}" if values else "object"
    return str(schema.get("format") or schema.get("type") or "anything")


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
