"""How each kind of index is opened, and the rules of scoring once more, written from their text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.indexes.embedded import EmbeddedIndex
from linernotes.indexes.memory import MemoryIndex
from linernotes.indexes.remote import RemoteIndex
from linernotes.ports.fingerprints import Change, FingerprintIndex, Hit, SearchRules
from tests.indexes.serving import serving

DURABLE = ("buffered", "flushed", "merged")
REMOTE = "remote"
KINDS = ("memory", *DURABLE, REMOTE)
CAPPED = "capped"


class Restless(EmbeddedIndex):
    """An embedded index that moves its documents after each commit."""

    def __init__(self, *, index: Index, move: Callable[[], None]) -> None:
        super().__init__(index=index)
        self._move = move

    def apply(
        self, changes: Sequence[Change], *, metadata: Mapping[str, str] = {}, expected_version: int | None = None
    ) -> int:
        version = super().apply(changes, metadata=metadata, expected_version=expected_version)
        self._move()
        return version


@contextmanager
def opened(kind: str, directory: MemoryDirectory | None = None) -> Iterator[FingerprintIndex]:
    """Give an index of a kind, a new one or that of a directory; it is closed at the end.

    One keeps all in its buffer, one has a segment per commit, one a single segment. The capped one takes every hash
    that more than two documents of a segment share for a common one, and may miss hits after the first. The remote one
    is asked over the loopback interface, of a server that begins without any index.
    """
    if kind == "memory":
        yield MemoryIndex()
        return
    if kind == REMOTE:
        with TemporaryDirectory() as home, served(Path(home) / "indexes") as remote:
            yield remote
        return
    settings = IndexSettings(frequency_cap=2 if kind == CAPPED else 256, flush_postings=10_000)
    with closing(Index.open(directory or MemoryDirectory(), settings=settings)) as index:
        yield Restless(index=index, move={"buffered": nothing, "merged": index.merge}.get(kind, index.flush))


@contextmanager
def served(folder: Path) -> Iterator[RemoteIndex]:
    """Give a new index of a server that has its files in a folder."""
    with serving(folder) as url, closing(RemoteIndex(url=url)) as remote:
        remote.ensure()
        yield remote


def nothing() -> None:
    """Leave everything where it is."""


def by_the_rules(
    documents: Mapping[int, Sequence[int]], query: Sequence[int], rules: SearchRules, *, limit: int | None = None
) -> list[Hit]:
    """Return the hits that the rules ask for, with another limit if one is given."""
    asked_for = {hash_ % (1 << 32) for hash_ in query}
    floor = rules.min_score if rules.min_score is not None else (len(query) + 19) // 20
    found = []
    for id_, hashes in documents.items():
        score = len([hash_ for hash_ in hashes if hash_ % (1 << 32) in asked_for])
        if score and score >= floor:
            found.append(Hit(id_, score))
    found.sort(key=lambda hit: hit.id)
    found.sort(key=lambda hit: hit.score, reverse=True)
    if found:
        top = found[0].score
        found = [hit for hit in found if hit.score == top or hit.score >= top * rules.percent // 100]
    return found[: rules.limit if limit is None else limit]
