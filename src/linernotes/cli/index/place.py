"""Where the indexes of a command are, what its options are called, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.fingerprint.index.index import Index
    from linernotes.fingerprint.index.indexes import Indexes
    from linernotes.fingerprint.index.settings import IndexSettings

FOLDER = "fingerprints"
MAIN = "main"

as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
quiet_option = click.option("--quiet", is_flag=True, help="Show no progress.")
name_option = click.option("--name", default=MAIN, show_default=True, help="The index.")
name_argument = click.argument("name", default=MAIN, metavar="[NAME]")
_folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the indexes. Without it: fingerprints in the data folder.",
)


class Place:
    """The indexes below a folder."""

    def __init__(self, state: CliState, folder: Path | None) -> None:
        """Take the folder that is named, or that of the data folder."""
        self._data = state.settings().data_dir if folder is None else None
        self.folder = state.settings().data_dir / FOLDER if folder is None else folder

    @contextmanager
    def opened(self) -> Iterator[Indexes]:
        """Open all indexes to write; `Conflict` while a server has them. Makes the folder if it is missing."""
        from linernotes.fingerprint.index.indexes import Indexes

        if self._data is not None:
            self._data.mkdir(parents=True, exist_ok=True)
        with Indexes.open(self.folder, settings=_loading()) as indexes:
            yield indexes

    @contextmanager
    def existing(self) -> Iterator[Indexes]:
        """Open all indexes to write; `NotFound` when there is no such folder."""
        self.names()
        with self.opened() as indexes:
            yield indexes

    @contextmanager
    def seen(self, name: str) -> Iterator[Index]:
        """Open an index to read, whoever writes it."""
        from linernotes.fingerprint.index.held import open_held

        with open_held(self.folder, name) as index:
            yield index

    def names(self, name: str | None = None) -> list[str]:
        """Return the name that is given, or those of all indexes; `NotFound` when there is no such folder."""
        from linernotes.fingerprint.index.held import SeenLineages

        return [name] if name is not None else SeenLineages(self.folder).names()


def with_place(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--dir` and `--data`, and hand it a `Place` first."""

    @wraps(command)
    def call(*, folder: Path | None, **values: object) -> object:
        return command(Place(click.get_current_context().obj, folder), **values)

    return _folder_option(data_option(call))


def tell(document: dict[str, Any], sentences: Sequence[str] | str, *, as_json: bool) -> None:
    """Answer with a document or with lines."""
    import msgspec

    lines = [sentences] if isinstance(sentences, str) else sentences
    for line in [msgspec.json.encode(document).decode()] if as_json else lines:
        click.echo(line)


def many(count: int, one: str) -> str:
    """Return a number with the word for what it counts."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _loading() -> IndexSettings:
    """Return settings for one who writes much and answers nobody meanwhile: fewer, larger segments."""
    from linernotes.fingerprint.index.settings import IndexSettings

    return IndexSettings(flush_postings=4_000_000, flush_seconds=0)
