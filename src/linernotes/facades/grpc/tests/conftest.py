"""A server that many tests share, for those that change nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linernotes.facades.grpc.tests.served import Served, served
from linernotes.usecases.identify.listening import Listening
from tests.usecases.identify.naming_world import Sounds


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """The made-up world over gRPC."""
    with served(threads=32) as running:
        yield running


@pytest.fixture(scope="session")
def ear() -> Iterator[Served]:
    """The same, with some sounds that it knows."""
    with served(threads=32, sounds=Sounds(full=True), listening=Listening(seconds=60)) as running:
        yield running
