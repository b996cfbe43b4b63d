"""What a command says that reads the catalogue where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linernotes.domain.errors import NotFound

if TYPE_CHECKING:
    from linernotes.app.config import Settings

FILLED_HINT = (
    "What was fetched so far is in the state: `linernotes get /v1/…` answers from it, and asks for what is missing."
)


def no_catalogue(settings: Settings, place: str) -> NotFound:
    """Return the error; where a source fills what is missing it says so, and does not send for a dump."""
    from linernotes.app.growing import source_titles
    from linernotes.app.live import NO_CATALOGUE, NO_CATALOGUE_HINT

    hint = FILLED_HINT if source_titles(settings) else NO_CATALOGUE_HINT
    return NotFound(f"{NO_CATALOGUE} in {place}", hint=hint)
