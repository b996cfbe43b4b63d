"""What every test may ask for. No test sees the settings or the data of the person who runs it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.services import POSTGRES_BIN, PostgresServer, Services, find_postgres, fresh_database, running_postgres

REPOSITORY = Path(__file__).resolve().parent.parent
_POSTGRES_BIN = os.environ.get(POSTGRES_BIN)


class Outcome(msgspec.Struct, frozen=True):
    """How a command ended."""

    code: int
    out: str
    err: str


RunCommand = Callable[..., Outcome]
SERVICES = pytest.StashKey[Services]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SERVICES] = Services()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    config.stash[SERVICES].report(terminalreporter)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A real PostgreSQL for the whole run, started by the first test that wants it."""
    services = request.config.stash[SERVICES]
    # Asked of the run's own surroundings: a test's are cleared of the settings of the person who runs it.
    programs = find_postgres(_POSTGRES_BIN)
    if programs.folder is None:
        services.missing["PostgreSQL"] = programs.reason
        pytest.skip(programs.reason)
    with running_postgres(programs, careful=False) as server:
        services.real["PostgreSQL"] = f"version {programs.version}, {programs.folder}"
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database of the test's own."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LINERNOTES_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Where this project's files are."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and awkward test dumps that lies beside a developer's clone."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is not there")
    return folder


@pytest.fixture
def linernotes(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Run the command line inside this process, in an empty folder; each argument becomes text."""
    from linernotes.cli import run

    monkeypatch.chdir(tmp_path)

    # A command that sets up the log would leave it writing to this test's standard error, into the tests after it.
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)

    def call(*args: object) -> Outcome:
        capfd.readouterr()
        code = run([str(arg) for arg in args])
        return Outcome(code, *capfd.readouterr())

    return call
