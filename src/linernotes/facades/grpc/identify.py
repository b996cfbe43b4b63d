"""The calls of Identify. Each is worked out on the event loop, up to a function that makes the message."""

from __future__ import annotations

from typing import Any

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.domain.keys import Scope
from linernotes.facades.grpc import identify_mapping as mapping
from linernotes.facades.grpc.calls import Calls
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import identify_pb2 as pb
from linernotes.facades.grpc.identify_calls import Method, Personal, Upload
from linernotes.facades.grpc.places import Places
from linernotes.facades.grpc.reading import Show
from linernotes.facades.grpc.services import IDENTIFY, request_of
from linernotes.fingerprint.codec_fast import encode
from linernotes.usecases.identify.asking import duration_of, read_duration, read_limit, read_tolerance, read_words
from linernotes.usecases.identify.listening import LENGTH, Listening
from linernotes.usecases.identify.naming import Asker, Naming
from linernotes.usecases.identify.values import Detail, Query

MOST_SUBMISSIONS = 100


class How(msgspec.Struct, frozen=True):
    """The options of a look-up, checked."""

    limit: int
    tolerance: int
    clip: bool
    detail: Detail


class Identifying:
    """Answers what sounds are."""

    def __init__(self, *, naming: Naming, listening: Listening) -> None:
        """Keep whom to ask."""
        self._naming = naming
        self._listening = listening

    def methods(self, *, calls: Calls, places: Places) -> dict[str, Any]:
        """Return what answers each method; each file that is being sent takes one of the places."""
        answered: dict[str, tuple[Method, Scope]] = {
            "Lookup": (self.lookup, Scope.READ),
            "Submit": (self.submit, Scope.SUBMIT),
            "SubmissionStatus": (self.statuses, Scope.READ),
        }
        return {
            name: Personal(request=request_of(IDENTIFY, name), method=method, calls=calls, scope=scope)
            for name, (method, scope) in answered.items()
        } | {"LookupAudio": Upload(method=self.lookup_audio, calls=calls, places=places)}

    async def lookup(self, request: pb.LookupRequest, asker: Asker) -> Show:
        """Name a fingerprint."""
        how = _how(request.options)
        with field("words" if request.words else "fingerprint"):
            words = read_words(request.fingerprint, request.words)
        with field("duration"):
            duration = read_duration(request.duration, clip=how.clip)
        query = Query(words, duration, tolerance=how.tolerance, clip=how.clip)
        answer = await self._naming.name(query, how.detail, limit=how.limit, asker=asker)
        return lambda: mapping.response(answer, duration=duration)

    async def lookup_audio(self, options: pb.AudioOptions, data: bytes, asker: Asker) -> Show:
        """Name a file by its bytes."""
        how = _how(options.options)
        with field("options.duration"):
            said = read_duration(options.duration) if options.duration else 0
        heard = await self._listening.listen(
            data,
            length=options.length or LENGTH,
            kind=options.format,
            rate=options.sample_rate,
            channels=options.channels,
        )
        duration = duration_of(heard, said)
        query = Query(heard.words, duration, tolerance=how.tolerance, clip=how.clip)
        answer = await self._naming.name(query, how.detail, limit=how.limit, asker=asker)
        return lambda: mapping.response(answer, duration=duration, fingerprint=encode(heard.words))

    async def submit(self, request: pb.SubmitRequest, asker: Asker) -> Show:
        """Keep what somebody says of fingerprints."""
        with field("submissions"):
            if not 1 <= len(request.submissions) <= MOST_SUBMISSIONS:
                raise Invalid(f"From 1 to {MOST_SUBMISSIONS} submissions are taken at once")
        said = [mapping.submission(one, f"submissions[{n}]") for n, one in enumerate(request.submissions)]
        statuses = await self._naming.submit(said, asker)
        return lambda: pb.SubmitResponse(submissions=[mapping.result(status) for status in statuses])

    async def statuses(self, request: pb.SubmissionStatusRequest, _: Asker) -> Show:
        """Say what became of submissions."""
        with field("ids"):
            if not 1 <= len(request.ids) <= MOST_SUBMISSIONS:
                raise Invalid(f"From 1 to {MOST_SUBMISSIONS} ids are taken at once")
        found = await self._naming.statuses(request.ids)
        return lambda: pb.SubmissionStatusResponse(
            submissions=[mapping.result(status) for status in found if status is not None],
            missing=[id_ for id_, status in zip(request.ids, found, strict=True) if status is None],
        )


def _how(options: pb.LookupOptions) -> How:
    with field("options.limit"):
        limit = read_limit(options.limit)
    with field("options.tolerance"):
        tolerance = read_tolerance(options.tolerance)
    with field("options.include"):
        detail = mapping.detail(options.include)
    return How(limit, tolerance, options.clip, detail)
