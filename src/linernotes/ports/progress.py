"""Telling somebody how far long work has come."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of phases. ``phase`` names what is being done now, ``total`` how many units it has in all."""

    def start(self, phase: str, *, total: int, unit: str) -> None:
        """Say that a phase begins; phases may run side by side."""
        ...

    def advance(self, phase: str, amount: int) -> None:
        """Say that ``amount`` more units are done."""
        ...

    def finish(self, phase: str) -> None:
        """Say that the phase is over."""
        ...


class NoProgress:
    """Nobody listens."""

    def start(self, phase: str, *, total: int, unit: str) -> None:
        """Ignore it."""

    def advance(self, phase: str, amount: int) -> None:
        """Ignore it."""

    def finish(self, phase: str) -> None:
        """Ignore it."""
