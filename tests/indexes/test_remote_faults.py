"""What an index server may do wrong: whatever it is, it never looks like an answer."""

from __future__ import annotations

import re
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count, repeat

import pytest

from linernotes.domain.errors import Conflict, Corrupt, Invalid, LinernotesError, Unavailable
from linernotes.indexes.remote import RemoteIndex
from linernotes.ports.fingerprints import Change, SearchRules
from tests.indexes.fake import Asked, HangUp, Reply, always, answer, faking, proper

CALLS: dict[str, Callable[[RemoteIndex], object]] = {
    "search": lambda index: index.search([1, 2]),
    "search_all": lambda index: index.search_all([[1], [2], [3]]),
    "apply": lambda index: index.apply([Change(1, [2])]),
    "apply_expecting": lambda index: index.apply([Change(1, [2])], expected_version=2),
    "version_of": lambda index: index.version_of(7),
    "state": lambda index: index.state(),
    "ensure": lambda index: index.ensure(),
}


@contextmanager
def asking(reply: Reply, *, seconds: float = 30) -> Iterator[RemoteIndex]:
    with (
        faking(reply) as fake,
        closing(RemoteIndex(url=fake.url, timeout_seconds=seconds, update_seconds=seconds)) as it,
    ):
        yield it


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[RemoteIndex], object]:
    return CALLS[request.param]


def test_every_call_understands_a_proper_server(call):
    with asking(proper) as index:
        call(index)


def closes_at_once(asked: Asked) -> Iterator[bytes]:
    raise HangUp


def closes_midway(asked: Asked) -> Iterator[bytes]:
    yield answer({"v": 1})[0][:-1]
    raise HangUp


def endless_body(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.msgpack\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from repeat(b"10000\r\n" + bytes(1 << 16) + b"\r\n")


def endless_chunks_of_little(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from repeat(b"1;" + b"x" * 1000 + b"\r\n0\r\n")


def endless_trailers(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    yield from (b"X-%d: %s\r\n" % (number, b"y" * 10_000) for number in count())


def endless_headers(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"X-%d: y\r\n" % number for number in count())


def endless_header(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX: "
    yield from repeat(b"y" * 1000)


def endless_preludes(asked: Asked) -> Iterator[bytes]:
    yield from repeat(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")


@pytest.mark.parametrize(
    "reply",
    [closes_at_once, closes_midway, endless_body, endless_chunks_of_little, endless_trailers, endless_headers,
     endless_header, endless_preludes],
)  # fmt: skip
def test_an_answer_without_an_end_or_with_one_too_soon_is_a_fault(call, reply):
    with asking(reply) as index, pytest.raises(Unavailable):
        call(index)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"\0" * 100],
        [b"SSH-2.0-OpenSSH_9.2\r\n"],
        [b"HTTP/1.1 nonsense\r\n\r\n"],
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x05hello"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nzz"],
        answer(b"<html>Welcome</html>", content_type="text/html"),
        answer(b"{}", content_type="application/json; charset=UTF-8"),
        answer({"v": 1, "r": True, "g": 1}, content_type="application/msgpack"),
        answer(b""),
        answer(b"\xc1"),
        answer(b"\x91" * 100_000),
        answer([]),
        answer({}),
        answer({"r": "maybe", "v": -1, "g": -1, "m": {}, "s": {}}),
        answer({"r": [{"i": 1}], "v": "1", "g": 1, "m": {"a": 1}, "s": {"num_docs": 1}}),
        answer({"r": [{"i": 1, "s": True}], "v": 1.5, "g": 1, "m": [], "s": {"num_docs": 1}}),
        answer(b"\x81\xa1m\x81\xa1\xff\xa1\xff"),
        answer({}, 204),
        answer({}, 302, Location="http://elsewhere.invalid/"),
        answer({"v": 1, "r": False, "g": 1}, 202),
        answer({"e": 5}, 404),
        answer({"e": "NotFound"}, 404),
        answer(b"404 Not Found\n", 404, "text/plain"),
        answer(b"no", 400, "text/plain"),
        answer({"e": "IndexNotFound"}, 404),
        answer({"e": "UnsupportedMediaType"}, 415),
        answer({"e": "FeedIsReadOnly"}, 403),
        answer(b"", 401),
        answer({"e": "InternalError"}, 500),
        answer({"e": "IndexNotReady"}, 503),
        answer({"e": "SearchTimeout"}, 503),
        answer(b"upstream is away", 502, "text/plain"),
    ],
)  # fmt: skip
def test_garbage_and_refusals_are_faults_and_tell_where_they_came_from(call, pieces):
    with faking(always(*pieces)) as fake, closing(RemoteIndex(url=fake.url)) as index:
        with pytest.raises(Unavailable) as caught:
            call(index)
        assert fake.where in caught.value.message
        assert caught.value.source == "fpindex"


@pytest.mark.parametrize(
    "hits",
    [
        [{"i": 2, "s": 3}, {"i": 1, "s": 3}],
        [{"i": 1, "s": 3}, {"i": 2, "s": 4}],
        [{"i": 1, "s": 3}, {"i": 1, "s": 3}],
        [{"i": 1, "s": 0}],
        [{"i": 0, "s": 1}],
        [{"i": 1 << 32, "s": 1}],
        [{"i": id_, "s": 1} for id_ in range(1, 7)],
    ],
)
def test_hits_that_cannot_be_are_a_fault(hits):
    with asking(always(*answer({"r": hits}))) as index, pytest.raises(Unavailable):
        index.search([1], SearchRules(limit=5))


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "BadRequest", Invalid),
        (413, "", Invalid),
        (500, "BodyTooBig", Invalid),
        (409, "VersionMismatch", Conflict),
        (500, "CorruptIndex", Corrupt),
    ],
)
def test_refusals_that_have_a_meaning_here_are_told_as_what_they_are(status, name, kind):
    with asking(always(*answer({"e": name}, status))) as index, pytest.raises(kind):
        index.apply([Change(1, [2])])


def test_the_words_of_a_strange_server_are_not_repeated():
    with asking(always(*answer({"e": "\x1b[31mGo to evil.invalid"}, 500))) as index:
        with pytest.raises(Unavailable) as caught:
            index.search([1])
        assert "evil" not in caught.value.message + caught.value.hint


def test_a_server_that_says_when_to_come_back_is_believed():
    with asking(always(*answer({"e": "IndexNotReady"}, 503, Retry_After="7"))) as index:
        with pytest.raises(Unavailable) as caught:
            index.search([1])
        assert caught.value.retry_after == 7


def test_a_server_that_was_not_ready_is_asked_again_the_next_time(call):
    ready = False

    def reply(asked: Asked) -> list[bytes]:
        return proper(asked) if ready else answer({"e": "IndexNotReady"}, 503)

    with asking(reply) as index:
        with pytest.raises(Unavailable):
            call(index)
        ready = True
        call(index)


def never(asked: Asked) -> Iterator[bytes]:
    asked.over.wait()
    yield b""


def slowly(asked: Asked) -> Iterator[bytes]:
    """Send headers that never end, so slowly that each byte comes in time and nothing is ever too much."""
    yield b"HTTP/1.1 200 OK\r\nX: "
    while not asked.over.wait(0.01):
        yield b"y"


@pytest.mark.parametrize("reply", [never, slowly])
def test_a_server_that_takes_its_time_is_not_waited_for(call, reply):
    with asking(reply, seconds=0.2) as index, pytest.raises(Unavailable, match=r"did not answer within 0\.2 s"):
        call(index)


def test_a_server_that_is_not_there_is_a_fault(call):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    away = pytest.raises(Unavailable, match=f"127.0.0.1:{port} cannot be reached")
    with closing(RemoteIndex(url=f"http://127.0.0.1:{port}")) as index, away:
        call(index)


def test_a_server_without_encryption_is_not_asked_with_it(call):
    with faking(proper) as fake, closing(RemoteIndex(url=fake.url.replace("http:", "https:"))) as index:
        with pytest.raises(Unavailable, match="cannot be reached"):
            call(index)
        assert fake.asked == []


def test_an_update_that_may_have_been_made_says_so():
    with asking(closes_at_once) as index, pytest.raises(Unavailable) as caught:
        index.apply([])
    assert "may have been made" in caught.value.hint


def test_the_login_is_sent_and_never_told(call):
    with faking(always(*answer(b"", 401))) as fake:
        url = fake.url.replace("//", "//someone:s3cr%40t@")
        with closing(RemoteIndex(url=url)) as index, pytest.raises(LinernotesError) as caught:
            call(index)
        assert fake.asked[0].headers["authorization"] == "Basic c29tZW9uZTpzM2NyQHQ="
        assert fake.asked[0].headers["host"] == fake.where
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.hint
    assert not re.search("someone|s3cr|c29tZ", told)


def test_an_index_that_was_closed_is_a_fault(call):
    with asking(proper) as index:
        call(index)
        index.close()
        with pytest.raises(Unavailable, match="closed"):
            call(index)
