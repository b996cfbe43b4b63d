"""What the source promises about itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from linernotes.domain.facts import Aspect
from linernotes.providers.musicbrainz import MANIFEST
from linernotes.providers.musicbrainz.settings import MusicBrainzSettings
from linernotes.providers.musicbrainz.tests.conftest import connected

HOUR = 3_600_000


@pytest.mark.anyio
async def test_it_can_be_asked_for_what_the_manifest_says():
    async with connected("http://127.0.0.1") as source:
        assert (source.name, source.offers) == (MANIFEST.name, MANIFEST.offers)
    assert MANIFEST.offers == frozenset(Aspect)


def test_everything_has_a_lifetime_of_a_day_or_more():
    settings = MusicBrainzSettings()
    assert MANIFEST.lifetimes(settings).keys() == MANIFEST.offers
    assert min(MANIFEST.lifetimes(settings).values()) >= 24 * HOUR
    assert MANIFEST.missing(settings) == 24 * HOUR


def test_each_setting_changes_its_own_lifetime():
    changed = MANIFEST.lifetimes(MusicBrainzSettings(artist_hours=1, identifier_hours=2))
    assert {changed[aspect] for aspect in (Aspect.ISRC, Aspect.BARCODE, Aspect.DISC_ID, Aspect.URL)} == {2 * HOUR}
    assert changed[Aspect.ARTIST] == HOUR
    assert changed[Aspect.RELEASE] == MANIFEST.lifetimes(MusicBrainzSettings())[Aspect.RELEASE]


def test_reading_the_manifest_loads_no_http_client():
    script = "import sys, linernotes.providers.musicbrainz; sys.exit(int('httpx2' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0
