"""Asks MusicBrainz whose access token it is (OAuth 2, the endpoint userinfo)."""

from __future__ import annotations

import httpx2
import msgspec

from linernotes.app.growing import USER_AGENT
from linernotes.domain.errors import Unavailable

URL = "https://musicbrainz.org/oauth2/userinfo"
SECONDS = 10.0
MOST_BYTES = 64 * 1024
SOURCE = "MusicBrainz"


class _UserInfo(msgspec.Struct, frozen=True):
    sub: str


async def who_am_i(token: str, *, url: str = URL, transport: httpx2.AsyncBaseTransport | None = None) -> str | None:
    """Return the name of the user that a token is of, None where MusicBrainz does not accept it.

    Raises `Unavailable` when MusicBrainz cannot be asked. ``transport`` takes the place of the network.
    """
    if not token.isascii() or not token.isprintable():
        return None
    headers = {"Authorization": f"Bearer {token}", "User-Agent": USER_AGENT, "Accept": "application/json"}
    try:
        async with (
            httpx2.AsyncClient(timeout=SECONDS, transport=transport) as client,
            client.stream("GET", url, headers=headers) as reply,
        ):
            if reply.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
                raise Unavailable(f"MusicBrainz answered {reply.status_code}", source=SOURCE)
            if reply.status_code != httpx2.codes.OK:
                return None
            body = await _bounded(reply)
        return msgspec.json.decode(body, type=_UserInfo).sub
    except httpx2.HTTPError as exc:
        raise Unavailable("MusicBrainz cannot be asked who this is", source=SOURCE) from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise Unavailable("MusicBrainz's answer cannot be read", source=SOURCE) from exc


async def _bounded(reply: httpx2.Response) -> bytes:
    body = b""
    async for part in reply.aiter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise Unavailable("MusicBrainz's answer is too long", source=SOURCE)
    return body
