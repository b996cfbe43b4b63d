"""The command as a whole: what it costs to start, how it ends, how it says that something is wrong."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from linernotes import __version__
from linernotes.cli import COMMANDS, cli, run
from linernotes.cli.state import CliState
from linernotes.domain.errors import Invalid
from tests.conftest import RunCommand

HEAVY = {
    "alembic", "brotli", "duckdb", "granian", "msgspec", "numpy", "prometheus_client", "rapidgzip", "rich",
    "sqlalchemy", "starlette", "structlog", "tantivy", "yaml", "zstandard",
}  # fmt: skip


def loaded_by(*args: str) -> set[str]:
    code = f"import sys; from linernotes.cli import run; run({list(args)!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["config", "--help"], ["db", "--help"]])
def test_help_loads_no_heavy_library(args: list[str]) -> None:
    assert loaded_by(*args) & HEAVY == set()


def test_help_lists_every_command(linernotes: RunCommand) -> None:
    outcome = linernotes("--help")
    assert outcome.code == 0
    assert [name for name in COMMANDS if f"  {name} " not in outcome.out] == []


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_sentence_in_the_table_is_the_one_of_the_command(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1]
    assert command.name == name


def test_the_version_is_printed(linernotes: RunCommand) -> None:
    assert linernotes("--version").out == f"linernotes, version {__version__}\n"


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "linernotes", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == f"linernotes, version {__version__}\n"


@pytest.mark.parametrize(
    "args", [["nonsense"], ["--nonsense"], ["config", "nonsense"], ["config", "show", "--nonsense"], ["config"]]
)
def test_wrong_usage_ends_with_2_and_a_word_on_standard_error(linernotes: RunCommand, args: list[str]) -> None:
    outcome = linernotes(*args)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Usage: linernotes" in outcome.err


def test_an_error_is_one_clear_line_and_ends_with_1(linernotes: RunCommand) -> None:
    outcome = linernotes("--config", "absent.yaml", "config", "show")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == "error: cannot read the settings file absent.yaml: No such file or directory\n"


def test_debug_shows_where_an_error_came_from() -> None:
    with pytest.raises(Invalid):
        run(["--debug", "--config", "absent.yaml", "config", "show"])


def test_a_hint_follows_the_error(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise Invalid("no such thing\nfirst\nsecond", hint="Look elsewhere.")

    assert run(["fail"], group=click.Group(commands=[click.Command("fail", callback=fail)])) == 1
    assert capfd.readouterr().err == "error: no such thing\n  first\n  second\nhint: Look elsewhere.\n"


def test_a_disk_that_says_no_is_one_line_too(capfd: pytest.CaptureFixture[str]) -> None:
    def write() -> None:
        raise OSError(28, "No space left on device", "names.idx")

    assert run(["write"], group=click.Group(commands=[click.Command("write", callback=write)])) == 1
    assert capfd.readouterr().err == "error: names.idx: No space left on device\n"


def test_ctrl_c_ends_in_a_word_with_130(capfd: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    assert run(["wait"], group=click.Group(commands=[click.Command("wait", callback=interrupt)])) == 130
    assert "".join(capfd.readouterr()).strip() == "interrupted"


def test_a_reader_that_has_seen_enough_is_no_crash() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m linernotes config schema | head -c 1"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("{", "")


def test_the_data_option_is_the_data_dir_setting(linernotes: RunCommand) -> None:
    assert '"here"  (flag)' in linernotes("--data", "here", "config", "show").out.splitlines()[0]


def test_a_commands_own_flags_win_over_the_global_ones() -> None:
    state = CliState(data_dir=None)
    assert state.settings({"server.port": 1, "server.host": None}).server.port == 1


@pytest.mark.parametrize("command", ["info", "doctor", "search x"])
def test_the_data_folder_may_be_named_before_and_after_the_command(linernotes, tmp_path, command: str) -> None:
    folder = tmp_path / "another"
    before = linernotes("--data", folder, *command.split())
    after = linernotes(*command.split(), "--data", folder)
    assert (before.code, before.err, before.out) == (after.code, after.err, after.out)
    assert "another" in before.err + before.out or command == "doctor"
