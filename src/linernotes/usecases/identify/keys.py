"""Keys as AcoustID makes them: new ones, and those of a day, which its documentation hands out for trying things."""

from __future__ import annotations

import hmac
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

KEY_LENGTH = 10
DEMO_LENGTH = 11
DEMO_DAYS = range(-6, 2)
"""Days from today on whose demo keys are accepted: one of last week, and tomorrow's for those east of here."""


def new_key() -> str:
    """Return a key that nobody can guess: ten letters and digits."""
    key = ""
    while len(key) < KEY_LENGTH:
        key += b64encode(token_bytes(20)).decode().translate({ord(sign): None for sign in "/+="})
    return key[:KEY_LENGTH]


def demo_key(secret: str, day: int) -> str:
    """Return the demo key of a day, which is counted from the first of January of the year 1, that being 1."""
    # MD5 stands in the interface; what it protects is what anybody may have.
    code = hmac.new(f"{secret}:demo-client-api-key".encode(), f"{day:x}".encode(), "md5").digest()[:8]
    key = urlsafe_b64encode(code).decode().rstrip("=")
    return f"{key[:-2]}A{key[-1]}"


def is_demo_key(key: str, *, secret: str, now: int) -> bool:
    """Whether a key is the demo key of one of these days (``now`` in unix ms); without a secret there is none."""
    if not secret or len(key) != DEMO_LENGTH or key[-2] != "A":
        return False
    today = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=now)).toordinal()
    given = key.encode(errors="surrogatepass")
    same = [hmac.compare_digest(given, demo_key(secret, today + day).encode()) for day in DEMO_DAYS]
    return any(same)
