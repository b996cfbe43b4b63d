"""A server that many tests share, for those that change nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linernotes.facades.grpc.tests.served import Served, served


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """The made-up world over gRPC."""
    with served(threads=32) as running:
        yield running
