"""Real servers for the tests, started from programs that are on this machine. Without a program, tests are skipped.

Also for benchmarks: ``with running_postgres(find_postgres()) as server``.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg import sql

POSTGRES_BIN = "LINERNOTES_TEST_POSTGRES_BIN"
OLDEST_POSTGRES = 15
PATIENCE_SECONDS = 60
_STARTS = 3  # a free port can be taken by somebody else before the server has it
_UNPRIVILEGED = ("postgres", "nobody")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "autovacuum": "off",
    "log_min_duration_statement": "-1",
    "lc_messages": "C",
}
_NO_CARE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Programs(msgspec.Struct, frozen=True):
    """The folder of a PostgreSQL server's programs and its major version; no folder, but why, if there is none."""

    folder: Path | None
    version: int = 0
    reason: str = ""


def find_postgres(folder: str | None = None) -> Programs:
    """Look in the folder given (LINERNOTES_TEST_POSTGRES_BIN), on PATH, and where Debian has it; the newest wins."""
    if folder:
        places = [Path(folder)]
    else:
        on_path = shutil.which("postgres")
        debian = Path("/usr/lib/postgresql").glob("*/bin")
        places = [*([Path(on_path).resolve().parent] if on_path else []), *debian]
    found = [(version, place) for place in places if (version := _version(place))]
    newest = max(found, default=None)
    if newest is None:
        return Programs(None, reason="no PostgreSQL server program on this machine (`make services` can install one)")
    if newest[0] < OLDEST_POSTGRES:
        return Programs(None, reason=f"PostgreSQL {newest[0]} is older than {OLDEST_POSTGRES}")
    return Programs(newest[1], newest[0])


def _version(folder: Path) -> int:
    if not ((folder / "postgres").is_file() and (folder / "initdb").is_file()):
        return 0
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", told)
    return int(number.group(1)) if number else 0


class PostgresServer:
    """A server of its own in a folder of its own, on a loopback port. Whoever can connect is trusted."""

    def __init__(self, programs: Programs, folder: Path, *, careful: bool) -> None:
        """Create the cluster; ``careful`` keeps fsync on, for what is measured or killed with the machine in mind."""
        assert programs.folder is not None
        self.programs = programs
        self.port = 0
        self._bin = programs.folder
        self._folder = folder
        self._settings = _SETTINGS | ({} if careful else _NO_CARE) | {"unix_socket_directories": str(folder)}
        self._process: subprocess.Popen[bytes] | None = None
        self._as = _unprivileged(folder)
        made = ["-D", folder / "data", "-U", "linernotes", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run([self._bin / "initdb", *made], check=True, capture_output=True, cwd=folder, **self._as)

    def url(self, database: str = "postgres") -> str:
        """Return how to connect to a database of this server."""
        return f"postgresql://linernotes@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, on the port of the last time if there was one, and wait until connections are taken."""
        for _ in range(_STARTS):
            port = self.port or _free_port()
            if self._begin(port):
                self.port = port
                return
        raise RuntimeError((self._folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """Shut down, ending whatever is connected."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End without a shutdown, as a crash does: the next start recovers."""
        self._end(signal.SIGQUIT)

    def _begin(self, port: int) -> bool:
        options = [f"--{name}={value}" for name, value in (self._settings | {"port": str(port)}).items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._folder / "data", *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self._folder,
                **self._as,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(f"postgresql://linernotes@127.0.0.1:{port}/postgres", connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        self._end(signal.SIGQUIT)
        return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _unprivileged(folder: Path) -> dict[str, object]:
    """Return how a program is started that refuses to be root, having given it the folder."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam(next(name for name in _UNPRIVILEGED if name in names))
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running_postgres(programs: Programs, *, careful: bool = True) -> Iterator[PostgresServer]:
    """Give a running server, which is stopped and removed at the end."""
    # Not below pytest's folder: that is closed to the user whom the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="linernotes-postgres-"))
    try:
        server = PostgresServer(programs, folder, careful=careful)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: PostgresServer) -> Iterator[str]:
    """Give the URL of an empty database, which is dropped at the end whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    _run(server, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        yield server.url(name)
    finally:
        _run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(server: PostgresServer, statement: sql.Composed) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(statement)


def provide_postgres(say: Callable[[str], None] = print) -> None:
    """Install Debian's PostgreSQL where that is possible and needed, and say how it stands."""
    if find_postgres(os.environ.get(POSTGRES_BIN)).folder is None and os.geteuid() == 0 and shutil.which("apt-get"):
        surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "postgresql"]):
            if subprocess.run(["apt-get", *words], env=surroundings, check=False).returncode:
                say(f"services: apt-get {words[0]} failed")
                break
    programs = find_postgres(os.environ.get(POSTGRES_BIN))
    if programs.folder is None:
        say(f"services: {programs.reason}; the tests that need it will be skipped. Install PostgreSQL")
        say(f"services: {OLDEST_POSTGRES} or later, or name the folder of its programs in {POSTGRES_BIN}.")
    else:
        say(f"services: PostgreSQL {programs.version} in {programs.folder}")


class Services:
    """Which servers the tests had, for the end of the run."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self.real: dict[str, str] = {}
        self.missing: dict[str, str] = {}

    def report(self, terminal: pytest.TerminalReporter) -> None:
        """Say which servers were real, and how many tests were skipped for want of one."""
        skipped = [str(one.longrepr) for one in terminal.stats.get("skipped", [])]
        for name, said in sorted(self.real.items()):
            terminal.write_line(f"services: {name} was a real server ({said})")
        for name, reason in sorted(self.missing.items()):
            count = sum(reason in one for one in skipped)
            terminal.write_line(f"services: {count} tests were skipped for want of {name}: {reason}")


if __name__ == "__main__":
    provide_postgres()
