"""The first thing that anybody runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo(repository: Path, folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DEMO_ONCE": "1", "LINERNOTES_SERVER__PORT": str(port)}
    script = repository / "scripts" / "demo.py"
    return subprocess.run(
        [sys.executable, str(script)], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.slow
def test_make_demo_serves_four_things_that_exist_and_a_second_time_at_once(
    repository: Path, tmp_path: Path, port: int
) -> None:
    first = demo(repository, tmp_path, port)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.count("     curl 'http://") == 3
    assert first.stdout.count("     curl --data-binary @'demo-data/dump/music/") == 1
    assert first.stdout.count("\nok: ") == 4
    again = demo(repository, tmp_path, port)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "linernotes --data demo-data import" in first.stdout
    assert "linernotes --data demo-data import" not in again.stdout


def test_the_demo_says_when_its_port_is_taken(repository: Path, tmp_path: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        outcome = demo(repository, tmp_path, port)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"error: something listens at http://127.0.0.1:{port} already")
