"""A build is closed when the last one who could be using it has left, not before and not never."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linernotes.web.leases import Leases


def test_without_users_it_is_closed_at_once() -> None:
    closed: list[str] = []
    Leases().retire(lambda: closed.append("old"))
    assert closed == ["old"]


def test_who_came_later_does_not_keep_it_open() -> None:
    leases, closed = Leases(), list[str]()
    before = leases.enter()
    leases.retire(lambda: closed.append("old"))
    leases.enter()
    assert closed == []
    leases.leave(before)
    assert closed == ["old"]


@given(st.lists(st.integers(0, 9), max_size=60))
def test_it_is_closed_exactly_when_everybody_from_before_has_left(steps: list[int]) -> None:
    leases, inside, closed = Leases(), list[tuple[int, int]](), list[int]()
    retired: list[tuple[int, set[int]]] = []
    for number, step in enumerate(steps):
        if step < 4:
            inside.append((number, leases.enter()))
        elif step < 8 and inside:
            _, epoch = inside.pop(step % len(inside))
            leases.leave(epoch)
        elif step >= 8:
            retired.append((number, {one for one, _ in inside}))
            leases.retire(lambda number=number: closed.append(number))  # type: ignore[misc]
        present = {one for one, _ in inside}
        assert set(closed) == {one for one, users in retired if not users & present}
    assert len(closed) == len(set(closed))
