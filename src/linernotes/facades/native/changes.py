"""What changed lately, page by page, newest first.

While somebody turns pages new changes come in at the top and push the others down. A cursor names the last entity of
a page and how many there were: a page begins behind that entity, or, if it moved up, at that number. So nothing is left
out; what was shown before may be shown again.
"""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.facades._kit.http import Reply
from linernotes.facades.native.answers import Changes
from linernotes.facades.native.asked import Asked
from linernotes.facades.native.cursors import write_cursor
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.resources import CURSOR, LIMIT
from linernotes.facades.native.routes import Operation, Parameter
from linernotes.facades.native.searching import TYPES, reference
from linernotes.facades.native.times import LATEST, read_moment, rfc3339
from linernotes.usecases.library import Library, Lookups

DEEPEST = 10_000
"""Changes behind this are not listed: who has missed so many is better off with a new start."""


class Changing:
    """Answers what changed."""

    def __init__(self, *, lookups: Lookups, library: Library, replies: Replies) -> None:
        """Keep whom to ask."""
        self._lookups = lookups
        self._library = library
        self._replies = replies

    def operations(self) -> Iterator[Operation]:
        """Describe what is answered here."""
        yield Operation(
            method="GET",
            path="/changes",
            name="list_changes",
            tag="changes",
            summary="What changed lately, newest first",
            description=f"At most {DEEPEST:,} in all; then `complete` is false and `next` null on the last page.",
            handler=self.changes,
            answer=Changes,
            parameters=(
                Parameter(name="type", description="What to list.", schema=TYPES, required=True, example="artist"),
                Parameter(
                    name="since",
                    description="Only what changed after this time (RFC 3339); a day stands for its midnight, in UTC.",
                    example="2026-11-21T00:00:00Z",
                ),
                LIMIT,
                CURSOR,
            ),
        )

    async def changes(self, asked: Asked) -> Reply:
        """List a page of changes."""
        kind = Kind(asked.choice("type", TYPES))
        since = min(max(read_moment(asked.text("since")), 0), LATEST) if asked.text("since") else 0
        limit, after = asked.limit(), asked.after(tuple[int, str])
        shown, last = (0, "") if after is None else (min(max(after[0], 0), DEEPEST), after[1])
        wanted = min(shown + limit, DEEPEST) + 1
        mbids = (await self._lookups.changes(kind, since=since, limit=wanted)).mbids
        begin = max(shown, mbids.index(MBID(last)) + 1) if last in mbids else shown
        page = mbids[begin : min(begin + limit, DEEPEST)]
        end = begin + len(page)
        more = 0 < end < DEEPEST and (end < len(mbids) or len(mbids) == wanted)
        cursor = write_cursor((end, mbids[end - 1])) if more else None
        following = asked.next("/changes", cursor, limit=limit)
        known_since = self._library.current().catalogue.info().history_since
        answer = Changes(
            items=tuple([reference(EntityRef(kind, mbid), asked.request.prefix) for mbid in page]),
            known_since=rfc3339(known_since),
            complete=since >= known_since and len(mbids) <= DEEPEST,
            next=following,
        )
        return self._replies.fresh(answer, next_page=following)
