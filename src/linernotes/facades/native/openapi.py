"""The OpenAPI 3.1 document, written from the operations and the types of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from linernotes.facades.native.asked import MOST_ON_PAGE
from linernotes.facades.native.errors import CONTENT_TYPE, FAILURES, Failure, Problem
from linernotes.facades.native.routes import Operation, Parameter

REF = "#/components/schemas/{name}"
# What every operation may answer; 401, 429 come from the server where it asks for keys or counts requests.
ALWAYS = (400, 401, 405, 429, 500, 503)
_BY_STATUS: dict[int, Failure] = {failure.status: failure for failure in FAILURES}
_ABOUT = (
    "Music metadata by MusicBrainz identifier, by other identifiers and by name. Every error is a problem of RFC 9457. "
    "Lists have pages: `next` is the address of the one that follows. Answers have an ETag; `If-None-Match` saves "
    "sending them again."
)


def describe(operations: Sequence[Operation], *, prefix: str, version: str) -> dict[str, Any]:
    """Return the document of an API that is mounted at ``prefix``."""
    types = list(dict.fromkeys(_types(operations)))
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    of = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "linernotes", "version": version or "0", "description": _ABOUT},
        "servers": [{"url": prefix or "/"}],
        "security": [{}, {"bearer": []}, {"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": {name: _tidied(schema) for name, schema in sorted(components.items())},
            "responses": {str(failure.status): _failure(failure) for failure in FAILURES},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            },
        },
    }


def _types(operations: Iterable[Operation]) -> Iterable[Any]:
    yield Problem
    for operation in operations:
        yield operation.answer
        if operation.body is not None:
            yield operation.body


def _operation(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    failures = sorted({*ALWAYS, *operation.failures})
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*_path(operation), *(_parameter(one) for one in operation.parameters)],
        "responses": {
            str(operation.status): _answer(operation, schemas),
            **({"301": _MOVED} if operation.moves else {}),
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in failures},
        },
    }
    if operation.description:
        described["description"] = operation.description
    if operation.body is not None:
        content: dict[str, Any] = {"schema": schemas[operation.body], "example": operation.body_example}
        files = _FILES if operation.files else {}
        described["requestBody"] = {"required": True, "content": {"application/json": content, **files}}
    if operation.admin:
        described["security"] = [{"bearer": []}, {"key": []}]
    return described


def _answer(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    headers = {"ETag": _header("Names this answer; not where it must not be kept.")}
    if any(one.name == "cursor" for one in operation.parameters):
        headers["Link"] = _header('The next page, with rel="next".')
    return {
        "description": operation.summary + ".",
        "headers": headers,
        "content": {"application/json": {"schema": schemas[operation.answer]}},
    }


def _path(operation: Operation) -> Iterable[dict[str, Any]]:
    if "{mbid}" in operation.path:
        schema = {"type": "string", "format": "uuid"}
        described = {"name": "mbid", "in": "path", "required": True, "schema": schema}
        yield {**described, "description": "A MusicBrainz identifier.", **_example(operation.example)}


def _parameter(one: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": one.name,
        "in": "query",
        "description": one.description,
        "required": one.required,
        "schema": _schema(one),
        **_example(one.example),
    }
    return {**described, "style": "form", "explode": False} if one.listed else described


def _schema(one: Parameter) -> dict[str, Any]:
    if one.schema is int:
        return {"type": "integer", "minimum": 1, "maximum": one.most or MOST_ON_PAGE}
    if one.schema is float:
        return {"type": "number", "minimum": 1}
    plain: dict[str, Any] = {"type": "string"}
    if isinstance(one.schema, tuple):
        plain["enum"] = list(one.schema)
    return {"type": "array", "items": plain} if one.listed else plain


def _example(example: object) -> dict[str, Any]:
    return {} if example is None or example == "" else {"example": example}


def _failure(failure: Failure) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": failure.meaning,
        "content": {CONTENT_TYPE: {"schema": {"$ref": REF.format(name="Problem")}}},
    }
    if failure.status in {429, 503}:
        described["headers"] = {"Retry-After": _header("Seconds after which it makes sense to ask again.")}
    return described


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


_FILES: dict[str, Any] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "A file."}},
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
            "description": "A form with a file; parameters of the query may be fields as well.",
        }
    },
}
_MOVED: dict[str, Any] = {
    "description": "The MBID was merged into another one.",
    "headers": {"Location": _header("The address of the entity that it leads to.")},
}


def _tidied(schema: Any) -> Any:
    """Leave out the titles: they are the types' names, and those stand in the addresses of the schemas already."""
    if isinstance(schema, dict):
        return {key: _tidied(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    return [_tidied(one) for one in schema] if isinstance(schema, list) else schema
