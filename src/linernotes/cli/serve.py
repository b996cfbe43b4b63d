"""`linernotes serve`: the HTTP server."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.config import Settings
    from linernotes.domain.catalogue import BuildInfo

COUNTED = ("artist", "release-group", "release", "recording")


@click.command(name="serve")
@click.option("--host", help="Address to listen on (setting server.host).")
@click.option("--port", type=int, help="Port to listen on (setting server.port).")
@click.option("--workers", type=int, help="Server processes (setting server.workers).")
@click.option(
    "--contact",
    help="Ask MusicBrainz for what is missing; your e-mail or page, for its operators (setting musicbrainz.contact).",
)
@data_option
@click.pass_obj
def command(state: CliState, host: str | None, port: int | None, workers: int | None, contact: str | None) -> None:
    """Serve the catalogue over HTTP."""
    from linernotes.app.builds import builds_of
    from linernotes.app.compose import check_settings
    from linernotes.app.identification import first_keys
    from linernotes.app.jobs import unix_milliseconds
    from linernotes.app.lifecycle import check_address, check_grpc_address, serve
    from linernotes.app.stores import open_stores

    flags = {"server.host": host, "server.port": port, "server.workers": workers, "musicbrainz.contact": contact}
    settings = state.settings(flags)
    check_settings(settings)
    check_address(settings.server)
    check_grpc_address(settings)
    with closing(open_stores(settings)) as stores:
        keys = first_keys(settings, state=stores, now=unix_milliseconds)
    with closing(builds_of(settings)) as builds:
        _greet(settings, builds.info())
    _tell_identification(settings, keys)
    serve(settings)


def _greet(settings: Settings, info: BuildInfo | None) -> None:
    from linernotes.app.compose import page_mount
    from linernotes.app.growing import source_titles

    click.echo(_what(info, source_titles(settings)))
    shown = "localhost" if settings.server.host in {"0.0.0.0", "::", "127.0.0.1", "::1"} else settings.server.host  # noqa: S104
    base = f"http://{f'[{shown}]' if ':' in shown else shown}:{settings.server.port}"
    api = page_mount(settings)
    click.echo(f"Listening on {settings.server.host}:{settings.server.port}. Three things to try:")
    click.echo(f"  {base}/ui")
    click.echo(f"  {base}{api}/search?type=all&query=love")
    click.echo(f"  {base}/health/ready")
    if settings.grpc.enabled:
        click.echo(f"gRPC answers on {settings.grpc.host}:{settings.grpc.port}.")
    click.echo(f"Lidarr's metadata source is {base}{api}. Ctrl-C stops the server.")


def _tell_identification(settings: Settings, keys: tuple[str, str] | None) -> None:
    from linernotes.app.identification import is_offered

    if settings.identification.enabled and not is_offered(settings):
        click.echo(
            "Music is not identified: the fingerprint index in the data folder is for one server process.\n"
            "Start one with `linernotes fpindex` and set identification.index_url, or leave out --workers."
        )
    if keys is not None:
        application, account = keys
        click.echo("Keys for AcoustID's clients, which are shown this once:")
        click.echo(f"  application {application} (what a program asks with)")
        click.echo(f"  account     {account} (what you submit with)")


def _what(info: BuildInfo | None, sources: list[str]) -> str:
    from linernotes.app.live import NO_CATALOGUE, NO_CATALOGUE_HINT

    if info is None and sources:
        return f"{NO_CATALOGUE}: it is filled from {', '.join(sources)} as it is asked."
    if info is None:
        unless = "but for fingerprints, every question is answered 503 until there is one."
        return f"{NO_CATALOGUE}: {unless}\n{NO_CATALOGUE_HINT}"
    held = dict(info.counts)
    counts = ", ".join(f"{held[kind]:,} {kind.replace('-', ' ')}s" for kind in COUNTED if kind in held)
    layers = ", ".join(f"{layer.value} ({layer.licence})" for layer in info.layers)
    return f"Catalogue {info.build_id}, dump of {info.dump_timestamp[:10]}: {counts or 'no counts'}\nLayers: {layers}"
