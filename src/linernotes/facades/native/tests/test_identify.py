"""Naming sounds over REST: in every form that a sound may come in, and everything that it may be instead."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.facades._kit.http import Reply
from linernotes.facades.native.identifying import EXAMPLE
from linernotes.facades.native.multipart import read_parts
from linernotes.facades.native.tests.world import READER, Site
from linernotes.fingerprint.codec import decode, encode
from linernotes.usecases.identify.listening import MOST_BYTES, Listening
from tests.contracts import world as w
from tests.fingerprint import sounds
from tests.usecases.identify.naming_world import KNOWN, SECONDS, STRANGE, Sounds, gid

TEXT = encode(KNOWN)
BOUNDARY = "----a-boundary"


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(sounds=Sounds(), listening=lambda: Listening(seconds=60))


@pytest.fixture(scope="module")
def flac(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sounds.write(tmp_path_factory.mktemp("flac") / "sound.flac", sounds.melody(20)).read_bytes()


def send(site: Site, body: bytes, kind: str = "", target: str = "/identify", **rest: Any) -> Reply:
    """Post a body of a type."""
    headers = {"content-type": kind, "user-agent": "a test"} if kind else {}
    return site.ask("POST", target, body=body, headers=headers, **rest)


def form(*fields: tuple[str, bytes], boundary: str = BOUNDARY) -> bytes:
    """Return a form as browsers write one; the field ``file`` is a file."""
    parts = []
    for name, content in fields:
        named = '; filename="a.flac"\r\nContent-Type: audio/flac' if name == "file" else ""
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content)
    return b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()])


FORM = f"multipart/form-data; boundary={BOUNDARY}"


def said(reply: Reply) -> Any:
    """Return the JSON of an answer."""
    assert reply.status == 200, reply.body
    return msgspec.json.decode(reply.body)


def wrong(reply: Reply) -> str:
    """Return what a request was refused for."""
    assert (reply.status, reply.content_type) == (400, "application/problem+json"), reply.body
    found: str = msgspec.json.decode(reply.body)["detail"]
    return found


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "", "application/x-www-form-urlencoded"]
)
def test_a_fingerprint_may_be_sent_as_curl_sends_it(site: Site, kind: str) -> None:
    body = msgspec.json.encode({"duration": 120.4, "fingerprint": TEXT})
    [found] = said(send(site, body, kind))["results"]
    assert (found["track"], found["score"]) == (gid(1), 1.0)
    assert [one["title"] for one in found["recordings"]] == ["Song", "Film"]
    assert found["recordings"][0]["href"] == f"/v1/recordings/{w.SONG}"


def test_a_fingerprint_may_be_a_field_of_a_form(site: Site) -> None:
    body = form(("fingerprint", TEXT.encode()), ("duration", b"120"), ("clip", b"0"), ("limit", b"1"))
    assert len(said(send(site, body, FORM))["results"]) == 1


def test_a_file_may_be_the_body_or_a_field_and_may_end_in_the_middle(flac: bytes) -> None:
    known = Sounds()
    site = Site(sounds=known, listening=lambda: Listening(seconds=60))
    told = said(send(site, flac, "audio/flac"))
    assert (told["results"], told["duration"]) == ([], 20)
    words = decode(told["fingerprint"]).words
    again = said(send(site, form(("file", flac), ("duration", b"21")), FORM))
    assert (again["fingerprint"], again["duration"]) == (told["fingerprint"], 21)
    for target in ("/identify?duration=33", "/identify"):
        half = said(send(site, flac[: len(flac) // 2], "application/octet-stream", target))
        assert half["duration"] == (33 if "33" in target else 20)
        assert 0 < len(decode(half["fingerprint"]).words) < len(words)
    assert said(send(site, flac, ""))["fingerprint"] == told["fingerprint"]


@pytest.mark.parametrize(
    ("body", "kind", "target", "detail"),
    [
        (b"", "", "/identify", "no JSON"),
        (b"{", "application/json", "/identify", "no JSON"),
        (b"{}", "application/json", "/identify", "fingerprint"),
        (b'{"fingerprint": "?", "duration": 1}', "", "/identify", "fingerprint"),
        (b'{"fingerprint": [], "duration": 1}', "", "/identify", "fingerprint"),
        (b'{"fingerprint": [4294967296], "duration": 1}', "", "/identify", "32 bits"),
        (b'{"fingerprint": [99999999999999999999999], "duration": 1}', "", "/identify", ""),
        (b'{"fingerprint": "%s"}' % TEXT.encode(), "", "/identify", "duration"),
        (b'{"fingerprint": "%s", "duration": 1e300}' % TEXT.encode(), "", "/identify", "duration"),
        (b'{"fingerprint": "%s", "duration": 1}' % TEXT.encode(), "", "/identify?duration=2", "twice"),
        (b'{"fingerprint": "%s", "limit": 11}' % TEXT.encode(), "", "/identify", "limit"),
        (b'{"fingerprint": "%s", "meta": 1}' % TEXT.encode(), "", "/identify", "meta"),
        (b"x" * 1000, "audio/mpeg", "/identify", "media file"),
        (b"x", "audio/mpeg", "/identify?limit=0", "`limit` is a whole number from 1 to 10, not '0'"),
        (b"x", "audio/mpeg", "/identify?limit=11", "from 1 to 10, not '11'"),
        (b"x", "audio/mpeg", "/identify?tolerance=31", "tolerance"),
        (b"x", "audio/mpeg", "/identify?tolerance=x", "tolerance"),
        (b"x", "audio/mpeg", "/identify?clip=yes", "clip"),
        (b"x", "audio/mpeg", "/identify?include=recordings", "include"),
        (b"x", "audio/mpeg", "/identify?duration=nan", "duration"),
        (b"x", "audio/mpeg", "/identify?duration=0.5", "duration"),
        (b"x", "audio/mpeg", "/identify?fingerprint=x", "no parameter"),
        (b"", "audio/mpeg", "/identify", "nothing"),
        (bytes(MOST_BYTES + 1), "audio/mpeg", "/identify", "at most"),
        (b"", "multipart/form-data", "/identify", "boundary"),
        (b"", FORM, "/identify", "no fields"),
        (form(), FORM, "/identify", "either"),
        (form(("file", b"x"), ("fingerprint", b"x")), FORM, "/identify", "either"),
        (form(("file", b"x"), ("file", b"x")), FORM, "/identify", "twice"),
        (form(("song", b"x")), FORM, "/identify", "no field"),
        (form(("file", b"x"), ("limit", b"1")), FORM, "/identify?limit=1", "twice"),
        (form(("file", b"x"))[:-8], FORM, "/identify", "middle"),
    ],
    ids=range(32),
)
def test_what_is_wrong_is_said(site: Site, body: bytes, kind: str, target: str, detail: str) -> None:
    assert detail in wrong(send(site, body, kind, target))


def test_an_excerpt_is_found_where_whole_tracks_are_indexed() -> None:
    body = msgspec.json.encode({"fingerprint": KNOWN[500:600].tolist(), "clip": True})
    [found] = said(send(Site(sounds=Sounds(full=True)), body))["results"]
    assert (found["track"], round(found["offset"])) == (gid(1), 62)
    assert "index" in wrong(send(Site(sounds=Sounds()), body))


def test_without_an_index_it_is_trouble_and_not_an_empty_answer() -> None:
    known = Sounds()
    known.fault = Unavailable("The index is being read.", retry_after=3)
    reply = send(Site(sounds=known), msgspec.json.encode({"fingerprint": TEXT, "duration": SECONDS}))
    assert (reply.status, dict(reply.headers)["retry-after"]) == (503, "3")


def test_look_ups_are_counted_with_who_asks() -> None:
    known = Sounds()
    body = msgspec.json.encode({"fingerprint": encode(STRANGE), "duration": SECONDS})
    said(send(Site(sounds=known), body, "application/json", address="192.0.2.7", caller=READER))
    known.counter.flush()
    [(_, date, agent, address)] = known.kept.keeper.data.agents
    assert (date, agent, address) == ("2026-11-21", "a test", "192.0.2.7")


def test_the_example_is_one_that_can_be_tried(site: Site) -> None:
    assert said(send(site, msgspec.json.encode(EXAMPLE)))["results"] == []


@pytest.mark.parametrize(
    "kind",
    ['multipart/form-data; boundary="x y"', "multipart/form-data;charset=utf-8; Boundary=x-y ; a=b"],
)
def test_a_boundary_may_be_written_in_several_ways(kind: str) -> None:
    boundary = "x y" if '"' in kind else "x-y"
    body = b"a preamble\r\n" + form(("file", b"\r\n--x\r\n"), ("limit", b""), boundary=boundary) + b"the end"
    parts = read_parts(kind, body)
    assert [(part.name, part.content, part.file) for part in parts] == [
        ("file", b"\r\n--x\r\n", True),
        ("limit", b"", False),
    ]


def test_a_form_has_few_fields() -> None:
    with pytest.raises(Invalid, match="at most"):
        read_parts(FORM, form(*[(f"f{n}", b"") for n in range(30)]))


names = st.text(st.characters(codec="utf-8", exclude_characters='"\r\n'), min_size=1, max_size=8)


@given(st.lists(st.tuples(names, st.binary(max_size=40)), min_size=1, max_size=5))
def test_a_form_is_read_as_it_was_written(fields: list[tuple[str, bytes]]) -> None:
    parts = read_parts(FORM, form(*fields))
    assert [(part.name, part.content) for part in parts] == fields


SITE = Site(sounds=Sounds())
pieces = st.sampled_from(
    [
        b"--",
        b"\r\n",
        b"\r\n\r\n",
        BOUNDARY.encode(),
        b'Content-Disposition: form-data; name="limit"',
        b"--" + BOUNDARY.encode(),
    ]
)
bodies = st.one_of(
    st.lists(pieces | st.binary(max_size=5), max_size=12).map(b"".join),
    st.fixed_dictionaries(
        {"fingerprint": st.sampled_from([TEXT, "AQAAA"]) | st.text(max_size=9) | st.lists(st.integers(), max_size=4)},
        optional={
            "duration": st.floats() | st.integers(),
            "clip": st.booleans(),
            "limit": st.integers(),
            "tolerance": st.integers(-1, 40),
            "include": st.lists(st.text(max_size=5) | st.sampled_from(["releases", "release-groups"])),
        },
    ).map(msgspec.json.encode),
)


@settings(max_examples=300, deadline=None)
@given(bodies, st.sampled_from([FORM, "application/json", "", "multipart/form-data"]))
def test_no_body_is_too_odd(body: bytes, kind: str) -> None:
    if kind == "" and not body.lstrip().startswith(b"{"):
        kind = FORM  # files are for others to be odd with
    assert send(SITE, body, kind).status in {200, 400}
