"""How many typing errors lie between two texts."""

from __future__ import annotations


def distance(left: str, right: str, most: int) -> int:
    """Return the number of substitutions, insertions, deletions and swaps of neighbours from one text to the other.

    ``most + 1`` stands for more than ``most``. No place is edited twice (optimal string alignment), as in the fuzzy
    queries of Lucene and tantivy.
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    left, right = _without_common_ends(left, right)
    if not left or not right:
        return min(len(left) or len(right), most + 1)
    return min(_align(left, right, most), most + 1)


def _without_common_ends(left: str, right: str) -> tuple[str, str]:
    shortest = min(len(left), len(right))
    start = next((i for i in range(shortest) if left[i] != right[i]), shortest)
    left, right = left[start:], right[start:]
    shortest -= start
    end = next((i for i in range(shortest) if left[-1 - i] != right[-1 - i]), shortest)
    return left[: len(left) - end], right[: len(right) - end]


def _align(left: str, right: str, most: int) -> int:
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            break
        before, above = above, row
    else:
        return above[-1]
    return most + 1
