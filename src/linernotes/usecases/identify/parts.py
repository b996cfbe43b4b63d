"""Identification put together, as those have it who offer it to the outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from linernotes.ports.identification import Counts
from linernotes.ports.offload import Offload
from linernotes.usecases.identify.clients import Keyring
from linernotes.usecases.identify.counting import LookupCounter
from linernotes.usecases.identify.listening import Listening
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.submitting import Submitting

WhoAmI = Callable[[str], Awaitable[str | None]]
"""Tells the name of the MusicBrainz user that an access token is of; None when MusicBrainz does not accept it."""


class Identification(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be asked about identifying music."""

    identify: Identify
    submitting: Submitting
    keyring: Keyring
    counter: LookupCounter
    counts: Counts
    offload: Offload
    settings: IdentificationSettings
    listening: Listening | None = None
    who_am_i: WhoAmI | None = None
