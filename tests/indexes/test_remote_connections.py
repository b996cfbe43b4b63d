"""How connections to an index server are kept, given up and opened again, and what is sent twice."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from linernotes.domain.errors import Conflict, Unavailable
from linernotes.indexes.remote import RemoteIndex
from linernotes.ports.fingerprints import Change, Hit
from tests.indexes.fake import Asked, HangUp, Reply, answer, faking, proper

REPEATABLE: dict[str, Callable[[RemoteIndex], object]] = {
    "search": lambda index: index.search([1, 2]),
    "apply_expecting": lambda index: index.apply([Change(1, [2])], expected_version=2),
    "version_of": lambda index: index.version_of(7),
    "state": lambda index: index.state(),
    "ensure": lambda index: index.ensure(),
}


@pytest.fixture(params=REPEATABLE)
def call(request: pytest.FixtureRequest) -> Callable[[RemoteIndex], object]:
    return REPEATABLE[request.param]


def hanging_up(*numbers: int, reply: Reply = proper) -> Reply:
    """Read the requests of these numbers, from 1 on, and close the connection instead of answering."""
    so_far = iter(range(1, 1000))

    def answered(asked: Asked) -> Iterable[bytes]:
        if next(so_far) in numbers:
            raise HangUp
        return reply(asked)

    return answered


def test_one_connection_serves_one_request_after_the_other():
    with faking(proper) as fake, closing(RemoteIndex(url=fake.url)) as index:
        for _ in range(3):
            assert index.search([1, 2]) == [Hit(7, 2)]
            assert index.state().version == index.version_of(7) == 3
        assert (fake.connections, len(fake.asked)) == (1, 9)


def test_an_answer_that_ends_its_connection_is_taken_and_the_next_request_has_another_one():
    def reply(asked: Asked) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.msgpack\r\n\r\n\x81\xa1r\x90"
        raise HangUp

    def closing_reply(asked: Asked) -> list[bytes]:
        return answer({"r": []}, Connection="close")

    for one in (reply, closing_reply):
        with faking(one) as fake, closing(RemoteIndex(url=fake.url)) as index:
            assert index.search([1]) == index.search([2]) == []
            assert fake.connections == 2


def test_a_connection_with_more_on_it_than_was_asked_for_is_not_used_again():
    stray = answer({"r": [{"i": 666, "s": 6}]})[0]

    def at_once(asked: Asked) -> list[bytes]:
        return [proper(asked)[0] + stray]

    def reply_apart(asked: Asked) -> Iterator[bytes]:
        yield from proper(asked)
        yield stray
        sent.set()

    sent = threading.Event()
    with faking(at_once) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search([1]) == index.search([1]) == [Hit(7, 2)]
        assert fake.connections == 2
    with faking(reply_apart) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search([1]) == [Hit(7, 2)]
        assert sent.wait(60)
        assert index.search([1]) == [Hit(7, 2)]
        assert fake.connections == 2


def test_a_request_on_a_connection_that_ended_while_idle_is_sent_once_more(call):
    with faking(hanging_up(2)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        call(index)
        assert fake.connections == 2
        assert fake.asked[1].line == fake.asked[2].line
        assert fake.asked[1].body == fake.asked[2].body


def test_a_request_is_not_sent_a_third_time(call):
    with faking(hanging_up(2, 3)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        with pytest.raises(Unavailable):
            call(index)
        assert len(fake.asked) == 3


def test_a_request_on_a_new_connection_is_not_sent_twice(call):
    with faking(hanging_up(1)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        with pytest.raises(Unavailable):
            call(index)
        assert len(fake.asked) == 1


def test_an_answer_that_ends_too_soon_is_not_asked_for_again(call):
    def reply(asked: Asked) -> Iterator[bytes]:
        if len(fake.asked) == 1:
            yield from proper(asked)
        else:
            yield b"HTTP/1.1 200 OK\r\n"
            raise HangUp

    with faking(reply) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        with pytest.raises(Unavailable):
            call(index)
        assert len(fake.asked) == 2


def test_an_update_that_expects_no_version_is_never_sent_twice():
    with faking(hanging_up(2)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        with pytest.raises(Unavailable) as caught:
            index.apply([Change(1, [2])])
        assert "may have been made" in caught.value.hint
        assert len(fake.asked) == 2


def test_an_update_that_was_sent_to_a_server_that_then_went_away_may_have_been_made():
    def reply(asked: Asked) -> list[bytes]:
        if "_update" in asked.line:
            fake.refuse()
            raise HangUp
        return proper(asked)

    with faking(reply) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        with pytest.raises(Unavailable, match="cannot be reached") as caught:
            index.apply([Change(1, [2])], expected_version=2)
        assert "may have been made" in caught.value.hint


def test_an_update_whose_first_sending_may_be_what_it_conflicts_with_is_no_conflict():
    def reply(asked: Asked) -> list[bytes]:
        return answer({"e": "VersionMismatch"}, 409) if "_update" in asked.line else proper(asked)

    with faking(hanging_up(2, reply=reply)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        with pytest.raises(Unavailable) as caught:
            index.apply([Change(1, [2])], expected_version=2)
        assert "may have been made" in caught.value.hint
        with pytest.raises(Conflict):
            index.apply([Change(1, [2])], expected_version=2)


def test_an_update_on_a_connection_that_is_seen_to_have_ended_is_sent_on_a_new_one():
    def reply(asked: Asked) -> Iterator[bytes]:
        yield from proper(asked)
        if asked.connection == 1:
            raise HangUp

    with faking(reply) as fake, closing(RemoteIndex(url=fake.url)) as index:
        index.state()
        assert fake.ended.acquire(timeout=60)
        assert index.apply([Change(1, [2])]) == 3
        assert (fake.connections, len(fake.asked)) == (2, 2)


def test_threads_ask_side_by_side_and_only_a_few_connections_are_kept():
    together = threading.Barrier(6, timeout=60)

    def reply(asked: Asked) -> list[bytes]:
        together.wait()
        return proper(asked)

    with faking(reply) as fake, closing(RemoteIndex(url=fake.url, connections=2)) as index:
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(index.search, [[number] for number in range(6)]))
        assert found == [[Hit(7, 2)]] * 6
        assert fake.connections == 6
        for _ in range(4):
            assert fake.ended.acquire(timeout=60)
        fake.reply = proper
        index.search([1])
        assert fake.connections == 6


def test_closing_an_index_ends_its_connections():
    with faking(proper) as fake:
        with closing(RemoteIndex(url=fake.url)) as index:
            index.state()
        assert fake.ended.acquire(timeout=60)


def test_queries_are_asked_side_by_side_and_answered_in_their_order():
    together = threading.Barrier(3, timeout=60)

    def reply(asked: Asked) -> list[bytes]:
        if "_search" not in asked.line:
            return proper(asked)
        together.wait()
        return answer({"r": [{"i": asked.said["q"][0], "s": 1}]})

    with faking(reply) as fake, closing(RemoteIndex(url=fake.url, connections=3)) as index:
        assert index.search_all([[9], [8], [7], [6], [], [5], [4]]) == [
            [Hit(id_, 1)] if id_ else [] for id_ in (9, 8, 7, 6, None, 5, 4)
        ]
        assert fake.connections == 3


def versions(*found: int) -> Reply:
    """Be at these versions, one after the other, each time that is asked for; give it as the hit."""
    statuses = iter(found)
    now = 0

    def reply(asked: Asked) -> list[bytes]:
        nonlocal now
        if "_status" in asked.line:
            now = next(statuses)
            return answer({"g": 1, "v": now, "f": 0})
        return answer({"r": [{"i": now, "s": 1}]})

    return reply


def test_queries_are_asked_again_when_the_index_changes_meanwhile():
    with faking(versions(5, 6, 6)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search_all([[1], [2]]) == [[Hit(6, 1)], [Hit(6, 1)]]


def test_queries_are_not_asked_for_ever_of_an_index_that_never_stands_still():
    with faking(versions(5, 6, 7, 8)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search_all([[1], [2]]) == [[Hit(7, 1)], [Hit(7, 1)]]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the loopback address with its key, made for this test."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the program openssl is not there")
    made = tmp_path / "certificate.pem"
    options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=test -days 2"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "key.pem"), "-out", str(made)]
    subprocess.run([program, *options.split(), *names], check=True, capture_output=True)
    with made.open("ab") as file:
        file.write((tmp_path / "key.pem").read_bytes())
    return made


def test_a_server_behind_encryption_is_asked_if_its_certificate_is_known(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with faking(proper, tls=context) as fake:
        with closing(RemoteIndex(url=fake.url)) as index, pytest.raises(Unavailable, match="cannot be reached"):
            index.search([1])
        assert fake.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with closing(RemoteIndex(url=fake.url)) as index:
            assert index.search([1]) == [Hit(7, 2)]
            assert index.search_all([[1], [2]]) == [[Hit(7, 2)]] * 2
            index.apply([Change(1)])
            assert fake.connections < 5
