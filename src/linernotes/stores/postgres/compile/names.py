"""The names of a build, kept as they pass on their way into a search index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from linernotes.domain.names import NameRecord
from linernotes.ports.progress import NoProgress
from linernotes.stores.postgres.compile.loading import Target, loading
from linernotes.stores.postgres.documents import Packer
from linernotes.stores.postgres.schema import NAMES

_PART = 2000


def keep_names(records: Iterable[NameRecord], target: Target) -> Iterator[NameRecord]:
    """Yield the records, and write them; they are kept when the last one has been taken."""
    pack = Packer()
    waiting = iter(records)
    with loading(target, NAMES) as loader:
        part = 0
        while some := list(islice(waiting, _PART)):
            loader.copy("name", [(part, pack(some))])
            part += 1
            yield from some
        loader.finish("names: indexes", NoProgress())
