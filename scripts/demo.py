"""What `make demo` does: makes up a small catalogue with some songs, serves it, and prints four things to try.

In CI, or with DEMO_ONCE=1, it asks the four things itself and ends: 0 when all were answered.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

DATA = Path("demo-data")
DUMP = DATA / "dump"
MUSIC = DUMP / "music"
SONGS = 6
SCALE = "0.001"
READY_SECONDS = 60
INTERRUPTED = 130
SERVICE_UNAVAILABLE = 503
API = "/api/v0.4"
COMMAND = (sys.executable, "-m", "linernotes", "--data", str(DATA))


class Suggestion(NamedTuple):
    """Something to ask for, and what it shows."""

    what: str
    url: str
    file: Path | None = None

    @property
    def command(self) -> str:
        """How to ask for it from a terminal."""
        return f"curl '{self.url}'" if self.file is None else f"curl --data-binary @'{self.file}' '{self.url}'"


def main() -> int:
    """Set up, serve, suggest; return the exit code."""
    port = os.environ.get("LINERNOTES_SERVER__PORT", "8080")
    base = f"http://127.0.0.1:{port}"
    if is_taken(int(port)):
        print(f"error: something listens at {base} already", file=sys.stderr)
        print("hint: stop it, or choose another port: LINERNOTES_SERVER__PORT=8081 make demo", file=sys.stderr)
        return 1
    try:
        prepare()
    except KeyboardInterrupt:
        return INTERRUPTED
    # The server greets with suggestions of its own; ours have ids that exist.
    server = subprocess.Popen(
        [*COMMAND, "serve", "--host", "127.0.0.1", "--port", port],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LINERNOTES_SERVER__ACCESS_LOG": "errors"},
    )
    try:
        wait_until_ready(base, server)
        found = suggestions(base)
        tell(base, found)
        if os.environ.get("CI") or os.environ.get("DEMO_ONCE"):
            return try_out(found)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait(timeout=60)


def prepare() -> None:
    """Make up the dump and import it, unless an earlier demo did."""
    if subprocess.run([*COMMAND, "info", "--json"], capture_output=True, check=False).returncode == 0:
        return
    if not (DUMP / "mbdump.tar.bz2").is_file():
        run("sample", "--scale", SCALE, "--seed", "1", "--out", str(DUMP), "--audio", str(SONGS), "--force")
    run("import", str(DUMP))
    run("index", "add", str(MUSIC))


def run(*args: str) -> None:
    """Run a linernotes command in sight of the person."""
    print(f"$ linernotes --data {DATA} {' '.join(args)}", flush=True)
    code = subprocess.run([*COMMAND, *args], check=False).returncode
    if code:
        raise SystemExit(code)


def is_taken(port: int) -> bool:
    """Whether some program listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def wait_until_ready(base: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server says that it is ready; raise when it has ended or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"error: the server ended with {server.returncode}")
        try:
            urllib.request.urlopen(f"{base}/health/ready", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"error: the server was not ready after {READY_SECONDS} s")


def suggestions(base: str) -> Sequence[Suggestion]:
    """Four things to ask for, with ids and files that exist."""
    artist = ask(f"{base}{API}/search?type=artist&query=the")[0]
    name, mbid = artist["artistname"], artist["id"]
    album = ask(f"{base}{API}/artist/{mbid}")["Albums"][0]
    song = min(MUSIC.rglob("*.flac"), key=lambda path: path.stat().st_size)
    return (
        Suggestion(f"Search for {name}", f"{base}{API}/search?type=all&query={quote(name)}"),
        Suggestion(f"Read {name} with all albums", f"{base}{API}/artist/{mbid}"),
        Suggestion(f"Read the album {album['Title']} with its tracks", f"{base}{API}/album/{album['Id']}"),
        Suggestion(f"Name {song.stem[3:]} by its sound", f"{base}/v1/identify", song),
    )


def ask(url: str, file: Path | None = None) -> Any:
    """Return a JSON answer, to a file if one is given. In its first moments a server does not identify music."""
    request = urllib.request.Request(url, data=None if file is None else file.read_bytes())
    if file is not None:
        request.add_header("content-type", "audio/flac")
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                raise
            time.sleep(1)


def tell(base: str, found: Sequence[Suggestion]) -> None:
    """Print the suggestions, and how to go on."""
    print(f"\nA catalogue of fictional artists is being served: look around at {base}/ui")
    print("Four things to try in another terminal:\n")
    for number, suggestion in enumerate(found, 1):
        print(f"  {number}. {suggestion.what}\n     {suggestion.command}\n")
    print(f"All songs at once: .venv/bin/linernotes --data {DATA} identify {MUSIC}")
    print(f"Lidarr takes {base}{API} as its metadata source; the README tells how. Ctrl-C ends the demo.\n", flush=True)


def try_out(found: Sequence[Suggestion]) -> int:
    """Ask for everything that was suggested; 0 when each answer holds something."""
    for suggestion in found:
        answer = json.dumps(ask(suggestion.url, suggestion.file), ensure_ascii=False)
        size = len(answer)
        print(f"ok: {suggestion.what}: {size:,} characters of JSON")
        if size < 100 or (suggestion.file is not None and suggestion.file.stem[3:] not in answer):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
