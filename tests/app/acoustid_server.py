"""A stand-in for an AcoustID server, on loopback: it knows the sounds that it is told, and misbehaves when asked to.

Look-ups, submissions and their statuses, as acoustid.org answers them in JSON; everything is compared with everything.
"""

from __future__ import annotations

import gzip
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.codec import decode
from linernotes.fingerprint.match.compare import lookup_score
from linernotes.fingerprint.values import Words

OK = {"status": "ok"}
Form = dict[str, list[str]]


class Refused(Exception):
    """An error of AcoustID's."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.answer = (status, {"status": "error", "error": {"code": code, "message": message}}, {})


class Heard(msgspec.Struct, frozen=True, eq=False):
    """A track that the server knows; ``names`` are its recordings as they are answered with releases."""

    words: Words
    duration: int
    track: str
    names: list[dict[str, Any]]
    alone: list[dict[str, Any]] | None = None
    """How they are answered without releases, if that is different."""


class AcoustidDouble:
    """What the server knows, what it was asked, and what it is to say first, whatever it is asked."""

    def __init__(self) -> None:
        self.url = ""
        self.heard: list[Heard] = []
        self.asked: list[tuple[str, Form, dict[str, str]]] = []
        self.first: deque[tuple[int, Any, dict[str, str]]] = deque()
        self.submitted: list[dict[str, list[str]]] = []
        self.most = 20

    def answer(self, path: str, form: Form, headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        self.asked.append((path, form, headers))
        if self.first:
            return self.first.popleft()
        try:
            answers = {"/v2/lookup": self._lookup, "/v2/submit": self._submit, "/v2/submission_status": self._statuses}
            return 200, OK | (self._stranger if form["client"] == ["wrong"] else answers[path])(form), {}
        except Refused as refused:
            return refused.answer

    def _stranger(self, form: Form) -> dict[str, Any]:
        raise Refused(4, "invalid API key")

    def _lookup(self, form: Form) -> dict[str, Any]:
        meta = form.get("meta", [""])[0].split()
        if "trackid" in form:
            known = [one for one in self.heard if one.track == form["trackid"][0]]
            return {"results": [_result(one, 1.0, meta) for one in known]}
        numbers = [name.partition(".")[2] for name in form if name.startswith("fingerprint.")]
        if len(numbers) > self.most:
            raise Refused(19, "request too large", 413)
        found = []
        for number in numbers:
            try:
                words = decode(form[f"fingerprint.{number}"][0]).words
            except Invalid:
                continue
            seconds = None if "clip" in form else int(form[f"duration.{number}"][0])
            found.append({"index": int(number), "results": self._results(words, seconds, meta)})
        if not found:
            raise Refused(3, "invalid fingerprint")
        return {"fingerprints": found}

    def _results(self, words: Words, seconds: int | None, meta: list[str]) -> list[dict[str, Any]]:
        near = [one for one in self.heard if seconds is None or abs(one.duration - seconds) <= 7]
        scored = [(round(lookup_score(words, one.words), 4), one) for one in near]
        best = sorted((pair for pair in scored if pair[0] > 0.4), key=lambda pair: -pair[0])
        return [_result(one, score, meta) for score, one in best]

    def _submit(self, form: Form) -> dict[str, Any]:
        if form["user"] != ["listener"]:
            raise Refused(6, 'invalid user API key ("User with the API key does not exist")')
        receipts = []
        for number in [name.partition(".")[2] for name in form if name.startswith("fingerprint.")]:
            said = {name.partition(".")[0]: value for name, value in form.items() if name.endswith(f".{number}")}
            self.submitted.append(said)
            receipts.append({"id": len(self.submitted), "status": "pending", "index": number})
        return {"submissions": receipts}

    def _statuses(self, form: Form) -> dict[str, Any]:
        result = {"id": "00000000-0000-4000-8000-000000000001"}
        return {"submissions": [{"id": int(id_), "status": "imported", "result": result} for id_ in form["id"]]}


def _result(one: Heard, score: float, meta: list[str]) -> dict[str, Any]:
    names = one.names if "releases" in meta or one.alone is None else one.alone
    return {"id": one.track, "score": score} | ({"recordings": names} if names else {})


@contextmanager
def serving_acoustid() -> Iterator[AcoustidDouble]:
    """Serve until the block ends."""
    double = AcoustidDouble()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            text = (gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer, more = double.answer(self.path, parse_qs(text, keep_blank_values=True), headers)
            data = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        double.url = f"http://127.0.0.1:{server.server_port}"
        yield double
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
