"""How a façade presents itself: each façade folder exports a ``FACADE``, and the registry finds it by walking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from linernotes.facades._kit.http import FacadeApp, Reply
from linernotes.ports.keys import RateLimits
from linernotes.ports.offload import Offload
from linernotes.ports.state import ChangeMarks
from linernotes.usecases.library import Library, Lookups

if TYPE_CHECKING:  # it loads compiled code
    from linernotes.usecases.identify.parts import Identification


class FacadeDeps(msgspec.Struct, frozen=True):
    """What a façade is given: whom to ask, in ``library`` and ``lookups``. ``now`` returns unix milliseconds, UTC.

    ``identification`` is None where music is not identified; ``rates`` counts for limits of the façade's own.
    """

    library: Library
    lookups: Lookups
    marks: ChangeMarks
    offload: Offload
    now: Callable[[], int]
    version: str = ""
    identification: Identification | None = None
    rates: RateLimits | None = None


def _nothing(_: Any) -> tuple[str, ...]:
    return ()


class Facade(msgspec.Struct, frozen=True):
    """The manifest. ``mounts`` names the prefixes under which the façade answers, given its settings.

    Below the mounts of a ``guarded`` façade the web server asks for keys, counts requests, and answers to scripts of
    other origins; its refusals there are RFC 9457 problems. The mounts that ``open`` names, given the settings, are
    not guarded all the same: a page that a browser opens cannot bring a key.

    ``refuse``, given status, message and path, makes the server's own refusals below the mounts (a body that is too
    long, a fault) into the form that the API's clients know; without it they have the server's.
    """

    name: str
    title: str
    settings: type[Any]
    mounts: Callable[[Any], tuple[str, ...]]
    build: Callable[[Any, FacadeDeps], FacadeApp]
    guarded: bool = False
    open: Callable[[Any], tuple[str, ...]] = _nothing
    refuse: Callable[[int, str, str], Reply] | None = None
