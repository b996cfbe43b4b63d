"""Songs as people have them in files, other copies of these, and AcoustID's service on a server of one's own."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import av
import msgspec
import mutagen.flac
import numpy as np

from linernotes.fingerprint.codec_fast import encode
from linernotes.fingerprint.values import Words
from tests.e2e.conftest import PATIENCE, Answer, Home, Server, until
from tests.fingerprint.sounds import Samples, write

FPCALC = str(Path(sys.executable).with_name("linernotes-fpcalc"))
CLIENT = "cSpUJKpD"
"""The key of pyacoustid's own example: servers know it."""

UNLIMITED = {"LINERNOTES_ACOUSTID__IP_PER_SECOND": "0"}
AT_ONCE = 20
"""Fingerprints in one look-up, at most."""

LONG = 3 * PATIENCE
FORM = "application/x-www-form-urlencoded"


class Song(msgspec.Struct, frozen=True):
    """A file and what its tags say of it: which recording it is, and the names of it."""

    path: Path
    recording: str
    release: str
    title: str
    artist: str


def song_of(path: Path) -> Song:
    """Read a file that `linernotes sample --audio` wrote."""
    tags = mutagen.flac.FLAC(path)
    named = ("musicbrainz_trackid", "musicbrainz_albumid", "title", "artist")
    return Song(path, *(tags[name][0] for name in named))


def item_of(words: Words, **said: object) -> dict[str, object]:
    """Return what a client sends of a fingerprint, as whole seconds and text, and what it says of it."""
    return {"duration": seconds_of(words), "fingerprint": encode(words), **said}


def seconds_of(words: Words) -> int:
    """Return how long the sound is that a fingerprint is of."""
    return round(len(words) * 0.1238) + 3


def sound_of(path: Path) -> tuple[Samples, int]:
    """Return the samples of a file and how many of them there are in a second."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", layout=stream.layout)
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1), stream.rate


def copy_of(
    song: Song,
    path: Path,
    *,
    without_seconds: float = 0.0,
    up_to: float | None = None,
    tags: dict[str, str] | None = None,
) -> Path:
    """Write a song in another form, as the suffix says; what is before and after these seconds is cut away."""
    samples, rate = sound_of(song.path)
    last = None if up_to is None else round(up_to * rate)
    return write(path, samples[:, round(without_seconds * rate) : last], rate=rate, tags=tags)


def post(server: Server, path: str, said: Mapping[str, object], *, zipped: bool = False) -> Answer:
    """Send a form below /v2, as clients do; lists are repeated parameters and spaces %20."""
    body = urlencode(said, doseq=True, quote_via=quote).encode()
    headers = {"content_type": FORM, **({"content_encoding": "gzip"} if zipped else {})}
    return server.ask(f"/v2/{path}", "POST", gzip.compress(body) if zipped else body, **headers)


def lookup(server: Server, **said: object) -> list[dict[str, Any]]:
    """Return what a look-up finds, which must be answered."""
    answer = post(server, "lookup", {"client": CLIENT, "format": "json", **said})
    assert answer.status == 200, answer
    return list(answer.json["results"])


def lookups(server: Server, some: Sequence[Words]) -> list[list[dict[str, Any]]]:
    """Return what is found for each of some fingerprints, asked for as many at a time as may be."""
    found: list[list[dict[str, Any]]] = []
    for start in range(0, len(some), AT_ONCE):
        part = some[start : start + AT_ONCE]
        said: dict[str, object] = {"client": CLIENT, "format": "json", "batch": 1, "meta": "recordingids"}
        for place, words in enumerate(part):
            said |= {f"{name}.{place}": value for name, value in item_of(words).items()}
        answer = post(server, "lookup", said, zipped=True)
        assert answer.status == 200, answer
        by_place = {one["index"]: one["results"] for one in answer.json["fingerprints"]}
        found += [by_place[place] for place in range(len(part))]
    return found


def await_index(server: Server) -> None:
    """Wait until music can be identified: where nothing was compiled yet that takes half a minute, and more if busy."""
    ready = re.compile(rb"^linernotes_fingerprint_index_ready\S* 1", re.MULTILINE)
    until(lambda: ready.search(server.ask("/metrics").body), LONG)


def submit(server: Server, user: str, items: Iterable[Mapping[str, object]]) -> list[int]:
    """Submit items in one request; return the numbers that they got."""
    said: dict[str, object] = {"client": CLIENT, "format": "json", "user": user}
    for number, item in enumerate(items):
        said |= {f"{name}.{number}": value for name, value in item.items()}
    answer = post(server, "submit", said, zipped=True)
    assert answer.status == 200, answer
    return [int(one["id"]) for one in answer.json["submissions"]]


def statuses(server: Server, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return what became of submissions, in their order, with reasons."""
    said = {"client": CLIENT, "format": "json", "reasons": 1, "id": list(ids)}
    answer = post(server, "submission_status", said)
    assert answer.status == 200, answer
    by_id = {one["id"]: one for one in answer.json["submissions"]}
    return [by_id[id_] for id_ in said["id"]]


def imported_as(server: Server, ids: Iterable[int]) -> list[str]:
    """Wait until submissions are imported; return their tracks, in order."""
    wanted = list(ids)
    until(lambda: {one["status"] for one in statuses(server, wanted)} == {"imported"})
    return [one["result"]["id"] for one in statuses(server, wanted)]


def account(home: Home, name: str = "somebody") -> str:
    """Make a user who may submit; return the key."""
    done = home.run("acoustid", "account", "add", name, "--json")
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["key"])
