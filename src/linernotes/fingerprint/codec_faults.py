"""The ways in which the text of a fingerprint can be malformed, each with its own message.

Both decoders report the same fault for the same text; where several apply, the first in this list.
"""

from __future__ import annotations

from enum import IntEnum

from linernotes.domain.errors import Invalid

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Fault(IntEnum):
    """What is wrong with a text, in the order in which it is looked for."""

    NONE = 0
    LONG = 1
    FOREIGN = 2
    DANGLING = 3
    HEADER = 4
    MANY = 5
    IMPOSSIBLE = 6
    WORDS_CUT = 7
    GAPS_CUT = 8
    BEYOND = 9


_MESSAGES = {
    Fault.LONG: "The text of the fingerprint is longer than {most} words can be.",
    Fault.FOREIGN: "The text of the fingerprint has the character {character!a} at position {position}.",
    Fault.DANGLING: "The text of the fingerprint ends with half a byte.",
    Fault.HEADER: "The text of the fingerprint is too short for its header.",
    Fault.MANY: "The fingerprint announces {count} words; {most} are accepted.",
    Fault.IMPOSSIBLE: "The fingerprint announces {count} words, more than its text can hold.",
    Fault.WORDS_CUT: "The text of the fingerprint ends before its {count} words do.",
    Fault.GAPS_CUT: "The text of the fingerprint ends before its large gaps do.",
    Fault.BEYOND: "A word of the fingerprint has a bit beyond the 32nd.",
}
_HINTS = {
    Fault.LONG: "Fingerprint the first two minutes only.",
    Fault.FOREIGN: "Letters, digits, - and _ are used, without padding; + and / belong to another alphabet.",
    Fault.MANY: "Fingerprint the first two minutes only.",
}


def text_limit(most_words: int) -> int:
    """Return how many characters that many words can have at most: 33 symbols of 3 bits for a word."""
    return ((4 + (99 * most_words + 7) // 8 + 1) * 4 + 2) // 3


def invalid(fault: Fault, raw: bytes, *, count: int, most_words: int) -> Invalid:
    """Return the error that tells of a fault in these characters."""
    position = next((i for i, byte in enumerate(raw) if byte not in ALPHABET), 0) if fault is Fault.FOREIGN else 0
    character = chr(raw[position]) if raw else ""
    message = _MESSAGES[fault].format(count=count, most=most_words, character=character, position=position)
    return Invalid(message, hint=_HINTS.get(fault, "Compute the fingerprint again; a part of it seems to be lost."))
