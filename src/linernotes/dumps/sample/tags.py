"""Tags and genres: the tag list and the votes on entities, which may be zero or negative."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, choice, field, power_rank
from linernotes.dumps.sample.facts import facts
from linernotes.dumps.sample.text import number, pick, table, uuid

_COUNTS = list(range(-3, 41))
_COUNT_TEXT = table([str(count) for count in _COUNTS])
_COUNT_WEIGHTS = {
    at: {-3: 0.2, -2: 0.4, -1: 1.5, 0: 5.0}.get(count, 100.0 / count**1.7 if count else 0)
    for at, count in enumerate(_COUNTS)
}
_TOP = 300

Share = Callable[[NDArray[Any]], NDArray[np.float64]]


def genres_and_tags(context: Context) -> tuple[Table, Table]:
    """Return the genre table (core) and the tag table (derived); the first tags are the genres' names."""
    genres = facts()["genre"]
    known = [*genres, *facts()["tag"]]
    top = table(known)

    def genre(ids: Ints) -> bytearray:
        return context.lines(
            "genre",
            len(ids),
            id=number(ids),
            gid=uuid(context.draws, "genre", ids),
            name=pick(top, ids - 1),
            last_updated=stamps(ids),
        )

    def tag(ids: Ints) -> bytearray:
        extra = table(["", "-", " ", "/"])
        late = ids > len(known)
        word = table([name.split(" ")[0] for name in known])
        name = np.concatenate(
            [
                pick(top, np.where(late, 0, ids - 1)) * ~late[:, None],
                pick(word, ids % len(known)) * late[:, None],
                pick(extra, ids // 7 % 4) * late[:, None],
                number(ids) * late[:, None],
            ],
            axis=1,
        )
        return context.lines(
            "tag", len(ids), id=number(ids), name=name.astype(np.uint8), ref_count=number(2_000_000 // ids)
        )

    tags = max(context.catalogue.plan.tags, len(known))
    return context.plain("genre", len(genres), genre), context.plain("tag", tags, tag, "derived")


def tag_rows(context: Context, entity: str, units: int, share: float | Share, average: float) -> Table:
    """Return `<entity>_tag`: a `share` of the units carries tags, on average `average` of them."""
    draws = context.draws
    pool = max(context.catalogue.plan.tags, len(facts()["genre"]) + len(facts()["tag"]))

    def counts(ids: NDArray[Any]) -> Ints:
        bits = draws.bits(entity + ".tags", ids)
        many = 1 + np.minimum(24, (1 - average) * np.log1p(-(field(bits, 1) / 65536))).astype(np.int64)
        tagged = share(ids) if callable(share) else share
        return np.where(field(bits, 0) < tagged * 65536, many, 0)

    def text(owners: Ints, places: Ints) -> bytearray:
        bits = draws.bits(entity + ".tag", owners)
        # Steps through the popular tags keep the tags of one entity apart.
        first = power_rank(field(bits, 0) / 65536, min(_TOP, pool), 0.8, 2.0)
        rare = (field(bits, 1) < 2000) & (places == 0)
        tag = (first + places * (1 + 2 * (field(bits, 2) % 5).astype(np.int64))) % min(_TOP, pool)
        tag = np.where(rare & (pool > _TOP), _TOP + bits.astype(np.int64) % max(1, pool - _TOP), tag)
        votes = choice(field(draws.bits(entity + ".votes", owners * 32 + places), 0), _COUNT_WEIGHTS)
        kept = context.edits.kept(entity, owners)
        return context.lines(
            entity + "_tag",
            len(owners),
            kept,
            **{entity: number(owners)},
            tag=number(1 + tag),
            count=pick(_COUNT_TEXT, votes),
            last_updated=stamps(owners),
        )

    return context.ragged(entity + "_tag", units, counts, text, "derived")
