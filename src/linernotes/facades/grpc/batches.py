"""Batches: one message for each MBID, in the order asked.

They are looked up some at a time, when the client has taken those before, so that who reads slowly makes nobody keep
what they have not read. The message of an entity is kept for the next batch that it is in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import grpc
from google.protobuf.message import Message

from linernotes.domain.errors import Invalid
from linernotes.domain.errors import Unavailable as Fault
from linernotes.domain.ids import MBID, Kind, parse_mbid
from linernotes.facades.grpc import mapping
from linernotes.facades.grpc.answers import Answers
from linernotes.facades.grpc.calls import Calls
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.usecases.library import Library, Lookups, Outcome
from linernotes.usecases.library.lookups import MOST_IN_BATCH

AT_A_TIME = 50
# Sources may use this part of the time that the client waits; the rest is for telling what they did not answer.
PATIENCE = 0.8

METHODS: dict[str, tuple[Kind, type[Message]]] = {
    "BatchGetArtists": (Kind.ARTIST, pb.BatchGetArtistsResponse),
    "BatchGetReleaseGroups": (Kind.RELEASE_GROUP, pb.BatchGetReleaseGroupsResponse),
    "BatchGetReleases": (Kind.RELEASE, pb.BatchGetReleasesResponse),
    "BatchGetRecordings": (Kind.RECORDING, pb.BatchGetRecordingsResponse),
    "BatchGetLabels": (Kind.LABEL, pb.BatchGetLabelsResponse),
    "BatchGetSeries": (Kind.SERIES, pb.BatchGetSeriesResponse),
}


class Batch:
    """One of the batch methods."""

    def __init__(self, name: str, *, calls: Calls, library: Library, lookups: Lookups, answers: Answers) -> None:
        """Keep the parts."""
        self._name = name
        self._kind, self._response = METHODS[name]
        self._calls = calls
        self._library = library
        self._lookups = lookups
        self._answers = answers

    def __call__(self, request: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
        """Answer a call."""
        asked = _parsed(request.mbids)
        hurry = False
        for start in range(0, len(asked), AT_A_TIME):
            some = asked[start : start + AT_A_TIME]
            build = self._library.current()
            kept = {text: self._answers.get((self._name, text.encode()), build) for text, _ in some}
            lacking = {text: mbid for text, mbid in some if kept[text] is None}
            found = self._look_up(lacking, context, hurry=hurry) if lacking else {}
            # A source that let one part of the batch wait is not waited for again.
            hurry = hurry or any(outcome.fault for outcome in found.values())
            for text, _ in some:
                told = kept[text]
                yield told if isinstance(told, bytes) else self._show(text, found[text], build)

    def _look_up(
        self, lacking: Mapping[str, MBID], context: grpc.ServicerContext, *, hurry: bool
    ) -> dict[str, Outcome[Any]]:
        seconds = 0.0 if hurry else context.time_remaining() * PATIENCE
        ask = partial(self._lookups.entities, self._kind, list(lacking.values()), seconds=seconds)
        return dict(zip(lacking, self._calls.run(ask, context), strict=True))

    def _show(self, text: str, outcome: Outcome[Any], build: object) -> bytes:
        answer: Any = self._response(mbid=text)
        if outcome.fault is not None:
            answer.unavailable.reason = outcome.fault.message
            if isinstance(outcome.fault, Fault) and outcome.fault.retry_after is not None:
                answer.unavailable.retry_after_seconds = outcome.fault.retry_after
            return bytes(answer.SerializeToString())
        if outcome.value is None:
            answer.missing.SetInParent()
        else:
            answer.found.CopyFrom(mapping.entity(self._kind, outcome.value, outcome.provenance))
        told = bytes(answer.SerializeToString())
        self._answers.put((self._name, text.encode()), told, build)
        return told


def _parsed(texts: Sequence[str]) -> list[tuple[str, MBID]]:
    if len(texts) > MOST_IN_BATCH:
        with field("mbids"):
            raise Invalid(f"at most {MOST_IN_BATCH} MBIDs in one batch", hint="Ask for them in several batches.")
    return [(text, _mbid(number, text)) for number, text in enumerate(texts)]


def _mbid(number: int, text: str) -> MBID:
    try:
        return parse_mbid(text)
    except Invalid:
        with field(f"mbids[{number}]"):
            raise
