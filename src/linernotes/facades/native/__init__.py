"""The REST API: everything that is known, under the names that people expect, and a page to try it on."""

from __future__ import annotations

from linernotes.facades._kit.http import FacadeApp
from linernotes.facades._kit.manifest import Facade, FacadeDeps
from linernotes.facades.native.settings import NativeSettings


def _mounts(settings: NativeSettings) -> tuple[str, ...]:
    return (settings.prefix, settings.docs_prefix) if settings.docs_prefix else (settings.prefix,)


def _build(settings: NativeSettings, deps: FacadeDeps) -> FacadeApp:
    from linernotes.facades.native.app import build_app  # noqa: PLC0415 - reading the settings must stay cheap

    return build_app(settings, deps)


FACADE = Facade(
    name="native",
    title="REST API",
    settings=NativeSettings,
    mounts=_mounts,
    build=_build,
    guarded=True,
    open=lambda settings: (settings.docs_prefix,),
)
