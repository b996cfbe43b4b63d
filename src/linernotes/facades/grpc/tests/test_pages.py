"""What the guide and the contract say of themselves."""

from __future__ import annotations

import re

import pytest

from linernotes.facades.grpc.tests.served import Served
from scripts import protos
from scripts.grpc_page import reference_page


def test_the_example_in_the_guide_runs(server: Served, capsys: pytest.CaptureFixture[str]) -> None:
    page = (protos.ROOT / "docs/guides/grpc.md").read_text("utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert "localhost:50051" in code
    exec(compile(code.replace("localhost:50051", server.target), "guide", "exec"), {})
    assert "Alphä dump" in capsys.readouterr().out


def test_every_method_and_service_of_the_contract_is_described() -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools is not installed")
    page = reference_page()
    rows = re.findall(r"^\| `[A-Z]\w+` \| (?:stream of )?\[\w+\]\(#\w+\) \| .*? \| (.*?) \|$", page, re.MULTILINE)
    assert len(rows) == 24
    assert all(rows)
    anchors = {title.lower().replace(".", "") for title in re.findall(r"^### (.+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\(#(\w+)\)", page)) <= anchors
