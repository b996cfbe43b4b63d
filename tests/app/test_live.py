"""A new build is taken over when it is whole, and one that cannot be opened never displaces one that works."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from linernotes.app.builds import FolderBuilds
from linernotes.app.live import LOOKS_BETWEEN_TRIES, LiveCatalogue
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.ports.build import Build
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.web.leases import Leases


class Closing(MemoryCatalogue):
    """Remembers that it was closed."""

    def __init__(self, info: BuildInfo, closed: list[str]) -> None:
        super().__init__(info=info)
        self.closed = closed

    def close(self) -> None:
        self.closed.append(self.info().build_id)


class Folder:
    """A catalogue folder as an importer leaves it, and the watcher under test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.builds = BuildFolder(path.parent)
        self.closed: list[str] = []
        self.opened: list[str] = []
        self.while_opening: Callable[[], None] = lambda: None
        self.leases = Leases()
        self.live = LiveCatalogue(builds=FolderBuilds(folder=self.builds, open_build=self._open), leases=self.leases)

    def write(self, build_id: str) -> None:
        (self.path / build_id).mkdir(parents=True)
        info = BuildInfo(build_id, 1, 1, 31, None, "2026-01-01", None, ())
        (self.path / build_id / "build.json").write_bytes(msgspec.json.encode(info))

    def point(self, text: str) -> None:
        self.path.mkdir(exist_ok=True)
        partial = self.path / "current.partial"
        partial.write_text(text)
        partial.replace(self.path / "current")

    def publish(self, build_id: str) -> None:
        self.write(build_id)
        self.point(build_id)

    def look(self) -> str:
        self.live.look()
        return self.live.current().catalogue.info().build_id

    def _open(self, path: Path) -> Build:
        self.opened.append(path.name)
        self.while_opening()
        try:
            info = msgspec.json.decode((path / "build.json").read_bytes(), type=BuildInfo)
        except (OSError, msgspec.DecodeError) as exc:
            raise Corrupt(f"cannot open {path.name}") from exc
        return Build(Closing(info, self.closed), None)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "catalogue")


def test_without_a_catalogue_there_is_a_hint(folder: Folder) -> None:
    folder.live.look()
    with pytest.raises(Unavailable) as caught:
        folder.live.current()
    assert "linernotes import" in caught.value.hint
    assert folder.live.failure is None
    assert folder.builds.info() is None


def test_the_first_build_is_served_as_soon_as_it_is_there(folder: Folder) -> None:
    folder.live.look()
    folder.publish("one")
    assert folder.look() == "one"
    assert folder.builds.info() == folder.live.current().catalogue.info()


def test_the_same_object_is_given_out_until_another_build_is_published(folder: Folder) -> None:
    folder.publish("one")
    folder.look()
    first = folder.live.current()
    folder.point("one")
    folder.look()
    assert folder.live.current() is first
    assert folder.opened == ["one"]
    folder.publish("two")
    assert folder.look() == "two"
    assert folder.closed == ["one"]


def test_a_request_keeps_the_build_it_began_with(folder: Folder) -> None:
    folder.publish("one")
    folder.look()
    request = folder.leases.enter()
    folder.publish("two")
    shutil.rmtree(folder.path / "one")
    assert folder.look() == "two"
    assert folder.closed == []
    folder.leases.leave(request)
    assert folder.closed == ["one"]


def test_a_build_that_cannot_be_opened_leaves_the_old_one_serving(folder: Folder) -> None:
    folder.publish("one")
    folder.look()
    folder.point("broken")
    assert folder.look() == "one"
    assert isinstance(folder.live.failure, Corrupt)
    folder.publish("two")
    assert folder.look() == "two"
    assert folder.live.failure is None


def test_a_fault_that_nobody_expected_does_not_stop_the_watching(folder: Folder) -> None:
    folder.publish("one")
    folder.look()

    def fail() -> None:
        folder.while_opening = lambda: None
        raise ZeroDivisionError

    folder.while_opening = fail
    folder.publish("two")
    assert folder.look() == "one"
    assert isinstance(folder.live.failure, Unavailable)
    folder.publish("three")
    assert folder.look() == "three"


def test_what_could_not_be_opened_is_tried_again_after_a_while(folder: Folder) -> None:
    folder.point("late")
    for _ in range(LOOKS_BETWEEN_TRIES):
        folder.live.look()
    assert folder.opened == ["late"]
    folder.write("late")
    assert folder.look() == "late"


def test_a_build_removed_while_it_is_opened_is_replaced_by_its_successor(folder: Folder) -> None:
    folder.publish("one")

    def import_another() -> None:
        folder.while_opening = lambda: None
        shutil.rmtree(folder.path / "one")
        folder.publish("two")

    folder.while_opening = import_another
    assert folder.look() == "two"
    assert folder.opened == ["one", "two"]


def test_a_catalogue_whose_pointer_is_gone_is_served_on(folder: Folder) -> None:
    folder.publish("one")
    folder.look()
    (folder.path / "current").unlink()
    assert folder.look() == "one"
    assert folder.live.failure is not None


@pytest.mark.parametrize("text", ["", "../elsewhere", "a/b", ".hidden", "a b", "x" * 200, "ünï"])
def test_a_pointer_that_names_no_build_is_corrupt(folder: Folder, text: str) -> None:
    folder.point(text)
    with pytest.raises(Corrupt):
        folder.builds.live_id()
    folder.live.look()
    assert isinstance(folder.live.failure, Corrupt)


def test_closing_lets_go_of_the_build(folder: Folder) -> None:
    folder.publish("one")
    folder.look()
    folder.live.close()
    assert folder.closed == ["one"]
