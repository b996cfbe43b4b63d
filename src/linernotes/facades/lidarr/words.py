"""Words that the protocol derives from the catalogue's: the name of a link's site, a genre in title case."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")


def link_type(url: str) -> str:
    """Return the second-level label of a URL's host, as the protocol counts it.

    That is the last label but one, or the one before it where that is exactly "co"; the whole host if it has too few
    labels. Port, user info and letter case stay as they are.
    """
    host = url.partition("//")[2].partition("/")[0]
    return _site(host.partition("?")[0].partition("#")[0] if "?" in host or "#" in host else host)


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    labels = host.split(".")
    place = -3 if len(labels) > 1 and labels[-2] == "co" else -2
    return labels[place] if len(labels) >= -place else host


@lru_cache(maxsize=4096)
def title_case(genre: str) -> str:
    """Return the text with each run of letters and digits begun by a capital (PostgreSQL's INITCAP, for any script)."""
    return _WORD.sub(lambda word: word[0][0].upper() + word[0][1:].lower(), genre)
