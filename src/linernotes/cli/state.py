"""What the global options said, handed to every sub-command; the settings are read when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    from linernotes.app.config import Loaded, Settings


def data_option(command: Command) -> Command:
    """Let ``--data`` stand after a sub-command as well as before it."""

    def take(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value is not None:
            ctx.obj = replace(ctx.obj, data_dir=value)

    option = click.option(
        "--data", type=click.Path(path_type=Path), callback=take, expose_value=False, help="Data folder (data_dir)."
    )
    return option(command)


@dataclass(frozen=True, kw_only=True)
class CliState:
    """The global options."""

    config_file: Path | None = None
    data_dir: Path | None = None
    debug: bool = False

    def settings(self, overrides: Mapping[str, object] | None = None) -> Settings:
        """Return the settings, with ``overrides`` (setting name to value; None is no value) above file and environment.

        Raises Invalid that lists every mistake at once.
        """
        return self.loaded(overrides).settings

    def loaded(self, overrides: Mapping[str, object] | None = None) -> Loaded:
        """Return the settings together with where each one came from."""
        from linernotes.app.config.load import InvalidFlag, load

        flags: dict[str, object] = {"data_dir": self.data_dir}
        flags.update({name: value for name, value in (overrides or {}).items() if value is not None})
        try:
            return load(config_file=self.config_file, flags=flags)
        except InvalidFlag as exc:
            raise click.UsageError(exc.message) from exc
