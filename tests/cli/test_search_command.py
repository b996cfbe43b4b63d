"""`linernotes search`, told as a person would use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameRecord
from linernotes.searchers.tantivy import TantivyNamesWriter
from linernotes.searchers.tantivy.settings import SearchSettings
from tests.conftest import RunCommand

BJORK = MBID("87c5dedd-371d-4a53-9f7f-80522fb7f3cb")
HOMOGENIC = MBID("ba1ff9ea-f3ac-3a86-98b3-c20dbcbb4c2c")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an index of one artist and one album."""
    writer = TantivyNamesWriter(tmp_path / "d/catalogue/b1/names", settings=SearchSettings(heap_mb=32))
    writer.add(
        [
            NameRecord(Kind.ARTIST, BJORK, "Björk", "Björk", disambiguation="Icelandic\tsinger", popularity=9),
            NameRecord(Kind.RELEASE_GROUP, HOMOGENIC, "Homogenic", artist="Björk", artist_names=("Björk",)),
        ]
    )
    writer.finish()
    (tmp_path / "d/catalogue/current").write_text("b1\n")
    return tmp_path / "d"


def test_every_hit_is_a_line_that_other_programs_can_cut(linernotes: RunCommand, data: Path) -> None:
    outcome = linernotes("--data", data, "search", "bjork")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        f"100\tartist\t{BJORK}\tBjörk\t\tIcelandic singer\n"
        f"100\talbum\t{HOMOGENIC}\tHomogenic\tBjörk\t\n"
    )  # fmt: skip


def test_words_need_no_quotes(linernotes: RunCommand, data: Path) -> None:
    assert HOMOGENIC in linernotes("--data", data, "search", "bjork", "homogenic").out


def test_one_type_can_be_asked_for(linernotes: RunCommand, data: Path) -> None:
    assert "\talbum\t" not in linernotes("--data", data, "search", "--type", "artist", "bjork").out
    assert "\tartist\t" not in linernotes("--data", data, "search", "--type", "album", "bjork").out


def test_json_has_the_query_and_the_hits(linernotes: RunCommand, data: Path) -> None:
    document = json.loads(linernotes("--data", data, "search", "--json", "--limit", "1", "Homogenik").out)
    assert document["query"] == "Homogenik"
    assert [(hit["kind"], hit["name"], hit["score"]) for hit in document["hits"]] == [
        ("release-group", "Homogenic", 100)
    ]


def test_finding_nothing_is_no_failure(linernotes: RunCommand, data: Path) -> None:
    outcome = linernotes("--data", data, "search", "zappa")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "nothing found\n")
    assert json.loads(linernotes("--data", data, "search", "--json", "zappa").out)["hits"] == []


def test_without_a_catalogue_it_says_what_to_do(linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("--data", tmp_path / "none", "search", "bjork")
    assert outcome.code == 1
    assert outcome.err.startswith("error: There is no catalogue yet")
    assert "hint:" in outcome.err


def test_where_a_source_fills_the_catalogue_nobody_is_sent_for_a_dump(linernotes: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "linernotes.yaml").write_text("musicbrainz:\n  contact: you@example.org\n")
    for asked in (("search", "bjork"), ("info",)):
        outcome = linernotes("--data", tmp_path, *asked)
        assert outcome.code == 1
        assert "linernotes get" in outcome.err
        assert "import" not in outcome.err


def test_a_whole_address_is_no_path(linernotes: RunCommand) -> None:
    outcome = linernotes("get", "http://localhost:8080/v1/stats")
    assert outcome.code == 2
    assert "behind the host" in outcome.err


def test_a_search_needs_text(linernotes: RunCommand) -> None:
    assert linernotes("search").code == 2


def test_on_a_terminal_hits_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    from linernotes.cli.search import _print_table
    from linernotes.domain.names import NameHit

    _print_table([NameHit(Kind.ARTIST, BJORK, "Björk", 100, disambiguation="[singer]")])
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["score", "type", "name", "artist", "MBID"]
    assert row.split() == ["100", "artist", "Björk", "([singer])", BJORK]
