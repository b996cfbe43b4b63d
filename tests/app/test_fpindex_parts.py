"""The index server is a small program: it brings along nothing of the large one."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from linernotes.app.fpindex import bound
from linernotes.domain.errors import Conflict, Invalid

HEAVY = ["alembic", "av", "duckdb", "granian", "grpc", "httpx2", "psycopg", "sqlalchemy", "structlog", "tantivy"]


def loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_it_loads_nothing_that_it_does_not_use() -> None:
    found = loaded("import linernotes.app.fpindex, linernotes.app.warming, linernotes.facades.fpindex.legacy")
    assert sorted(found & set(HEAVY)) == []
    assert "numba" in found


def test_it_can_listen_and_open_an_empty_folder_before_compiled_code_is_loaded() -> None:
    found = loaded("import linernotes.app.fpindex, linernotes.facades.fpindex.collection, linernotes.cli.fpindex")
    assert "numba" not in found


def test_a_port_can_be_taken_again_at_once_but_not_twice() -> None:
    with bound("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = first.accept()
            accepted.close()
        with pytest.raises(Conflict, match="is taken"):
            bound("127.0.0.1", port)
    with bound("127.0.0.1", port) as again:
        assert again.getsockname()[1] == port


@pytest.mark.parametrize(("host", "port"), [("localhost", 1), ("", 1), ("192.0.2.1", 0), ("127.0.0.1", 70000)])
def test_an_address_that_cannot_be_is_said_clearly(host: str, port: int) -> None:
    with pytest.raises(Invalid):
        bound(host, port)
