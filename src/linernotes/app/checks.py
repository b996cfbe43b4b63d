"""The named checks behind /health/ready and `linernotes doctor`: what could be wrong, and what to do about it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from linernotes.app.live import NO_CATALOGUE, NO_CATALOGUE_HINT, LiveCatalogue
from linernotes.domain.errors import LinernotesError
from linernotes.domain.ids import Kind
from linernotes.stores.sql import Location
from linernotes.stores.sql.location import is_server, name_of
from linernotes.stores.sql.revisions import HEAD, current_revision
from linernotes.web.health import Finding, Level

# Below this an import of a small dump cannot finish, and the state database may soon refuse to write.
LITTLE_SPACE = 1 << 30


class Check(NamedTuple):
    """One thing to look at; ``run`` returns level, message and hint, or raises one of our errors."""

    name: str
    run: Callable[[], tuple[Level, str, str]]


class Identified(NamedTuple):
    """What can be said of identification: how many fingerprints there are, and why it does not work if it does not."""

    fingerprints: int
    trouble: str = ""


def all_checks(
    *,
    data_dir: Path,
    state: Location,
    live: LiveCatalogue,
    sources: Sequence[str] = (),
    identified: Callable[[], Identified] | None = None,
) -> list[Check]:
    """Return the checks for a data folder and its catalogue, in the order in which they should be told.

    Where ``sources`` are asked, by these titles, no catalogue is needed; where there are fingerprints, a server is of
    use without one.
    """
    checks = [
        Check("data_folder", lambda: _data_folder(data_dir)),
        Check("disk_space", lambda: _disk_space(data_dir)),
        Check("state", lambda: _state(state)),
        Check("catalogue", lambda: _catalogue(live, sources)),
        Check("search", lambda: _search(live, sources)),
    ]
    if identified is None:
        return checks
    alone = [_excused(check, identified) if check.name in {"catalogue", "search"} else check for check in checks]
    return [*alone, Check("identification", lambda: _identification(identified()))]


def run_checks(checks: Sequence[Check]) -> list[Finding]:
    """Run all checks; an error of ours or of the system is a failed check."""
    return [_run(check) for check in checks]


def _run(check: Check) -> Finding:
    try:
        level, message, hint = check.run()
    except LinernotesError as error:
        level, message, hint = Level.FAILED, error.message, error.hint
    except OSError as error:
        level, message, hint = Level.FAILED, str(error), ""
    return Finding(name=check.name, level=level, message=message, hint=hint)


def _data_folder(path: Path) -> tuple[Level, str, str]:
    if path.exists() and not path.is_dir():
        return Level.FAILED, f"{path} is a file", "Choose another folder with --data."
    if not path.is_dir():
        return Level.WARNING, f"{path} is not there yet", "It is made by the first import or serve."
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Level.FAILED, f"{path} cannot be written to", "Give this user the right to read and write it."
    return Level.OK, str(path), ""


def _disk_space(path: Path) -> tuple[Level, str, str]:
    existing = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    level = Level.OK if free >= LITTLE_SPACE else Level.WARNING
    return level, f"{free / (1 << 30):.1f} GiB free", "" if level is Level.OK else "Make room: at least 1 GiB."


def _state(where: Location) -> tuple[Level, str, str]:
    revision = current_revision(where)
    if revision == HEAD:
        return Level.OK, f"schema {revision}{f' in {name_of(where)}' if is_server(where) else ''}", ""
    if revision is None:
        return Level.WARNING, "no state database yet", "It is made by the first import or serve."
    return Level.FAILED, f"schema {revision}, needed is {HEAD}", "Run `linernotes db upgrade`, or restart `serve`."


def _excused(check: Check, identified: Callable[[], Identified]) -> Check:
    def run() -> tuple[Level, str, str]:
        level, message, hint = check.run()
        if level is Level.FAILED and message == NO_CATALOGUE and identified().fingerprints:
            return Level.WARNING, f"{message}; music is identified without it", hint
        return level, message, hint

    return Check(check.name, run)


def _identification(found: Identified) -> tuple[Level, str, str]:
    if found.trouble:
        return Level.WARNING, found.trouble, "The log says more; look-ups of fingerprints are answered 503 meanwhile."
    return Level.OK, f"{found.fingerprints:,} fingerprints", ""


def _catalogue(live: LiveCatalogue, sources: Sequence[str]) -> tuple[Level, str, str]:
    failure = live.failure
    if live.build_id is None and failure is None and sources:
        return Level.OK, f"begun empty: filled from {', '.join(sources)} as it is asked", ""
    if live.build_id is None:
        message, hint = (NO_CATALOGUE, NO_CATALOGUE_HINT) if failure is None else (failure.message, failure.hint)
        return Level.FAILED, message, hint or "Run `linernotes import` again."
    if failure is not None:
        message = f"still serving {live.build_id}: {failure.message}"
        return Level.WARNING, message, failure.hint or "Run `linernotes import` again."
    return Level.OK, live.current().catalogue.info().build_id, ""


def _search(live: LiveCatalogue, sources: Sequence[str]) -> tuple[Level, str, str]:
    if live.build_id is None and live.failure is None and sources:
        return Level.OK, f"asks {', '.join(sources)}", ""
    if live.build_id is None:
        failure = live.failure
        return (Level.FAILED, *((failure.message, failure.hint) if failure else (NO_CATALOGUE, NO_CATALOGUE_HINT)))
    live.current().names.search("a", [Kind.ARTIST, Kind.RELEASE_GROUP], limit=1)
    return Level.OK, "answers", ""
