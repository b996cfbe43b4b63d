"""Batches: everything that is asked is told of, in the order asked, and no faster than it is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import grpc
import msgspec
import pytest

from linernotes.domain.errors import RateLimited
from linernotes.domain.facts import Fact, Wanted
from linernotes.facades.grpc.batches import AT_A_TIME, METHODS
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.tests.refused import refused
from linernotes.facades.grpc.tests.served import FakeSource, Served, build, catalogue, never, served
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from tests.contracts import world as w

NOBODY = w.mbid("nobody")
VALUES = {
    "BatchGetArtists": w.ALPHA,
    "BatchGetReleaseGroups": w.FULL,
    "BatchGetReleases": w.FULL_ON_CD,
    "BatchGetRecordings": w.RECORDINGS[0],
    "BatchGetLabels": w.LABEL,
    "BatchGetSeries": w.SERIES,
}


def request(name: str, mbids: Sequence[str]) -> Any:
    """Return the request of a batch method."""
    return getattr(pb, f"{name}Request")(mbids=mbids)


@pytest.mark.parametrize("name", METHODS)
def test_a_batch_tells_of_each_mbid_in_the_order_asked(server: Served, name: str) -> None:
    value = VALUES[name]
    asked = [NOBODY, value.old_mbids[0], value.mbid, value.mbid.upper(), NOBODY]
    for _ in range(2):
        answers = list(getattr(server.catalog, name)(request(name, asked), timeout=5))
        assert [answer.mbid for answer in answers] == asked
        assert [answer.WhichOneof("outcome") for answer in answers] == ["missing", *["found"] * 3, "missing"]
        assert [answer.found.mbid for answer in answers] == ["", *[value.mbid] * 3, ""]
        assert answers[1].found.provenance.source == "dump"


def test_a_batch_of_nothing_is_an_empty_stream(server: Served) -> None:
    assert list(server.catalog.BatchGetArtists(pb.BatchGetArtistsRequest(), timeout=5)) == []


def test_five_hundred_are_answered_and_one_more_is_refused(server: Served) -> None:
    asked = [w.mbid(str(number)) for number in range(501)]
    assert len(list(server.catalog.BatchGetArtists(request("BatchGetArtists", asked[:500]), timeout=20))) == 500
    answer = refused(server.catalog.BatchGetArtists, request("BatchGetArtists", asked))
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["mbids"])
    assert "500" in answer.text


def test_one_wrong_mbid_is_named_by_its_place(server: Served) -> None:
    answer = refused(server.catalog.BatchGetArtists, request("BatchGetArtists", [w.ALPHA.mbid, "x"]))
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["mbids[1]"])


def test_what_a_source_could_not_say_is_unavailable_and_spoils_no_other() -> None:
    async def busy(_: Wanted) -> Sequence[Fact]:
        raise RateLimited("Too fast", source="fake", retry_after=7)

    source = FakeSource(busy)
    with served(sources=[source]) as server:
        for _ in range(2):
            asked = request("BatchGetArtists", [NOBODY, w.ALPHA.mbid])
            fault, found = server.catalog.BatchGetArtists(asked, timeout=5)
            assert (fault.unavailable.reason, fault.unavailable.retry_after_seconds) == ("Too fast", 7)
            assert found.found.mbid == w.ALPHA.mbid
    assert len(source.asked) == 2, "a fault is never kept"


def test_a_source_that_never_answers_leaves_time_to_say_so() -> None:
    with served(sources=[FakeSource(never)]) as server:
        asked = [w.mbid(str(number)) for number in range(2 * AT_A_TIME)]
        answers = list(server.catalog.BatchGetArtists(request("BatchGetArtists", [*asked, w.ALPHA.mbid]), timeout=1))
        outcomes = [answer.WhichOneof("outcome") for answer in answers]
        assert outcomes == [*["unavailable"] * len(asked), "found"]


class CountingCatalogue:
    """A catalogue that counts how many artists were read."""

    def __init__(self, inner: MemoryCatalogue) -> None:
        self.read = 0
        self._inner = inner

    def artists(self, mbids: Sequence[Any]) -> Any:
        self.read += len(mbids)
        return self._inner.artists(mbids)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_who_reads_slowly_makes_nobody_read_ahead() -> None:
    large = [msgspec.structs.replace(w.SILENT, mbid=w.mbid(str(n)), name="x" * 200_000) for n in range(500)]
    counting = CountingCatalogue(catalogue(artists=large))
    with served(live=MemoryLiveBuild(build(counting)), answer_bytes=0) as server:
        answers = server.catalog.BatchGetArtists(request("BatchGetArtists", [one.mbid for one in large]), timeout=60)
        next(answers)
        time.sleep(0.5)
        assert counting.read <= 100
        assert sum(1 for _ in answers) == 499
        assert counting.read == 500


def test_what_was_in_a_batch_before_is_not_read_again() -> None:
    counting = CountingCatalogue(catalogue())
    with served(live=MemoryLiveBuild(build(counting))) as server:
        for mbids in ([w.ALPHA.mbid], [w.ALPHA.mbid, w.BETA.mbid], [w.BETA.mbid]):
            list(server.catalog.BatchGetArtists(request("BatchGetArtists", mbids), timeout=5))
        assert counting.read == 2
