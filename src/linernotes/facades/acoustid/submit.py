"""Submissions: what is sent in, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice

from linernotes.domain.identification import SubmissionState, SubmissionStatus
from linernotes.facades.acoustid.calls import Answer, Call
from linernotes.facades.acoustid.door import Door
from linernotes.facades.acoustid.serialise import Tree
from linernotes.facades.acoustid.submissions import FIRST, SECOND, Dialect, Submitter, read_submissions
from linernotes.usecases.identify.submitting import Submitting


class Submit:
    """Takes submissions, and tells of them."""

    def __init__(self, *, submitting: Submitting, door: Door) -> None:
        """Take who keeps them, and who lets in."""
        self._submitting = submitting
        self._door = door

    async def second(self, call: Call) -> Answer:
        """Answer ``/v2/submit``."""
        return await self._answer(call, SECOND)

    async def first(self, call: Call) -> Answer:
        """Answer ``/submit``."""
        return await self._answer(call, FIRST)

    async def status(self, call: Call) -> Answer:
        """Answer ``/v2/submission_status``. Only who asks for ``reasons`` is told that something was rejected."""
        application = await self._door.application(call)
        ids = await call.aside(partial(call.given.numbers, "id"))
        reasons = bool(call.given.number("reasons"))
        await self._door.admit(call, application)
        found = await self._submitting.statuses(ids) if ids else []
        return {"submissions": await call.aside(partial(_listed, ids, found, reasons=reasons))}

    async def _answer(self, call: Call, dialect: Dialect) -> Answer:
        application = await self._door.application(call)
        account = await self._door.account(call)
        submitter = Submitter(account.id, application.id, call.given.text("clientversion"))
        items = await call.aside(partial(read_submissions, call.given, submitter, dialect))
        await self._door.admit(call, application)
        statuses = iter(await self._submitting.submit([one for item in items for one in item.said]))
        return {
            "submissions": [
                _told(status) | ({"index": item.index} if item.index else {})
                for item in items
                for status in islice(statuses, len(item.said))
            ]
        }


def _listed(ids: Sequence[int], found: Sequence[SubmissionStatus | None], *, reasons: bool) -> list[Tree]:
    said = zip(ids, found, strict=True)
    return [_told(status or SubmissionStatus(id_, SubmissionState.PENDING), reasons=reasons) for id_, status in said]


def _told(status: SubmissionStatus, *, reasons: bool = False) -> dict[str, Tree]:
    """Return what is told of a submission; one that was rejected is pending for whoever does not ask."""
    found: dict[str, Tree] = {"id": status.id, "status": SubmissionState.PENDING.value}
    if status.state is SubmissionState.IMPORTED:
        found |= {"status": status.state.value, "result": {"id": status.gid}}
    elif reasons:
        found |= {"status": status.state.value} | ({"reason": status.reason} if status.reason else {})
    return found
