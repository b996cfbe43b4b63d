"""How names of files are printed: as JSON lines, as lines with tabs, or as a table on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from linernotes.cli.fingerprint import line_of, text_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from linernotes.app.naming.files import FileNamed
    from linernotes.app.naming.values import Named
    from linernotes.fingerprint.batch import Failed

SURE = 0.9
_HIGH_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class Layout(Protocol):
    """One way to print."""

    def named(self, one: FileNamed, found: tuple[Named, ...]) -> None:
        """Print a file's recordings."""
        ...

    def failed(self, one: Failed) -> None:
        """Print why a file has none."""
        ...


class Printer:
    """Prints files as they come, and counts those that were named and those that could not be read."""

    def __init__(self, layout: Layout, *, limit: int) -> None:
        """Print at most ``limit`` recordings of each file."""
        self._layout = layout
        self._limit = limit
        self.named = 0
        self.failed = 0

    def show(self, one: FileNamed | Failed) -> None:
        """Print one file."""
        from linernotes.app.naming.files import FileNamed

        if isinstance(one, FileNamed):
            self.named += bool(one.found)
            self._layout.named(one, one.found[: self._limit])
        else:
            self.failed += 1
            self._layout.failed(one)


def printer_for(*, as_json: bool, limit: int) -> Printer:
    """Return the printer for standard output as it is."""
    if as_json:
        return Printer(_Json(), limit=limit)
    return Printer(_Rows() if sys.stdout.isatty() else _Lines(), limit=limit)


class _Json:
    """An object for each file."""

    def __init__(self) -> None:
        # A progress bar takes over standard output too: right for a terminal, not for a pipe.
        self._pipe = None if sys.stdout.isatty() else sys.stdout

    def named(self, one: FileNamed, found: tuple[Named, ...]) -> None:
        self._say(
            {"path": text_of(one.file.path), "duration": round(one.file.duration, 3)}
            | {"recordings": [_object(each) | {"why": each.why(one.query)} for each in found]}
            | ({"why": one.unnamed} if one.unnamed else {})
            | ({"warnings": list(map(text_of, one.file.warnings))} if one.file.warnings else {})
        )

    def failed(self, one: Failed) -> None:
        self._say({"path": text_of(one.path), "error": text_of(one.error.message), "hint": one.error.hint})

    def _say(self, row: dict[str, Any]) -> None:
        import msgspec

        # JSON lets stand what some terminals obey.
        (self._pipe or sys.stdout).write(msgspec.json.encode(row).decode().translate(_HIGH_CONTROLS) + "\n")


def _object(one: Named) -> dict[str, Any]:
    import msgspec

    row: dict[str, Any] = msgspec.to_builtins(one)
    release = row["release"] and row["release"] | {"mbid": row["release"]["mbid"] or None}
    return row | {"mbid": one.mbid or None, "release": release}


class _Lines:
    """Columns with tabs between them."""

    def __init__(self) -> None:
        self._pipe = sys.stdout

    def named(self, one: FileNamed, found: tuple[Named, ...]) -> None:
        warn(one)
        for each in found:
            self._say(f"{each.score:.2f}", each.artist, each.title, release_of(each), each.mbid, each.why(one.query))
            self._pipe.write(f"\t{line_of(one.file.path)}\n")
        if not found:
            self._pipe.write("\t" * 5 + f"{one.unnamed}\t{line_of(one.file.path)}\n")

    def failed(self, one: Failed) -> None:
        complain(one)

    def _say(self, *cells: str) -> None:
        self._pipe.write("\t".join(plain(cell) for cell in cells))


class _Rows:
    """A table that grows: its columns are as wide as the terminal lets them be, whatever is in them."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console()
        self._begun = False

    def named(self, one: FileNamed, found: tuple[Named, ...]) -> None:
        from rich.text import Text

        warn(one)
        table = self._table()
        for number, each in enumerate(found):
            style = "green" if each.score >= SURE else "yellow"
            why = Text(plain(each.why(one.query)), style="dim" if number else "")
            name = Text("" if number else shown(one.file.path))
            artist, title = Text(plain(each.artist)), Text(plain(each.title or each.mbid), style="bold")
            release = Text(plain(release_of(each)), style="dim")
            table.add_row(Text(f"{each.score:.2f}", style=style), name, artist, title, release, why)
        if not found:
            table.add_row(Text("-", style="red"), shown(one.file.path), "", "", "", Text(one.unnamed, style="red"))
        _print(self._console, table)

    def failed(self, one: Failed) -> None:
        complain(one)

    def _table(self) -> Table:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, expand=True, show_header=not self._begun)
        self._begun = True
        table.add_column("score", justify="right", width=5, no_wrap=True)
        for title, share in (("file", 4), ("artist", 3), ("title", 4), ("release", 4), ("why", 4)):
            table.add_column(title, ratio=share, overflow="fold")
        return table


def _print(console: Console, table: Table) -> None:
    # Through standard output as it is: a progress bar keeps clear only of what is written there.
    with console.capture() as written:
        console.print(table)
    sys.stdout.write(written.get())


def release_of(one: Named) -> str:
    """Return a release's title with its year."""
    if one.release is None:
        return ""
    return f"{one.release.title} ({one.release.date[:4]})" if one.release.date else one.release.title


def plain(text: str) -> str:
    """Return a foreign text on one line, without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def shown(path: Path) -> str:
    """Return a path as short as it can be told from here."""
    here = Path.cwd()
    return line_of(path.relative_to(here) if path.is_relative_to(here) else path)


def warn(one: FileNamed) -> None:
    """Say what is wrong with a file nevertheless."""
    for warning in one.file.warnings:
        sys.stderr.write(f"warning: {line_of(one.file.path)}: {line_of(warning)}\n")


def complain(one: Failed) -> None:
    """Say why a file has no names."""
    sys.stderr.write(f"error: {problem_of(one.path, one.error.message, one.error.hint)}\n")


def problem_of(path: Path, message: str, hint: str = "") -> str:
    """Return what is wrong with a file, on one line that names it once."""
    name, text = line_of(path), line_of(message)
    more = f" ({line_of(hint)})" if hint else ""
    return (text if name in text else f"{name}: {text}") + more
