"""The cache holds what fits, for one build."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linernotes.facades._kit.http import Reply
from linernotes.web.cache import OVERHEAD, ResponseCache
from linernotes.web.metrics import Route
from linernotes.web.representation import Representation

BUILD = object()


def answer(size: int) -> Representation:
    return Representation(Reply(200, b"x" * size, shared=True), route=Route("a", "/b"))


def key(number: int) -> tuple[str, bytes]:
    return f"/{number}", b""


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = ResponseCache(limit=3 * (OVERHEAD + 102))
    cache.get(key(0), BUILD)
    for number in range(3):
        cache.put(key(number), answer(100), BUILD)
    cache.get(key(0), BUILD)
    cache.put(key(3), answer(100), BUILD)
    assert [number for number in range(4) if cache.get(key(number), BUILD)] == [0, 2, 3]


def test_a_limit_of_zero_keeps_nothing() -> None:
    cache = ResponseCache(limit=0)
    cache.get(key(0), BUILD)
    cache.put(key(0), answer(1), BUILD)
    assert cache.get(key(0), BUILD) is None


def test_an_answer_from_a_build_that_is_gone_is_not_kept() -> None:
    cache = ResponseCache(limit=1 << 20)
    cache.get(key(0), BUILD)
    cache.get(key(0), object())
    cache.put(key(0), answer(1), BUILD)
    assert len(cache) == 0


def test_a_form_that_is_made_later_is_counted() -> None:
    cache = ResponseCache(limit=1 << 20)
    cache.get(key(0), BUILD)
    one = answer(1000)
    cache.put(key(0), one, BUILD)
    before = cache.bytes
    form = one.make("gzip")
    cache.recount(key(0), one)
    assert cache.bytes == before + len(form.body)
    cache.recount(key(1), one)
    cache.recount(key(0), answer(5000))
    assert cache.bytes == before + len(form.body)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3000)), max_size=40))
def test_it_never_holds_more_than_it_may_and_counts_right(puts: list[tuple[int, int]]) -> None:
    cache = ResponseCache(limit=10_000)
    cache.get(key(0), BUILD)
    for number, size in puts:
        cache.put(key(number), answer(size), BUILD)
        held = [found for number in range(6) if (found := cache.get(key(number), BUILD))]
        assert cache.bytes == sum(one.size + OVERHEAD + 2 for one in held) <= 10_000
