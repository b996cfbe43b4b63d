"""AcoustID's web service: look-ups and submissions of fingerprints, as acoustid.org's clients ask for them."""

from __future__ import annotations

from linernotes.facades._kit.http import FacadeApp, Reply
from linernotes.facades._kit.manifest import Facade, FacadeDeps
from linernotes.facades.acoustid.settings import PLACES, AcoustIdSettings


def _mounts(settings: AcoustIdSettings) -> tuple[str, ...]:
    return tuple(prefix + place for prefix in settings.prefixes for place in PLACES)


def _build(settings: AcoustIdSettings, deps: FacadeDeps) -> FacadeApp:
    from linernotes.facades.acoustid.app import build_app  # noqa: PLC0415 - reading the settings must stay cheap

    return build_app(settings, deps)


def _refuse(status: int, message: str, path: str) -> Reply:
    from linernotes.facades.acoustid.errors import refused  # noqa: PLC0415 - as above

    return refused(status, message, path)


FACADE = Facade(
    name="acoustid",
    title="AcoustID's web service",
    settings=AcoustIdSettings,
    mounts=_mounts,
    build=_build,
    refuse=_refuse,
)
