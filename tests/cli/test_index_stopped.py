"""An import that is killed leaves an index that is whole, and the next one goes on where it ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from linernotes.fingerprint.index.exchange import POSTINGS
from tests.conftest import RunCommand

HASHES = 500


def test_an_import_that_was_killed_is_finished_by_another(linernotes: RunCommand, tmp_path: Path) -> None:
    random = Random(0)
    rows = [{"id": id_, "hashes": sorted(random.getrandbits(32) for _ in range(HASHES))} for id_ in range(1, 3001)]
    lines = [json.dumps(row, separators=(",", ":")) + "\n" for row in rows]
    program = [sys.executable, "-m", "linernotes", "index", "import", "-", "--dir", "x", "--quiet"]
    with subprocess.Popen(program, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write("".join(lines[:2500]).encode())
        process.stdin.flush()
        wait_for_documents(linernotes, process)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdin.close()
    found = json.loads(linernotes("index", "stats", "main", "--dir", "x", "--json").out)["indexes"][0]
    assert found["documents"] % (POSTINGS // HASHES) == 0
    (tmp_path / "all.jsonl").write_text("".join(lines))
    outcome = linernotes("index", "import", "all.jsonl", "--dir", "x", "--skip-existing", "--json", "--quiet")
    told = json.loads(outcome.out)
    assert (told["documents"], told["skipped"]) == (3000 - found["documents"], found["documents"])
    assert linernotes("index", "verify", "--dir", "x", "--quiet").out == "main: sound\n"
    assert linernotes("index", "export", "--dir", "x").out == "".join(lines)


def wait_for_documents(linernotes: RunCommand, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        outcome = linernotes("index", "stats", "main", "--dir", "x", "--json")
        if outcome.code == 0 and json.loads(outcome.out)["indexes"][0]["documents"]:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was imported")
