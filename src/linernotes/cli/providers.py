"""`linernotes providers`: which sources there are, and whether they answer."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.domain.facts import Fact
    from linernotes.providers._kit.manifest import Provider, ProviderDeps

MARKS = {True: "ok    ", False: "FAILED", None: "off   "}
as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


class Line(msgspec.Struct, frozen=True):
    """One source as it is set up; ``off`` says why it is not asked, "" when it is."""

    name: str
    title: str
    on: bool
    off: str
    offers: list[str]
    requests_per_second: float
    attribution: str


class Trial(msgspec.Struct, frozen=True):
    """How a source did; ``ok`` None is a source that is not asked."""

    name: str
    ok: bool | None
    message: str
    hint: str = ""
    milliseconds: int | None = None


@click.group(name="providers")
def command() -> None:
    """List and test the outside sources."""


@command.command(name="list")
@as_json_option
@data_option
@click.pass_obj
def list_(state: CliState, as_json: bool) -> None:
    """List the sources: whether each is on, what it can be asked, how fast.

    Lines of name, on or off, requests per second, what it offers, title and why it is off, with tabs between them; on a
    terminal they are written out.
    """
    lines = [_line(provider, own) for provider, own in _providers(state)]
    if as_json:
        click.echo(msgspec.json.encode({"providers": lines}).decode())
    elif sys.stdout.isatty():
        click.echo("\n".join(text for line in lines for text in _written_out(line)))
    else:
        click.echo("\n".join(_cells(line) for line in lines))


@command.command(name="test")
@click.argument("name", required=False)
@click.option(
    "--record", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Keep the exchanges as files."
)
@as_json_option
@data_option
@click.pass_context
def test(context: click.Context, name: str | None, record: Path | None, as_json: bool) -> None:
    """Ask each source, or the one called NAME, for an artist that it must know.

    Says what came and how long it took, or what is wrong and what to do. Takes its turn among the requests of a server
    that runs. Exits with 1 when a source fails, and when the one that was named is off.
    """
    state: CliState = context.obj
    chosen = [pair for pair in _providers(state) if name in {None, pair[0].name}]
    if not chosen:
        known = ", ".join(provider.name for provider, _ in _providers(state))
        raise click.BadParameter(f"there is no source called {name}; there is {known}", param_hint="NAME")
    trials = _trials(state, chosen, record)
    if as_json:
        click.echo(msgspec.json.encode({"providers": trials}).decode())
    else:
        click.echo("\n".join(text for trial in trials for text in _told(trial)))
    context.exit(1 if any(trial.ok is False or (name and trial.ok is None) for trial in trials) else 0)


def _providers(state: CliState) -> list[tuple[Provider, Any]]:
    from linernotes.app.registry import find_providers

    own = state.settings().providers
    return [(provider, own[name]) for name, provider in sorted(find_providers().items())]


def _line(provider: Provider, own: Any) -> Line:
    off = provider.off(own)
    return Line(
        name=provider.name,
        title=provider.title,
        on=not off,
        off=off,
        offers=sorted(provider.offers),
        requests_per_second=provider.rate(own),
        attribution=provider.attribution,
    )


def _cells(line: Line) -> str:
    on = "on" if line.on else "off"
    return "\t".join((line.name, on, f"{line.requests_per_second:g}", ",".join(line.offers), line.title, line.off))


def _written_out(line: Line) -> Iterator[str]:
    yield f"{line.name}: {line.title}"
    yield f"  {'on' if line.on else f'off: {line.off}'}"
    yield f"  at most {line.requests_per_second:g} requests per second, of all processes together"
    yield f"  can be asked for: {', '.join(line.offers)}"
    yield f"  {line.attribution}"


def _told(trial: Trial) -> Iterator[str]:
    yield f"{MARKS[trial.ok]}  {trial.name}: {trial.message}"
    if trial.hint:
        yield f"        → {trial.hint}"


def _trials(state: CliState, chosen: Sequence[tuple[Provider, Any]], record: Path | None) -> list[Trial]:
    if all(provider.off(own) for provider, own in chosen):
        return [Trial(provider.name, None, provider.off(own)) for provider, own in chosen]

    async def every() -> list[Trial]:
        return [await _trial(provider, own, deps, record) for provider, own in chosen]

    with _deps(state) as deps:
        return asyncio.run(every())


@contextmanager
def _deps(state: CliState) -> Iterator[ProviderDeps]:
    """Open the state, where the turns are that all processes share."""
    from linernotes.app.growing import USER_AGENT
    from linernotes.app.jobs import unix_milliseconds
    from linernotes.app.stores import open_stores
    from linernotes.providers._kit.manifest import ProviderDeps

    with closing(open_stores(state.settings())) as stores:
        yield ProviderDeps(pace=stores.pace, now=unix_milliseconds, user_agent=USER_AGENT)


async def _trial(provider: Provider, own: Any, deps: ProviderDeps, record: Path | None) -> Trial:
    from linernotes.domain.errors import LinernotesError
    from linernotes.domain.facts import Aspect, Wanted

    if off := provider.off(own):
        return Trial(provider.name, None, off)
    if record is not None:
        from linernotes.providers._kit.recorder import RecordingTransport

        deps = msgspec.structs.replace(deps, transport=RecordingTransport(folder=record / provider.name))
    source = provider.build(own, deps)
    begun = time.monotonic()
    try:
        facts = await source.fetch(Wanted(Aspect.ARTIST, provider.sample))
    except LinernotesError as error:
        message = error.message.removeprefix(f"{provider.name}: ")
        return Trial(provider.name, False, message, error.hint, _since(begun))
    finally:
        await source.close()
    return _judged(provider, facts, _since(begun))


def _judged(provider: Provider, facts: Sequence[Fact], milliseconds: int) -> Trial:
    artists = [fact.value for fact in facts if fact.value is not None and not fact.partial]
    if not artists:
        message = f"answers in {milliseconds} ms, but does not know an artist that it must know"
        return Trial(provider.name, False, message, "Look at base_url: is this the right service?", milliseconds)
    one = artists[0]
    message = (
        f"told in {milliseconds} ms of {one.name}: {len(one.aliases)} aliases, {len(one.tags)} tags, "
        f"{len(one.links)} links"
    )
    return Trial(provider.name, True, message, "", milliseconds)


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
