"""Partial dates: read and written without loss, ordered as MusicBrainz orders first releases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.dates import PartialDate, first_release_date, parse_partial_date
from linernotes.domain.errors import Invalid
from linernotes.dumps.compose.rows import date_of_key

years, months, days = st.integers(1, 9999), st.integers(1, 12), st.integers(1, 31)
prefixes = st.one_of(
    st.builds(PartialDate, years), st.builds(PartialDate, years, months), st.builds(PartialDate, years, months, days)
)
any_date = st.builds(PartialDate, st.none() | years, st.none() | months, st.none() | days)


@given(prefixes)
def test_a_date_reads_back_as_it_was_written(date):
    assert parse_partial_date(str(date)) == date


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_invalid(text):
    try:
        found = parse_partial_date(text)
    except Invalid:
        return
    assert str(found) == text


@pytest.mark.parametrize("text", ["1999-13", "1999-00", "1999-01-32", "1999-1", "99", "1999-01-01-", "١٩٩٩"])
def test_what_is_no_date_is_invalid(text):
    with pytest.raises(Invalid):
        parse_partial_date(text)


@given(any_date)
def test_padding_fills_with_one(date):
    assert date.padded() == f"{date.year or 1:04d}-{date.month or 1:02d}-{date.day or 1:02d}"


@given(any_date)
def test_the_number_that_dates_are_sorted_by_is_undone(date):
    key = (date.year or 10_000) * 10_000 + (date.month or 99) * 100 + (date.day or 99)
    assert date_of_key(key) == date


@given(st.lists(any_date))
def test_the_first_date_is_the_earliest_with_unknown_parts_last(dates):
    first = first_release_date(dates)
    assert first is None if not dates else all(first.order() <= date.order() for date in dates)


def test_a_year_alone_comes_after_its_months():
    assert first_release_date([PartialDate(1999), PartialDate(1999, 12)]) == PartialDate(1999, 12)
    assert first_release_date([PartialDate(None, 1), PartialDate(2000)]) == PartialDate(2000)
