"""Puts the source together."""

from __future__ import annotations

from linernotes.ports.source import Source
from linernotes.providers._kit.client import Client
from linernotes.providers._kit.manifest import ProviderDeps
from linernotes.providers._kit.pacing import Pacer
from linernotes.providers.musicbrainz.client import NAME, WebService
from linernotes.providers.musicbrainz.settings import MusicBrainzSettings
from linernotes.providers.musicbrainz.source import MusicBrainz


def build_source(settings: MusicBrainzSettings, deps: ProviderDeps) -> Source:
    """Return the source, which has not asked anything yet."""
    contact = settings.contact.strip()
    client = Client(
        source=NAME,
        base_url=settings.base_url,
        user_agent=f"{deps.user_agent} ( {contact} )" if contact else deps.user_agent,
        pacer=Pacer(source=NAME, pace=deps.pace, per_second=settings.requests_per_second, now=deps.now),
        now=deps.now,
        transport=deps.transport,
    )
    return MusicBrainz(
        service=WebService(client=client),
        now=deps.now,
        timeout_seconds=settings.timeout_seconds,
        listing_seconds=settings.listing_seconds,
    )
