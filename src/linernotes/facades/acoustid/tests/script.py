"""Scripts of requests with their answers, one file each: how they are read, run and written.

A request is a line of method and path, its headers, and its form after ``| ``; lines are joined by ``&``. ``{A}`` is a
fingerprint's text, ``{A track}`` the track that it belongs to, ``{3*x.#=1}`` is ``x.0=1&x.1=1&x.2=1``; a form under
``content-encoding: gzip`` is zipped. ``=> `` begins the answer: status, content type, and the body. A line that begins
with ``! `` is something that happens meanwhile.
"""

from __future__ import annotations

import gzip
import re
from urllib.parse import quote

from linernotes.facades._kit.http import Reply
from linernotes.facades.acoustid.tests.world import FORM, TEXTS, World, request_of

# Those that a test made up itself have the middle of this.
_GID = re.compile(r"\b[0-9a-f]{8}-(?!0000-4000-8000-)[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_REPEATED = re.compile(r"\{(\d+)\*([^}]*)\}")


class Script:
    """Runs requests in a world; what is made up at random is told by its name."""

    def __init__(self, world: World, tracks: dict[str, str]) -> None:
        """Take the tracks that there are, by the name of their sound."""
        self._world = world
        self._named = {name: quote(text) for name, text in TEXTS.items()}
        self._named |= {f"{name} track": gid for name, gid in tracks.items()}
        self._named |= {f"{name} TRACK": gid.upper() for name, gid in tracks.items()}
        self._known = len(self._named)

    async def replayed(self, text: str) -> str:
        """Run the requests of a script; return it with the answers that were given."""
        blocks = [await self._block(block.split("\n")) for block in text.strip("\n").split("\n\n")]
        return "\n\n".join(blocks) + "\n"

    async def _block(self, lines: list[str]) -> str:
        answered = [place for place, line in enumerate(lines) if line.startswith("=> ")]
        kept = lines[: answered[0]] if answered else lines
        sent = [line for line in kept if not line.startswith("#")]
        if sent and sent[0].startswith("! "):
            self._happen(sent[0][2:])
        elif sent:
            kept = kept + self._shown(await self.ask(sent))
        return "\n".join(kept)

    def _happen(self, what: str) -> None:
        if what != "import":
            raise ValueError(what)
        self._world.bring_in()

    async def ask(self, lines: list[str]) -> Reply:
        """Send the request that lines describe."""
        method, _, target = self._filled(lines[0]).partition(" ")
        headers, form = {"content-type": FORM}, []
        base = "http://127.0.0.1:8080"
        for line in map(self._filled, lines[1:]):
            if line.startswith("| "):
                form.append(line[2:])
                continue
            name, _, content = line.partition(": ")
            if name == "scheme":
                base = f"{content}://127.0.0.1:8080"
            headers[name] = content
        body = "&".join(form).encode()
        if headers.get("content-encoding") == "gzip":
            body = gzip.compress(body)
        return await self._world.answer(request_of(method, target, body, headers=headers, base_url=base))

    def named(self, text: str) -> str:
        """Return a text with names for what is made up; tracks that are new are numbered as they appear."""
        for name, value in self._named.items():
            text = text.replace(value, f"{{{name}}}")
        for gid in _GID.findall(text):
            self._named.setdefault(f"new track {len(self._named) - self._known}", gid)
            text = text.replace(gid, f"{{{next(name for name, value in self._named.items() if value == gid)}}}")
        return text

    def _filled(self, line: str) -> str:
        for name, text in self._named.items():
            line = line.replace(f"{{{name}}}", text)
        return _REPEATED.sub(lambda found: "&".join(found[2].replace("#", str(n)) for n in range(int(found[1]))), line)

    def _shown(self, reply: Reply) -> list[str]:
        text = self.named(reply.body.decode())
        assert ("access-control-allow-origin", "*") in reply.headers
        head = [f"=> {reply.status} {reply.content_type}"]
        head += [f"{name}: {value}" for name, value in reply.headers if not name.startswith("access-control")]
        return [*head, *[f"| {line}" for line in text.split("\n")]]
