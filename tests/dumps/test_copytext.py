"""COPY text: what PostgreSQL writes is read back, and no bytes whatever do more than raise our error."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linernotes.dumps.copytext import LONGEST_LINE, CopyFault, parse_field, read_rows, write_field

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
rows = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(st.none() | texts, min_size=width, max_size=width), min_size=1)
)


@given(rows)
@example([["\\N", None, ""], ["\t\n\r\b\f\v", "\\\\n", "a\\"]])
def test_every_row_that_is_written_reads_back(written):
    lines = [b"\t".join(map(write_field, row)) + b"\n" for row in written]
    assert list(read_rows(lines, len(written[0]))) == written


@given(st.lists(st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"") + b"\n")), st.integers(1, 4))
def test_any_bytes_are_rows_or_one_fault_with_a_line(lines, width):
    found = []
    try:
        found.extend(read_rows(lines, width))
    except CopyFault as exc:
        fault = exc
    else:
        fault = None
    assert all(len(row) == width for row in found)
    assert fault is None or 1 <= fault.line <= len(lines)


@pytest.mark.parametrize(
    ("field", "value"),
    [(rb"\N", None), (b"", ""), (rb"\\N", r"\N"), (rb"\101\x42", "AB"), (rb"\q", "q"), (rb"a\tb\\", "a\tb\\")],
)
def test_escapes_are_those_of_the_postgresql_manual(field, value):
    assert parse_field(field) == value


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ([b"a\tb\n", b"a\n"], 2, "2 columns are expected, 1 found"),
        ([b"a\tb\n", b"a\tb\tc\n"], 2, "2 columns are expected, 3 found"),
        ([b"a\tb"], 1, "cut off"),
        ([b"a\t\xff\n"], 1, "not UTF-8"),
        ([b"a\tb\\\n"], 1, "lone backslash"),
        ([b"a\t\\000\n"], 1, "NUL"),
        ([b"a\t" + b"b" * LONGEST_LINE + b"\n"], 1, "longer than"),
    ],
)
def test_a_fault_names_its_line_and_reason(lines, line, reason):
    with pytest.raises(CopyFault, match=reason) as caught:
        list(read_rows(lines, 2))
    assert caught.value.line == line


def test_the_end_marker_ends_a_table():
    assert list(read_rows([b"a\n", b"\\.\n", b"b\n"], 1)) == [["a"]]
