"""An index on an fpindex server behind the port: what is asked, and what the answers say.

Where fpindex's protocol or the original server gives less than the port promises, `RemoteIndex` says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import msgspec

from linernotes.domain.errors import Conflict, Invalid, Unavailable
from linernotes.fingerprint.index.lineages import check_name
from linernotes.fingerprint.values import Words, as_words
from linernotes.indexes import check_metadata
from linernotes.indexes.remote import answers, wire
from linernotes.indexes.remote.address import read_address
from linernotes.indexes.remote.connections import SOURCE, Connections, Request
from linernotes.indexes.remote.reading import Answer
from linernotes.indexes.remote.updates import check_size, write_update
from linernotes.ports.fingerprints import DEFAULT_RULES, HIGHEST_ID, Change, Hit, IndexState, SearchRules

MOST_RESULTS = 100
"""More hits than these no fpindex server gives for one query."""

_NOTHING: Mapping[str, str] = {}
_LONGEST_MILLISECONDS = 10_000
_MOST_ANSWER_BYTES = 16 << 20
_HIGHEST_VERSION = (1 << 64) - 1
_SAME_VERSION_ATTEMPTS = 3
_UNSURE = "The update may have been made or not: look at the index's version before making it again."
_encode = msgspec.msgpack.Encoder().encode


class RemoteIndex:
    """One index of an fpindex server, asked over HTTP. It blocks; any number of threads may use it.

    An index that is not there is made by the first `apply`, or by `ensure`; until then it is `Unavailable`.

    What differs from the port's promises, with every server:

    - There are never more than `MOST_RESULTS` hits for a query, the best ones, whatever limit is given.
    - A commit has a body of less than 16 MiB; a larger one is `Invalid`, as is a query of that size.
    - The protocol asks one query at a time. If the index changes while `search_all` asks, it asks again; with one that
      never stands still the hits of different queries may in the end be from versions that follow each other.
    - An `apply` that is `Unavailable` may have been made all the same. Whoever expects a version can ask for it again:
      `Conflict` then says that the index went on, by this commit or by another one.

    With the original server, and not with `linernotes fpindex`:

    - A hash that some hundreds of documents have counts for the first of these only: scores of others are too low.
    - `version_of` may be that of a later commit, and `state` may count removed documents until it tidies up.
    """

    remote = True

    def __init__(
        self,
        *,
        url: str,
        name: str = "acoustid",
        timeout_seconds: float = 5.0,
        update_seconds: float = 60.0,
        connections: int = 4,
    ) -> None:
        """Use the index of this name at a URL, which may hold a name and a password; nothing is asked yet.

        An update may take `update_seconds`, everything else `timeout_seconds`. So many connections are kept open, and
        as many queries of `search_all` are asked at a time. Raises `Invalid` for what cannot be any of these.
        """
        check_name(name)
        _check_numbers(timeout_seconds, update_seconds, connections)
        address = read_address(url)
        self._where = address.where
        self._path = f"/{name}"
        self._seconds = timeout_seconds
        self._update_seconds = update_seconds
        self._milliseconds = max(1, min(int(timeout_seconds * 1000), _LONGEST_MILLISECONDS))
        self._connections = Connections(address=address, kept=connections, most_bytes=_MOST_ANSWER_BYTES)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="fpindex")

    def ensure(self) -> None:
        """Make the index if it is not there. Raises `Unavailable`, also for one that is still being filled."""
        request = Request(method="PUT", path=self._path, seconds=self._update_seconds)
        answer = self._connections.ask(request)
        if answer.status == 202 or not answers.read(answer, wire.Created, where=self._where).ready:
            raise Unavailable(f"The index at the index server {self._where} is not ready yet.", source=SOURCE)

    def search(self, query: Sequence[int], rules: SearchRules = DEFAULT_RULES) -> list[Hit]:
        """Search the newest version, as the port says but for what the class says."""
        return self._hits(as_words(query), rules)

    def search_all(self, queries: Sequence[Sequence[int]], rules: SearchRules = DEFAULT_RULES) -> list[list[Hit]]:
        """Search for each query, a few at a time; each may take as long as one alone."""
        words = [as_words(query) for query in queries]
        if sum(one.size > 0 for one in words) < 2:
            return [self._hits(one, rules) for one in words]
        found: list[list[Hit]] = []
        before = self._status()
        for _ in range(_SAME_VERSION_ATTEMPTS):
            found = self._side_by_side(words, rules)
            after = self._status()
            if after == before:
                break
            before = after
        return found

    def apply(
        self,
        changes: Sequence[Change],
        *,
        metadata: Mapping[str, str] = _NOTHING,
        expected_version: int | None = None,
    ) -> int:
        """Commit changes with one update, which is on the server's disk when this returns."""
        check_metadata(metadata)
        if expected_version is not None and not 0 <= expected_version <= _HIGHEST_VERSION:
            raise Conflict(f"No index is ever at version {expected_version}.", source=SOURCE)
        request = Request(
            method="POST",
            path=f"{self._path}/_update",
            body=write_update(changes, metadata=metadata, expected_version=expected_version),
            seconds=self._update_seconds,
            repeatable=expected_version is not None,
            hint=_UNSURE,
        )
        answer = self._connections.ask(request)
        if answers.told(answer) == answers.INDEX_MISSING:
            self.ensure()
            answer = self._connections.ask(request)
        if answer.repeated and answers.told(answer) == answers.VERSION_DIFFERS:
            # The connection ended after the first request: that one may be what made the version another one.
            raise Unavailable(f"An update was lost on its way to {self._where}.", hint=_UNSURE, source=SOURCE)
        return answers.read(answer, wire.Versioned, where=self._where).version

    def version_of(self, id_: int) -> int | None:
        """Return the version of the commit that a document came with."""
        if not 1 <= id_ <= HIGHEST_ID:
            return None
        answer = self._get(f"/{id_}")
        if answers.told(answer) == answers.DOCUMENT_MISSING:
            return None
        return answers.read(answer, wire.Versioned, where=self._where).version

    def state(self) -> IndexState:
        """Return what the index holds by now."""
        found = answers.read(self._get(""), wire.Description, where=self._where)
        return IndexState(version=found.version, documents=found.stats.num_docs, metadata=found.metadata)

    def close(self) -> None:
        """Close all connections. Whatever is asked afterwards is `Unavailable`."""
        self._connections.close()
        self._threads.shutdown()

    def _hits(self, query: Words, rules: SearchRules) -> list[Hit]:
        if not query.size or not rules.limit:
            return []
        limit = min(rules.limit, MOST_RESULTS)
        asked = wire.Search(
            query=query.tolist(),
            timeout=self._milliseconds,
            limit=limit,
            # What is beyond 100 means the same to the port; servers differ.
            percent=min(rules.percent, 100),
            min_score=msgspec.UNSET if rules.min_score is None else rules.min_score,
        )
        body = _encode(asked)
        check_size(len(body))
        request = Request(method="POST", path=f"{self._path}/_search", body=body, seconds=self._seconds)
        found = answers.read(self._connections.ask(request), wire.Results, where=self._where).results
        if len(found) > limit or any((-one.score, one.id) >= (-two.score, two.id) for one, two in pairwise(found)):
            raise Unavailable(f"The index server at {self._where} gives hits that were not asked for.", source=SOURCE)
        return [Hit(one.id, one.score) for one in found]

    def _side_by_side(self, queries: Sequence[Words], rules: SearchRules) -> list[list[Hit]]:
        try:
            asked = self._threads.map(lambda one: self._hits(one, rules), queries)
        except RuntimeError as exc:
            raise Unavailable("The index is closed.", source=SOURCE) from exc
        return list(asked)

    def _status(self) -> wire.Status:
        return answers.read(self._get("/_status"), wire.Status, where=self._where)

    def _get(self, path: str) -> Answer:
        return self._connections.ask(Request(method="GET", path=self._path + path, seconds=self._seconds))


def _check_numbers(timeout_seconds: float, update_seconds: float, connections: int) -> None:
    if not all(0 < seconds < math.inf for seconds in (timeout_seconds, update_seconds)):
        raise Invalid("A request to the index server takes more than 0 seconds.")
    if connections < 1:
        raise Invalid("The index server is asked over 1 connection or more.")
