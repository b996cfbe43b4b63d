"""`linernotes index`: making, loading, asking and writing out indexes, told as a person would use them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.fingerprint import codec
from linernotes.fingerprint.extract import extract
from linernotes.fingerprint.index.exchange import LONGEST_LINE, read_line
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.index.values import make_update
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import as_words
from tests.conftest import Outcome, RunCommand
from tests.fingerprint import sounds

Documents = dict[int, list[int]]


def made_up(count: int, *, seed: int = 0, most: int = 40) -> Documents:
    """Documents with hashes that others have too and that one has twice, and with none at all."""
    random = Random(seed)
    return {
        random.randrange(1, 1 << 32): [
            random.choice([7, random.getrandbits(28) << 4]) for _ in range(random.randrange(most))
        ]
        for _ in range(count)
    }


def write(path: Path, documents: Documents) -> Path:
    path.write_text("".join(json.dumps({"id": id_, "hashes": hashes}) + "\n" for id_, hashes in documents.items()))
    return path


def read(text: str) -> Documents:
    return {row["id"]: row["hashes"] for row in map(json.loads, text.splitlines())}


def in_order(documents: Documents) -> Documents:
    return {id_: sorted(hashes) for id_, hashes in sorted(documents.items())}


@pytest.fixture
def index(linernotes: RunCommand, tmp_path: Path) -> RunCommand:
    """`linernotes index` on a data folder of its own."""

    def call(*args: object) -> Outcome:
        return linernotes("--data", tmp_path / "d", "index", *args)

    return call


def test_an_index_is_made_once_and_deleted_once(index: RunCommand, tmp_path: Path) -> None:
    assert index("create", "a", "--dry-run").out == f"would create a in {tmp_path}/d/fingerprints\n"
    assert not (tmp_path / "d").exists()
    assert index("create", "a") == Outcome(0, f"created a in {tmp_path}/d/fingerprints\n", "")
    assert index("create", "a").out == "a is there already\n"
    assert json.loads(index("create", "b", "--json").out) == {"name": "b", "created": True, "dry_run": False}
    assert index("delete", "a", "--dry-run").out == "would delete a\n"
    assert index("delete", "a").out == "deleted a\n"
    gone = index("delete", "a")
    assert (gone.code, gone.err.splitlines()[0]) == (1, "error: There is no index a.")
    assert index("stats").out == "b: 0 documents, 0 postings, 0 parts, 0 bytes, version 0\n"


@pytest.mark.parametrize(
    "args",
    [
        ("create", "a/b"),
        ("create", ""),
        ("stats", "nothing"),
        ("export", "nothing"),
        ("search", "--hashes", "1"),
        ("verify", "nothing"),
        ("repair", "nothing"),
        ("repair", "../x"),
        ("merge", "nothing"),
        ("search", "--hashes", "1,x"),
        ("search", "--hashes", "4294967296"),
        ("search", "--fingerprint", "nonsense"),
        ("search", "missing.flac"),
        ("import", "missing.jsonl"),
    ],
)
def test_what_is_wrong_is_one_line_and_the_exit_code_is_1(index: RunCommand, args: tuple[str, ...]) -> None:
    index("create", "other")
    outcome = index(*args)
    assert outcome.code == 1
    assert outcome.err.startswith("error: ")
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) <= 2


def test_a_folder_that_is_only_read_is_not_made(index: RunCommand, tmp_path: Path) -> None:
    for args in (("stats",), ("verify",), ("export",), ("repair",), ("merge",), ("delete", "a")):
        outcome = index(*args)
        assert (outcome.code, outcome.err.splitlines()[0]) == (
            1,
            f"error: There is no folder {tmp_path}/d/fingerprints.",
        )
    assert not (tmp_path / "d").exists()


def test_documents_come_back_as_they_were_by_rising_id(index: RunCommand, tmp_path: Path) -> None:
    documents = made_up(300)
    loaded = index("import", write(tmp_path / "in.jsonl", documents))
    postings = sum(map(len, documents.values()))
    assert (loaded.code, loaded.out) == (0, f"imported 300 documents with {postings:,} postings into main\n")
    assert "in.jsonl" in loaded.err
    found = index("export")
    assert found.err == ""
    assert list(read(found.out).items()) == list(in_order(documents).items())


def test_a_rewritten_index_is_the_same_whatever_became_of_its_documents(index: RunCommand, tmp_path: Path) -> None:
    first, second = made_up(200, seed=1), made_up(200, seed=2)
    again = {id_: [1, 1, 2] for id_ in list(first)[:50]}
    gone = list(first)[50:60]
    index("import", write(tmp_path / "1", first), "--quiet")
    index("import", write(tmp_path / "2", {**second, **again}), "--quiet")
    with Indexes.open(tmp_path / "d/fingerprints") as indexes:
        indexes.get("main").update(make_update([(5, [3])], gone))
    want = in_order({id_: hashes for id_, hashes in {**first, **second, **again, 5: [3]}.items() if id_ not in gone})
    assert read(index("export").out) == want
    assert index("merge", "--quiet").out.startswith("main: merged 3 parts into 1, ")
    assert read(index("export").out) == want
    told = json.loads(index("stats", "main", "--json").out)["indexes"][0]
    assert (told["documents"], told["parts"]) == (len(want), 1)
    assert told["postings"] == sum(map(len, want.values()))


def test_gzip_is_known_by_its_content_and_written_by_its_name(index: RunCommand, tmp_path: Path) -> None:
    documents = made_up(50)
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(write(tmp_path / "plain", documents).read_bytes()))
    index("import", packed, "--name", "a")
    told = json.loads(index("export", "a", "--output", "out.gz", "--json").out)
    assert (told["documents"], told["output"]) == (50, "out.gz")
    assert read(gzip.decompress((tmp_path / "out.gz").read_bytes()).decode()) == in_order(documents)
    refused = index("export", "a", "--output", "out.gz")
    assert (refused.code, refused.err.splitlines()[0]) == (1, "error: out.gz is there already.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d", "out.gz", "packed", "plain"]


def test_a_gzip_file_that_is_cut_short_is_no_end(index: RunCommand, tmp_path: Path) -> None:
    data = gzip.compress(write(tmp_path / "plain", made_up(500)).read_bytes())
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    outcome = index("import", "cut", "--quiet")
    assert outcome.code == 1
    assert "cut: The compressed data is damaged after line" in outcome.err


def test_standard_input_is_read(tmp_path: Path) -> None:
    documents = made_up(20)
    program = [sys.executable, "-m", "linernotes", "index", "import", "-", "--dir", tmp_path / "x", "--quiet"]
    done = subprocess.run(
        program, input=write(tmp_path / "in", documents).read_bytes(), capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    with Indexes.open(tmp_path / "x", read_only=True) as indexes:
        assert indexes.get("main").stats().documents == 20


def test_a_fingerprint_becomes_what_acoustid_indexes(index: RunCommand, tmp_path: Path) -> None:
    random = Random(3)
    words = as_words([random.getrandbits(32) for _ in range(900)])
    (tmp_path / "in").write_text(json.dumps({"id": 9, "fingerprint": codec.encode(words), "duration": 111}))
    index("import", "in", "--quiet")
    assert read(index("export").out) == {9: sorted(extract_query(words).tolist())}
    assert index("search", "--fingerprint", codec.encode(words)).out == "9\t120\n"
    told = json.loads(index("search", "--fingerprint", codec.encode(words), "--json").out)
    assert told == {"hashes": 120, "hits": [{"id": 9, "score": 120}]}


def test_hashes_are_looked_for_as_they_are(index: RunCommand, tmp_path: Path) -> None:
    index("import", write(tmp_path / "in", {1: [1, 2, 3], 2: [2, 3, 4294967295], 3: [9]}), "--quiet")
    assert index("search", "--hashes", "2,3,-1").out == "2\t3\n1\t2\n"
    assert index("search", "--hashes", "2,3,-1", "--limit", 1).out == "2\t3\n"
    assert index("search", "--hashes", "2 3 4294967295", "--min-score", 3).out == "2\t3\n"
    assert index("search", "--hashes", "8") == Outcome(0, "", "no hits\n")


def test_what_to_look_for_is_said_once(index: RunCommand) -> None:
    assert index("search").code == 2
    assert index("search", "x.flac", "--hashes", "1").code == 2
    assert index("export", "--json").code == 2


def test_a_document_is_replaced_or_passed_over(index: RunCommand, tmp_path: Path) -> None:
    index("import", write(tmp_path / "1", {1: [1], 2: [2]}), "--quiet")
    more = write(tmp_path / "2", {2: [22], 3: [3]})
    told = json.loads(index("import", more, "--skip-existing", "--json", "--quiet").out)
    assert (told["documents"], told["skipped"]) == (1, 1)
    assert read(index("export").out) == {1: [1], 2: [2], 3: [3]}
    index("import", more, "--quiet")
    assert read(index("export").out) == {1: [1], 2: [22], 3: [3]}


def test_of_lines_with_one_id_the_last_counts_or_with_skip_existing_the_first(
    index: RunCommand, tmp_path: Path
) -> None:
    (tmp_path / "in").write_text('{"id":1,"hashes":[1]}\n{"id":1,"hashes":[2]}\n')
    index("import", "in", "--quiet")
    index("import", "in", "--quiet", "--skip-existing", "--name", "other")
    assert read(index("export").out) == {1: [2]}
    assert read(index("export", "other").out) == {1: [1]}


def test_a_dry_run_reads_and_writes_nothing(index: RunCommand, tmp_path: Path) -> None:
    outcome = index("import", write(tmp_path / "in", made_up(5, most=1)), "--dry-run", "--quiet")
    assert outcome.out == "would import 5 documents with 0 postings into main\n"
    assert not (tmp_path / "d").exists()


BAD = [
    b"{",
    b"[]",
    b'{"id": 1}',
    b'{"id": 0, "hashes": []}',
    b'{"id": 4294967296, "hashes": []}',
    b'{"id": true, "hashes": []}',
    b'{"id": 1, "hashes": [4294967296]}',
    b'{"id": 1, "hashes": [-2147483649]}',
    b'{"id": 1, "hashes": [1.5]}',
    b'{"id": 1, "hashes": "1"}',
    b'{"id": 1, "hashes": [], "fingerprint": "AQAA"}',
    b'{"id": 1, "fingerprint": "*"}',
    b'{"id": 1, "fingerprint": "AQAAE\xc3\xa9"}',
    b'{"id": 1, "hashes": [99999999999999999999999999]}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"id": 1, "hashes": [' + b"1," * (LONGEST_LINE // 2) + b"1]}",
]


@pytest.mark.parametrize("line", BAD, ids=range(len(BAD)))
def test_a_bad_line_is_named_by_its_number(index: RunCommand, tmp_path: Path, line: bytes) -> None:
    (tmp_path / "in").write_bytes(b'{"id":5,"hashes":[5]}\n\n' + line + b'\n{"id":6,"hashes":[6]}\n')
    outcome = index("import", "in", "--quiet")
    assert outcome.code == 1
    assert outcome.err.startswith("error: in: line 3: ")
    outcome = index("import", "in", "--quiet", "--keep-going", "--json")
    assert (outcome.code, outcome.err.startswith("error: in: line 3: ")) == (1, True)
    told = json.loads(outcome.out)
    assert (told["documents"], told["bad_lines"]) == (2, 1)
    assert read(index("export").out) == {5: [5], 6: [6]}


def test_after_many_bad_lines_they_are_only_counted(index: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("x\n" * 100)
    outcome = index("import", "in", "--quiet", "--keep-going")
    assert outcome.out == "imported 0 documents with 0 postings into main, 100 bad lines passed over\n"
    assert len(outcome.err.splitlines()) == 21


@given(st.one_of(st.binary(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("AQAAEwmVJEkS"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "hashes", "fingerprint", "x"]), inner),
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_line_is_a_document_or_invalid(line: bytes) -> None:
    try:
        id_, hashes = read_line(line)
    except Invalid:
        return
    update = make_update([(id_, hashes)])
    assert update.fault() == ""


def test_what_reads_works_beside_a_writer_and_what_writes_is_refused(index: RunCommand, tmp_path: Path) -> None:
    index("import", write(tmp_path / "in", {1: [1, 2], 2: [2]}), "--quiet")
    with Indexes.open(tmp_path / "d/fingerprints") as indexes:
        indexes.get("main").update(make_update([(3, [1])]))
        assert index("search", "--hashes", "1").out == "1\t1\n3\t1\n"
        assert index("stats").out.startswith("main: 3 documents, 4 postings, 2 parts, ")
        assert read(index("export").out) == {1: [1, 2], 2: [2], 3: [1]}
        assert index("verify", "--quiet").out == "main: sound\n"
        assert index("repair", "--dry-run", "--quiet").out == "main: sound, nothing to repair\n"
        for args in (("create", "x"), ("import", "in"), ("merge",), ("repair",), ("delete", "main")):
            outcome = index(*args, *(["--quiet"] if args[0] not in {"create", "delete"} else []))
            assert outcome.code == 1
            assert outcome.err.startswith("error: Another process has the indexes in ")


def test_metadata_is_shown_without_what_a_terminal_would_obey(index: RunCommand, tmp_path: Path) -> None:
    index("create", "main")
    with Indexes.open(tmp_path / "d/fingerprints") as indexes:
        indexes.get("main").update(make_update(metadata={"source": "a\x1b[2Jb"}))
    assert index("stats").out.splitlines()[1] == "  source = a\\x1b[2Jb"


def test_an_audio_file_is_looked_for_by_its_sound(index: RunCommand, tmp_path: Path) -> None:
    song = sounds.write(tmp_path / "song.wav", sounds.melody(40, seed=5))
    hashes = extract_query(extract(song).words)
    with Indexes.open(tmp_path / "x") as indexes:
        indexes.create("main").update(make_update([(7, hashes), (8, [1, 2])]))
    assert index("search", song, "--dir", tmp_path / "x").out == f"7\t{hashes.size}\n"
    (tmp_path / "noise.wav").write_bytes(b"RIFF" + bytes(100))
    assert index("search", "noise.wav", "--dir", tmp_path / "x").code == 1
    assert index("search", tmp_path, "--dir", tmp_path / "x").err.startswith(f"error: {tmp_path} is a folder.\n")
