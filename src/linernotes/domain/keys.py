"""Keys with which clients say who they are. Only a key's hash is kept; the key itself is shown once."""

from __future__ import annotations

import hmac
import re
import secrets
from enum import StrEnum
from hashlib import sha256

import msgspec

from linernotes.domain.errors import Invalid

_TEXT = re.compile(r"ln_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


class Scope(StrEnum):
    """What a key allows. Each is given by itself: admin does not bring submit."""

    READ = "read"
    SUBMIT = "submit"
    ADMIN = "admin"


class ApiKey(msgspec.Struct, frozen=True, gc=False):
    """A key as it is kept: ``hash`` is the SHA-256 sum of its whole text (256 random bits need no salt)."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: int
    hash: bytes
    revoked_at: int | None = None

    def fits(self, text: str) -> bool:
        """Whether this is the key, compared in constant time, and not revoked."""
        return hmac.compare_digest(self.hash, sha256(text.encode()).digest()) and self.revoked_at is None


class Caller(msgspec.Struct, frozen=True, gc=False):
    """Who asks, and what they may: the holder of a key, or anybody at ``address`` where ``key_id`` is None."""

    key_id: str | None
    address: str
    scopes: frozenset[Scope]


def new_key(*, name: str, scopes: tuple[Scope, ...], now: int) -> tuple[ApiKey, str]:
    """Return a new key and its text ``ln_<id>_<secret>``, which nobody can learn again later."""
    if not name.strip() or not scopes:
        raise Invalid("a key needs a name and at least one scope", hint="Scopes are read, submit and admin.")
    key_id = secrets.token_hex(6)
    text = f"ln_{key_id}_{secrets.token_urlsafe(32)}"
    return ApiKey(key_id, name.strip(), tuple(sorted(set(scopes))), now, sha256(text.encode()).digest()), text


def read_key_id(text: str) -> str | None:
    """Return the id that a key's text begins with; None for a text that is no key."""
    found = _TEXT.fullmatch(text) if len(text) <= 100 else None
    return found[1] if found else None
