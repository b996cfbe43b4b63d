"""MusicBrainz's web service (WS/2): what a catalogue does not hold yet, straight from where it is made."""

from __future__ import annotations

from linernotes.domain.facts import Aspect
from linernotes.ports.source import Source
from linernotes.providers._kit.manifest import Provider, ProviderDeps
from linernotes.providers.musicbrainz.settings import MusicBrainzSettings, lifetimes, missing, off


def _rate(settings: MusicBrainzSettings) -> float:
    return settings.requests_per_second


def _build(settings: MusicBrainzSettings, deps: ProviderDeps) -> Source:
    from linernotes.providers.musicbrainz.building import build_source  # noqa: PLC0415 - no HTTP client before its use

    return build_source(settings, deps)


MANIFEST = Provider(
    name="musicbrainz",
    title="MusicBrainz's web service",
    offers=frozenset(Aspect),
    settings=MusicBrainzSettings,
    attribution="Data from MusicBrainz; the core is in the public domain (CC0), tags and ratings are CC BY-NC-SA 3.0.",
    sample="5b11f4ce-a62d-471e-81fc-a69a8278c7da",
    off=off,
    rate=_rate,
    lifetimes=lifetimes,
    missing=missing,
    build=_build,
)
