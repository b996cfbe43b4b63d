"""Pictures show where two fingerprints agree: as text and as a PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.fingerprint.picture import PLAIN, Column, columns, course, draw
from linernotes.fingerprint.picture.image import save
from linernotes.fingerprint.values import WORD_SECONDS, Words


def words(count: int, seed: int = 1) -> Words:
    return np.random.default_rng(seed).integers(0, 1 << 32, count, dtype=np.uint32)


def test_the_same_words_differ_in_nothing() -> None:
    found = course(words(50), words(50), shift=0)
    assert (found.errors.size, int(found.errors.sum()), found.start_a, found.start_b) == (50, 0, 0, 0)


@pytest.mark.parametrize("cut", [0, 7, 49])
def test_a_shift_lays_a_clip_over_its_place(cut: int) -> None:
    a = words(50)
    later = course(a, a[cut:], shift=cut)
    assert (later.errors.size, int(later.errors.sum()), later.start_a, later.start_b) == (50 - cut, 0, cut, 0)
    earlier = course(a[cut:], a, shift=-cut)
    assert (earlier.errors.size, int(earlier.errors.sum()), earlier.start_a, earlier.start_b) == (50 - cut, 0, 0, cut)


@pytest.mark.parametrize("shift", [50, -50, 1000, -1000])
def test_what_does_not_overlap_has_no_course_and_no_columns(shift: int) -> None:
    found = course(words(50), words(50, 2), shift=shift)
    assert found.errors.size == 0
    assert columns(found, 40) == []


def test_columns_cover_the_course_without_gaps() -> None:
    shown = columns(course(words(101), words(101, 2), shift=1), 7)
    assert len(shown) == 7
    assert shown[0].start == WORD_SECONDS
    assert shown[-1].end == 101 * WORD_SECONDS
    assert [left.end for left in shown[:-1]] == [right.start for right in shown[1:]]


def test_there_are_never_more_columns_than_words() -> None:
    assert len(columns(course(words(5), words(5), shift=0), 80)) == 5


def test_agreement_is_a_low_line_and_difference_a_high_one() -> None:
    assert draw([Column(0, 30, 0), Column(30, 60, 8), Column(60, 90, 16), Column(90, 120, 32)]) == [
        " 16   ██",
        "      ██",
        "      ██",
        "     ███",
        "     ███",
        "  0 ▁███",
        "    0:00",
    ]


def test_a_terminal_without_unicode_gets_plain_characters() -> None:
    assert draw([Column(0, 30, 0), Column(30, 60, 16)], blocks=PLAIN)[-2:] == ["  0 .#", "    0:00"]


def test_colour_is_put_around_what_is_drawn_and_nothing_else() -> None:
    lines = draw([Column(0, 30, 0), Column(30, 60, 16)], paint=lambda cell, bits: f"<{bits:.0f}{cell}>")
    assert lines[0] == " 16  <16█>"
    assert lines[-2:] == ["  0 <0▁><16█>", "    0:00"]


def test_the_axis_says_the_time_in_minutes_and_seconds() -> None:
    shown = [Column(second, second + 1, 3) for second in range(59, 75)]
    assert draw(shown)[-1] == "    0:59        1:11"


def test_the_image_is_a_png_whatever_the_title_is(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    save(course(words(300), words(300), shift=0), tmp_path / "out.png", title="A: 陽\n$x^ B", parts=[(0, 9)])
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_an_image_of_nothing_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(Invalid, match="nothing to draw"):
        save(course(words(5), words(5), shift=9), tmp_path / "out.png", title="")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(Unavailable, match="cannot be written"):
        save(course(words(5), words(5), shift=0), tmp_path / "absent/out.png", title="")
