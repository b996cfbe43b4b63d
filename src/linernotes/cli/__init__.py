"""The `linernotes` command: one module per sub-command, imported only when it is called.

A sub-command is a click command named `command` in its own module and a row in `COMMANDS`. It asks for what it needs
with `@click.pass_obj`: a `CliState`, whose `settings({"server.port": port})` lays flags over the environment and the
file. It raises errors of `linernotes.domain.errors` and never calls `sys.exit`; the exit code is 0, 1 (failed) or
2 (wrong usage).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from linernotes import __version__
from linernotes.cli.state import CliState
from linernotes.domain.errors import LinernotesError

# Name, module and sentence; the sentence stands here too so that --help imports no command.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("linernotes.cli.serve", "Serve the catalogue over HTTP."),
    "import": ("linernotes.cli.import_", "Build the catalogue from a MusicBrainz dump and make it live."),
    "sample": ("linernotes.cli.sample", "Write a made-up dump to try things on."),
    "search": (
        "linernotes.cli.search",
        "Find artists and albums by name; an album also by its artist's name and its own together.",
    ),
    "info": ("linernotes.cli.info", "Say what the data folder holds."),
    "doctor": ("linernotes.cli.doctor", "Check that everything works, and say what to do if not."),
    "get": ("linernotes.cli.get", "Ask the REST API without a server."),
    "identify": ("linernotes.cli.identify", "Say what audio files are, by their sound."),
    "fingerprint": (
        "linernotes.cli.fingerprint",
        "Compute the fingerprints of audio files and of folders of them.",
    ),
    "compare": ("linernotes.cli.compare", "Say how alike two recordings are, and where."),
    "fpcalc": ("linernotes.cli.fpcalc", "Stand in for Chromaprint's fpcalc: its options, its output."),
    "fpindex": (
        "linernotes.cli.fpindex",
        "Stand in for AcoustID's index server fpindex: its options, its HTTP API, its line protocol.",
    ),
    "acoustid": (
        "linernotes.cli.acoustid",
        "Load AcoustID's public data, write ours as such, and make keys for programs and users.",
    ),
    "index": ("linernotes.cli.index", "Make, load, search, check and repair fingerprint indexes."),
    "providers": ("linernotes.cli.providers", "List and test the outside sources."),
    "keys": ("linernotes.cli.keys", "Make, list and revoke keys for the API."),
    "worker": ("linernotes.cli.worker", "Run background jobs without serving."),
    "jobs": ("linernotes.cli.jobs", "List, retry and remove background jobs."),
    "config": ("linernotes.cli.config", "Show and check the settings."),
    "db": ("linernotes.cli.db", "Upgrade, inspect and back up the state database."),
}
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a sub-command's module when that sub-command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: what is needed first stands first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the sub-command, or None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sub-commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="linernotes")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="Settings file. Without it: $LINERNOTES_CONFIG, ./linernotes.yaml, linernotes.yaml in the data folder.",
)
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Data folder (setting data_dir).")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.pass_context
def cli(ctx: click.Context, config_file: Path | None, data_dir: Path | None, debug: bool) -> None:
    """A self-hosted music metadata service: a MusicBrainz dump in, the APIs that music software asks for out."""
    ctx.obj = CliState(config_file=config_file, data_dir=data_dir, debug=debug)


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; an error of ours becomes one clear line on stderr."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str], *, group: click.Group = cli) -> int:
    """Run the command line and return its exit code: 0, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        outcome = group.main(args=args, prog_name="linernotes", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (LinernotesError, OSError) as error:
        if "--debug" in args:
            raise
        _explain(error)
        return 1
    return outcome if isinstance(outcome, int) else 0


def _explain(error: LinernotesError | OSError) -> None:
    message, hint = (error.message, error.hint) if isinstance(error, LinernotesError) else (_refusal(error), "")
    first, *more = message.splitlines() or [""]
    click.echo(f"error: {first}", err=True)
    for line in more:
        click.echo(f"  {line}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)


def _refusal(error: OSError) -> str:
    """Say what the system refused: which file, and why."""
    return f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)
