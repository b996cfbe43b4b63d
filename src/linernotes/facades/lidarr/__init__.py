"""Lidarr's metadata API: what an unmodified Lidarr asks for artists, albums, search and news."""

from __future__ import annotations

from linernotes.facades._kit.http import FacadeApp
from linernotes.facades._kit.manifest import Facade, FacadeDeps
from linernotes.facades.lidarr.settings import LidarrSettings


def _mounts(settings: LidarrSettings) -> tuple[str, ...]:
    return (*settings.prefixes, "") if settings.root else settings.prefixes


def _build(settings: LidarrSettings, deps: FacadeDeps) -> FacadeApp:
    from linernotes.facades.lidarr.app import build_app  # noqa: PLC0415 - reading the settings must stay cheap

    return build_app(settings, deps)


FACADE = Facade(
    name="lidarr",
    title="Lidarr's metadata API",
    settings=LidarrSettings,
    mounts=_mounts,
    build=_build,
)
