"""Indexes of fingerprints: `embedded/` is the engine in this process, `remote/` a server's, `memory/` plainly right."""

from __future__ import annotations

from collections.abc import Mapping

from linernotes.domain.errors import Invalid


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raise `Invalid` for metadata that cannot be written, such as half of a surrogate pair."""
    try:
        for name, value in metadata.items():
            (name + value).encode()
    except (TypeError, UnicodeEncodeError) as exc:
        raise Invalid("The metadata of an index are text by name.") from exc
