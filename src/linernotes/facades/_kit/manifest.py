"""How a façade presents itself: each façade folder exports a ``FACADE``, and the registry finds it by walking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from linernotes.facades._kit.http import FacadeApp
from linernotes.ports.offload import Offload
from linernotes.ports.state import ChangeMarks
from linernotes.usecases.library import Library, Lookups


class FacadeDeps(msgspec.Struct, frozen=True):
    """What a façade is given: whom to ask, in ``library`` and ``lookups``. ``now`` returns unix milliseconds, UTC."""

    library: Library
    lookups: Lookups
    marks: ChangeMarks
    offload: Offload
    now: Callable[[], int]
    version: str = ""


def _nothing(_: Any) -> tuple[str, ...]:
    return ()


class Facade(msgspec.Struct, frozen=True):
    """The manifest. ``mounts`` names the prefixes under which the façade answers, given its settings.

    Below the mounts of a ``guarded`` façade the web server asks for keys, counts requests, and answers to scripts of
    other origins; its refusals there are RFC 9457 problems. The mounts that ``open`` names, given the settings, are
    not guarded all the same: a page that a browser opens cannot bring a key.
    """

    name: str
    title: str
    settings: type[Any]
    mounts: Callable[[Any], tuple[str, ...]]
    build: Callable[[Any, FacadeDeps], FacadeApp]
    guarded: bool = False
    open: Callable[[Any], tuple[str, ...]] = _nothing
