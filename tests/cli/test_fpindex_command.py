"""`linernotes fpindex` reads its arguments as fpindex does."""

from __future__ import annotations

from pathlib import Path

import pytest

from linernotes.app.fpindex import FpindexOptions
from linernotes.cli.fpindex import read_options
from linernotes.domain.errors import Invalid
from tests.conftest import RunCommand


def read(*args: str) -> tuple[FpindexOptions, list[str]]:
    warned: list[str] = []
    return read_options(args, warn=warned.append), warned


def test_without_arguments_it_is_what_fpindex_is() -> None:
    assert read() == (FpindexOptions(folder=Path("data"), host="127.0.0.1", port=8080), [])


def test_every_value_is_the_next_word_whatever_it_looks_like() -> None:
    options, warned = read(
        *("--dir", "--host", "--host", "::1", "--port", "1", "--legacy-port", "2", "--load-concurrency", "3"),
        *("--checkpoint-threshold", "4", "--checkpoint-age-ms", "0", "--bootstrap-timeout-ms", "5"),
        *("--frequency-cap", "0"),
    )
    assert options == FpindexOptions(
        folder=Path("--host"),
        host="::1",
        port=1,
        legacy_port=2,
        checkpoint_threshold=4,
        checkpoint_age_ms=0,
        frequency_cap=0,
    )
    assert warned == []


def test_what_is_unknown_is_warned_about_and_the_last_of_two_counts() -> None:
    options, warned = read("--nonsense", "x", "--port=1", "--port", "2", "--port", "3")
    assert options.port == 3
    assert warned == [
        "unknown argument --nonsense is ignored",
        "unknown argument x is ignored",
        "unknown argument --port=1 is ignored; write --port 1",
    ]


@pytest.mark.parametrize("args", [("--dir",), ("--port", ""), ("--port", "-1"), ("--port", "٣"), ("--peers", "x")])
def test_a_missing_value_or_a_wrong_number_ends_the_start(args: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        read(*args)


def test_help_is_given(linernotes: RunCommand) -> None:
    done = linernotes("fpindex", "--help")
    assert (done.code, "--checkpoint-threshold" in done.out) == (0, True)
