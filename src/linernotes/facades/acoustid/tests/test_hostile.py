"""Whatever is sent, the answer has the service's form and is never the server's fault."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linernotes.domain.identification import FIRST_LOCAL_ID, NewSubmission
from linernotes.domain.secret import Secret
from linernotes.facades._kit.http import Reply
from linernotes.facades.acoustid.submissions import MOST_SUBMISSIONS
from linernotes.facades.acoustid.tests.world import FORM, R1, R2, TEXTS, World, said, wrong
from linernotes.fingerprint.codec import encode
from linernotes.fingerprint.packed import pack

ENDPOINTS = {
    "/lookup": "client fingerprint length trackid meta maxdurationdiff batch clip",
    "/submit": "client user fingerprint length format mbid puid foreignid bitrate track trackno year",
    "/v2/lookup": "client clientversion fingerprint duration trackid meta maxdurationdiff batch clip secret",
    "/v2/submit": "client clientversion user wait fingerprint duration bitrate fileformat mbid puid foreignid track "
    "artist album albumartist trackno discno year",
    "/v2/submission_status": "client id reasons",
    "/v2/fingerprint": "id",
    "/v2/track/list_by_mbid": "mbid batch disabled",
    "/v2/track/list_by_puid": "puid",
    "/v2/user/lookup": "user",
    "/v2/user/create_anonymous": "client clientversion",
    "/v2/user/create_musicbrainz": "access_token",
    "/v2/internal/update_lookup_stats": "secret application_id date hour type count",
    "/v2/internal/update_user_agent_stats": "secret application_id date user_agent ip count",
    "/v2/internal/lookup_stats": "secret client from to days",
    "/v2/internal/create_account": "secret",
    "/v2/internal/create_application": "secret account_id name version",
    "/v2/internal/update_application_status": "secret account_id application_id active",
    "/v2/internal/check_application": "secret api_key",
    "/v2/nothing": "x",
}
GOOD = {
    "client": "app1key",
    "user": "user1key",
    "secret": "s",
    "fingerprint": TEXTS["C"],
    "duration": "260",
    "length": "260",
    "trackid": str(R1),
    "mbid": str(R1),
    "puid": str(R2),
    "foreignid": "foo:1",
    "date": "2026-11-20",
    "type": "hit",
    "meta": "recordings releasegroups releases tracks compress usermeta sources isrcs",
    "batch": "1",
    "access_token": "good",
    "api_key": "app1key",
    "name": "Mine",
}
NASTY = [
    "", "0", "1", "-1", "1.5", "31", "32768", "9" * 400, "9" * 5000, "-" + "9" * 30, "1_0", " 7 ", "١", "NaN", "\0",
    "a\0b", "\r\n", "é", "\U0001f3b5", "\ufffe", "'; DROP TABLE track; --", "%", "A" * 3000, "AQAAAA", "AQAAAQA",
    "AQAAAQE", "AQ" * 99, "AAAAAQE", "AQ____" + "_" * 99, "AQAAEmUa", str(R1).upper(), f"{R1}\n", "x" * 300,
    "00000000-0000-0000-0000-000000000000", "9999-12-31", "0001-01-01", "2026-02-30", "m2", "2", "v:\0",
    "vendor:" + "x" * 600, "../../etc/passwd",
]  # fmt: skip
texts = st.sampled_from(NASTY) | st.text(max_size=20)
suffixes = st.sampled_from(["", "", ".0", ".1", ".2", ".10", ".00", ".x", "." + "9" * 30])
forms = st.sampled_from([None, None, "json", "jsonp", "xml", "xls"])


async def alice(token: str) -> str | None:
    """Stands for MusicBrainz."""
    return "Alice\0" if token == "good" else token[:300] or None


@pytest.fixture(scope="module")
def world() -> World:
    world = World(full=True, secret=Secret("s"), who_am_i=alice)
    world.add("A", R1, R2)
    return world


def check(reply: Reply) -> None:
    assert reply.status in {200, 400, 404, 413, 503}, reply.body
    assert ("access-control-allow-origin", "*") in reply.headers
    text, kind = reply.body.decode(), reply.content_type
    if kind == "text/xml; charset=UTF-8":
        root = ET.fromstring(text)
        status, error = root.findtext("status"), root.find("error")
        code = None if error is None else error.findtext("code")
    else:
        assert kind in {"application/json; charset=UTF-8", "application/javascript; charset=UTF-8"}
        tree = json.loads(text if kind.startswith("application/json") else text.partition("(")[2][:-1])
        assert text.isascii()
        status, code = tree["status"], tree.get("error", {}).get("code")
    assert (status, code is None) == (("ok", True) if reply.status == 200 else ("error", False))


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A request of some endpoint in which most is right, so that it gets far."""
    path = draw(st.sampled_from(sorted(ENDPOINTS)))
    pairs: list[tuple[str, str]] = []
    for name in ENDPOINTS[path].split():
        for _ in range(draw(st.sampled_from([1, 1, 1, 0, 2]))):
            value = GOOD.get(name, "1") if draw(st.integers(0, 3)) else draw(texts)
            pairs.append((name + draw(suffixes), value))
    form = draw(forms)
    if form:
        pairs += [("format", form), ("jsoncallback", draw(texts))]
    return {"path": path, "pairs": pairs, "method": draw(st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS"]))}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=requests(), zipped=st.booleans(), https=st.booleans())
def test_any_value_of_any_parameter_of_any_endpoint(world, sent, zipped, https):
    encoded = urlencode(sent["pairs"], errors="replace")
    headers = {"content-type": FORM, "user-agent": "x\0"}
    query, body = (encoded, b"") if sent["method"] in {"GET", "DELETE", "OPTIONS"} else ("", encoded.encode())
    if zipped and body:
        headers["content-encoding"], body = "gzip", gzip.compress(body)
    base = "https://music.example" if https else "http://music.example"
    check(world.ask(sent["method"], f"{sent['path']}?{query}", body, headers=headers, base_url=base))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(sorted(ENDPOINTS)) | st.text(max_size=20).map(lambda text: "/v2/" + quote(text)),
    query=st.text(max_size=60) | st.binary(max_size=60).map(quote),
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        [FORM, FORM + "; charset=x", "multipart/form-data; boundary=b", "multipart/form-data", "\0", ""]
    ),
    coding=st.sampled_from(["", "gzip", "GZIP", "br", "\0"]),
    cut=st.integers(0, 30),
)
def test_any_bytes_at_all(world, path, query, body, kind, coding, cut):
    headers = {"content-type": kind, "content-encoding": coding}
    zipped = gzip.compress(body)
    for sent in (body, zipped, zipped[:-cut], b"--b\r\n" + body + b"\r\n--b--"):
        check(world.ask("POST", f"{path}?{query}", sent, headers=headers))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))
    | st.tuples(st.integers(0, 400), st.integers(0, 255)).map(
        lambda change: TEXTS["A"][: change[0]] + chr(change[1]) + TEXTS["A"][change[0] + 1 :]
    ),
    clip=st.booleans(),
)
def test_any_text_for_a_fingerprint(world, text, clip):
    fields = {"client": "app1key", "user": "user1key", "duration": 260, "fingerprint": text, "mbid": str(R1)}
    check(world.post("/v2/lookup", fields | ({"clip": 1} if clip else {})))
    check(world.post("/v2/submit", fields))


def test_what_was_submitted_can_all_be_imported_or_is_set_aside(world):
    world.bring_in()
    assert world.kept.submissions.waiting() == 0


def test_a_long_fingerprint_of_very_many_recordings_is_too_large(world):
    text = encode(np.arange(100_000, dtype=np.uint32))
    fields = {"client": "app1key", "user": "user1key", "duration": 260, "fingerprint": text, "mbid": [str(R1)] * 200}
    assert wrong(world.post("/v2/submit", fields)) == (413, 19, "request too large")
    assert world.kept.submissions.waiting() == 0


@pytest.mark.parametrize("count", [MOST_SUBMISSIONS, MOST_SUBMISSIONS + 1])
def test_one_request_is_of_a_thousand_submissions_at_most(count):
    world = World()
    mbids = [f"dddddddd-0000-4000-8000-{number:012x}" for number in range(count - 1)]
    fields = {"client": "app1key", "user": "user1key", "fingerprint.0": TEXTS["A"], "duration.0": 260, "mbid.0": mbids}
    fields |= {"fingerprint.1": TEXTS["C"], "duration.1": 260, "track.1": "Song"}
    reply = world.post("/v2/submit", fields)
    if count > MOST_SUBMISSIONS:
        assert wrong(reply) == (413, 19, "request too large")
    else:
        assert len(said(reply)["submissions"]) == MOST_SUBMISSIONS
    assert world.kept.submissions.waiting() == (count if count == MOST_SUBMISSIONS else 0)


def test_a_very_long_fingerprint_is_told_as_any_other():
    world = World()
    words = np.arange(100_000, dtype=np.uint32)
    new = NewSubmission(account=1, application=1, packed=pack(words), duration=9000, mbid=R1)
    world.kept.submissions.add([new], now=world.now)
    world.bring_in()
    told = said(world.get(f"/v2/fingerprint?id={FIRST_LOCAL_ID}"))
    assert told["fingerprint"] == {"id": FIRST_LOCAL_ID, "hashes": words.tolist(), "duration": 9000}
    assert told["status"] == "ok"


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"fingerprint.{n}=x" for n in range(40_000)),
        "client=app1key&batch=1&" + "&".join(f"fingerprint.{n}=x" for n in range(40_000)),
        "client=app1key&user=user1key&" + "&".join(f"fingerprint.{n}=AQAAAQE&duration.{n}=1" for n in range(20_000)),
        "client=app1key&" + "&".join(f"id={n}" for n in range(40_000)),
        "&".join(f"mbid={R1}" for _ in range(20_000)) + "&batch=1",
        "client=app1key&duration=1&fingerprint=" + "_" * 1_000_000,
        "client=app1key&meta=" + "x+" * 500_000,
    ],
    ids=range(7),
)
@pytest.mark.parametrize("path", ["/v2/lookup", "/v2/submit", "/v2/submission_status", "/v2/track/list_by_mbid"])
def test_as_much_as_fits_into_a_body(world, path, body):
    check(world.ask("POST", path, body.encode(), headers={"content-type": FORM}))
