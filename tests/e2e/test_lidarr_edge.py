"""The awkward cases, from the dump to the socket: imported, served, and compared with the original server's answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def edge(shared_data: Path) -> Path:
    return shared_data / "lidarr-edge"


@pytest.fixture(scope="module")
def served(edge: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = Home(tmp_path_factory.mktemp("edge") / "data")
    home.load(edge)
    with home.serving() as server:
        yield server.url


@pytest.mark.parametrize("mount", ["", "/api/v0.4", "/api/v0.3", "/api/testing"])
def test_every_answer_is_the_original_servers_or_differs_for_a_known_reason(
    served: str, edge: Path, mount: str
) -> None:
    tool = edge.parent.parent / "tools" / "diff_lidarr.py"
    command = [sys.executable, str(tool), served + mount, str(edge / "answers.jsonl.gz"), "--strict-order"]
    compared = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert compared.returncode == 0, compared.stdout
    assert "= 100.00%" in compared.stdout
