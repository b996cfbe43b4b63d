"""gRPC's health service: serving while there is a catalogue, or a source that can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import grpc
from grpc_health.v1 import health_pb2 as pb

from linernotes.domain.errors import LinernotesError, NotFound
from linernotes.facades.grpc.edge import answer, answers, parse
from linernotes.facades.grpc.places import Places
from linernotes.usecases.library import Library

LOOK_SECONDS = 1.0
SERVICE = pb.DESCRIPTOR.services_by_name["Health"]
_SERVING: int = pb.HealthCheckResponse.SERVING
_NOT_SERVING: int = pb.HealthCheckResponse.NOT_SERVING


class Health:
    """Knows how all services are, each under its name and together under the empty one."""

    def __init__(self, *, library: Library, services: tuple[str, ...], places: Places, stopping: Event) -> None:
        """Keep the parts; whoever watches takes one of the places, and is sent away when the server is ``stopping``."""
        self._library = library
        self._services = ("", *services)
        self._places = places
        self._stopping = stopping

    def methods(self) -> dict[str, Any]:
        """Return what answers each method."""
        return {"Check": self.check, "List": self.list, "Watch": self.watch}

    def check(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Say how a service is."""
        return answer(context, lambda: self._check(parse(pb.HealthCheckRequest, request).service))

    def list(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Say how all services are."""
        return answer(context, self._list)

    def watch(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        """Say how a service is, and again when that changes."""
        return answers(context, lambda: self._watch(parse(pb.HealthCheckRequest, request).service, context))

    def _check(self, service: str) -> bytes:
        if service not in self._services:
            raise NotFound("There is no such service.")
        return _told(self._status())

    def _list(self) -> bytes:
        told = pb.HealthCheckResponse(status=self._status())
        return bytes(pb.HealthListResponse(statuses=dict.fromkeys(self._services, told)).SerializeToString())

    def _watch(self, service: str, context: grpc.ServicerContext) -> Iterator[bytes]:
        last = None
        with self._places:
            while context.is_active():
                stopping = self._stopping.is_set()
                status = self._status() if service in self._services else pb.HealthCheckResponse.SERVICE_UNKNOWN
                if status != last:
                    yield _told(status)
                    last = status
                if stopping:
                    return
                self._stopping.wait(LOOK_SECONDS)

    def _status(self) -> int:
        if self._stopping.is_set():
            return _NOT_SERVING
        try:
            self._library.current()
        except LinernotesError:
            return _NOT_SERVING
        return _SERVING


def _told(status: int) -> bytes:
    return bytes(pb.HealthCheckResponse(status=status).SerializeToString())
