"""`linernotes acoustid`, told as a person would use it."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from linernotes.app.importing.acoustid import Loading, plan_import
from linernotes.domain.identification import FIRST_LOCAL_ID, NewSubmission, UserMetadata, key_digest
from linernotes.domain.ids import MBID
from linernotes.dumps.acoustid.files import find_files
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.values import as_words
from linernotes.ports.progress import NoProgress
from linernotes.stores.sql import STATE_FILE, SqlState, open_state
from tests.conftest import Outcome, RunCommand

Acoustid = Callable[..., Outcome]
MBID_A = "aaaaaaaa-0000-4000-8000-000000000001"
WORDS = [(7 * n * n * 2654435761) % (1 << 32) for n in range(1, 200)]
SIGNED = [word - (1 << 32) if word >> 31 else word for word in WORDS]


def at(day: int) -> dict[str, str]:
    return {"created": f"2026-11-{day:02d}T00:36:26.293056+00:00"}


def gid(number: int) -> str:
    return f"eb31d1c3-950e-468b-9e36-{number:012d}"


def lines(*rows: object) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


@pytest.fixture
def acoustid(linernotes: RunCommand) -> Acoustid:
    """Run `linernotes --data d acoustid …`."""
    return partial(linernotes, "--data", "d", "acoustid")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with two days as AcoustID publishes them."""
    folder = tmp_path / "published"
    days: dict[tuple[int, str], list[object]] = {
        (20, "track"): [{"id": 1, "gid": gid(1), **at(20)}, {"id": 2, "gid": gid(2), **at(20)}],
        (20, "fingerprint"): [{"id": 11, "fingerprint": SIGNED, "length": 200, **at(20)}],
        (20, "track_fingerprint"): [
            {"id": 11, "track_id": 1, "fingerprint_id": 11, "submission_count": 3, **at(20)}
        ],
        (20, "meta"): [{"id": 5, "track": "Hljómalind", "artist": "Sigur Rós", "year": 2007, **at(20)}],
        (20, "track_meta"): [{"id": 8, "track_id": 1, "meta_id": 5, "submission_count": 1, **at(20)}],
        (20, "track_mbid"): [{"id": 6, "track_id": 1, "mbid": MBID_A, "submission_count": 9, **at(20)}],
        (20, "track_puid"): [{"id": 7, "track_id": 2, "puid": MBID_A, "submission_count": 1, **at(20)}],
        (21, "track"): [
            {"id": 2, "gid": gid(2), "new_id": 1, **at(20), "updated": at(21)["created"]},
            {"id": 3, "gid": gid(3), **at(21)},
        ],
    }  # fmt: skip
    for (day, stream), rows in days.items():
        path = folder / f"2026/2026-11/2026-11-{day}-{stream}-update.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(lines(*rows)))
    (folder / "2026/2026-11/index.json").write_text("[]")
    return folder


def open_here(folder: Path) -> SqlState:
    return open_state(folder / "d" / STATE_FILE)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_published_days_are_loaded_and_found(acoustid: Acoustid, published: Path, tmp_path: Path) -> None:
    outcome = acoustid("import", str(published))
    assert outcome.code == 0, outcome.err
    assert "track: 4 rows\n" in outcome.out
    assert "track_mbid: 1 row\n" in outcome.out
    assert re.search(r"^loaded 8 files in [\d,]+ s$", outcome.out, re.MULTILINE)
    with closing(open_here(tmp_path)) as state:
        [found] = state.tracks.fingerprints([11])
        assert (found.track.gid, found.duration, found.packed) == (gid(1), 200, pack(as_words(WORDS)))
        assert [track and track.id for track in state.tracks.tracks([gid(2), gid(3)])] == [1, 3]
        assert [(link.mbid, link.sources) for link in state.tracks.links([1])[0]] == [(MBID_A, 9)]
        said = UserMetadata(track="Hljómalind", artist="Sigur Rós", year=2007)
        assert state.tracks.metadata([1], limit=5) == [(said,)]
        assert [line.fingerprint for line in state.change_log.changes(0, limit=9)] == [11]


def test_what_is_loaded_is_not_read_again(acoustid: Acoustid, published: Path) -> None:
    acoustid("import", str(published))
    again = json.loads(acoustid("import", str(published), "--json").out)
    assert (again["files"], again["files_loaded_before"], again["streams"]) == (0, 8, {})
    for file in published.rglob("*.gz"):
        os.utime(file, ns=(1, 1))
    assert json.loads(acoustid("import", str(published), "--json").out)["files_loaded_before"] == 8


def test_a_file_that_was_others_of_the_same_size_is_loaded_anew(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-track-update.jsonl"
    file.write_bytes(lines({"id": 1, "gid": gid(1), **at(20)}))
    acoustid("import", str(file))
    file.write_bytes(lines({"id": 2, "gid": gid(2), **at(20)}))
    os.utime(file, ns=(1, 1))
    assert json.loads(acoustid("import", str(file), "--json").out)["streams"]["track-update"]["taken"] == 1


def test_a_dry_run_reads_and_writes_nothing(acoustid: Acoustid, published: Path, tmp_path: Path) -> None:
    outcome = acoustid("import", str(published), "--dry-run")
    assert outcome.code == 0
    assert "would load 8 files" in outcome.out
    assert not (tmp_path / "d").exists()


def test_json_says_what_became_of_each_stream(acoustid: Acoustid, published: Path) -> None:
    (published / "2026-11-20-track_mood-update.jsonl.gz").write_bytes(b"")
    outcome = acoustid("import", str(published), "--json")
    told = json.loads(outcome.out)
    assert told["streams"]["track-update"] == {"rows": 4, "taken": 4, "older": 0, "bad_lines": 0}
    assert [Path(path).name for path in told["unknown"]] == ["2026-11-20-track_mood-update.jsonl.gz"]
    assert "track_mood" in outcome.err
    assert told["dry_run"] is False


def test_a_bad_line_stops_the_import_with_its_place(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-track-update.jsonl"
    file.write_bytes(lines({"id": 1, "gid": gid(1), **at(20)}, b"", b"{oops", {"id": 2, "gid": gid(2), **at(20)}))
    outcome = acoustid("import", str(file))
    assert outcome.code == 1
    assert f"{file}: line 3: this is no row of the stream" in outcome.err
    assert "--skip-bad" in outcome.err
    passed = acoustid("import", str(file), "--skip-bad")
    assert passed.code == 1
    assert f"{file}: line 3:" in passed.err
    assert "track: 2 rows, 1 bad line passed over\n" in passed.out
    assert acoustid("import", str(file)).code == 0


def test_many_bad_lines_are_not_all_printed(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-track-update.jsonl"
    file.write_bytes(b"x\n" * 50)
    outcome = acoustid("import", str(file), "--skip-bad", "--dry-run", "--json")
    assert outcome.err.count("error: ") == 21
    assert json.loads(outcome.out)["streams"]["track-update"]["bad_lines"] == 50


def test_a_file_that_is_cut_off_is_said_to_be(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-track-update.jsonl.gz"
    file.write_bytes(gzip.compress(lines({"id": 1, "gid": gid(1), **at(20)}))[:-10])
    outcome = acoustid("import", str(file))
    assert outcome.code == 1
    assert "cut off after line" in outcome.err


@pytest.mark.parametrize("name", ["nothing", "."])
def test_a_folder_without_such_files_is_refused(acoustid: Acoustid, name: str) -> None:
    outcome = acoustid("import", name)
    assert outcome.code == 1
    assert outcome.err.startswith("error: ")


class Stopped(Exception):
    """What stops an import in a test."""


class StoppingAfter(NoProgress):
    """A progress that stops the import after some batches' worth of bytes."""

    def __init__(self, size: int) -> None:
        self._left = size

    def advance(self, phase: str, amount: int) -> None:
        self._left -= amount
        if self._left < 0:
            raise Stopped


def test_an_import_that_was_stopped_goes_on_where_it_ended(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-track-update.jsonl"
    file.write_bytes(lines(*({"id": n, "gid": gid(n), **at(20)} for n in range(1, 3_001))))
    found = find_files([file]).files
    (tmp_path / "d").mkdir()
    with closing(open_here(tmp_path)) as state:
        data = state.public_data
        with pytest.raises(Stopped):
            Loading(data=data, progress=StoppingAfter(file.stat().st_size - 1), rows=1000).run(plan_import(found, data))
        [(_, mark)] = plan_import(found, data).files
        assert (mark.lines, mark.digest) == (2_000, "")
    told = json.loads(acoustid("import", str(file), "--json").out)
    assert told["streams"]["track-update"]["rows"] == 1_000
    assert json.loads(acoustid("import", str(file), "--json").out)["files_loaded_before"] == 1
    with closing(open_here(tmp_path)) as state:
        assert state.counts.totals()["track"] == 3_000


KILLED = """
import os, signal, sys
from pathlib import Path
from linernotes.app.importing.acoustid import Loading, plan_import
from linernotes.dumps.acoustid.files import find_files
from linernotes.ports.progress import NoProgress
from linernotes.stores.sql import open_state

class Killing(NoProgress):
    left = 3

    def advance(self, phase, amount):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

data = open_state(Path(sys.argv[1])).public_data
Loading(data=data, progress=Killing(), rows=700).run(plan_import(find_files([Path(sys.argv[2])]).files, data))
"""


def test_an_import_that_is_killed_loads_each_fingerprint_once(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-fingerprint-update.jsonl"
    file.write_bytes(lines(*({"id": n, "fingerprint": [n, n + 1], "length": 9, **at(20)} for n in range(1, 6_001))))
    (tmp_path / "d").mkdir()
    program = [sys.executable, "-c", KILLED, str(tmp_path / "d" / STATE_FILE), str(file)]
    assert subprocess.run(program, check=False, timeout=60).returncode == -signal.SIGKILL
    with closing(open_here(tmp_path)) as state:
        before = state.change_log.last()
        assert 0 < before < 6_000
        assert before % 700 == 0
    assert (
        json.loads(acoustid("import", str(file), "--json").out)["streams"]["fingerprint-update"]["rows"]
        == 6_000 - before
    )
    with closing(open_here(tmp_path)) as state:
        changes = state.change_log.changes(0, limit=10_000)
        assert [change.fingerprint for change in changes] == list(range(1, 6_001))


def test_a_file_that_changed_after_the_stop_begins_anew(acoustid: Acoustid, tmp_path: Path) -> None:
    file = tmp_path / "2026-11-20-track-update.jsonl"
    file.write_bytes(lines(*({"id": n, "gid": gid(n), **at(20)} for n in range(1, 3_001))))
    (tmp_path / "d").mkdir()
    with closing(open_here(tmp_path)) as state:
        data = state.public_data
        with pytest.raises(Stopped):
            Loading(data=data, progress=StoppingAfter(file.stat().st_size - 1), rows=1000).run(
                plan_import(find_files([file]).files, data)
            )
        assert [mark.lines for _, mark in plan_import(find_files([file]).files, data).files] == [2_000]
    os.utime(file, ns=(1, 1))
    assert json.loads(acoustid("import", str(file), "--json").out)["streams"]["track-update"]["rows"] == 3_000


def fill(state: SqlState) -> None:
    """Import submissions of three sorts."""
    said = [
        {"mbid": MBID(MBID_A), "metadata": UserMetadata(track="Ágætis byrjun")},
        {"puid": gid(9), "metadata": UserMetadata(track="x", track_no=2)},
        {"mbid": MBID(gid(8))},
    ]
    for number, each in enumerate(said):
        packed = pack(as_words([word ^ number for word in WORDS]))
        new = NewSubmission(account=1, application=1, packed=packed, duration=180 + number, **each)
        time = (20_000 + number) * 86_400_000 + 123
        state.submissions.add([new], now=time)
        with state.submissions.work() as work:
            [one] = work.pending(limit=1)
            track = work.new_track(now=time)
            made = work.new_fingerprint(one, track.id, now=time)
            work.link(one, track.id, now=time)
            if number == 0:
                work.count_fingerprint(made, now=time + 5 * 86_400_000)
            work.imported(one, fingerprint=made, track=track.id, now=time)


def test_an_export_that_is_imported_elsewhere_exports_as_the_same_bytes(
    acoustid: Acoustid, linernotes: RunCommand, published: Path, tmp_path: Path
) -> None:
    acoustid("import", str(published))
    with closing(open_here(tmp_path)) as state:
        fill(state)
    outcome = acoustid("export", "--out", "one")
    assert outcome.code == 0, outcome.err
    assert re.search(r"^exported \d+ rows to \d+ files in one$", outcome.out, re.MULTILINE)
    other = partial(linernotes, "--data", "other", "acoustid")
    refused = other("import", "one")
    assert refused.code == 1
    assert "--own" in refused.err
    assert other("import", "one", "--own").code == 0
    assert other("export", "--out", "two").code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert acoustid("import", "two", "--own").code == 0
    assert acoustid("export", "--out", "three").code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "three")
    with closing(open_here(tmp_path)) as here, closing(open_state(tmp_path / "other" / STATE_FILE)) as there:
        ids = [11, *range(FIRST_LOCAL_ID, FIRST_LOCAL_ID + 3)]
        assert here.tracks.fingerprints(ids) == there.tracks.fingerprints(ids)
        assert len(here.tracks.fingerprints(ids)) == 4


def test_an_export_has_a_folder_for_each_month_with_a_listing(
    acoustid: Acoustid, published: Path, tmp_path: Path
) -> None:
    acoustid("import", str(published))
    with closing(open_here(tmp_path)) as state:
        fill(state)
    told = json.loads(acoustid("export", "--out", "out", "--json").out)
    files = contents(tmp_path / "out")
    data = {name: content for name, content in files.items() if name.endswith(".gz")}
    assert (told["files"], told["bytes"]) == (len(data), sum(map(len, data.values())))
    assert {name.rpartition("/")[0] for name in files} == {"2024/2024-10", "2026/2026-11"}
    listed = json.loads(files["2026/2026-11/index.json"])
    assert listed == [
        {"name": Path(name).name, "size": len(content)} for name, content in sorted(data.items()) if "/2026-11/" in name
    ]
    again = lines(
        {"id": 2, "gid": gid(2), "new_id": 1, **at(20), "updated": at(21)["created"]},
        {"id": 3, "gid": gid(3), **at(21)},
    )
    written = gzip.decompress(data["2026/2026-11/2026-11-21-track-update.jsonl.gz"])
    assert written == again.replace(b": ", b":").replace(b", ", b",").replace(b".293056", b".293000")
    counted = gzip.decompress(data["2024/2024-10/2024-10-09-track_fingerprint-update.jsonl.gz"])
    assert json.loads(counted)["submission_count"] == 2


def test_an_export_may_be_of_some_days_or_of_what_was_made_here(
    acoustid: Acoustid, published: Path, tmp_path: Path
) -> None:
    acoustid("import", str(published))
    with closing(open_here(tmp_path)) as state:
        fill(state)

    def days(*options: str) -> set[str]:
        folder = "-".join(["out", *options])
        assert acoustid("export", "--out", folder, *options).code == 0
        return {Path(name).name[:10] for name in contents(tmp_path / folder) if name.endswith(".gz")}

    assert days("--since", "2026-11-21") == {"2026-11-21"}
    assert days("--until", "2024-10-04") == {"2024-10-04"}
    assert days("--since", "2024-10-05", "--until", "2024-10-06") == {"2024-10-05", "2024-10-06"}
    assert days("--own") == {"2024-10-04", "2024-10-05", "2024-10-06", "2024-10-09"}
    assert days("--since", "2027-01-01") == set()
    assert acoustid("export", "--out", "x", "--since", "2026-11-21", "--until", "2026-11-20").code == 2


def test_the_key_of_an_application_is_shown_once(acoustid: Acoustid, tmp_path: Path) -> None:
    outcome = acoustid("application", "add", "my player", "--version", "1.0")
    assert outcome.code == 0, outcome.err
    key = outcome.out.strip()
    assert re.fullmatch(r"[A-Za-z0-9]{10}", key)
    assert outcome.err.startswith("Keep it: only its hash is stored")
    for file in (tmp_path / "d").iterdir():
        assert key.encode() not in file.read_bytes()
    with closing(open_here(tmp_path)) as state:
        kept = state.clients.application(key_digest(key))
        assert kept is not None
        assert (kept.name, kept.version, kept.active) == ("my player", "1.0", True)
    listing = acoustid("application", "list")
    assert re.fullmatch(r"1\tmy player\t1.0\tyes\t\S+\n", listing.out)
    assert key not in acoustid("application", "list", "--json").out


def test_an_application_is_switched_off_and_on(acoustid: Acoustid) -> None:
    made = json.loads(acoustid("application", "add", "a", "--json").out)
    assert (made["id"], made["name"], made["active"]) == (1, "a", True)
    assert len(made["key"]) == 10
    assert acoustid("application", "disable", "1").out == "switched off 1\n"
    assert json.loads(acoustid("application", "list", "--json").out)["applications"][0]["active"] is False
    assert json.loads(acoustid("application", "enable", "1", "--json").out) == {"id": 1, "active": True}
    assert json.loads(acoustid("application", "list", "--json").out)["applications"][0]["active"] is True
    missing = acoustid("application", "disable", "9")
    assert missing.code == 1
    assert "application list" in missing.err


def test_an_account_gets_another_key(acoustid: Acoustid, tmp_path: Path) -> None:
    first = acoustid("account", "add", "me").out.strip()
    second = acoustid("account", "new-key", "1").out.strip()
    assert first != second
    with closing(open_here(tmp_path)) as state:
        assert state.clients.account(key_digest(first)) is None
        kept = state.clients.account(key_digest(second))
        assert kept is not None
        assert kept.name == "me"
    assert re.fullmatch(r"1\tme\t\t0\t\S+\n", acoustid("account", "list").out)
    assert "account list" in acoustid("account", "new-key", "5").err
    renewed = json.loads(acoustid("application", "add", "x", "--json").out)
    assert json.loads(acoustid("application", "new-key", str(renewed["id"]), "--json").out)["key"] != renewed["key"]


@pytest.mark.parametrize("what", ["application", "account"])
def test_there_may_be_none_and_a_name_must_not_be_empty(acoustid: Acoustid, what: str) -> None:
    assert acoustid(what, "list").err == f"there are no {what}s\n"
    assert json.loads(acoustid(what, "list", "--json").out) == {f"{what}s": []}
    assert acoustid(what, "add", " ").code == 1
    assert acoustid(what, "add").code == 2
