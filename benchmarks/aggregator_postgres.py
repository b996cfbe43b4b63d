"""How much of our CPU a first-time artist and album cost on PostgreSQL, where nothing is cached by us.

    python -m benchmarks.aggregator_postgres [--scale 0.01] [--seconds 5] [--work DIR]

Starts a PostgreSQL of its own from the programs that are on this machine, imports a made-up dump, and asks as Lidarr's
API does: for an artist, the artist and the discography; for an album, the release group, its releases, and the artists
that it credits. The server's own CPU is not in the figures: that is the other machine's.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from linernotes.domain.ids import MBID, Kind
from linernotes.domain.secret import Secret
from linernotes.stores.postgres.builds import PostgresBuilds
from linernotes.stores.postgres.catalogue import PostgresCatalogue
from tests.services import POSTGRES_BIN, find_postgres, fresh_database, running_postgres

SAMPLE = 20_000
WARM_UP = 200


def main() -> None:
    """Import, measure, and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="0.01", help="size of the made-up dump; 1 is all of MusicBrainz")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each figure")
    parser.add_argument("--work", type=Path, help="keep the dump here for the next run")
    options = parser.parse_args()
    programs = find_postgres(os.environ.get(POSTGRES_BIN))
    if programs.folder is None:
        sys.exit(programs.reason)
    with TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        dump = sample(work / f"sample-{options.scale}", options.scale)
        with running_postgres(programs) as server, fresh_database(server) as url:
            fill(dump, url, Path(temporary) / "data")
            with closing(PostgresBuilds(Secret(url))) as builds:
                measure(builds, options.seconds)


def sample(folder: Path, scale: str) -> Path:
    """Return a made-up dump, written if it is not there."""
    if not folder.exists():
        linernotes("sample", "--scale", scale, "--seed", "1", "--out", folder)
    return folder


def fill(dump: Path, url: str, data: Path) -> None:
    """Import, and say what it cost."""
    before, started = used(resource.RUSAGE_CHILDREN), time.monotonic()
    linernotes("import", dump, "--database", url, "--data", data)
    wall, cpu = time.monotonic() - started, used(resource.RUSAGE_CHILDREN) - before
    print(f"import: {wall:.1f} s, {cpu:.1f} s of our CPU")


def linernotes(*words: object) -> None:
    """Run a command of the program."""
    subprocess.run([sys.executable, "-m", "linernotes", *map(str, words)], check=True)


def used(who: int) -> float:
    """Return the CPU seconds of this process or its children, user and system."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def measure(builds: PostgresBuilds, seconds: float) -> None:
    """Print CPU per artist and per album."""
    build_id = builds.live_id()
    assert build_id is not None
    catalogue = builds.open(build_id)
    names = list(catalogue.name_records())
    chosen = random.Random(1)
    artists, groups = (
        chosen.choices([name.mbid for name in names if name.kind is kind], k=SAMPLE)
        for kind in (Kind.ARTIST, Kind.RELEASE_GROUP)
    )
    artist = per_call(lambda mbid: first_artist(catalogue, mbid), artists, seconds)
    album = per_call(lambda mbid: first_album(catalogue, mbid), groups, seconds)
    batch = per_call(lambda _: catalogue.artists(artists[:500]), artists, seconds)
    print(f"a batch of 500 artists: {batch * 1e3:.1f} ms of our CPU")
    print(
        f"first-time artist {artist * 1e6:.0f} µs of our CPU ({1 / artist:,.0f} per CPU-second), "
        f"first-time album {album * 1e6:.0f} µs ({1 / album:,.0f})"
    )


def per_call(ask: Callable[[MBID], object], mbids: Sequence[MBID], seconds: float) -> float:
    """Return CPU seconds of this process per call."""
    for mbid in mbids[:WARM_UP]:
        ask(mbid)
    begun, end, calls = used(resource.RUSAGE_SELF), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        ask(mbids[calls % len(mbids)])
        calls += 1
    return (used(resource.RUSAGE_SELF) - begun) / calls


def first_artist(catalogue: PostgresCatalogue, mbid: MBID) -> None:
    """Read what an artist's page needs."""
    assert catalogue.artists([mbid])[0] is not None
    assert catalogue.discography(mbid) is not None


def first_album(catalogue: PostgresCatalogue, mbid: MBID) -> None:
    """Read what an album's page needs."""
    [group], [releases] = catalogue.release_groups([mbid]), catalogue.releases_of([mbid])
    assert group is not None
    assert releases is not None
    credited = [name.artist for name in group.credit]
    credited += [
        name.artist
        for release in releases
        for medium in release.media
        for track in medium.tracks
        for name in track.credit
    ]
    catalogue.artists(list(dict.fromkeys(credited)))


if __name__ == "__main__":
    main()
