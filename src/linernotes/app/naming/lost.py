"""Whether the state still has what was handed in: an older copy of it may have been put back.

The copy has another future: numbers above what it knew are given again, to other submissions. Both agree up to some
number, so that the newest submissions that are remembered tell whether there is anything to forget. A submission is
told by the track that it became, whose UUID is made by chance.
"""

from __future__ import annotations

from linernotes.app.naming.known import KnownFiles
from linernotes.ports.identification import Submissions, Tracks

AT_ONCE = 500
"""Submissions that are looked at at once."""

_ABOVE_ALL = 1 << 62


def forget_lost(known: KnownFiles, submissions: Submissions, tracks: Tracks) -> int:
    """Forget the files whose submissions are not there any more; return how many files. Usually this is one read."""
    below, lost = _ABOVE_ALL, 0
    while newest := known.newest(below=below, limit=AT_ONCE):
        absent = _absent(newest, submissions, tracks)
        if not absent:
            break
        below = lost = min(absent)
        if below != newest[-1][0]:
            break
    return known.forget(lost) if lost else 0


def sign_new(known: KnownFiles, submissions: Submissions) -> None:
    """Remember of each submission what became of it, once it is known."""
    numbers = known.unsigned()
    for start in range(0, len(numbers), AT_ONCE):
        found = submissions.statuses(numbers[start : start + AT_ONCE])
        known.sign({status.id: status.gid for status in found if status and status.gid})


def _absent(newest: list[tuple[int, str]], submissions: Submissions, tracks: Tracks) -> list[int]:
    """Return those that are not there, or are others."""
    found = submissions.statuses([number for number, _ in newest])
    signs = {number: sign for number, sign in newest if sign}
    now = {status.id: status.gid or "" for status in found if status}
    doubtful = [sign for number, sign in signs.items() if now.get(number, sign) != sign]
    # Tracks may have been merged since.
    ends = {sign: ref.gid for sign, ref in zip(doubtful, tracks.tracks(doubtful), strict=True) if ref}
    return [
        number
        for number, sign in newest
        if number not in now or (sign and now[number] not in {sign, ends.get(sign, sign)})
    ]
