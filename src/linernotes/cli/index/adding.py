"""`linernotes index add`: the files of a library are handed in, with what their tags say."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linernotes.cli.fingerprint import text_of
from linernotes.cli.identify import MANY_LINES, check_server, processors
from linernotes.cli.index.place import as_json_option, dry_run_option, many, quiet_option, tell
from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.config.settings import Settings
    from linernotes.app.naming.adding import Added, Memory
    from linernotes.app.naming.importing import Became
    from linernotes.app.naming.intake import Intake
    from linernotes.app.naming.known import Stamp
    from linernotes.fingerprint.batch import Failed

COMPLAINTS = 20
PART_SECONDS = 120.0


@click.command(name="add")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="DIR...")
@click.option("--jobs", type=click.IntRange(1, 256), help="Files read at once; without it, one for each processor.")
@click.option(
    "--length",
    type=click.FloatRange(0),
    help="Seconds used of each file; 0 is all. Without it 120, or all where identification.index is full.",
)
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=300, show_default=True, help="Seconds for each file."
)
@click.option("--user", metavar="KEY", help="Hand in as this user; without it, as the data folder's first account.")
@click.option("--server", metavar="URL", callback=check_server, help="Hand in at this AcoustID server.")
@click.option("--client", metavar="KEY", help="The application's key at that server (naming.client).")
@click.option("--no-wait", is_flag=True, help="Do not wait for a server that does the import.")
@dry_run_option
@as_json_option
@quiet_option
@data_option
@click.pass_obj
def add(state: CliState, /, paths: tuple[Path, ...], **options: Any) -> int:
    """Fingerprint the files of folders, and hand them in with their tags and MBIDs.

    `linernotes identify` and AcoustID's clients find them from then on. A file that was handed in as it is now is
    passed over, so that this can be stopped and run again at any time, and after every change of the library. One that
    cannot be read is a line on standard error; one whose tags do not say what it is cannot be handed in. The exit code
    is 1 when a file failed.

    While a server runs on the data folder, it does the import, and this waits for it.
    """
    asked = _Asked(**options)
    settings = state.settings()
    with asyncio.Runner() as runner:
        run = _Run(settings, asked, runner)
        run.walk(paths)
        run.hand_in()
        if run.left:
            run.have_imported()
        return run.end()


class _Asked(NamedTuple):
    jobs: int | None
    length: float | None
    timeout: float
    user: str | None
    server: str | None
    client: str | None
    no_wait: bool
    dry_run: bool
    as_json: bool
    quiet: bool


class _Run:
    """One run of the command, step by step, and what it has to tell."""

    def __init__(self, settings: Settings, asked: _Asked, runner: asyncio.Runner) -> None:
        self._settings = settings
        self._asked = asked
        self._runner = runner
        self._quiet = asked.quiet or not sys.stderr.isatty()
        whole = settings.identification.index == "full" and not asked.server
        self._length = asked.length if asked.length is not None else 0.0 if whole else PART_SECONDS
        self._files: list[Path] = []
        self._failed: list[tuple[str, str]] = []
        self._added: dict[int, Path] = {}
        self._known = self._new = self._unsaid = self._untaken = 0
        self.left = 0
        """How many wait to be imported here."""
        self._became: Became | None = None

    def walk(self, paths: Sequence[Path]) -> None:
        """Find the files."""
        from linernotes.fingerprint.batch import Failed, audio_files

        for entry in audio_files(paths):
            if isinstance(entry, Path):
                self._files.append(entry)
            else:
                self._fail(Failed(*entry))

    def hand_in(self) -> None:
        """Hand in what is new."""
        from linernotes.app.naming.adding import new_files
        from linernotes.app.naming.known import KnownFiles

        with self._memory() as (intake, known):
            new, failed, self._known = new_files(self._files, known=known, length=self._length)
            self._new = len(new)
            for one in failed:
                self._fail(one)
            if intake is not None:
                if new:
                    self._read(new, intake, known)
                self.left = intake.left()
                self._became = intake.became(list(self._added))
                if isinstance(known, KnownFiles):
                    intake.sign_new(known)

    @contextmanager
    def _memory(self) -> Iterator[tuple[Intake | None, Memory]]:
        """Give the intake, None for a dry run, and what was handed in there before."""
        from linernotes.app.naming.known import LIBRARY_FILE, NoKnownFiles, known_files

        folder = self._settings.data_dir
        if self._asked.dry_run and not (folder / LIBRARY_FILE).exists():
            yield None, NoKnownFiles()  # nothing is made
            return
        with ExitStack() as stack:
            intake = stack.enter_context(self._intake())
            known = stack.enter_context(known_files(folder, place=intake.place))
            if lost := intake.forget_lost(known):
                click.echo(f"{many(lost, 'file')} handed in before, and not there any more: added anew", err=True)
            yield None if self._asked.dry_run else intake, known

    @contextmanager
    def _intake(self) -> Iterator[Intake]:
        from linernotes.app.naming.intake import open_intake

        asked = self._asked
        stack = AsyncExitStack()
        try:
            opening = open_intake(
                self._settings, server=asked.server or "", client=asked.client, user=asked.user, made=_tell_keys
            )
            yield self._runner.run(stack.enter_async_context(opening))
        finally:
            self._runner.run(stack.aclose())

    def _read(self, new: dict[Path, Stamp], intake: Intake, known: Memory) -> None:
        from linernotes.app.naming.adding import add_files
        from linernotes.app.naming.reading import read_tagged
        from linernotes.cli.waiting import heard, shown_when_long
        from linernotes.fingerprint.batch import fingerprint_files

        asked, length = self._asked, self._length
        results = fingerprint_files(
            list(new), length=length, jobs=asked.jobs or processors(), seconds=asked.timeout, read=read_tagged
        )
        with (
            closing(results),
            shown_when_long("fingerprint", total=len(new), unit="files", quiet=self._quiet) as advance,
        ):
            read = heard(results, advance)
            done = add_files(read, stamps=new, intake=intake, known=known, runner=self._runner, length=length)
            with closing(done):
                for one in done:
                    self._note(one)

    def _note(self, one: Added | Failed) -> None:
        from linernotes.app.naming.reading import Unsaid
        from linernotes.fingerprint.batch import Failed

        if isinstance(one, Unsaid):
            self._unsaid += 1
        elif isinstance(one, Failed):
            self._fail(one)
        elif one.submission:
            self._added[one.submission] = one.path
        else:
            self._untaken += 1

    def have_imported(self) -> None:
        """Import what was handed in, or wait for the server that does it."""
        from linernotes.app.identifying_here import open_identification
        from linernotes.app.naming.importing import became
        from linernotes.app.naming.known import known_files
        from linernotes.app.naming.lost import sign_new
        from linernotes.cli.waiting import shown_when_much

        stack = AsyncExitStack()
        try:
            with shown_when_much(quiet=self._quiet, least=MANY_LINES) as progress:
                opening = open_identification(self._settings, progress=progress)
                here = self._runner.run(stack.enter_async_context(opening))
            self._import(here)
            self._became = became(here.state.submissions, list(self._added))
            with known_files(self._settings.data_dir, place=here.state.change_log.source()) as known:
                sign_new(known, here.state.submissions)
        finally:
            self._runner.run(stack.aclose())
        for id_, reason in self._became.rejected:
            self._complain(self._added[id_], reason, "")

    def _import(self, here: Any) -> None:
        from linernotes.app.jobs import unix_milliseconds
        from linernotes.app.naming.importing import import_here, wait_for_import
        from linernotes.app.stores import queue_of
        from linernotes.cli.waiting import shown_when_long

        submissions = here.state.submissions
        if here.importer is not None:
            total = submissions.waiting()
            with shown_when_long("import", total=total, unit="files", quiet=self._quiet) as advance:
                queue = queue_of(here.state)
                import_here(here.importer, submissions, queue, now=unix_milliseconds, advance=advance)
        elif self._added and not self._asked.no_wait:
            click.echo("a server has the index: it imports what was handed in", err=True)
            with shown_when_long("import", total=len(self._added), unit="files", quiet=self._quiet) as advance:
                if not wait_for_import(submissions, list(self._added), advance=advance):
                    click.echo("nothing is imported at the moment: look at linernotes jobs list", err=True)

    def _fail(self, one: Failed) -> None:
        self._complain(one.path, one.error.message, one.error.hint)

    def _complain(self, path: Path, message: str, hint: str) -> None:
        from linernotes.cli.identify.printing import problem_of

        self._failed.append((text_of(path), text_of(message)))
        sys.stderr.write(f"error: {problem_of(path, message, hint)}\n")

    def end(self) -> int:
        """Tell what was done; return the exit code."""
        done = {"files": len(self._files), "known": self._known, "new": self._new, "dry_run": self._asked.dry_run}
        counts = {"added": len(self._added), "without_tags": self._unsaid, "not_taken": self._untaken}
        if self._became is not None:
            counts |= {"imported": self._became.imported, "waiting": self._became.waiting}
        errors = [{"path": path, "error": error} for path, error in self._failed]
        document = {**done, **counts, "failed": len(errors), "errors": errors}
        tell(document, self._sentence(), as_json=self._asked.as_json)
        return 1 if errors else 0

    def _sentence(self) -> str:
        if self._asked.dry_run:
            return f"would add {many(self._new, 'file')}, {self._known:,} are known"
        said = [f"added {many(len(self._added), 'file')}", f"{self._known:,} were known"]
        said += [f"{many(self._unsaid, 'file')} without tags that say what it is"] if self._unsaid else []
        said += [f"{many(self._untaken, 'file')} not taken by the server"] if self._untaken else []
        said += [f"{len(self._failed):,} failed"] if self._failed else []
        said += [f"{self._became.waiting:,} wait to be imported"] if self._became and self._became.waiting else []
        return ", ".join(said)


def _tell_keys(application: str, account: str) -> None:
    click.echo("Keys for AcoustID's clients, which are shown this once:", err=True)
    click.echo(f"  application {application} (what a program asks with)", err=True)
    click.echo(f"  account     {account} (what you submit with)", err=True)
