"""The library: database first, then the sources.

Whoever answers a request reads a build as if everything were in it. What was read and not found, or found and too old,
is noted beside the read. Afterwards the library fetches what was missing and lets the reader read again; what is old
is served as it is and fetched later. So a reader needs to know nothing of sources, and sources nothing of readers.

`Library` is the way in; `Lookups` answers the questions that every API has.
"""

from linernotes.usecases.library.asking import Asked, Library
from linernotes.usecases.library.lifetimes import Lifetimes, Terms
from linernotes.usecases.library.lookups import Lookups, Outcome

__all__ = ["Asked", "Library", "Lifetimes", "Lookups", "Outcome", "Terms"]
