"""What the façade does around its answers: commits in groups, costly searches, counting, indexes that go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from linernotes.domain.errors import Conflict, LinernotesError, Unavailable
from linernotes.facades.fpindex import served as serving
from linernotes.facades.fpindex.bodies import Search
from linernotes.facades.fpindex.errors import Refusal
from linernotes.facades.fpindex.legacy import Session
from linernotes.facades.fpindex.served import Served
from linernotes.facades.fpindex.service import not_ready
from linernotes.facades.fpindex.tests.world import JSON, MSGPACK, Asked, World, world
from linernotes.facades.fpindex.updates import one_insert
from linernotes.facades.fpindex.writes import Writer
from linernotes.fingerprint.index.searcher import TooCostly
from linernotes.fingerprint.index.values import Hit, Update

pytestmark = pytest.mark.anyio
NAMES = [
    *("searches_total", "search_hits_total", "search_misses_total", "updates_total"),
    *("checkpoints_total", "memory_merges_total", "file_merges_total", "search_duration_seconds"),
    *("scanned_docs_per_hash", "scanned_blocks_per_hash", "docs", "version"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Slow:
    """Commits when it is allowed to, and keeps what it was given."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.may = threading.Event()
        self.version = 0

    def commit(self, updates: Sequence[Update]) -> list[int | LinernotesError]:
        assert self.may.wait(20)
        self.batches.append(len(updates))
        outcomes: list[int | LinernotesError] = []
        for update in updates:
            if update.expected_version == 99:
                outcomes.append(Conflict())
            else:
                self.version += 1
                outcomes.append(self.version)
        return outcomes


def insertion(id_: int = 1) -> Update:
    return one_insert(id_, np.arange(3, dtype=np.uint32))


async def test_what_comes_in_while_a_batch_is_written_is_the_next_batch() -> None:
    slow = Slow()
    writer = Writer(slow.commit, name="t")
    first = [asyncio.create_task(writer.write(insertion())) for _ in range(3)]
    await asyncio.sleep(0.05)
    later = [asyncio.create_task(writer.write(insertion())) for _ in range(5)]
    await asyncio.sleep(0)
    slow.may.set()
    assert await asyncio.gather(*first, *later) == list(range(1, 9))
    assert slow.batches == [3, 5]
    await writer.close()


async def test_one_refused_update_does_not_stop_the_others_and_one_that_gave_up_neither() -> None:
    slow = Slow()
    writer = Writer(slow.commit, name="t")
    refused = msgspec.structs.replace(insertion(), expected_version=99)
    tasks = [asyncio.create_task(writer.write(update)) for update in (insertion(), refused, insertion())]
    given_up = asyncio.create_task(writer.write(insertion()))
    await asyncio.sleep(0.05)
    given_up.cancel()
    slow.may.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [found[0], found[2]] == [1, 2]
    assert isinstance(found[1], Conflict)
    await writer.close()
    assert slow.batches == [4]


async def test_a_writer_whose_index_fails_says_so_to_each_and_goes_on() -> None:
    fails = True

    def commit(updates: Sequence[Update]) -> list[int | LinernotesError]:
        if fails:
            raise MemoryError
        return list(range(len(updates)))

    writer = Writer(commit, name="t")
    for _ in range(2):
        with pytest.raises(MemoryError):
            await writer.write(insertion())
    fails = False
    assert await writer.write(insertion()) == 0
    await writer.close()


async def test_a_closed_writer_has_written_everything_and_takes_no_more() -> None:
    slow = Slow()
    writer = Writer(slow.commit, name="t")
    task = asyncio.create_task(writer.write(insertion()))
    await asyncio.sleep(0)
    closing = asyncio.create_task(writer.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    slow.may.set()
    await closing
    assert await task == 1
    with pytest.raises(Unavailable):
        await writer.write(insertion())


async def test_whoever_writes_waits_while_too_much_waits_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    writer = Writer(slow.commit, name="t")
    large = one_insert(1, np.zeros(9_000_000, dtype=np.uint32))
    tasks = [asyncio.create_task(writer.write(large)) for _ in range(2)]
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(writer.room())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    slow.may.set()
    await waiting
    await asyncio.gather(*tasks)
    # Batches are bounded, too.
    assert slow.batches == [1, 1]
    await writer.close()


class CostlyIndex:
    """An index whose searches are all too costly to be made at once."""

    version = 1

    def __init__(self) -> None:
        self.may = threading.Event()

    def searcher(self) -> CostlyIndex:
        return self

    def search(self, query: Any, *, most_postings: int | None = None, **_: Any) -> list[Hit]:
        if most_postings is not None:
            raise TooCostly
        assert self.may.wait(20)
        return [Hit(7, 3)]

    def update_all(self, updates: Sequence[Update]) -> list[int | LinernotesError]:
        raise AssertionError


async def test_a_costly_search_is_made_in_a_thread_and_ends_with_its_time(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        index: Any = CostlyIndex()
        made.collection._served["t"] = one = Served(
            "t", 1, index, threads=made.collection._threads, written=lambda: None
        )
        late = await made.ask("POST", "/t/_search", {"query": [1], "timeout": 1})
        assert (late.status, late.body) == (503, b'{"error":"SearchTimeout"}')
        session = Session(made.collection)
        made.collection._served["main"] = one
        await session.answer(b"set timeout 1")
        assert await session.answer(b"search 1") == b"ERR timeout exceeded\r\n"
        index.may.set()
        found = await made.ask("POST", "/t/_search", {"query": [1], "timeout": 0})
        assert found.body == b'{"results":[{"id":7,"score":3}]}'
        assert one.counts.searches == one.counts.hits == 1


async def test_the_index_may_be_read_while_a_search_would_cost_too_much() -> None:
    assert serving.MOST_POSTINGS == 300_000
    index: Any = CostlyIndex()
    one = Served("t", 1, index, threads=None, written=lambda: None)  # type: ignore[arg-type] # none is needed
    assert one.search_now(Search(np.zeros(1, dtype=np.uint32))) is None


async def numbers(made: World) -> dict[tuple[str, str | None], float]:
    reply = await made.ask("GET", "/_metrics")
    assert reply.content_type == b"text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(reply.body.decode())
    return {(one.name, one.labels.get("index")): one.value for family in families for one in family.samples}


async def test_every_number_has_its_name_before_anything_was_counted(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        text = (await made.ask("GET", "/_metrics")).body.decode()
        for name in NAMES:
            assert f"# TYPE fpindex_{name} " in text


async def test_searches_and_updates_are_counted_by_index_until_it_is_deleted(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        await made.ask("PUT", "/t/5", {"hashes": [1, 2]})
        await made.ask("POST", "/t/_update", {"changes": []})
        for query in ([1], [2], [3]):
            await made.ask("POST", "/t/_search", {"query": query})
        found = await numbers(made)
        for name, value in (("searches", 3), ("search_hits", 2), ("search_misses", 1), ("updates", 2)):
            assert found[f"fpindex_{name}_total", "t"] == value
        assert found["fpindex_docs", "t"] == 1
        assert found["fpindex_version", "t"] == 2
        assert found["fpindex_search_duration_seconds_count", "t"] == 3
        await made.ask("DELETE", "/t")
        assert not [key for key in await numbers(made) if key[1] == "t"]


async def test_flushes_and_merges_are_asked_for_while_an_index_is_there(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        await made.ask("PUT", "/t/5", {"hashes": [1, 2]})
        await made.ask("DELETE", "/t")
        assert made.upkeep.told == [("begin", "t"), ("nudge", "t"), ("end", "t")]


async def test_a_snapshot_holds_the_files_that_it_lists(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        await made.ask("POST", "/t/_update", {"changes": [{"insert": {"id": 1, "hashes": list(range(1000))}}]})
        index = made.indexes.get("t")
        index.flush()
        body = (await made.ask("GET", "/t/_snapshot")).body
        with index.snapshot() as snapshot:
            files = [(file.size, bytes(file.data)) for file in snapshot.files]
            manifest = snapshot.manifest
        payload = b"".join(data for _, data in files)
        head = msgspec.msgpack.decode(body[: len(body) - len(payload)])
        assert body.endswith(payload)
        assert (head["f"], head["g"], head["m"]) == (1, 1, manifest)
        assert [entry["s"] for entry in head["s"]] == [size for size, _ in files]


async def test_indexes_are_served_again_after_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        for _ in range(100):
            await made.ask("PUT", "/t/1", {"hashes": [1, 2]})
    async with world(tmp_path) as made:
        assert (await made.ask("GET", "/t/1")).body == b'{"version":100}'
        assert (await made.ask("POST", "/t/_search", {"query": [2]})).body == b'{"results":[{"id":1,"score":1}]}'


@pytest.mark.parametrize("quick_seconds", [3600, 0])
async def test_an_update_that_is_alone_is_written_by_the_loop_if_that_is_quick_and_several_never_are(
    quick_seconds: float,
) -> None:
    threads: list[int] = []

    def commit(updates: Sequence[Update]) -> list[int | LinernotesError]:
        threads.append(threading.get_ident())
        return list(range(len(updates)))

    writer = Writer(commit, name="t", quick_seconds=quick_seconds)
    assert await writer.write(insertion(1)) == 0
    assert (threads.pop() == threading.get_ident()) is (quick_seconds > 0)
    assert await asyncio.gather(*(writer.write(insertion(id_)) for id_ in range(1, 9))) == list(range(8))
    assert threads.pop() != threading.get_ident()
    await writer.close()


async def test_a_damaged_index_is_said_to_be_and_can_be_deleted(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/bad")
        await made.ask("PUT", "/bad/1", {"hashes": [1, 2]})
        made.indexes.get("bad").flush()
        await made.ask("PUT", "/good")
    (tmp_path / "indexes" / "bad" / "1" / "manifest").write_bytes(b"x" * 100)
    async with world(tmp_path) as made:
        for method, path, body in (
            ("GET", "/bad", b""),
            ("POST", "/bad/_search", {"query": [1]}),
            ("PUT", "/bad", b""),
        ):
            reply = await made.ask(method, path, body)
            assert (reply.status, reply.body) == (500, b'{"error":"CorruptIndex"}')
        health = await made.ask("GET", "/bad/_health")
        assert (health.status, health.body) == (503, b"DAMAGED\n")
        assert (await made.ask("GET", "/good")).status == 200
        assert (await made.ask("DELETE", "/bad")).body == b'{"deleted":true}'
        assert (await made.ask("PUT", "/bad")).body == b'{"version":0,"ready":true,"generation":2}'


async def test_writes_that_are_under_way_when_their_index_is_deleted_are_answered(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        writes = [asyncio.create_task(made.ask("PUT", f"/t/{id_}", {"hashes": [1]})) for id_ in range(1, 50)]
        await asyncio.sleep(0)
        deleted = await made.ask("DELETE", "/t")
        assert deleted.body == b'{"deleted":true}'
        assert {reply.status for reply in await asyncio.gather(*writes)} <= {200, 404, 503}
        assert (await made.ask("PUT", "/t/1", {"hashes": [1]})).status == 404


async def test_what_needs_compiled_code_waits_until_it_is_there(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        made.warm.clear()
        waiting = [
            asyncio.create_task(made.ask("POST", "/t/_search", {"query": [1]})),
            asyncio.create_task(made.ask("PUT", "/t/1", {"hashes": [1]})),
        ]
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in waiting)
        assert (await made.ask("GET", "/_health")).status == 200
        made.warm.set()
        assert [reply.status for reply in await asyncio.gather(*waiting)] == [200, 200]


async def test_before_the_indexes_are_open_everything_is_503() -> None:
    assert not_ready(Asked(b"GET", b"/_health")).body == b"LOADING\n"
    search = not_ready(Asked(b"POST", b"/t/_search", MSGPACK))
    assert (search.status, msgspec.msgpack.decode(search.body)) == (503, {"e": "IndexNotReady"})
    assert not_ready(Asked(b"GET", b"/t", JSON)).body == b'{"error":"IndexNotReady"}'


async def test_a_large_update_is_read_beside_the_event_loop(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        changes = [{"i": {"i": id_, "h": list(range(id_, id_ + 120))}} for id_ in range(1, 1001)]
        body = msgspec.msgpack.encode({"c": changes})
        assert len(body) > 64 * 1024
        reply = await made.ask("POST", "/t/_update", body, MSGPACK)
        assert msgspec.msgpack.decode(reply.body) == {"v": 1}
        found = await made.ask("POST", "/t/_search", {"query": list(range(500, 620)), "limit": 1})
        assert found.body == b'{"results":[{"id":500,"score":120}]}'
        assert (await made.ask("POST", "/t/_update", body[:-1], MSGPACK)).status == 400


async def test_a_large_query_or_document_is_read_and_searched_beside_the_event_loop(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("PUT", "/t")
        hashes = list(range(100_000, 120_000))
        assert (await made.ask("PUT", "/t/1", {"hashes": hashes})).status == 200
        found = await made.ask("POST", "/t/_search", {"query": hashes})
        assert found.body == b'{"results":[{"id":1,"score":20000}]}'
        assert (await made.ask("POST", "/t/_search", b'{"query":[' + b"1," * 50_000)).status == 400


async def test_a_refusal_has_a_status() -> None:
    assert Refusal("IndexNotFound").status == 404


async def test_lines_say_how_long_to_wait_for_them_and_fail_clearly_without_their_index(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        session = Session(made.collection)
        assert session.idle_seconds == 60
        assert await session.answer(b"set idle_timeout 50\r") == b"OK \r\n"
        assert session.idle_seconds == 0.05
        await session.answer(b"set attribute idle_timeout 0")
        assert session.idle_seconds is None
        assert (session.idle(), session.too_long()) == (b"ERR timeout\r\n", b"ERR line too long\r\n")
        assert await session.answer(b"search 1") == b"ERR search failed\r\n"
        assert await session.answer(b"get a") == b"OK \r\n"
        assert await session.answer(b"begin") == b"OK \r\n"
        assert await session.answer(b"set \xff a") == b"ERR invalid value\r\n"
        assert await session.answer(b"commit") == b"ERR commit failed\r\n"
        await made.collection.create("main")
        assert await session.answer(b"commit") == b"OK \r\n"
