"""linernotes as a person has it: commands in processes of their own, a data folder, a server on a free port."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

COMMAND = [sys.executable, "-m", "linernotes"]
SCALE = "0.0002"
PATIENCE = 60.0


class Answer(msgspec.Struct, frozen=True):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """A server that is running."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.log = log
        self.process = process
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())

    def api(self, path: str) -> Any:
        """Return what the Lidarr API says, which must be 200."""
        answer = self.ask(f"/api/v0.4/{path}")
        assert answer.status == 200, (path, answer)
        return answer.json

    def build(self) -> str | None:
        """Return which build is served."""
        found = self.ask("/version").json["catalogue"]
        return None if found is None else str(found["build_id"])

    def stop(self) -> tuple[int, str]:
        """Ask it to stop; return its exit code and what it logged."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), self.log.read_text()


class Home:
    """A data folder and the commands over it."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def command(self, *args: object) -> list[str]:
        return [*COMMAND, "--data", str(self.data), *map(str, args)]

    def run(self, *args: object) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*args), capture_output=True, text=True, timeout=PATIENCE * 2, check=False, env=environment()
        )

    def load(self, *paths: Path) -> str:
        """Import and return the build's id."""
        done = self.run("import", *paths, "--json")
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["build_id"])

    @contextlib.contextmanager
    def serving(
        self, *args: object, env: Mapping[str, str] | None = None, log_into: int | None = None
    ) -> Iterator[Server]:
        """Run a server for as long as the block lasts; it logs into a file, or into an open one."""
        port = free_port()
        log = self.data.with_name(f"serve-{port}.log")
        with log.open("wb") as file:
            process = subprocess.Popen(
                self.command("serve", "--port", port, *args),
                stdout=subprocess.DEVNULL, stderr=log_into or file, env=environment(env or {}), start_new_session=True,
            )  # fmt: skip
        try:
            until(lambda: process.poll() is not None or _listens(port))
            assert process.poll() is None, log.read_text()
            yield Server(process, port, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def environment(more: Mapping[str, str] = {}) -> dict[str, str]:
    """Return this environment without settings, but that a server soon sees a new catalogue."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINERNOTES_")}
    return {**kept, "LINERNOTES_SERVER__POLL_SECONDS": "0.1", **more}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A made-up dump, and the same dump after one set of edits."""
    folder = tmp_path_factory.mktemp("samples")
    for edits in (0, 1):
        out = folder / str(edits)
        command = [*COMMAND, "sample", "--scale", SCALE, "--out", str(out), "--evolve", str(edits)]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return [folder / "0", folder / "1"]


@pytest.fixture(scope="session")
def imported(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the first state of the sample; not to be changed."""
    home = Home(tmp_path_factory.mktemp("imported") / "data")
    home.load(samples[0])
    return home.data


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of songs of which the first state of the sample has the recordings, with tags; 45 seconds each."""
    out = tmp_path_factory.mktemp("music")
    command = [*COMMAND, "sample", "--scale", SCALE, "--no-dump", "--audio", "4", "--seconds", "45", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return sorted(out.rglob("*.flac"))


@pytest.fixture
def loaded(imported: Path, tmp_path: Path) -> Home:
    """A data folder of one's own with the first state of the sample."""
    shutil.copytree(imported, tmp_path / "loaded")
    return Home(tmp_path / "loaded")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty data folder."""
    return Home(tmp_path / "data")
