"""From a request to what its sound is. This loads compiled code, for servers that identify music alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from linernotes.domain.errors import Invalid
from linernotes.facades.native.asked import Asked, known
from linernotes.facades.native.identify_mapping import identified
from linernotes.facades.native.identify_wire import INCLUDES, Identified
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.sounds import Said, read_said
from linernotes.fingerprint.codec_fast import encode
from linernotes.fingerprint.values import Words
from linernotes.usecases.identify.asking import (
    HIGHEST_TOLERANCE,
    MOST_TRACKS,
    duration_of,
    read_duration,
    read_limit,
    read_tolerance,
    read_words,
)
from linernotes.usecases.identify.listening import Listening
from linernotes.usecases.identify.naming import Asker, Naming
from linernotes.usecases.identify.values import Detail, Query

_WHOLE = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{0,20})?")
_CLIPS = {"": False, "0": False, "1": True}


class Recogniser:
    """Answers what sounds are."""

    def __init__(self, *, naming: Naming, listening: Listening, replies: Replies) -> None:
        """Keep whom to ask."""
        self._naming = naming
        self._listening = listening
        self._replies = replies

    async def __call__(self, asked: Asked) -> Identified:
        """Return what a request's sound is."""
        said = read_said(asked)
        options = said.options
        clip = _CLIPS.get(options.get("clip", ""))
        if clip is None:
            raise Invalid("`clip` is 1 for an excerpt, or 0")
        limit = read_limit(_number(options, "limit", MOST_TRACKS))
        tolerance = read_tolerance(_number(options, "tolerance", HIGHEST_TOLERANCE))
        detail = _detail(options.get("include", ""))
        words, duration, text = await self._sound(said, clip=clip)
        query = Query(words, duration, tolerance=tolerance, clip=clip)
        answer = await self._naming.name(query, detail, limit=limit, asker=_asker(asked))
        prefix = asked.request.prefix
        return await self._replies.made(
            lambda: identified(answer, detail, duration=duration, fingerprint=text, prefix=prefix),
            size=len(answer.releases),
        )

    async def _sound(self, said: Said, *, clip: bool) -> tuple[Words, int, str]:
        """Return the words, the duration to look for, and of a file the text of its fingerprint."""
        seconds = _seconds(said.options)
        if said.file is None:
            return read_words(said.fingerprint, said.numbers), read_duration(seconds, clip=clip), ""
        duration = read_duration(seconds) if seconds else 0
        heard = await self._listening.listen(said.file)
        return heard.words, duration_of(heard, duration), encode(heard.words)


def _detail(include: str) -> Detail:
    names = known([name for part in include.split(",") if (name := part.strip())], INCLUDES, what="`include`")
    return Detail(
        recordings=True,
        releases="releases" in names,
        release_groups="release-groups" in names,
        user_metadata="user-metadata" in names,
    )


def _number(options: Mapping[str, str], name: str, most: int) -> int:
    text = options.get(name)
    if text is None:
        return 0
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= most:
        raise Invalid(f"`{name}` is a whole number from 1 to {most}, not {text[:20]!r}")
    return int(text)


def _seconds(options: Mapping[str, str]) -> float:
    text = options.get("duration", "0")
    if not _SECONDS.fullmatch(text):
        raise Invalid(f"`duration` is a number of seconds, not {text[:20]!r}")
    return float(text)


def _asker(asked: Asked) -> Asker:
    request = asked.request
    key_id = None if request.caller is None else request.caller.key_id
    return Asker(key_id, request.address, request.headers.get("user-agent", ""))
