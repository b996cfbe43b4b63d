"""`linernotes import` into PostgreSQL: the same answers as the embedded catalogue, and nothing lost when it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from linernotes.app.importing.names import ensure_names, names_folder
from linernotes.domain.errors import Conflict
from linernotes.domain.ids import EntityRef, Kind
from linernotes.domain.secret import Secret
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.searchers.tantivy import open_names
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.stores.postgres.builds import PostgresBuilds
from linernotes.stores.postgres.catalogue import PostgresCatalogue
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.stores.sqlite.catalogue import open_catalogue
from tests.conftest import RunCommand
from tests.importing import tiny
from tests.importing.tiny import mbid

READERS = ("artists", "release_groups", "releases", "recordings", "labels", "series")


@pytest.fixture
def builds(postgres_url: str) -> Iterator[PostgresBuilds]:
    """The builds of an empty database."""
    with closing(PostgresBuilds(Secret(postgres_url))) as opened:
        yield opened


@pytest.fixture
def import_into(postgres_url: str, tmp_path: Path, linernotes: RunCommand):
    """Import tables into the database; give what was told, or the error."""

    def run(name: str, made: tiny.Tables, code: int = 0):
        dump = tiny.archives(tmp_path / name, made)
        outcome = linernotes("import", dump, "--database", postgres_url, "--data", tmp_path / "data", "--json")
        assert outcome.code == code, outcome
        assert not (tmp_path / "data" / "work").exists()
        return outcome.err if code else json.loads(outcome.out)

    return run


def live(builds: PostgresBuilds) -> PostgresCatalogue:
    build_id = builds.live_id()
    assert build_id is not None
    return builds.open(build_id)


def every_mbid(made: tiny.Tables) -> list[str]:
    """Return every MBID that a dump names, of whatever kind."""
    fields = b"\t".join(text.replace(b"\n", b"\t") for text in made.values()).decode().split("\t")
    return sorted({field for field in fields if len(field) == 36 and field.count("-") == 4})


def test_every_answer_is_the_same_as_that_of_the_embedded_catalogue(
    tmp_path, builds, import_into, linernotes: RunCommand
):
    made = awkward()
    import_into("dump", made)
    assert linernotes("import", tmp_path / "dump", "--data", tmp_path / "embedded").code == 0
    folder = BuildFolder(tmp_path / "embedded").live()
    assert folder is not None
    with closing(open_catalogue(folder)) as embedded, closing(live(builds)) as found:
        assert answers(found, made) == answers(embedded, made)
        assert [count for _, count in found.info().counts] == [count for _, count in embedded.info().counts]


def awkward() -> tiny.Tables:
    """Return the tiny dump with merged MBIDs that are entities too, and a look-up of each sort."""
    made = tiny.tables()
    artists = [mbid(f"artist {name}") for name in ("Silent", "Björk-like")]
    made["artist_gid_redirect"] += b"".join(tiny.row("artist_gid_redirect", gid=one, new_id=1) for one in artists)
    made["release_gid_redirect"] = tiny.row("release_gid_redirect", gid=mbid("old release"), new_id=3)
    made["recording_gid_redirect"] = b"".join(
        tiny.row("recording_gid_redirect", gid=one, new_id=1) for one in (mbid("old take"), mbid("recording Alone"))
    )
    made["track_gid_redirect"] = b"".join(
        tiny.row("track_gid_redirect", gid=one, new_id=1) for one in (mbid("old track"), mbid("track 2"))
    )
    return made


def answers(found: CatalogueSnapshot, made: tiny.Tables) -> dict[str, object]:
    """Return all that a catalogue says of what the dump names."""
    mbids = [mbid("nobody"), *every_mbid(made)]
    told: dict[str, object] = {reader: getattr(found, reader)(mbids) for reader in READERS}
    told["discographies"] = [found.discography(one) for one in mbids]
    told["releases of"] = found.releases_of(mbids)
    told["releases with"] = found.releases_with(mbids)
    told["tracks"] = [found.by_track(one) for one in mbids]
    told["codes"] = [found.by_isrc("DEA000000001"), found.by_barcode("12345678905"), found.by_disc_id("none")]
    return told


def test_a_build_is_live_only_when_it_is_whole(builds, import_into):
    assert builds.live_id() is None
    assert builds.builds() == []
    told = import_into("dump", tiny.tables())
    assert builds.live_id() == told["build_id"]
    assert builds.builds() == [(told["build_id"], "live")]
    with closing(live(builds)) as found:
        assert found.info().build_id == told["build_id"]
        assert found.info().counts == tuple(sorted(told["counts"].items()))


def test_the_build_before_stays_for_its_readers_until_the_import_after(builds, import_into, tmp_path):
    first_id = import_into("first", tiny.tables())["build_id"]
    with closing(live(builds)) as first:
        made = tiny.tables()
        made["artist"] = made["artist"].replace(b"Silent\tSilent", b"Loud\tLoud")
        second = import_into("second", made)
        [before] = first.artists([mbid("artist Silent")])
        assert before is not None
        assert before.name == "Silent"
    [after] = live(builds).artists([mbid("artist Silent")])
    assert after is not None
    assert after.name == "Loud"
    assert [state for _, state in builds.builds()] == ["old", "live"]
    assert indexes(tmp_path) == [first_id, second["build_id"]]
    third = import_into("third", made)
    assert builds.builds() == [(second["build_id"], "old"), (third["build_id"], "live")]
    assert indexes(tmp_path) == [second["build_id"], third["build_id"]]


def indexes(here: Path) -> list[str]:
    """Return the builds whose name index is in the data folder."""
    return sorted(path.name for path in (here / "data" / "names").iterdir())


def test_a_failed_import_leaves_the_live_build_and_the_next_import_drops_what_it_left(
    builds, import_into, postgres_url
):
    first = import_into("first", tiny.tables())
    made = tiny.tables()
    # Two recordings with one MBID: nothing notices before the table gets its key.
    made["recording"] += made["recording"].replace(b"1\t", b"3\t", 1).split(b"\n")[0] + b"\n"
    said = import_into("broken", made, code=1)
    assert "PostgreSQL" in said
    assert builds.live_id() == first["build_id"]
    assert [state for _, state in builds.builds()] == ["live", "building"]
    assert live(builds).artists([mbid("artist Silent")])[0] is not None
    second = import_into("second", tiny.tables())
    assert builds.builds() == [(first["build_id"], "old"), (second["build_id"], "live")]
    with psycopg.connect(postgres_url) as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'catalogue%'").fetchall()
    assert len(schemas) == 2


def test_a_second_import_at_the_same_time_is_refused(builds, import_into, tmp_path, postgres_url):
    with builds.importing(), closing(PostgresBuilds(Secret(postgres_url))) as elsewhere:
        with pytest.raises(Conflict, match="another import"), elsewhere.importing():
            pass
        assert "another import" in import_into("dump", tiny.tables(), code=1)
    import_into("later", tiny.tables())


def test_an_import_that_is_killed_leaves_the_live_build_and_is_no_hindrance(
    builds, import_into, tmp_path, postgres_url
):
    first = import_into("first", tiny.tables())
    command = [sys.executable, "-m", "linernotes", "import", str(tmp_path / "first")]
    process = subprocess.Popen(
        [*command, "--database", postgres_url, "--data", str(tmp_path / "data")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(builds.builds()) < 2 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    assert builds.live_id() == first["build_id"]
    assert "building" in [state for _, state in builds.builds()]
    second = import_into("second", tiny.tables())
    assert builds.builds() == [(first["build_id"], "old"), (second["build_id"], "live")]


def test_what_changed_between_two_imports_is_told_and_only_that(builds, import_into):
    made = tiny.tables()
    first = import_into("first", made)
    assert live(builds).changed_since(Kind.ARTIST, 0, 10) == []
    made["track"] = made["track"].replace(b"\tOne\t", b"\tOne, changed\t")
    made["artist"] = made["artist"].replace(b"Silent\tSilent", b"Loud\tLoud")
    made["artist_gid_redirect"] += tiny.row("artist_gid_redirect", gid=mbid("merged now"), new_id=3)
    second = import_into("second", made)
    assert second["history_since"] == first["history_since"]
    artists = live(builds).changed_since(Kind.ARTIST, 0, 10)
    groups = live(builds).changed_since(Kind.RELEASE_GROUP, 0, 10)
    changed = sorted([mbid("artist Silent"), mbid("merged now")])
    assert [(change.mbid, change.changed_at) for change in artists] == [(one, second["built_at"]) for one in changed]
    assert [change.mbid for change in groups] == [mbid("release_group Line\nbreak")]
    import_into("third", made)
    assert live(builds).changed_since(Kind.ARTIST, 0, 10) == artists
    assert live(builds).changed_since(Kind.RELEASE_GROUP, 0, 10) == groups


def test_the_importer_has_the_name_index_and_another_machine_builds_the_same(builds, import_into, tmp_path):
    build_id = import_into("dump", tiny.tables())["build_id"]
    here = names_folder(tmp_path / "data", build_id)
    settings = SearchSettings()
    with closing(live(builds)) as found:
        there = ensure_names(tmp_path / "elsewhere", build_id, found.name_records, settings)
        assert ensure_names(tmp_path / "elsewhere", build_id, lambda: iter(()), settings) == there
    ask = [open_names(folder, settings=settings).search("silent", [Kind.ARTIST], limit=3) for folder in (here, there)]
    assert ask[0] == ask[1]
    assert [EntityRef(hit.kind, hit.mbid) for hit in ask[0]] == [EntityRef(Kind.ARTIST, mbid("artist Silent"))]


def test_an_import_says_where_it_goes_and_keeps_the_password_to_itself(tmp_path, postgres_url, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    url = postgres_url.replace("linernotes@", "linernotes:hush-hush@")
    place = url.partition("@")[2]
    for dry in (["--dry-run"], []):
        outcome = linernotes("import", dump, "--database", url, "--data", tmp_path / "data", *dry)
        assert outcome.code == 0, outcome
        assert f"into PostgreSQL at {place}" in outcome.out
        assert "hush" not in outcome.out + outcome.err


def test_a_server_that_is_not_there_is_told_before_the_work(tmp_path, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    url = "postgresql://someone:hush-hush@127.0.0.1:1/music"
    outcome = linernotes("import", dump, "--database", url, "--data", tmp_path / "data")
    assert outcome.code == 1
    assert "127.0.0.1" in outcome.err
    assert "PostgreSQL is running" in outcome.err
    assert "hush" not in outcome.err
    assert "Traceback" not in outcome.err
    assert not (tmp_path / "data" / "work").exists()
