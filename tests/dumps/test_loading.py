"""The fast reader against the exact one: the same rows for the same text, and our errors for anything else."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid, LinernotesError
from linernotes.dumps.copytext import read_rows, write_field
from linernotes.dumps.loading import load_table
from linernotes.dumps.tables import needed_tables

LANGUAGE = needed_tables()["language"]  # id, iso_code_2t, iso_code_2b, iso_code_1, name, frequency, iso_code_3
KEEP = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as opened:
        yield opened


def load(con, file):
    con.execute("DROP TABLE IF EXISTS language")
    load_table(con, LANGUAGE, file, sequence=31, archive="mbdump.tar.bz2")
    return con.execute("SELECT id, iso_code_3, name FROM language ORDER BY id").fetchall()


@KEEP
@given(values=st.lists(st.tuples(texts, st.none() | texts), min_size=1, max_size=8))
@example([("\\N", ""), ("a\tb\nc\\", None), ("\\\\n", '"quoted"'), ("\r\n\v\f\b", "'")])
def test_text_comes_out_of_the_fast_reader_as_it_went_in(tmp_path, con, values):
    file = tmp_path / "language"
    rows = [
        b"\t".join(map(write_field, [str(n), None, None, None, name, "0", code])) + b"\n"
        for n, (name, code) in enumerate(values)
    ]
    file.write_bytes(b"".join(rows))
    assert load(con, file) == [(n, code, name) for n, (name, code) in enumerate(values)]
    exact = [(int(row[0]), row[6], row[4]) for row in read_rows(rows, 7)]
    assert load(con, file) == exact


@KEEP
@given(content=st.binary(max_size=200) | texts.map(str.encode))
@example(b"1\t\\N\t\\N\t\\N\tname\t0\tabc\r\n")
@example(b"\n\n\n")
@example(b"1\t\\N\t\\N\t\\N\tn\x00ame\t0\tabc\n")
def test_any_bytes_are_rows_or_one_of_our_errors(tmp_path, con, content):
    file = tmp_path / "language"
    file.write_bytes(content)
    try:
        load(con, file)
    except LinernotesError as exc:
        message = exc.message
    else:
        message = "mbdump.tar.bz2: table language"
    assert message.startswith("mbdump.tar.bz2: table language")


def test_a_table_without_rows_may_be_an_empty_file_but_not_one_that_must_be_there(tmp_path, con):
    file = tmp_path / "language"
    file.write_bytes(b"")
    assert load(con, file) == []
    with pytest.raises(Invalid, match="table artist"):
        load_table(con, needed_tables()["artist"], file, sequence=31, archive="mbdump.tar.bz2")
