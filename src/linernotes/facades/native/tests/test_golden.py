"""Whole answers, byte for byte. With REWRITE_GOLDEN=1 they are written anew: read what changed before you keep it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from linernotes.facades.native.openapi import describe
from linernotes.facades.native.tests.world import ADMIN, Site
from linernotes.fingerprint.codec import encode
from tests.contracts import world as w
from tests.contracts.world import mbid
from tests.usecases.identify.naming_world import KNOWN, LIKE_KNOWN, OTHER, SECONDS, STRANGE, TAGGED, Sounds

GOLDEN = Path(__file__).parent / "golden"
EVERYTHING = "aliases,tags,rating,links"
NOBODY = mbid("nobody")

READ = {
    "where everything is": "/",
    "what the server holds": "/stats",
    "an artist": f"/artists/{w.ALPHA.mbid}",
    "an artist with everything": f"/artists/{w.ALPHA.mbid}?include={EVERYTHING},release-groups",
    "an artist with nothing but a name": f"/artists/{w.SILENT.mbid}?include={EVERYTHING},release-groups",
    "the release groups of an artist by date": f"/artists/{w.ALPHA.mbid}/release-groups",
    "the first page of the release groups of an artist": f"/artists/{w.ALPHA.mbid}/release-groups?limit=1",
    "a release group": f"/release-groups/{w.FULL.mbid}",
    "a release group with everything": f"/release-groups/{w.FULL.mbid}?include={EVERYTHING},releases",
    "the releases of a release group by date": f"/release-groups/{w.FULL.mbid}/releases",
    "the releases of a release group with their tracks": f"/release-groups/{w.DUET.mbid}/releases?include=tracks",
    "a release": f"/releases/{w.FULL_ON_CD.mbid}",
    "a release with everything": f"/releases/{w.FULL_ON_CD.mbid}?include=tracks,images,aliases,tags,links",
    "a release of which little is known": f"/releases/{w.FULL_ON_TAPE.mbid}",
    "a recording": f"/recordings/{w.SONG}",
    "a recording with everything": f"/recordings/{w.SONG}?include={EVERYTHING},releases",
    "a label": f"/labels/{w.LABEL.mbid}",
    "a label with everything": f"/labels/{w.LABEL.mbid}?include={EVERYTHING}",
    "a series in its order": f"/series/{w.SERIES.mbid}",
    "recordings with an ISRC": "/recordings?isrc=DE-A00-00-00001",
    "releases with a barcode": "/releases?barcode=0012345678905",
    "releases with a disc id": "/releases?disc_id=lwHl8fGzJyLXQR33ug60E8jhf4k-",
    "releases with a catalogue number": "/releases?catalog_number=AB-123",
    "the release of a track": f"/releases?track={mbid('track Song before')}",
    "nobody has the barcode": "/releases?barcode=4711",
    "artists by their MBIDs": f"/artists?ids={w.BETA.mbid},{mbid('Alpha before')},{NOBODY},{w.ALPHA.mbid}&include=tags",
    "what is linked to a URL": "/urls?url=https%3A%2F%2Fboth.example%2F",
    "nothing is linked to a URL": "/urls?url=https://nowhere.example/",
    "a search for artists and release groups": "/search?q=alpha",
    "a search for a release group of an artist": "/search?q=full&artist=alpha",
    "a search that finds nothing": "/search?q=zzzzzz&type=artist",
    "artists that changed": "/changes?type=artist&since=1970-01-01T00:00:01Z",
    "the first page of what changed": "/changes?type=artist&limit=1",
}
BATCH = {"artists": [w.ALPHA.mbid, NOBODY], "recordings": [mbid("Song before")], "include": {"artists": ["rating"]}}
SOUNDS: dict[str, tuple[str, dict[str, Any]]] = {
    "a sound with its recordings": ("/identify", {"fingerprint": encode(KNOWN), "duration": SECONDS + 0.97}),
    "a sound with everything": (
        "/identify?include=releases,release-groups,user-metadata",
        {"fingerprint": LIKE_KNOWN.tolist(), "duration": SECONDS + 2, "limit": 3},
    ),
    "a sound of a recording that nobody knows": ("/identify", {"fingerprint": encode(OTHER), "duration": SECONDS}),
    "a sound of which users alone know": (
        "/identify",
        {"fingerprint": encode(TAGGED), "duration": SECONDS, "include": ["user-metadata"]},
    ),
    "an excerpt": ("/identify?clip=1", {"fingerprint": KNOWN[300:420].tolist()}),
    "a sound that nobody knows": ("/identify", {"fingerprint": encode(STRANGE), "duration": SECONDS}),
}
REFUSED: dict[str, tuple[int, str, str]] = {
    "an artist that nobody knows": (404, "GET", f"/artists/{NOBODY}"),
    "a path that leads nowhere": (404, "GET", "/nothing"),
    "an MBID that is none": (400, "GET", "/artists/not-an-mbid"),
    "a parameter that is not known": (400, "GET", f"/artists/{w.ALPHA.mbid}?inc=tags"),
    "an include that is not known": (400, "GET", f"/artists/{w.ALPHA.mbid}?include=tags,works"),
    "a cursor that is none": (400, "GET", f"/artists/{w.ALPHA.mbid}/release-groups?cursor=nonsense"),
    "a limit that is too large": (400, "GET", "/search?q=x&limit=1000"),
    "two identifiers at once": (400, "GET", "/releases?barcode=1&ids=2"),
    "a time that is none": (400, "GET", "/changes?type=artist&since=yesterday"),
    "identification is switched off": (404, "POST", "/identify"),
    "a refresh without a key": (401, "POST", f"/artists/{w.ALPHA.mbid}/refresh"),
    "a wrong method": (405, "DELETE", f"/artists/{w.ALPHA.mbid}"),
}


@pytest.fixture(scope="module")
def site() -> Site:
    return Site()


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    return describe(site.app.operations, prefix="/v1", version="1.2.3")


def compare(name: str, body: bytes) -> None:
    file = GOLDEN / f"{name}.json"
    if os.environ.get("REWRITE_GOLDEN"):
        file.write_bytes(body)
    assert body == file.read_bytes()


def check(document: dict[str, Any], site: Site, method: str, target: str, status: int, body: bytes) -> None:
    """Hold a body against the schema that the document has for it."""
    operation = site.app._router.match(target.partition("?")[0]).operations[method]
    described = document["paths"][operation.path][method.lower()]["responses"][str(status)]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
    [content] = described["content"].values()
    schema = {**content["schema"], "components": document["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(msgspec.json.decode(body))


@pytest.mark.parametrize("name", READ)
def test_an_answer_is_the_same_byte_for_byte_and_as_the_document_describes_it(site, document, name) -> None:
    reply = site.get(READ[name])
    assert (reply.status, reply.content_type) == (200, "application/json"), reply.body
    compare(name, reply.body)
    check(document, site, "GET", READ[name], 200, reply.body)


@pytest.mark.parametrize("name", SOUNDS)
def test_what_a_sound_is_is_the_same_byte_for_byte_and_as_the_document_describes_it(document, name) -> None:
    site, (target, said) = Site(sounds=Sounds(full=True)), SOUNDS[name]
    reply = site.post(target, said)
    assert (reply.status, reply.shared) == (200, False), reply.body
    compare(name, reply.body)
    check(document, site, "POST", target, 200, reply.body)


def test_a_batch_accounts_for_every_mbid(site, document) -> None:
    reply = site.post("/batch", BATCH)
    assert (reply.status, reply.shared) == (200, False)
    compare("a batch of several kinds", reply.body)
    check(document, site, "POST", "/batch", 200, reply.body)


def test_a_refresh_says_what_was_queued(site, document) -> None:
    reply = site.post(f"/artists/{w.ALPHA.mbid}/refresh", caller=ADMIN)
    assert reply.status == 202
    compare("a refresh", reply.body)
    check(document, site, "POST", f"/artists/{w.ALPHA.mbid}/refresh", 202, reply.body)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_problem_byte_for_byte(site, document, name) -> None:
    status, method, target = REFUSED[name]
    reply = site.ask(method, target)
    assert (reply.status, reply.content_type) == (status, "application/problem+json")
    compare(name, reply.body)
    if status not in {404, 405}:
        check(document, site, method, target, status, reply.body)


def test_every_golden_file_is_an_answer_of_a_test() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {
        *READ,
        *REFUSED,
        *SOUNDS,
        "a batch of several kinds",
        "a refresh",
    }
