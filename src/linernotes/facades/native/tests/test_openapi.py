"""The document says what the routes are: nothing is missing, nothing is made up, and it is OpenAPI 3.1."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
import schemathesis

from linernotes.facades.native.routes import Operation
from linernotes.facades.native.tests.world import Site


@pytest.fixture(scope="module")
def site() -> Site:
    return Site()


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    document: dict[str, Any] = site.read("/openapi.json", prefix="/music/v1")
    return document


def described(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}


def test_every_route_is_in_the_document_and_the_other_way_round(site, document) -> None:
    assert described(document) == {(one.method, one.path) for one in site.app.operations}
    routed = {(method, one.path) for found in site.app._router._paths.values() for method, one in found.items()}
    assert described(document) == routed


def test_the_document_is_valid(document) -> None:
    schemathesis.openapi.from_dict(document).validate()


def test_every_reference_leads_somewhere(document) -> None:
    for reference in set(re.findall(r'"\$ref":"#/([^"]+)"', msgspec.json.encode(document).decode())):
        place: Any = document
        for part in reference.split("/"):
            place = place[part]


def test_every_parameter_answer_and_problem_is_described(site, document) -> None:
    for operation in site.app.operations:
        one = document["paths"][operation.path][operation.method.lower()]
        assert one["summary"]
        assert all(parameter["description"] for parameter in one["parameters"])
        for status, answer in one["responses"].items():
            whole = document["components"]["responses"][status] if "$ref" in answer else answer
            assert whole["description"]
    assert all(schema.get("description") for name, schema in document["components"]["schemas"].items())


def test_names_of_operations_are_there_once(site) -> None:
    names = [one.name for one in site.app.operations]
    assert len(set(names)) == len(names)


def test_the_index_names_everything_that_can_be_read(site) -> None:
    links = site.read("/", prefix="/music/v1")["links"]
    assert set(links) == {one.name for one in site.app.operations if one.method == "GET"}
    assert links["get_artist"] == "/music/v1/artists/{mbid}{?include}"


def test_the_document_says_where_the_api_is(document) -> None:
    assert document["servers"] == [{"url": "/music/v1"}]


def test_only_an_operation_with_pages_takes_a_cursor(site) -> None:
    def paged(one: Operation) -> bool:
        return "next" in getattr(one.answer, "__struct_fields__", ()) and one.method == "GET"

    takers = {one.name for one in site.app.operations if any(each.name == "cursor" for each in one.parameters)}
    assert takers <= {one.name for one in site.app.operations if paged(one)}
