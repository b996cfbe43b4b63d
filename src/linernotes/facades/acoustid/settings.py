"""What can be set about AcoustID's web service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linernotes.domain.secret import Secret

PLACES = ("/v2", "/lookup", "/submit", "/_health", "/_health_ro", "/_health_docker")
"""Where the service answers below each prefix: version 2, the two requests of version 1, and its health."""

HIGHEST_RATE = 1_000_000.0

Rate = Annotated[float, Meta(ge=0, le=HIGHEST_RATE)]
"""Requests a second, on average over 20 seconds; 0 is no limit."""


class AcoustIdSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where AcoustID's web service answers, whom it lets in, and how much it lets them ask."""

    prefixes: Annotated[
        tuple[Annotated[str, Meta(pattern="^((/[^/?#]+)+)?$")], ...],
        Meta(description="Paths below which the service answers, as in <prefix>/v2/lookup; an empty one is the root."),
    ] = ("",)
    accept_any_client: Annotated[
        Literal["auto", "yes", "no"],
        Meta(
            description="Whether any application key will do; auto says yes while the server listens to this machine "
            "only."
        ),
    ] = "auto"
    ip_per_second: Annotated[
        Rate,
        Meta(description="Requests a second from one address, on average over 20 seconds, per worker; 0 is no limit."),
    ] = 4.0
    application_per_second: Annotated[
        Rate, Meta(description="Requests a second with one application key, counted likewise; 0 is no limit.")
    ] = 0.0
    global_per_second: Annotated[
        Rate, Meta(description="Requests a second of all clients together, counted likewise; 0 is no limit.")
    ] = 0.0
    application_rates: Annotated[
        Mapping[str, Rate],
        Meta(
            description='Requests a second of single applications by their number, such as {"7": 0.5}; the limit per '
            "address does not apply to these."
        ),
    ] = {}
    address_rates: Annotated[
        Mapping[str, Rate], Meta(description="Requests a second from single addresses, by the address.")
    ] = {}
    secret: Annotated[
        Secret,
        Meta(description="What opens /v2/internal and lifts all limits; without it nobody is let in there."),
    ] = Secret("")
    demo_secret: Annotated[
        Secret,
        Meta(description="What the keys of a day that a website shows are made from; without it there are none."),
    ] = Secret("")
    timeouts_as_empty: Annotated[
        bool,
        Meta(
            description="Answer a look-up that cannot be made in time with no results, as acoustid.org does, instead "
            "of 503; for clients that ask once only, such as beets."
        ),
    ] = False
    return_metadata: Annotated[bool, Meta(description="Give the metadata that a look-up asks for.")] = True
