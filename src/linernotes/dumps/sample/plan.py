"""How many of everything a sample of a given scale holds; scale 1 is the MusicBrainz export of 2026-09-05.

Counts that MusicBrainz does not publish are estimates.
"""

import msgspec

from linernotes.domain.errors import Invalid

SMALLEST_SCALE = 0.0001
LARGEST_SCALE = 2.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Row counts of the tables whose size is chosen, not derived."""

    scale: float
    tracks: int
    recordings: int
    artists: int
    credits: int
    credit_names: int
    groups: int
    releases: int
    media: int
    labels: int
    works: int
    series: int
    tags: int
    isrcs: int
    disc_ids: int
    artist_urls: int
    group_urls: int
    release_urls: int
    recording_urls: int
    label_urls: int
    artist_aliases: int
    artist_redirects: int
    group_redirects: int
    release_redirects: int
    recording_redirects: int
    track_redirects: int
    recording_credits: int
    release_credits: int
    work_credits: int
    performances: int
    links: int
    edits: int

    def share(self, part: float) -> int:
        """Return a share of the artists, at least one."""
        return max(1, round(self.artists * part))


_FULL = {
    "tracks": (57_704_258, 1),
    "recordings": (40_076_669, 1),
    "artists": (2_976_554, 60),
    "credits": (3_854_075, 90),
    "credit_names": (7_174_298, 160),
    "groups": (4_499_428, 60),
    "releases": (5_753_668, 80),
    "media": (6_315_744, 90),
    "labels": (340_000, 12),
    "works": (2_700_000, 12),
    "series": (26_000, 4),
    "tags": (243_910, 60),
    "isrcs": (6_341_218, 20),
    "disc_ids": (900_000, 8),
    "artist_urls": (6_500_000, 40),
    "group_urls": (1_028_160, 20),
    "release_urls": (10_521_384, 40),
    "recording_urls": (2_500_000, 20),
    "label_urls": (600_000, 10),
    "artist_aliases": (620_000, 20),
    "artist_redirects": (330_000, 4),
    "group_redirects": (300_000, 4),
    "release_redirects": (380_000, 4),
    "recording_redirects": (2_600_000, 6),
    "track_redirects": (2_000_000, 6),
    "recording_credits": (18_839_430, 20),
    "release_credits": (1_614_425, 10),
    "work_credits": (3_000_000, 10),
    "performances": (8_000_000, 10),
    "links": (1_145_106, 600),
}


def plan(scale: float) -> Plan:
    """Return the counts for a scale; tracks grow exactly linearly. Raises Invalid when the scale is out of range."""
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
        raise Invalid(f"scale must be between {SMALLEST_SCALE} and {LARGEST_SCALE}, not {scale}")
    counts = {name: max(floor, round(full * scale)) for name, (full, floor) in _FULL.items()}
    return Plan(scale=scale, edits=max(2, counts["artists"] // 5000), **counts)
