"""What a sound is: the one operation that takes files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from linernotes.domain.errors import NotFound
from linernotes.facades._kit.http import Reply
from linernotes.facades.native.asked import Asked
from linernotes.facades.native.identify_wire import HIGHEST_TOLERANCE, INCLUDES, MOST_TRACKS, Identified, Sound
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.resources import including
from linernotes.facades.native.routes import Operation, Parameter

Recognise = Callable[[Asked], Awaitable[Identified]]

# Eight made-up words: it is found nowhere, and short enough to be shown.
EXAMPLE = {"fingerprint": "AQAACEnSzElG4RfyQ1oZKNmDPMaZH9-iLQBgIOGYEEAA", "duration": 240}
PARAMETERS = (
    Parameter(
        name="duration",
        description="Of the whole file, in seconds: for a file whose end is missing, or that does not say it itself.",
        schema=float,
    ),
    Parameter(
        name="clip",
        description="1 for an excerpt from anywhere in a track; the server needs an index of whole tracks for it.",
        schema=("0", "1"),
    ),
    Parameter(name="limit", description="Tracks at most; 10 if nothing is said.", schema=int, most=MOST_TRACKS),
    Parameter(
        name="tolerance",
        description="By how many seconds durations may differ; 7 if nothing is said.",
        schema=int,
        most=HIGHEST_TOLERANCE,
    ),
    *including(INCLUDES),
)


class Identifying:
    """Answers what sounds are; nothing where music is not identified."""

    def __init__(self, *, recognise: Recognise | None, replies: Replies) -> None:
        """Keep who knows."""
        self._recognise = recognise
        self._replies = replies

    def operations(self) -> Iterator[Operation]:
        """Describe what is answered here."""
        yield Operation(
            method="POST",
            path="/identify",
            name="identify",
            tag="identify",
            summary="What a sound is",
            description=(
                "By a fingerprint, or by a sound file: as the body, of any type such as `audio/flac`, or as the field "
                "`file` of a form. The first two minutes of a file suffice. Options stand in the query or in the body; "
                "`include=release-groups` brings the releases along. Nothing sounding like it is an empty list; 404 "
                "says that this server does not identify music."
            ),
            handler=self.identify,
            answer=Identified,
            parameters=PARAMETERS,
            body=Sound,
            body_example=EXAMPLE,
            files=True,
            failures=(404,),
        )

    async def identify(self, asked: Asked) -> Reply:
        """Name a sound."""
        if self._recognise is None:
            raise NotFound(
                "Identification is switched off on this server",
                hint="The setting identification.enabled switches it on.",
            )
        return self._replies.fresh(await self._recognise(asked))
