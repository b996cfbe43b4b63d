"""How many calls ended how: what the metrics tell of gRPC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, TypeAlias

import grpc

Labels: TypeAlias = tuple[tuple[str, str], ...]


class Counts:
    """Calls by method and status code. Used by many threads."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def add(self, method: str, code: grpc.StatusCode | None) -> None:
        """Count a call; without a code it went well."""
        with self._lock:
            self._counts[method, "OK" if code is None else code.name] += 1

    def calls(self) -> dict[Labels, float]:
        """Return the counts by labels."""
        with self._lock:
            return {(("method", method), ("code", code)): float(n) for (method, code), n in self._counts.items()}

    def unary(self, method: str, answer: Callable[[bytes, Any], bytes]) -> Callable[[bytes, Any], bytes]:
        """Return a handler that counts what another one answers."""

        def counting(request: bytes, context: Any) -> bytes:
            try:
                return answer(request, context)
            finally:
                self.add(method, context.code())

        return counting

    def stream(
        self, method: str, answer: Callable[[bytes, Any], Iterator[bytes]]
    ) -> Callable[[bytes, Any], Iterator[bytes]]:
        """Return a handler that counts what another one answers; who leaves in the middle has cancelled."""

        def counting(request: bytes, context: Any) -> Iterator[bytes]:
            try:
                yield from answer(request, context)
            except GeneratorExit:
                self.add(method, grpc.StatusCode.CANCELLED)
                raise
            except BaseException:
                self.add(method, context.code())
                raise
            self.add(method, None)

        return counting
