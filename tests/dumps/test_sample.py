"""A sample is a valid export with every awkward case in it, repeatable, and changed by edits exactly as told."""

from __future__ import annotations

import bz2
import io
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
import rapidgzip

from linernotes.domain.errors import Conflict, Invalid
from linernotes.dumps.sample.archive import ArchiveWriter, Pipeline, gather
from linernotes.dumps.sample.changes import Changes
from linernotes.dumps.sample.generate import CHANGES, Summary, Wanted, plan_sample, write_sample
from linernotes.dumps.sample.plan import plan
from linernotes.dumps.schema import tables as known_tables
from tests.dumps.sample_keys import problems
from tests.dumps.sample_reader import ARCHIVES, members, parse, raw_tables

SCALE = 0.001
VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"

Tables = dict[str, list[dict[str, str | None]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def summary(folder: Path) -> Summary:
    return write_sample(folder, Wanted(scale=SCALE, seed=1))


@pytest.fixture(scope="module")
def tables(folder: Path, summary: Summary) -> Tables:
    return {name: parse(name, text) for name, text in raw_tables(folder).items()}


def test_every_key_holds(tables: Tables) -> None:
    assert list(problems(tables)) == []


@pytest.mark.parametrize("scale", [0.0001, 0.0003])
def test_the_smallest_samples_hold_their_keys_too(scale: float, tmp_path: Path) -> None:
    write_sample(tmp_path, Wanted(scale=scale, seed=7))
    assert list(problems({name: parse(name, text) for name, text in raw_tables(tmp_path).items()})) == []


@pytest.mark.parametrize("archive", ARCHIVES)
def test_an_archive_is_laid_out_like_an_export(archive: str, folder: Path, summary: Summary) -> None:
    found = list(members(folder / archive))
    assert [name for name, _ in found[:5]] == [
        "TIMESTAMP", "COPYING", "README", "REPLICATION_SEQUENCE", "SCHEMA_SEQUENCE",
    ]  # fmt: skip
    assert found[0][1] == b"2026-09-05 00:00:00.000000+00\n"
    assert [content for _, content in found[3:5]] == [b"190000\n", b"31\n"]
    assert {name.removeprefix("mbdump/") for name, _ in found[5:]} <= set(known_tables(31))
    assert all(content for _, content in found)


def test_ratings_tags_and_covers_are_kept_out_of_the_free_archive(folder: Path, summary: Summary) -> None:
    core, derived, covers = ({name for name, _ in members(folder / archive)} for archive in ARCHIVES)
    assert not [name for name in core if name.endswith(("_meta", "_tag")) or "cover_art" in name]
    assert {"mbdump/tag", "mbdump/artist_meta", "mbdump/release_group_tag"} <= derived
    assert "mbdump/cover_art_archive.cover_art" in covers


@pytest.mark.parametrize("archive", ARCHIVES)
def test_every_reader_of_bzip2_sees_the_same_tar(archive: str, folder: Path, summary: Summary) -> None:
    path = folder / archive
    with bz2.open(path) as plain, rapidgzip.IndexedBzip2File(str(path), parallelization=2) as parallel:
        content = plain.read()
        assert parallel.read() == content
    assert len(content) % 10_240 == 0
    with tarfile.open(fileobj=io.BytesIO(content), mode="r|") as streamed:
        assert len(list(streamed)) == len(list(members(path)))


def test_the_summary_counts_what_is_there(folder: Path, summary: Summary, tables: Tables) -> None:
    assert summary.tables == {name: len(rows) for name, rows in tables.items()}
    assert summary.rows == sum(summary.tables.values())
    assert summary.files == {name: (folder / name).stat().st_size for name in ARCHIVES}
    assert summary.text_bytes == sum(map(len, raw_tables(folder).values()))


def test_a_dry_run_tells_the_rows_beforehand(summary: Summary) -> None:
    assert plan_sample(Wanted(scale=SCALE, seed=1)) == summary.tables


@pytest.mark.parametrize("scale", [0.0001, 0.003, 0.1, 1.0])
def test_tracks_grow_exactly_with_the_scale(scale: float) -> None:
    assert plan(scale).tracks == round(57_704_258 * scale)


def test_the_track_table_has_the_planned_number_of_rows(tables: Tables) -> None:
    assert len(tables["track"]) == plan(SCALE).tracks
    assert sum(int(str(row["track_count"])) for row in tables["medium"]) == plan(SCALE).tracks


def test_a_scale_out_of_range_is_refused() -> None:
    with pytest.raises(Invalid, match="scale"):
        plan(5.0)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_sample(tmp_path / name, Wanted(scale=0.0002, seed=seed))
    for archive in ARCHIVES:
        one, again, other = ((tmp_path / name / archive).read_bytes() for name in ("one", "again", "other"))
        assert one == again
        assert one != other


def values(tables: Tables, table: str, column: str) -> list[str | None]:
    return [row[column] for row in tables[table]]


def latin(text: str | None) -> bool:
    return all(ord(letter) < 0x250 or not letter.isalpha() for letter in text or "")


AWKWARD: dict[str, Callable[[Tables], bool]] = {
    "a backslash in a name": lambda t: any("\\" in str(name) for name in values(t, "artist", "name")),
    "a tab in a title": lambda t: any("\t" in str(name) for name in values(t, "release_group", "name")),
    "a line break in a name": lambda t: any("\n" in str(name) for name in values(t, "artist", "name")),
    "unknown, missing and given barcodes": lambda t: {None, ""} < set(values(t, "release", "barcode")),
    "dates of a year alone": lambda t: any(r["date_year"] and not r["date_month"] for r in t["release_country"]),
    "dates of year and month": lambda t: any(r["date_month"] and not r["date_day"] for r in t["release_country"]),
    "full dates": lambda t: any(row["date_day"] for row in t["release_country"]),
    "events without a date": lambda t: any(not row["date_year"] for row in t["release_country"]),
    "releases without status": lambda t: None in values(t, "release", "status"),
    "media without format": lambda t: None in values(t, "medium", "format"),
    "groups without type": lambda t: None in values(t, "release_group", "type"),
    "groups without releases": lambda t: bool(
        set(values(t, "release_group", "id")) - set(values(t, "release", "release_group"))
    ),
    "groups without a first date": lambda t: None in values(t, "release_group_meta", "first_release_date_year"),
    "a release in sixty countries": lambda t: max(Counter(values(t, "release_country", "release")).values()) >= 60,
    "a box of many discs": lambda t: max(Counter(values(t, "medium", "release")).values()) >= 20,
    "tracks in the pregap": lambda t: "0" in values(t, "track", "position"),
    "data tracks": lambda t: "t" in values(t, "track", "is_data_track"),
    "video recordings": lambda t: "t" in values(t, "recording", "video"),
    "tracks without length": lambda t: None in values(t, "track", "length"),
    "numbers by side of vinyl": lambda t: {"A1", "B1"} <= set(values(t, "track", "number")),
    "tags voted down": lambda t: {"0", "-1"} <= set(values(t, "release_group_tag", "count")),
    "aliases of every type": lambda t: {None, "1", "2", "3"} == set(values(t, "artist_alias", "type")),
    "aliases with a locale": lambda t: "ja" in values(t, "artist_alias", "locale"),
    "labels without a number": lambda t: None in values(t, "release_label", "catalog_number"),
    "numbers without a label": lambda t: None in values(t, "release_label", "label"),
    "an ISRC of two recordings": lambda t: max(Counter(values(t, "isrc", "isrc")).values()) > 1,
    "a recording of two ISRCs": lambda t: max(Counter(values(t, "isrc", "recording")).values()) > 1,
    "a page about two artists": lambda t: max(Counter(values(t, "l_artist_url", "entity1")).values()) > 1,
    "ended links": lambda t: "t" in values(t, "link", "ended"),
    "a first image that is not first in order": lambda t: "9" in values(t, "cover_art_archive.cover_art", "ordering"),
    "credits of five and more": lambda t: max(int(str(n)) for n in values(t, "artist_credit", "artist_count")) > 4,
    "join phrases of East Asia": lambda t: "、" in values(t, "artist_credit_name", "join_phrase"),
    "names credited otherwise": lambda t: "DJ " in {str(name)[:3] for name in values(t, "artist_credit_name", "name")},
    "series ordered by hand": lambda t: {"1", "2"} == set(values(t, "series", "ordering_type")),
    "seven scripts and more": lambda t: len(set(values(t, "release", "script")) - {None}) >= 8,
    "nine in ten names in Latin letters": lambda t: 0.85 < sum(map(latin, values(t, "artist", "name"))) / 2977 < 0.93,
}  # fmt: skip


@pytest.mark.parametrize("case", AWKWARD)
def test_a_sample_holds(case: str, tables: Tables) -> None:
    assert AWKWARD[case](tables)


@pytest.mark.parametrize("entity", ["artist", "release_group", "release", "recording", "track", "series", "label"])
def test_merged_identifiers_lead_to_living_entities_and_are_gone_themselves(entity: str, tables: Tables) -> None:
    old = set(values(tables, f"{entity}_gid_redirect", "gid"))
    assert old
    assert not old & set(values(tables, entity, "gid"))


@pytest.mark.parametrize(
    "host", ["wikidata.org", "discogs.com", "open.spotify.com", "bandcamp.com", "allmusic.com", "youtube.com"]
)
def test_artists_have_pages_on(host: str, tables: Tables) -> None:
    linked = set(values(tables, "l_artist_url", "entity1"))
    assert any(host in str(row["url"]) for row in tables["url"] if row["id"] in linked)


def test_a_credit_is_its_names_and_join_phrases_put_together(tables: Tables) -> None:
    names: dict[str | None, str] = {}
    for row in sorted(tables["artist_credit_name"], key=lambda row: int(str(row["position"]))):
        credit = row["artist_credit"]
        names[credit] = names.get(credit, "") + str(row["name"]) + str(row["join_phrase"])
    assert names == {row["id"]: row["name"] for row in tables["artist_credit"]}


def test_the_giants_lead_but_do_not_eat_everything(tables: Tables) -> None:
    first = {r["artist_credit"]: r["artist"] for r in tables["artist_credit_name"] if r["position"] == "0"}
    groups = Counter(first[row["artist_credit"]] for row in tables["release_group"])
    gid = {row["id"]: row["gid"] for row in tables["artist"]}
    (giant, most), (_, second) = groups.most_common(2)
    assert gid[giant] == VARIOUS_ARTISTS
    assert 0.045 < most / groups.total() < 0.065
    assert second < most / 2


def test_three_tracks_in_ten_repeat_a_recording(tables: Tables) -> None:
    used = len(set(values(tables, "track", "recording")))
    assert 0.26 < 1 - used / len(tables["track"]) < 0.36


def test_the_first_release_date_is_the_earliest_of_the_events(tables: Tables) -> None:
    groups = dict(zip(values(tables, "release", "id"), values(tables, "release", "release_group"), strict=True))
    years: dict[str | None, set[str]] = {}
    for row in tables["release_country"] + tables["release_unknown_country"]:
        if row["date_year"]:
            years.setdefault(groups[row["release"]], set()).add(row["date_year"])
    told = {row["id"]: row["first_release_date_year"] for row in tables["release_group_meta"]}
    assert told == {group: min(years[group]) if group in years else None for group in told}


def test_no_artist_has_two_primary_aliases_in_one_locale(tables: Tables) -> None:
    primary = Counter((r["artist"], r["locale"]) for r in tables["artist_alias"] if r["primary_for_locale"] == "t")
    assert primary
    assert max(primary.values()) == 1
    assert all(locale for _, locale in primary)


def test_who_has_an_end_date_has_ended(tables: Tables) -> None:
    ended = [row for row in tables["artist"] if row["end_date_year"]]
    assert ended
    assert {row["ended"] for row in ended} == {"t"}
    assert all(
        int(str(row["begin_date_year"])) <= int(str(row["end_date_year"])) for row in ended if row["begin_date_year"]
    )


def test_archives_that_are_there_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / ARCHIVES[1]).write_bytes(b"mine")
    with pytest.raises(Conflict, match="mbdump-derived"):
        write_sample(tmp_path, Wanted(scale=0.0001))
    assert [path.name for path in tmp_path.iterdir()] == [ARCHIVES[1]]
    write_sample(tmp_path, Wanted(scale=0.0001), force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(ARCHIVES)


def test_a_failure_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> Iterator[bytearray]:
        yield bytearray(b"1\n" * 4_000_000)
        raise OSError("the disk is full")

    def write(pool: ThreadPoolExecutor) -> None:
        with ArchiveWriter(tmp_path / "some.tar.bz2", pipeline=Pipeline(pool), when=0) as writer:
            writer.add("README", b"text")
            writer.add_table("mbdump/some", gather(failing()))

    with ThreadPoolExecutor(2) as pool, pytest.raises(OSError, match="the disk is full"):
        write(pool)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, bytes], Path]]:
    """The tables of three successive states and where they lie."""
    found = []
    for evolve in range(3):
        place = tmp_path_factory.mktemp(f"state{evolve}")
        write_sample(place, Wanted(scale=0.0005, seed=5, evolve=evolve))
        found.append((raw_tables(place), place))
    return found


@pytest.mark.parametrize("evolve", [1, 2])
def test_edits_keep_every_key(evolve: int, states: list[tuple[dict[str, bytes], Path]]) -> None:
    assert list(problems({name: parse(name, text) for name, text in states[evolve][0].items()})) == []


def difference(before: bytes, after: bytes, table: str) -> tuple[set[str], set[str]]:
    """Return the MBIDs whose rows went or changed, and those whose rows came or changed."""
    old, new = ({line + b"\n" for line in text.splitlines()} for text in (before, after))
    return tuple({str(row["gid"]) for line in lines for row in parse(table, line)} for lines in (old - new, new - old))  # type: ignore[return-value]


@pytest.mark.parametrize("evolve", [1, 2])
def test_changes_are_exactly_those_that_are_told(evolve: int, states: list[tuple[dict[str, bytes], Path]]) -> None:
    before, after = states[evolve - 1][0], states[evolve][0]
    told = msgspec.json.decode((states[evolve][1] / CHANGES).read_bytes(), type=Changes)
    artists, groups = told.artists, told.release_groups
    went, came = difference(before["artist"], after["artist"], "artist")
    assert went == {*artists.renamed, *(merge.source for merge in artists.merged)}
    assert came == {*artists.renamed, *artists.added}
    went, came = difference(before["release_group"], after["release_group"], "release_group")
    assert went == {merge.source for merge in groups.merged}
    assert came == set(groups.added)
    redirects = {row["gid"] for row in parse("artist_gid_redirect", after["artist_gid_redirect"])}
    assert {merge.source for merge in artists.merged} <= redirects


@pytest.mark.parametrize("evolve", [1, 2])
def test_tracks_change_in_retracked_and_added_groups_only(
    evolve: int, states: list[tuple[dict[str, bytes], Path]]
) -> None:
    before, after = (states[at][0] for at in (evolve - 1, evolve))
    parsed = {
        name: {row["id"]: row for row in parse(name, after[name])} for name in ("release_group", "release", "medium")
    }
    new = set(after["track"].splitlines()) - set(before["track"].splitlines())
    hit = set()
    for row in parse("track", b"".join(line + b"\n" for line in new)):
        release = parsed["release"][parsed["medium"][row["medium"]]["release"]]
        hit.add(parsed["release_group"][release["release_group"]]["gid"])
    told = msgspec.json.decode((states[evolve][1] / CHANGES).read_bytes(), type=Changes).release_groups
    assert hit == {*told.retracked, *told.added}


def test_more_edits_than_a_scale_bears_are_refused() -> None:
    with pytest.raises(Invalid, match="sets of edits"):
        plan_sample(Wanted(scale=0.0001, evolve=1000))
