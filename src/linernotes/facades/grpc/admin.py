"""The calls of Admin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.ids import parse_mbid
from linernotes.facades.grpc import mapping
from linernotes.facades.grpc.answers import Answers
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import admin_pb2 as pb
from linernotes.facades.grpc.reading import Method, Show
from linernotes.usecases.library import Library, Lookups
from linernotes.usecases.library.filling import Tally

KINDS = {number: kind for kind, number in mapping.KINDS.items()}


class Administration:
    """Looks after the library."""

    def __init__(
        self,
        *,
        library: Library,
        lookups: Lookups,
        answers: Answers,
        now: Callable[[], int],
        version: str,
        tallies: Callable[[], Mapping[str, Tally]],
    ) -> None:
        """Keep the parts. ``tallies`` says what each source was asked."""
        self._library = library
        self._lookups = lookups
        self._answers = answers
        self._version = version
        self._tallies = tallies
        self._started = now()

    def methods(self) -> dict[str, Method]:
        """Return the methods by name."""
        return {"Refresh": self.refresh, "Stats": self.stats}

    async def refresh(self, request: pb.RefreshRequest, seconds: float) -> Show:
        """Have an entity fetched anew."""
        with field("entity.kind"):
            kind = KINDS.get(request.entity.kind)
            if kind is None:
                raise Invalid("A kind is needed")
        with field("entity.mbid"):
            mbid = parse_mbid(request.entity.mbid)
        queued = await self._lookups.refresh(kind, mbid)
        return lambda: pb.RefreshResponse(queued=queued)

    async def stats(self, request: pb.StatsRequest, seconds: float) -> Show:
        """Say what is served and what was done."""
        answer = pb.StatsResponse(
            version=self._version,
            started_at=mapping.moment(self._started),
            build=self._build(),
            sources=[_source(name, tally) for name, tally in sorted(self._tallies().items())],
            answers=self._kept(),
        )
        return lambda: answer

    def _build(self) -> pb.Build | None:
        try:
            info = self._library.current().catalogue.info()
        except Unavailable:
            return None
        # The empty build that is served where there is none has no time.
        return build(info) if info.built_at else None

    def _kept(self) -> pb.AnswerCacheStats:
        answers = self._answers
        return pb.AnswerCacheStats(hits=answers.hits, misses=answers.misses, bytes=answers.bytes, entries=len(answers))


def build(info: BuildInfo) -> pb.Build:
    """Return what is told of an imported catalogue."""
    return pb.Build(
        id=info.build_id,
        built_at=mapping.moment(info.built_at),
        dump_timestamp=info.dump_timestamp,
        schema_sequence=info.schema_sequence,
        replication_sequence=info.replication_sequence,
        layers=[layer.value for layer in info.layers],
        counts=dict(info.counts),
    )


def _source(name: str, tally: Tally) -> pb.SourceStats:
    counts: dict[str, Any] = {
        "fetched": tally.fetched, "missing": tally.missing, "faults": tally.faults, "joined": tally.joined
    }  # fmt: skip
    return pb.SourceStats(name=name, **counts)
