"""Making and deleting indexes."""

from __future__ import annotations

import click

from linernotes.cli.index.place import Place, as_json_option, dry_run_option, tell, with_place
from linernotes.domain.errors import NotFound


@click.command()
@click.argument("name")
@as_json_option
@dry_run_option
@with_place
def create(place: Place, name: str, as_json: bool, dry_run: bool) -> None:
    """Make the empty index NAME; one that is there is left as it is."""
    from linernotes.fingerprint.index.lineages import check_name

    check_name(name)
    try:
        made = name not in place.names()
    except NotFound:
        made = True
    if made and not dry_run:
        with place.opened() as indexes:
            made = name not in indexes.names()
            indexes.create(name)
    done = "would create" if dry_run else "created"
    sentence = f"{done} {name} in {place.folder}" if made else f"{name} is there already"
    tell({"name": name, "created": made, "dry_run": dry_run}, sentence, as_json=as_json)


@click.command()
@click.argument("name")
@as_json_option
@dry_run_option
@with_place
def delete(place: Place, name: str, as_json: bool, dry_run: bool) -> None:
    """Delete the index NAME with all that is in it."""
    if dry_run:
        there = name in place.names()
    else:
        with place.existing() as indexes:
            there = indexes.delete(name)
    if not there:
        raise NotFound(f"There is no index {name}.", hint="See which there are: linernotes index stats")
    done = "would delete" if dry_run else "deleted"
    tell({"name": name, "deleted": not dry_run, "dry_run": dry_run}, f"{done} {name}", as_json=as_json)
