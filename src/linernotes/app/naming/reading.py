"""Reading one file of a library, in a process that may end: its tags, and its fingerprint if they say what it is."""

from __future__ import annotations

from pathlib import Path

from linernotes.app.naming.tags import Tags, read_tags
from linernotes.domain.errors import Invalid, LinernotesError
from linernotes.fingerprint.batch import Failed, Fingerprinted
from linernotes.fingerprint.batch.worker import Result, read_file
from linernotes.fingerprint.sources import readable

LONGEST_SECONDS = 32_767
"""AcoustID counts the seconds of a file in 15 bits."""

PROBE_SECONDS = 5.0


class Tagged(Fingerprinted, frozen=True, eq=False):
    """A file with its fingerprint and what its tags say."""

    tags: Tags = Tags()


class Unsaid(Failed, frozen=True, eq=False):
    """A file that can be read, and whose tags do not say what it is."""


def read_tagged(path: Path, length: float) -> Result:
    """Fingerprint so many seconds of a file (0 = all) that says what it is."""
    from linernotes.fingerprint.extract.opening import check_file  # the parent needs no decoder

    try:
        check_file(path)
        with readable(path) as source:
            tags = read_tags(source)
    except LinernotesError as error:
        return Failed(path, error)
    found = read_file(path, length if tags else PROBE_SECONDS)
    if isinstance(found, Failed):
        return found
    if not tags:
        hint = "Tag it with its title, or with its recording at MusicBrainz."
        return Unsaid(path, Invalid("Its tags do not say what it is.", hint=hint))
    if found.duration > LONGEST_SECONDS:
        return Failed(path, Invalid("It is longer than nine hours.", hint="AcoustID knows no such tracks."))
    return Tagged(path, found.words, found.duration, found.warnings, tags)
