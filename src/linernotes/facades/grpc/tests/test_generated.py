"""The checked-in code is what the .proto files say."""

from __future__ import annotations

import pytest

from linernotes.facades.grpc.services import ADMIN, CATALOG, IDENTIFY
from scripts import protos


def test_generated_code_is_up_to_date() -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools is not installed")
    assert [path.name for path in protos.drifted()] == []
    assert len(protos.generated()) == 10


def test_services_are_named_as_they_are_published() -> None:
    names = [service.full_name for service in (CATALOG, ADMIN, IDENTIFY)]
    assert names == ["linernotes.v1.Catalog", "linernotes.v1.Admin", "linernotes.v1.Identify"]
