"""The server as a process: it stops gracefully, shares its work, and says clearly why it cannot start."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.e2e.conftest import Home, Server, environment, free_port, until

pytestmark = pytest.mark.slow


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def begin(server: Server, body: bytes) -> socket.socket:
    """Send a request whose body lacks its last byte."""
    connection = connect(server)
    head = f"POST /api/v0.4/search/fingerprint HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n"
    connection.sendall(head.encode() + b"content-type: application/json\r\n\r\n" + body[:-1])
    return connection


def samples_of(server: Server, name: str) -> list[Sample]:
    families = text_string_to_metric_families(server.ask("/metrics").body.decode())
    return [sample for family in families for sample in family.samples if sample.name == name]


def in_flight(server: Server) -> float:
    """Return how many requests are being answered, the one that asks this included."""
    return sum(sample.value for sample in samples_of(server, "linernotes_requests_in_flight"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_that_is_under_way_is_finished_before_the_server_ends(loaded: Home, number: int) -> None:
    with loaded.serving() as server, begin(server, b"[]") as connection, connect(server):
        until(lambda: in_flight(server) > 1)
        # A terminal sends its signal to every process of the group.
        os.killpg(server.process.pid, number)
        with pytest.raises(AssertionError, match="it did not happen"):
            until(lambda: server.process.poll() is not None, 0.5)
        connection.sendall(b"]")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b"\r\n\r\n[]")
        assert server.process.wait(30) == 0
        assert [line for line in server.log.read_text().splitlines() if json.loads(line)["level"] != "info"] == []


def test_a_server_that_may_wait_no_longer_ends_anyhow(loaded: Home) -> None:
    with loaded.serving(env={"LINERNOTES_SERVER__GRACEFUL_TIMEOUT_SECONDS": "1"}) as server:
        with begin(server, b"[]"):
            until(lambda: in_flight(server) > 1)
            code, logged = server.stop()
        assert code == 0
        assert "a worker is stopped before its requests are done" in logged


def test_a_port_that_is_taken_is_said_clearly(loaded: Home) -> None:
    with loaded.serving() as server:
        done = loaded.run("serve", "--port", server.port)
    assert done.returncode == 1
    assert f"127.0.0.1:{server.port} is taken by another program" in done.stderr
    assert "hint: Choose another port" in done.stderr


def test_settings_that_cannot_work_are_said_before_anything_starts(loaded: Home) -> None:
    done = subprocess.run(
        loaded.command("serve", "--port", free_port()),
        env=environment({"LINERNOTES_SERVER__TRUSTED_PROXIES": "10.0.0.1,proxy"}),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: server.trusted_proxies: 'proxy' is no address and no network\nhint: ")


def test_any_worker_tells_the_numbers_of_all(loaded: Home) -> None:
    with loaded.serving("--workers", 2) as server:
        until(lambda: len(samples_of(server, "linernotes_requests_in_flight")) == 2)
        for _ in range(40):
            assert server.ask("/api/v0.4/").status == 200
        name = "linernotes_requests_total"
        asked = {"facade": "lidarr", "route": "/", "method": "GET", "status": "200"}

        def counted() -> float:
            return sum(found.value for found in samples_of(server, name) if asked.items() <= found.labels.items())

        # Either worker may be asked, and what it knows of the other is a moment old.
        until(lambda: counted() == 40)
        assert server.stop()[0] == 0


def worker_of(server: Server) -> int:
    [sample] = samples_of(server, "linernotes_requests_in_flight")
    return int(sample.labels["worker"])


def test_a_worker_that_dies_is_replaced(loaded: Home) -> None:
    with loaded.serving() as server:
        first = worker_of(server)
        os.kill(first, signal.SIGKILL)

        def replaced() -> bool:
            with contextlib.suppress(OSError, http.client.HTTPException):
                return worker_of(server) != first
            return False

        until(replaced)
        assert server.ask("/health/ready").status == 200
        assert server.stop()[0] == 0


def test_the_log_is_json_lines_and_holds_no_query(loaded: Home) -> None:
    with loaded.serving() as server:
        server.ask("/api/v0.4/search?type=all&query=secret", x_request_id="my-id")
        code, logged = server.stop()
    lines = [json.loads(line) for line in logged.splitlines()]
    [line] = [line for line in lines if line.get("request_id") == "my-id"]
    assert (code, line["path"], line["status"]) == (0, "/api/v0.4/search", 200)
    assert "secret" not in logged


def test_a_log_that_nobody_reads_delays_no_answer(loaded: Home) -> None:
    unread, written = os.pipe()
    try:
        with loaded.serving(log_into=written) as server:
            for _ in range(4):
                # Each round is logged before the next one; a pipe holds some 300 lines.
                for _ in range(200):
                    assert server.ask("/health/live").status == 200
                time.sleep(0.6)
            assert server.ask("/health/ready").status == 200
    finally:
        os.close(unread)
        os.close(written)


def test_headers_that_never_end_are_cut_off_and_others_are_served_meanwhile(loaded: Home) -> None:
    with loaded.serving() as server:
        slow = [connect(server) for _ in range(50)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")
        assert server.ask("/health/live").status == 200
        for connection in slow:
            connection.close()


def test_workers_end_when_the_process_that_started_them_is_gone(loaded: Home) -> None:
    with loaded.serving() as server:
        server.process.kill()
        server.process.wait(20)
        until(lambda: not _listens(server.port))


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False
