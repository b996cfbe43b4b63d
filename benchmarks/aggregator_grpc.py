"""Measures the gRPC server: warm calls and messages of warm batches per CPU-second of its process.

    python benchmarks/aggregator_grpc.py [--seconds 4]

The server is a process of its own on the first core, over a made-up catalogue in memory: warm answers never reach the
store. The load comes from this process on the last core: 16 threads on one connection that get artists at random, then
4 that read batches of 500. For comparison the same loads are put on grpcio alone, on a handler that returns a constant
of the same size: more than that cannot be had from it. The figures stand on the last line.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import grpc

ARTISTS = 1000
BATCH = 500
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Start each server, put both loads on it, print a line for each and the figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--serve", choices=["linernotes", "grpcio"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(bare=arguments.serve == "grpcio"))
        return
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-1:])
    results = []
    for name in ("grpcio", "linernotes"):
        with server(name, cores[:1]) as (port, process):
            unary, stream = measure(port, process, arguments.seconds)
        print(f"{name}: {unary:,.0f} calls and {stream:,.0f} messages per CPU-second", flush=True)
        results.append(f"{name}: unary {unary:,.0f}/CPU-s, batch stream {stream:,.0f} messages/CPU-s")
    print(" | ".join(results))


def mbid(number: int) -> str:
    """Return the MBID of an artist."""
    return str(UUID(int=number + (4 << 76) + (8 << 60)))


def measure(port: int, process: int, seconds: float) -> tuple[float, float]:
    """Return warm calls and messages per CPU-second."""
    from linernotes.facades.grpc.gen import catalog_pb2 as pb

    gets = [pb.GetArtistRequest(mbid=mbid(n)).SerializeToString() for n in range(ARTISTS)]
    batches = [
        pb.BatchGetArtistsRequest(mbids=[mbid(n) for n in range(start, start + BATCH)]).SerializeToString()
        for start in range(0, ARTISTS, BATCH)
    ]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        get = channel.unary_unary("/linernotes.v1.Catalog/GetArtist")
        batch = channel.unary_stream("/linernotes.v1.Catalog/BatchGetArtists")
        for request in gets:
            get(request)
        for request in batches:
            assert sum(1 for _ in batch(request)) == BATCH

        def one(pick: random.Random) -> int:
            get(pick.choice(gets))
            return 1

        def many(pick: random.Random) -> int:
            return sum(1 for _ in batch(pick.choice(batches)))

        return load(one, 16, process, seconds), load(many, 4, process, seconds)


def load(work: Callable[[random.Random], int], threads: int, process: int, seconds: float) -> float:
    """Do some work again and again in so many threads; return how much per CPU-second of the process."""
    done = [0] * threads
    end = time.perf_counter() + seconds

    def run(number: int) -> None:
        pick = random.Random(number)
        while time.perf_counter() < end:
            done[number] += work(pick)

    before = cpu_seconds(process)
    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(done) / max(cpu_seconds(process) - before, 1 / TICKS)


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process has used, in user and kernel mode."""
    with open(f"/proc/{process}/stat") as file:  # noqa: PTH123 - read twice per figure, as cheaply as can be
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def server(name: str, cores: list[int]) -> Iterator[tuple[int, int]]:
    """Run a server on these cores; give its port and its process id."""
    command = [sys.executable, __file__, "--serve", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        os.sched_setaffinity(process.pid, cores)
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), process.pid
        finally:
            process.send_signal(signal.SIGTERM)


async def serve(*, bare: bool) -> None:
    """Serve until SIGTERM, having printed the port."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    running = bare_server() if bare else linernotes_server()
    print(running.port, flush=True)
    await stopping.wait()
    await running.stop(0)


def linernotes_server() -> Any:
    """Return a server over a made-up catalogue, started."""
    from linernotes.domain.catalogue import BuildInfo
    from linernotes.facades.grpc.server import build_server
    from linernotes.facades.grpc.settings import GrpcSettings
    from linernotes.ports.build import Build
    from linernotes.queues.memory import MemoryQueue
    from linernotes.searchers.memory.search import MemoryNames
    from linernotes.stores.memory.catalogue import MemoryCatalogue
    from linernotes.stores.memory.live import MemoryLiveBuild
    from linernotes.stores.memory.overlay import MemoryOverlay
    from linernotes.stores.memory.state import MemoryState
    from linernotes.stores.memory.turns import MemoryClaims
    from linernotes.usecases.library import Library, Lookups, Terms
    from linernotes.usecases.library.filling import Filler

    info = BuildInfo("bench", 1, 1, 31, None, "2026-11-18 00:00:00+00", None, ())
    live = MemoryLiveBuild(Build(MemoryCatalogue(info=info, artists=artists()), MemoryNames()))
    overlay, marks, terms = MemoryOverlay(), MemoryState(), Terms(now=now)
    filler = Filler(
        sources=[], overlay=overlay, claims=MemoryClaims(), marks=marks, offload=asyncio.to_thread, terms=terms,
        owner="bench",
    )  # fmt: skip
    library = Library(
        live=live, empty=live.current(), overlay=overlay, terms=terms, filler=filler, queue=MemoryQueue(),
        offload=asyncio.to_thread, budget_seconds=1,
    )  # fmt: skip
    lookups = Lookups(library=library, marks=marks, offload=asyncio.to_thread)
    running = build_server(settings=GrpcSettings(port=0), library=library, lookups=lookups, now=now, version="")
    running.start()
    return running


def artists() -> Iterator[Any]:
    """Artists with as much to tell as a well-known one has: 1.1 KB each as a message."""
    from linernotes.domain.entities import Alias, Area, Artist, Link, Rating, Tag
    from linernotes.domain.ids import MBID

    place = Area(MBID(mbid(0)), "United Kingdom", "GB")
    for number in range(ARTISTS):
        yield Artist(
            MBID(mbid(number)), f"Artist {number}", f"{number}, Artist", type="Group", area=place, begin_area=place,
            aliases=tuple(Alias(f"Alias {n}", f"Alias {n}", "Artist name", "en") for n in range(6)),
            tags=tuple(Tag(f"genre {n}", 9 - n, MBID(mbid(n))) for n in range(6)),
            rating=Rating(80, 20),
            links=tuple(Link(f"https://pages.example/artist/{number}/{n}", "other databases") for n in range(8)),
        )  # fmt: skip


def now() -> int:
    """Return the time in unix milliseconds."""
    return time.time_ns() // 1_000_000


class BareServer:
    """grpcio with handlers that return a constant."""

    def __init__(self) -> None:
        constant = b"x" * 1100
        stream = [constant] * BATCH
        methods = {
            "/linernotes.v1.Catalog/GetArtist": grpc.unary_unary_rpc_method_handler(lambda _, __: constant),
            "/linernotes.v1.Catalog/BatchGetArtists": grpc.unary_stream_rpc_method_handler(lambda _, __: iter(stream)),
        }

        class Methods(grpc.GenericRpcHandler):
            def service(self, details: Any) -> Any:
                return methods.get(details.method)

        self._server = grpc.server(ThreadPoolExecutor(64))
        self._server.add_generic_rpc_handlers((Methods(),))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    async def stop(self, grace: float) -> None:
        """End."""
        self._server.stop(grace).wait()


def bare_server() -> BareServer:
    """Return a server that does nothing, started."""
    return BareServer()


if __name__ == "__main__":
    main()
