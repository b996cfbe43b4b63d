"""`linernotes fpindex` as AcoustID's tools have it: a process with two ports, that is killed and started again."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.e2e.conftest import COMMAND, PATIENCE, environment, free_port, until

JSON = {"Content-Type": "application/json"}
MSGPACK = {"Content-Type": "application/vnd.msgpack"}


class Program:
    """The server over one folder, on ports that stay the same."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self.port, self.legacy_port = free_port(), free_port()
        self.more = more
        self.log = folder.with_name("fpindex.log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is healthy."""
        ports = ["--port", str(self.port), "--legacy-port", str(self.legacy_port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "fpindex", "--dir", str(self.folder), *ports, *self.more], stderr=log, env=environment()
            )
        until(lambda: self.ended() is not None or self.healthy())
        assert self.ended() is None, self.log.read_text()

    def ended(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def healthy(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/_health")[0] == 200
        return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Ask with JSON on a connection of its own."""
        with contextlib.closing(self.connect()) as connection:
            return ask(connection, method, path, body, **headers)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def lines(self, *lines: str) -> list[str]:
        """Speak the legacy protocol."""
        with socket.create_connection(("127.0.0.1", self.legacy_port), timeout=PATIENCE) as connection:
            connection.sendall("".join([f"{line}\n" for line in lines]).encode())
            with connection.makefile("rb") as answers:
                return [answers.readline().decode() for _ in lines]


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Ask on a connection; return the status and the answer, decoded by its type."""
    sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, body=sent, headers={**(JSON if sent is not None else {}), **headers})
    response = connection.getresponse()
    said = response.read()
    match response.getheader("Content-Type"):
        case "application/json; charset=UTF-8":
            return response.status, json.loads(said)
        case "application/vnd.msgpack":
            return response.status, msgspec.msgpack.decode(said)
        case _:
            return response.status, said


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    found = Program(tmp_path / "indexes")
    try:
        found.start()
        yield found
    finally:
        if found.process is not None and found.ended() is None:
            found.stop(signal.SIGKILL)


def test_both_formats_and_the_lines_see_the_same_documents(program: Program) -> None:
    assert program.ask("GET", "/main")[1]["version"] == 0
    body = {"changes": [{"insert": {"id": 1, "hashes": [101, 201, 301]}}], "metadata": {"a": "b"}}
    assert program.ask("POST", "/main/_update", body) == (200, {"version": 1})
    packed = msgspec.msgpack.encode({"c": [{"i": {"i": 2, "h": [101, 201]}}], "e": 1})
    assert program.ask("POST", "/main/_update", packed, **MSGPACK) == (200, {"v": 2})
    assert program.lines("begin", "insert 3 101", "commit", "search 101,201,301", "get a") == [
        "OK \r\n", "OK \r\n", "OK \r\n", "OK 1:3 2:2 3:1\r\n", "OK b\r\n",
    ]  # fmt: skip
    found = [{"id": 1, "score": 3}, {"id": 2, "score": 2}, {"id": 3, "score": 1}]
    assert program.ask("POST", "/main/_search", {"query": [301, 201, 101]}) == (200, {"results": found})
    packed = msgspec.msgpack.encode({"q": [301, 201, 101], "t": None, "l": 1})
    assert program.ask("POST", "/main/_search", packed, **MSGPACK) == (200, {"r": [{"i": 1, "s": 3}]})


def test_what_was_acknowledged_is_there_after_the_process_was_killed(program: Program) -> None:
    acknowledged: list[int] = []
    numbers = itertools.count(1)

    def write() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(program.connect()) as mine:
            while True:
                id_ = next(numbers)
                if ask(mine, "PUT", f"/main/{id_}", {"hashes": [id_, id_ + 1]})[0] == 200:
                    acknowledged.append(id_)

    for wanted in (200, 400):
        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda wanted=wanted: len(acknowledged) >= wanted)
        program.stop(signal.SIGKILL)
        for thread in threads:
            thread.join()
        program.start()
        with contextlib.closing(program.connect()) as connection:
            for id_ in acknowledged:
                assert ask(connection, "GET", f"/main/{id_}")[0] == 200
        assert program.ask("GET", "/main")[1]["version"] >= len(acknowledged)


def test_a_document_keeps_its_version_over_restarts_of_both_kinds(program: Program) -> None:
    for _ in range(100):
        program.ask("PUT", "/main/1", {"hashes": [1]})
    assert program.stop() == 0
    program.start()
    assert program.ask("GET", "/main/1") == (200, {"version": 100})
    program.stop(signal.SIGKILL)
    program.start()
    assert program.ask("GET", "/main/1") == (200, {"version": 100})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_open_connections_do_not_keep_it_from_ending(program: Program, number: int) -> None:
    with contextlib.closing(program.connect()) as idle, contextlib.closing(program.connect()) as gone:
        for connection in (idle, gone):
            assert ask(connection, "GET", "/main")[0] == 200
        gone.close()
        with socket.create_connection(("127.0.0.1", program.legacy_port)) as silent:
            silent.sendall(b"echo a\n")
            assert silent.recv(100) == b"OK a\r\n"
            assert program.stop(number) == 0
    logged = program.log.read_text()
    # It did not sit out the time that running requests are given.
    assert "before their requests are done" not in logged
    assert logged.count("\n") < 10
    assert "Traceback" not in logged


def test_a_signal_right_after_the_start_ends_it_too(tmp_path: Path) -> None:
    program = Program(tmp_path / "indexes")
    program.start()
    assert program.stop() == 0
    assert "Traceback" not in program.log.read_text()


def test_many_documents_become_segments_that_a_snapshot_holds(tmp_path: Path) -> None:
    program = Program(tmp_path / "indexes", "--checkpoint-threshold", "20000")
    program.start()
    try:
        with contextlib.closing(program.connect()) as connection:
            for start in range(1, 5001, 1000):
                changes = [
                    {"insert": {"id": id_, "hashes": [(id_ * k * 2654435761) % 2**32 for k in range(1, 41)]}}
                    for id_ in range(start, start + 1000)
                ]
                assert ask(connection, "POST", "/main/_update", {"changes": changes})[0] == 200
        until(lambda: program.ask("GET", "/main/_status")[1]["file_version"] >= 4)
        stats = program.ask("GET", "/main")[1]["stats"]
        assert (stats["num_docs"], stats["min_doc_id"], stats["max_doc_id"]) == (5000, 1, 5000)
        assert b"fpindex_checkpoints_total 0\n" not in program.ask("GET", "/_metrics")[1]
        status, snapshot = program.ask("GET", "/main/_snapshot")
        assert (status, snapshot[:6]) == (200, b"\x84\xa1f\x01\xa1g")
        assert len(snapshot) > 5000 * 40 * 2
        program.stop(signal.SIGKILL)
        program.start()
        assert program.ask("GET", "/main")[1]["stats"]["num_docs"] == 5000
        query = [(77 * k * 2654435761) % 2**32 for k in range(1, 41)]
        assert program.ask("POST", "/main/_search", {"query": query, "limit": 1})[1]["results"][0]["id"] == 77
    finally:
        program.stop(signal.SIGKILL)


def test_a_body_of_sixteen_mebibytes_is_refused_and_one_byte_less_is_not(program: Program) -> None:
    body = b'{"changes":[]}'
    most = 16 * 1024 * 1024
    with contextlib.closing(program.connect()) as connection:
        assert ask(connection, "POST", "/main/_update", body.ljust(most - 1))[0] == 200
    with contextlib.closing(program.connect()) as connection:
        assert ask(connection, "POST", "/main/_update", body.ljust(most))[0] == 413
    assert program.healthy()


def test_bytes_that_are_no_request_harm_nobody(program: Program) -> None:
    for said in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"\x00" * 100_000, b"POST /main/_update HTTP/1.1\r\n\r\n"):
        for port in (program.port, program.legacy_port):
            connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            with connection, contextlib.suppress(OSError):
                connection.sendall(said)
    assert program.healthy()
    assert program.lines("x" * 300_000) == ["ERR line too long\r\n"]
    assert "Traceback" not in program.log.read_text()


def test_requests_keep_coming_while_a_client_uploads_slowly(program: Program) -> None:
    with socket.create_connection(("127.0.0.1", program.port), timeout=PATIENCE) as slow:
        slow.sendall(b"POST /main/_update HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        assert program.ask("PUT", "/main/1", {"hashes": [1]})[0] == 200


def run(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "fpindex", *map(str, args)],
        capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment(),
    )  # fmt: skip


def test_a_port_or_a_folder_that_is_taken_is_said_clearly(program: Program, tmp_path: Path) -> None:
    taken = run("--dir", tmp_path / "other", "--port", program.port)
    assert (taken.returncode, taken.stdout) == (1, "")
    assert f"127.0.0.1:{program.port} is taken by another program" in taken.stderr
    taken = run("--dir", tmp_path / "other", "--port", free_port(), "--legacy-port", program.legacy_port)
    assert (taken.returncode, f":{program.legacy_port} is taken" in taken.stderr) == (1, True)
    taken = run("--dir", program.folder, "--port", free_port())
    assert taken.returncode == 1
    assert "error: Another process has the indexes in" in taken.stderr
    assert program.healthy()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--coordinator"], "--coordinator is not supported yet"),
        (["--coordinator-url", "http://x"], "--coordinator-url is not supported yet"),
        (["--peers", "http://x"], "--peers is not supported yet"),
        (["--port"], "--port needs a value"),
        (["--port", "http"], "--port http is no number"),
        (["--port", "65536"], "--port 65536 is no number that it can be"),
        (["--checkpoint-age-ms", "1.5"], "--checkpoint-age-ms 1.5 is no number"),
        (["--host", "localhost"], "--host localhost is no address"),
        (["--dir", "/nonexistent/a/b", "--port", "0"], "cannot be used"),
    ],
)
def test_what_it_cannot_do_it_says_and_does_not_start(args: list[str], said: str) -> None:
    done = run(*args)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
