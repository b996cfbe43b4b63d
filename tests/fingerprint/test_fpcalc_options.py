"""The options of fpcalc are read as fpcalc reads them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.fingerprint.fpcalc.options import Options, WrongUsage, parse


def test_without_options_a_file_is_read_for_120_seconds() -> None:
    assert parse(["a.mp3"]) == Options(files=["a.mp3"], length=120)


def test_options_may_stand_after_files() -> None:
    assert parse(["a.mp3", "-raw", "b.mp3", "-json"]) == Options(files=["a.mp3", "b.mp3"], raw=True, form="json")


def test_two_dashes_end_the_options() -> None:
    assert parse(["-raw", "--", "-json", "--"]).files == ["-json", "--"]


def test_one_dash_is_a_file() -> None:
    assert parse(["-"]).files == ["-"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("30x", 30), ("1e1", 10), (".5", 0.5), ("x", 0), ("", 0), ("+2.5s", 2.5), (" 7", 7)],
)
def test_a_number_is_read_as_far_as_it_goes(text: str, seconds: float) -> None:
    assert parse(["-length", text, "a"]).length == seconds
    assert parse(["-t", text, "a"]).length == seconds
    assert parse(["-chunk", text, "a"]).chunk == seconds


def test_the_last_of_several_wins() -> None:
    assert parse(["-json", "-plain", "-text", "a"]).form == "text"


def test_every_option_has_its_place() -> None:
    line = "-format s16le -r 22050 -c 1 -t 9 -chunk 3 -overlap -algorithm 2 -ts -raw -signed -ignore-errors x"
    assert parse(line.split()) == Options(
        files=["x"], format="s16le", rate=22050, channels=1, length=9, chunk=3, overlap=True, algorithm=2,
        timestamps=True, raw=True, signed=True, ignore_errors=True,
    )  # fmt: skip


@pytest.mark.parametrize("line", ["-h -length", "x -help -nonsense", "--help"])
def test_a_question_ends_the_reading(line: str) -> None:
    assert parse(line.split()).ask == "help"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "No input files"),
        ("-raw", "No input files"),
        ("-nonsense x", "Unknown option -nonsense"),
        ("x -length", "Unknown option -length"),
        ("-length -5 x", "The argument for -length must be a positive number"),
        ("-chunk -0.1 x", "The argument for -chunk must be a positive number"),
        ("-rate -3 x", "The argument for -rate must be a positive number"),
        ("-channels 0 x", "The argument for -channels must be a non-zero positive number"),
        ("-algorithm 9 x", "The argument for -algorithm must be 1 - 5"),
        ("-algorithm 1 x", "Only algorithm 2 is available, the one that AcoustID uses"),
    ],
)
def test_what_fpcalc_refuses_is_refused_in_its_words(line: str, complaint: str) -> None:
    with pytest.raises(WrongUsage) as refusal:
        parse(line.split())
    assert str(refusal.value) == complaint


@given(
    st.lists(st.one_of(st.text(max_size=5), st.sampled_from(["-length", "-rate", "-chunk", "--", "-", "-h", "-raw"])))
)
def test_any_command_line_is_understood_or_refused(args: list[str]) -> None:
    with suppress(WrongUsage):
        parse(args)
