"""Text building and drawing: exact against plain Python, and independent of how rows are cut."""

from __future__ import annotations

import uuid as stdlib_uuid

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linernotes.dumps.sample.draws import Draws, choice, field, lottery, power_rank
from linernotes.dumps.sample.text import blank, joined, number, overlay, pick, rows, table, uuid

LISTS = st.lists(st.integers(0, 10**16), min_size=1, max_size=50)


@given(LISTS)
def test_numbers_are_written_as_python_writes_them(values: list[int]) -> None:
    assert rows(len(values), [number(np.array(values))]).decode() == "".join(f"{value}\n" for value in values)


@given(LISTS)
def test_null_numbers_leave_the_others_alone(values: list[int]) -> None:
    null = np.arange(len(values)) % 2 == 0
    expected = "".join("\\N\n" if row % 2 == 0 else f"{value}\n" for row, value in enumerate(values))
    assert rows(len(values), [number(np.array(values), null)]).decode() == expected


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20), min_size=1, max_size=20))
def test_picked_texts_come_out_whole(texts: list[str]) -> None:
    index = np.arange(len(texts))[::-1]
    column = joined(b"<", pick(table(texts), index), b">")
    assert rows(len(texts), [column]) == b"".join(f"<{text}>\n".encode() for text in reversed(texts))


def test_columns_are_parted_by_tabs_and_denied_rows_are_left_out() -> None:
    keep = np.array([True, False, True])
    assert rows(3, [number(np.arange(3)), b"", b"\\N"], keep) == b"0\t\t\\N\n2\t\t\\N\n"


def test_fields_are_blanked_and_overlaid_by_row() -> None:
    column = pick(table(["aa", "bb", "cc"]), np.arange(3))
    blanked = blank(column, np.array([True, False, True]), b"\\N")
    assert rows(3, [overlay(blanked, np.array([2]), [b"longer"])]) == b"aa\n\\N\nlonger\n"


def test_identifiers_are_random_version_4_uuids() -> None:
    written = rows(500, [uuid(Draws(3), "thing", np.arange(500))]).decode().split()
    parsed = [stdlib_uuid.UUID(text) for text in written]
    assert [str(one) for one in parsed] == written
    assert {(one.version, one.variant) for one in parsed} == {(4, stdlib_uuid.RFC_4122)}
    assert len(set(parsed)) == 500


@given(st.integers(0, 2**40), st.integers(1, 200))
def test_a_draw_depends_on_its_id_alone(first: int, count: int) -> None:
    ids = np.arange(first, first + count)
    whole = Draws(1).bits("some", ids)
    assert whole[-1] == Draws(1).bits("some", ids[-1:])[0]
    assert not np.array_equal(whole, Draws(2).bits("some", ids))
    assert not np.array_equal(whole, Draws(1).bits("other", ids))


def test_a_choice_follows_its_weights() -> None:
    drawn = choice(field(Draws(1).bits("weights", np.arange(100_000)), 0), {7: 3, 9: 1})
    assert abs((drawn == 7).mean() - 0.75) < 0.01
    assert set(np.unique(lottery({1: 1, 2: 0, 3: 1}))) == {1, 3}


@given(st.integers(1, 10**7), st.floats(0, 0.95), st.floats(0.5, 50))
def test_ranks_stay_in_range_and_the_first_is_the_likeliest(size: int, exponent: float, offset: float) -> None:
    ranks = power_rank(np.linspace(0, 1, 2_000, endpoint=False), size, exponent, offset)
    assert ranks.min() == 0
    assert ranks.max() < size
    assert (ranks < -(-size // 2)).mean() >= 0.499
