"""A build on the disk: opened whole, read by many threads, readable after its folder is gone, refused when damaged."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.stores.sqlite.catalogue import open_catalogue
from linernotes.stores.sqlite.schema import FILES, FORMAT_FILE, path_of
from tests.contracts.catalogues import sqlite
from tests.contracts.world import ALPHA, FULL, WORLD


@pytest.fixture
def build(tmp_path):
    folder = tmp_path / "build"
    folder.mkdir()
    sqlite(WORLD, folder).close()
    return folder


def test_a_removed_build_is_still_read_by_threads_that_come_later(build):
    with closing(open_catalogue(build)) as catalogue:
        shutil.rmtree(build)
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _: catalogue.artists([ALPHA.mbid]), range(200)))
    assert found == [[ALPHA]] * 200


def test_many_threads_read_at_once(build):
    with closing(open_catalogue(build)) as catalogue, ThreadPoolExecutor(8) as threads:
        wanted = catalogue.releases_of([FULL.mbid])
        assert wanted[0]
        assert all(found == wanted for found in threads.map(lambda _: catalogue.releases_of([FULL.mbid]), range(300)))


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_unavailable(build, file):
    path_of(build, file).unlink()
    with pytest.raises(Unavailable):
        open_catalogue(build)


def test_a_file_that_is_no_database_is_corrupt(build):
    path_of(build, "albums").write_bytes(b"hello" * 1000)
    with pytest.raises(Corrupt, match="damaged"):
        open_catalogue(build)


def test_damaged_pages_are_an_error_and_never_another_answer(build):
    path = path_of(build, "artists")
    content = bytearray(path.read_bytes())
    content[len(content) // 4 :] = b"\xff" * (len(content) - len(content) // 4)
    path.write_bytes(content)
    with pytest.raises((Corrupt, Unavailable)), closing(open_catalogue(build)) as catalogue:
        assert catalogue.artists([one.mbid for one in WORLD.artists])


@pytest.mark.parametrize("text", ["2", "", "x"])
def test_a_build_of_another_format_asks_for_an_import(build, text):
    (build / FORMAT_FILE).write_text(text)
    with pytest.raises(Unavailable, match="format") as caught:
        open_catalogue(build)
    assert "linernotes import" in caught.value.hint


def test_a_folder_without_a_build_asks_for_an_import(tmp_path):
    with pytest.raises(Unavailable) as caught:
        open_catalogue(tmp_path)
    assert "linernotes import" in caught.value.hint
