"""What an import makes of a dump, from the command line to the values that come back."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from linernotes.domain.catalogue import Layer
from linernotes.domain.dates import PartialDate
from linernotes.domain.ids import Kind
from linernotes.stores.sql import STATE_FILE, open_state
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.stores.sqlite.catalogue import SqliteCatalogue, open_catalogue
from tests.conftest import RunCommand
from tests.importing import tiny
from tests.importing.tiny import mbid


def opened(data: Path) -> SqliteCatalogue:
    live = BuildFolder(data).live()
    assert live is not None
    return open_catalogue(live)


@pytest.fixture(scope="module", params=["archives", "folder"])
def catalogue(request, tmp_path_factory):
    from linernotes.cli import run

    here = tmp_path_factory.mktemp("tiny")
    dump = getattr(tiny, request.param)(here / "dump", tiny.tables())
    assert run(["import", str(dump), "--data", str(here / "data"), "--json"]) == 0
    with closing(opened(here / "data")) as found:
        yield found


def test_escapes_and_text_come_out_as_they_were(catalogue):
    [artist] = catalogue.artists([mbid("artist Tab\tand\\slash")])
    assert (artist.name, artist.sort_name, artist.type, artist.area.name) == (
        "Tab\tand\\slash",
        "Slash, Tab",
        "Person",
        "Nowhere",
    )
    [group] = catalogue.release_groups([mbid("release_group Line\nbreak")])
    assert group.title == "Line\nbreak"


def test_an_unknown_barcode_is_not_an_empty_one(catalogue):
    releases = catalogue.releases([mbid(f"release {name}") for name in ("Unknown barcode", "No barcode", "Barcode")])
    assert [release.barcode for release in releases] == [None, "", "0012345678905"]
    assert catalogue.by_barcode("12345678905") == (mbid("release Barcode"),)


def test_releases_come_by_date_and_the_group_has_the_first_that_came_out(catalogue):
    group = mbid("release_group Line\nbreak")
    [releases] = catalogue.releases_of([group])
    assert [release.title for release in releases] == ["Cancelled", "Unknown barcode", "No barcode", "Barcode"]
    assert catalogue.release_groups([group])[0].first_release_date == PartialDate(1999, 2)


def test_a_recording_takes_from_its_first_track_what_it_does_not_say_itself(catalogue):
    placed, alone = catalogue.recordings([mbid("recording Take one"), mbid("recording Alone")])
    assert (placed.title, placed.length, placed.isrcs, placed.video) == ("Take one", 1000, ("DEA000000001",), False)
    assert placed.releases == (mbid("release Unknown barcode"),)
    assert [(alias.name, alias.type, alias.locale) for alias in placed.aliases] == [
        ("Aufnahme", "Recording name", "de")
    ]
    assert (alone.title, alone.length, alone.video, alone.releases) == ("Alone", None, True, ())
    assert [name.name for name in alone.credit] == ["T", "B"]


def test_merged_mbids_and_credits_lead_to_the_artist(catalogue):
    [artist] = catalogue.artists([mbid("old artist")])
    assert artist.old_mbids == (mbid("old artist"),)
    lines = catalogue.discography(mbid("artist Björk-like"))
    assert [(line.title, line.credit_position) for line in lines] == sorted(
        [("Line\nbreak", 1), ("Empty", 1)], key=lambda line: mbid(f"release_group {line[0]}")
    )


def test_tags_that_name_genres_are_known_for_such(catalogue):
    [artist] = catalogue.artists([mbid("artist Tab\tand\\slash")])
    assert [(tag.name, tag.count, tag.genre) for tag in artist.tags] == [("rock", 3, mbid("genre rock"))]
    assert (artist.rating.value, artist.rating.count) == (80, 2)


def test_core_alone_is_enough_and_the_layers_are_told(tmp_path, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    assert linernotes("import", dump / "mbdump.tar.bz2", "--data", tmp_path / "data").code == 0
    with closing(opened(tmp_path / "data")) as found:
        assert found.info().layers == (Layer.CORE,)
        assert found.artists([mbid("artist Tab\tand\\slash")])[0].tags == ()


def test_no_derived_leaves_the_layer_out(tmp_path, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    assert linernotes("import", dump, "--no-derived", "--data", tmp_path / "data").code == 0
    with closing(opened(tmp_path / "data")) as found:
        assert found.info().layers == (Layer.CORE,)


def test_an_mbid_that_is_an_entity_leads_to_it_even_where_it_is_named_as_merged_too(tmp_path, linernotes: RunCommand):
    made = tiny.tables()
    artists = [mbid(f"artist {name}") for name in ("Silent", "Björk-like")]
    made["artist_gid_redirect"] += b"".join(tiny.row("artist_gid_redirect", gid=one, new_id=1) for one in artists)
    groups = [mbid(f"release_group {name}") for name in ("Line\nbreak", "Empty")]
    made["release_group_gid_redirect"] = b"".join(
        tiny.row("release_group_gid_redirect", gid=one, new_id=3 - number) for number, one in enumerate(groups, 1)
    )
    dump = tiny.folder(tmp_path / "dump", made)
    assert linernotes("import", dump, "--data", tmp_path / "data").code == 0
    with closing(opened(tmp_path / "data")) as found:
        assert [one.mbid for one in found.artists(artists)] == artists
        assert [one.mbid for one in found.release_groups(groups)] == groups


def test_a_medium_may_have_any_position(tmp_path, linernotes: RunCommand):
    made = tiny.tables()
    made["medium"] = tiny.row("medium", id=1, gid=mbid("medium"), release=1, position=2**31 - 1, name="", track_count=2)
    dump = tiny.folder(tmp_path / "dump", made)
    assert linernotes("import", dump, "--data", tmp_path / "data").code == 0
    with closing(opened(tmp_path / "data")) as found:
        [release] = found.releases([mbid("release Unknown barcode")])
        assert [medium.position for medium in release.media] == [2**31 - 1]


def test_columns_that_a_newer_export_adds_at_the_end_are_ignored(tmp_path, linernotes: RunCommand):
    made = tiny.tables()
    made["artist"] = made["artist"].replace(b"\n", b"\tsomething new\n")
    assert linernotes("import", tiny.folder(tmp_path / "dump", made), "--data", tmp_path / "data").code == 0


def test_an_import_is_remembered(tmp_path, linernotes: RunCommand):
    dump = tiny.folder(tmp_path / "dump", tiny.tables())
    told = json.loads(linernotes("import", dump, "--data", tmp_path / "data", "--json").out)
    with closing(open_state(tmp_path / "data" / STATE_FILE)) as state:
        assert [build.build_id for build in state.imports()] == [told["build_id"]]
    assert told["counts"]["artist"] == 3


def test_a_dry_run_writes_nothing(tmp_path, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    outcome = linernotes("import", dump, "--data", tmp_path / "data", "--dry-run", "--json")
    assert (outcome.code, json.loads(outcome.out)["schema_sequence"]) == (0, 31)
    assert not (tmp_path / "data").exists()


def test_a_second_import_tells_what_changed_and_only_that(tmp_path, linernotes: RunCommand):
    data = tmp_path / "data"
    made = tiny.tables()
    linernotes("import", tiny.folder(tmp_path / "first", made), "--data", data)
    with closing(opened(data)) as found:
        first = found.info()
        assert found.changed_since(Kind.ARTIST, 0, 10) == []
    made["track"] = made["track"].replace(b"\tOne\t", b"\tOne, changed\t")
    made["artist"] = made["artist"].replace(b"Silent\tSilent", b"Loud\tLoud")
    made["artist_gid_redirect"] += tiny.row("artist_gid_redirect", gid=mbid("merged now"), new_id=3)
    linernotes("import", tiny.folder(tmp_path / "second", made), "--data", data)
    with closing(opened(data)) as found:
        second = found.info()
        assert second.history_since == first.history_since
        artists = found.changed_since(Kind.ARTIST, 0, 10)
        groups = found.changed_since(Kind.RELEASE_GROUP, 0, 10)
    changed = sorted([mbid("artist Silent"), mbid("merged now")])
    assert [(change.mbid, change.changed_at) for change in artists] == [(one, second.built_at) for one in changed]
    assert [change.mbid for change in groups] == [mbid("release_group Line\nbreak")]
    linernotes("import", tiny.folder(tmp_path / "third", made), "--data", data)
    with closing(opened(data)) as found:
        assert found.changed_since(Kind.ARTIST, 0, 10) == artists
        assert found.changed_since(Kind.RELEASE_GROUP, 0, 10) == groups


def test_of_a_folder_only_the_archives_of_the_layers_are_read(tmp_path, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    (dump / "mbdump-edit.tar.bz2").write_bytes(b"never opened")
    (dump / "mbdump-derived.tar.bz2").write_bytes(b"not opened either")
    outcome = linernotes("import", dump, "--no-derived", "--dry-run", "--json", "--data", tmp_path / "data")
    assert json.loads(outcome.out)["sources"] == ["mbdump.tar.bz2"]
    assert linernotes("import", dump, "--no-derived", "--data", tmp_path / "data").code == 0
