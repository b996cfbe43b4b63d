"""`linernotes index verify` and `repair`: damage is found, what is sound goes on, and what is lost is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import make_update
from tests.conftest import Outcome, RunCommand

Documents = dict[int, list[int]]
COMMITS = 40
# So many that the ids of a segment lie in another block than its first postings, and are verified apart.
HASHES = 300


class Built(NamedTuple):
    """An index in a folder, the documents it has, and those that each segment and the logs have of them."""

    folder: Path
    path: Path
    documents: Documents
    saved: Documents


def build(folder: Path, *, seed: int, buffer: int = 100_000) -> Built:
    """Make an index of several segments with dead documents, and a log whose commits no segment has.

    Small buffers make more segments, and several logs.
    """
    random = Random(seed)
    documents: Documents = {}
    with Indexes.open(folder, settings=IndexSettings(flush_postings=buffer, flush_seconds=0)) as indexes:
        index = indexes.create("main")
        for commit in range(COMMITS):
            changed = {
                random.randrange(1, 400): [random.getrandbits(28) << 4 for _ in range(HASHES)] for _ in range(12)
            }
            gone = random.sample(sorted(documents), min(2, len(documents)))
            index.update(make_update(changed.items(), gone, metadata={"commit": str(commit + 1)}))
            documents.update(changed)
            for id_ in gone:
                documents.pop(id_, None)
            if commit % 7 == 6:
                index.flush()
                saved = dict(documents)
    return Built(folder, folder / "main" / "1", documents, saved)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return build(tmp_path / "x", seed=1)


@pytest.fixture
def index(linernotes: RunCommand, built: Built) -> Callable[..., Outcome]:
    """`linernotes index` on the folder."""

    def call(*args: object) -> Outcome:
        return linernotes("index", *args, "--dir", built.folder)

    return call


def found(index: Callable[..., Outcome]) -> Documents:
    outcome = index("export")
    assert (outcome.code, outcome.err) == (0, "")
    return {row["id"]: row["hashes"] for row in map(json.loads, outcome.out.splitlines())}


def sort(documents: Documents) -> Documents:
    return {id_: sorted(hashes) for id_, hashes in documents.items()}


def flip(path: Path, place: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 4
    path.write_bytes(data)


def segments(built: Built) -> list[Path]:
    return sorted(built.path.glob("*.seg"))


def logs(built: Built) -> list[Path]:
    return sorted(built.path.glob("*.log"))


def lost_ids(built: Built) -> set[int]:
    path = built.folder / "main" / "lost-ids.txt"
    return set(map(int, path.read_text().split())) if path.exists() else set()


def repaired(index: Callable[..., Outcome]) -> dict[str, object]:
    """Repair, after a dry run that says the same and changes nothing; what is left is sound then."""
    planned = json.loads(index("repair", "--dry-run", "--json", "--quiet").out)
    assert index("verify", "--quiet").code == 1
    outcome = index("repair", "--json", "--quiet")
    assert outcome.code == 0
    told: dict[str, object] = json.loads(outcome.out)
    assert {**planned, "dry_run": False} == told
    assert index("verify", "--quiet") == Outcome(0, "main: sound\n", "")
    assert index("repair", "--quiet").out == "main: sound, nothing to repair\n"
    return told


def test_a_sound_index_is_left_as_it_is(index: Callable[..., Outcome], built: Built) -> None:
    before = {path: path.read_bytes() for path in built.path.iterdir()}
    assert index("verify", "--quiet") == Outcome(0, "main: sound\n", "")
    assert index("repair", "--quiet").out == "main: sound, nothing to repair\n"
    assert {path: path.read_bytes() for path in built.path.iterdir()} == before
    assert found(index) == sort(built.documents)


def test_any_flipped_bit_of_a_segment_is_found(index: Callable[..., Outcome], built: Built) -> None:
    for path in segments(built):
        whole = path.read_bytes()
        for place in (0.0, 0.2, 0.5, 0.8, 0.99, 0.9965, 1.0):
            flip(path, place)
            outcome = index("verify", "--quiet")
            assert outcome.code == 1
            assert f"main: {path.name}: {path.name} is damaged" in outcome.out
            assert outcome.err.startswith("hint: See what is lost: linernotes index repair main --dir /")
            path.write_bytes(whole)
    assert index("verify", "--quiet").code == 0


def test_a_damaged_segment_gives_way_and_the_ids_that_it_had_are_kept(
    index: Callable[..., Outcome], built: Built
) -> None:
    path = segments(built)[0]
    flip(path, 0.0)
    damaged = path.read_bytes()
    told = repaired(index)
    left = found(index)
    assert left == {id_: hashes for id_, hashes in sort(built.documents).items() if id_ not in lost_ids(built)}
    assert lost_ids(built) == built.documents.keys() - left.keys()
    assert (told["lost_ids"], told["lost_without_id"]) == (len(lost_ids(built)), 0)
    assert (built.folder / "main" / f"{path.name}.damaged").read_bytes() == damaged


@pytest.mark.parametrize("damage", ["short", "empty", "missing", "footer"])
def test_of_a_segment_without_readable_ids_the_documents_are_counted(
    index: Callable[..., Outcome], built: Built, damage: str
) -> None:
    path = segments(built)[1]
    if damage == "missing":
        path.unlink()
    elif damage == "footer":
        path.write_bytes(path.read_bytes()[:-512] + bytes(512))
    else:
        path.write_bytes(path.read_bytes()[: 1000 if damage == "short" else 0])
    told = repaired(index)
    left, wanted = found(index), sort(built.documents)
    assert left.items() <= wanted.items()
    assert 0 < len(wanted) - len(left) <= int(str(told["lost_without_id"]))
    assert lost_ids(built) == set()


def test_what_was_lost_can_be_loaded_again(index: Callable[..., Outcome], built: Built, tmp_path: Path) -> None:
    index("export", "--output", tmp_path / "all.jsonl", "--quiet")
    flip(segments(built)[0], 0.0)
    repaired(index)
    index("import", tmp_path / "all.jsonl", "--skip-existing", "--quiet")
    assert found(index) == sort(built.documents)


@pytest.mark.parametrize("damage", ["missing", "flipped"])
def test_without_a_list_of_the_dead_what_is_newer_still_counts(
    index: Callable[..., Outcome], built: Built, damage: str
) -> None:
    path = min(built.path.glob("*.dead-*"))
    if damage == "missing":
        path.unlink()
    else:
        flip(path)
    told = repaired(index)
    left, wanted = found(index), sort(built.documents)
    assert {id_: left.get(id_) for id_ in wanted} == wanted
    assert lost_ids(built) == set()
    assert any("may be back" in sentence for sentence in told["lost"])  # type: ignore[attr-defined]


def test_a_log_is_cut_at_its_last_good_record(index: Callable[..., Outcome], built: Built) -> None:
    [path] = logs(built)
    flip(path, 0.5)
    damaged = path.read_bytes()
    told = repaired(index)
    stats = json.loads(index("stats", "main", "--json").out)["indexes"][0]
    assert COMMITS - 5 <= stats["version"] < COMMITS
    assert stats["metadata"] == {"commit": str(stats["version"])}
    assert told["lost"][0].startswith(f"What was committed after version {stats['version']} is lost")  # type: ignore[index]
    assert (built.folder / "main" / f"{path.name}.damaged").read_bytes() == damaged
    assert path.read_bytes() == damaged[: path.stat().st_size]


def test_a_missing_log_costs_what_was_in_it_alone(index: Callable[..., Outcome], built: Built) -> None:
    logs(built)[0].unlink()
    repaired(index)
    left = found(index)
    # Who was replaced or deleted in the log is dead in the segments already or not: either is said.
    assert left.items() <= sort(built.saved).items()
    with Indexes.open(built.folder) as indexes:
        assert indexes.get("main").version == COMMITS - COMMITS % 7
        assert indexes.get("main").update(make_update([(1, [2])])) == COMMITS - COMMITS % 7 + 1


@pytest.mark.parametrize("damage", ["missing", "flipped", "short", "empty"])
def test_a_manifest_is_written_anew_from_what_is_there(
    index: Callable[..., Outcome], built: Built, damage: str
) -> None:
    path = built.path / "manifest"
    if damage == "missing":
        path.unlink()
    elif damage == "flipped":
        flip(path)
    else:
        path.write_bytes(path.read_bytes()[: 30 if damage == "short" else 0])
    told = repaired(index)
    assert found(index) == sort(built.documents)
    stats = json.loads(index("stats", "main", "--json").out)["indexes"][0]
    assert (stats["version"], stats["metadata"]) == (COMMITS, {"commit": str(COMMITS)})
    assert told["lost"][0].startswith("The manifest is lost.")  # type: ignore[index]


def test_a_manifest_is_written_anew_beside_files_that_a_merge_left(
    index: Callable[..., Outcome], built: Built, tmp_path: Path
) -> None:
    shutil.copytree(built.path, tmp_path / "before")
    with Indexes.open(built.folder) as indexes:
        indexes.get("main").merge()
        indexes.get("main").update(make_update([], [next(iter(built.documents))]))
        indexes.get("main").update(make_update([(399, [7])]))
        indexes.get("main").flush()
    for path in (tmp_path / "before").iterdir():
        if not (built.path / path.name).exists():
            shutil.copy(path, built.path)
    (built.path / "manifest").unlink()
    repaired(index)
    want = {**sort(built.documents), 399: [7]}
    want.pop(next(iter(built.documents)))
    assert found(index) == want


def test_a_merged_segment_that_is_damaged_is_made_up_for_by_what_it_was_merged_from(
    index: Callable[..., Outcome], built: Built, tmp_path: Path
) -> None:
    shutil.copytree(built.path, tmp_path / "before")
    with Indexes.open(built.folder) as indexes:
        indexes.get("main").merge()
    for path in (tmp_path / "before").iterdir():
        if not (built.path / path.name).exists():
            shutil.copy(path, built.path)
    flip(max(segments(built)), 0.0)
    (built.path / "manifest").unlink()
    repaired(index)
    assert found(index) == sort(built.documents)
    assert lost_ids(built) == set()


def test_several_damages_at_once_are_survived(linernotes: RunCommand, tmp_path: Path) -> None:
    for seed in range(12):
        built = build(tmp_path / str(seed), seed=seed, buffer=[5000, 100_000][seed % 2])
        random = Random(seed)
        for path in random.sample(sorted(built.path.iterdir()), 3):
            if random.random() < 0.2:
                path.unlink()
            else:
                flip(path, random.random())

        def index(*args: object, built: Built = built) -> Outcome:
            return linernotes("index", *args, "--dir", built.folder)

        repaired(index)
        left = found(index)
        assert len(left) <= 400
        index("merge", "--quiet")
        assert found(index) == left


def test_an_earlier_repair_s_files_stay(index: Callable[..., Outcome], built: Built) -> None:
    name = segments(built)[0].name
    (built.folder / "main" / f"{name}.damaged").write_text("earlier")
    (built.folder / "main" / "lost-ids.txt").write_text("4294967295\n")
    flip(segments(built)[0], 0.0)
    repaired(index)
    assert (built.folder / "main" / f"{name}.damaged").read_text() == "earlier"
    assert (built.folder / "main" / f"{name}.1.damaged").exists()
    assert 4294967295 in lost_ids(built)
    assert len(lost_ids(built)) > 1


def test_which_generation_is_live_can_be_found_again(index: Callable[..., Outcome], built: Built) -> None:
    for damage in ("flipped", "missing"):
        current = built.folder / "main" / "current"
        if damage == "flipped":
            flip(current)
        else:
            current.unlink()
        assert "main: main/current: " in index("verify", "--quiet").out
        assert index("stats").code == 1
        told = json.loads(index("repair", "--json", "--quiet").out)
        assert told["lost"] == ["Which generation is live was lost: the newest is taken, if it was deleted or not."]
        assert found(index) == sort(built.documents)


def test_an_index_of_a_newer_version_is_left_alone(index: Callable[..., Outcome], built: Built) -> None:
    import msgspec

    from linernotes.fingerprint.index import manifest
    from linernotes.fingerprint.index.folder import FolderDirectory

    directory = FolderDirectory(built.path)
    newer = manifest.encode(msgspec.structs.replace(manifest.load(directory), format=99))
    directory.replace("manifest", newer)
    for command in ("verify", "repair"):
        outcome = index(command, "--quiet")
        assert outcome.code == 1
        assert "written by a newer version" in outcome.err
    assert (built.path / "manifest").read_bytes() == newer


def test_a_repair_that_was_broken_off_is_finished_by_the_next(built: Built, index: Callable[..., Outcome]) -> None:
    from linernotes.fingerprint.index.folder import FolderDirectory
    from linernotes.fingerprint.index.mending import carry_out
    from linernotes.fingerprint.index.repair import plan_repair

    flip(segments(built)[0], 0.0)
    plan = plan_repair(FolderDirectory(built.path))
    assert plan is not None
    aside = built.folder / "main"
    manifest = built.path / "manifest"
    before = manifest.read_bytes()
    damaged = segments(built)[0].read_bytes()
    name = segments(built)[0]
    carry_out(plan, folder=built.path, aside=aside)
    # As if it had ended before the manifest was there.
    manifest.write_bytes(before)
    name.write_bytes(damaged)
    repaired(index)
    assert found(index) == {id_: each for id_, each in sort(built.documents).items() if id_ not in lost_ids(built)}
