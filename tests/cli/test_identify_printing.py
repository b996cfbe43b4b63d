"""The table of `linernotes identify` on a terminal, and the progress that shows itself only when it takes long."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from linernotes.app.naming.files import FileNamed
from linernotes.app.naming.values import Named, NamedRelease
from linernotes.cli.identify.printing import printer_for
from linernotes.cli.waiting import shown_when_long, shown_when_much
from linernotes.domain.errors import Invalid
from linernotes.fingerprint.batch import Failed, Fingerprinted
from linernotes.usecases.identify.values import Query
from tests.app.acoustid_server import Heard, serving_acoustid
from tests.fingerprint.sounds import melody, write

SONG = Named(
    score=0.987,
    acoustid="track",
    mbid="11111111-0000-4000-8000-000000000000",
    title="Song",
    artist="Alpha",
    release=NamedRelease("r", "Album", "2001-02"),
    sources=5,
    length=201,
)


def named(path: str, *found: Named) -> FileNamed:
    words = np.zeros(9, np.uint32)
    return FileNamed(Fingerprinted(Path(path), words, 200.0), Query(words, 200), found)


def test_on_a_terminal_it_is_a_table_that_grows(tmp_path: Path) -> None:
    from linernotes.fingerprint.extract import extract

    for number in (1, 2):
        write(tmp_path / f"{number}.wav", melody(14, seed=number, channels=1, rate=11025), rate=11025)
    with serving_acoustid() as server:
        names = [{"id": SONG.mbid, "title": "Song One", "sources": 5, "artists": [{"name": "Alpha"}]}]
        server.heard.append(Heard(extract(tmp_path / "1.wav").words, 14, "track-1", names))
        shown = on_a_terminal("identify", "--server", server.url, "1.wav", "2.wav", folder=tmp_path)
    # There may be a progress between them, where all of it took long.
    lines = [line for line in shown.splitlines() if line.strip()]
    head, first, second = (next(line for line in lines if word in line) for word in ("score", "1.wav", "2.wav"))
    assert head.split() == ["score", "file", "artist", "title", "release", "why"]
    assert re.split(r" {2,}", first.strip()) == ["1.00", "1.wav", "Alpha", "Song One", "5 sources"]
    assert re.split(r" {2,}", second.strip()) == ["-", "2.wav", "nothing sounds like it"]
    assert lines[-1].strip() == "1 of 2 named"


def on_a_terminal(*args: str, folder: Path) -> str:
    """Run a command on a terminal of its own and return what it shows, without colours."""
    ours, theirs = pty.openpty()
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", "COLUMNS": "120"}
    command = [sys.executable, "-m", "linernotes", *args]
    process = subprocess.Popen(command, cwd=folder, env=surroundings, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # how a terminal ends whose last program is gone
        pass
    finally:
        os.close(ours)
        process.wait(60)
    assert b"\x1b[32m" in shown
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r", "\n")


def test_a_pipe_gets_columns_with_tabs(capfd: pytest.CaptureFixture[str]) -> None:
    printer = printer_for(as_json=False, limit=1)
    printer.show(named("/music/a\tb.mp3", SONG, SONG))
    printer.show(msgspec.structs.replace(named("/music/unknown.mp3"), unnamed="too short (8 s)"))
    printer.show(Failed(Path("/music/bad.mp3"), Invalid("It is bad.", hint="Mend it.")))
    out, err = capfd.readouterr()
    first, second = out.splitlines()
    why = "5 sources · duration differs by 1 s"
    assert first.split("\t") == ["0.99", "Alpha", "Song", "Album (2001)", SONG.mbid, why, "/music/a\\tb.mp3"]
    assert second == "\t" * 5 + "too short (8 s)\t/music/unknown.mp3"
    assert err == "error: /music/bad.mp3: It is bad. (Mend it.)\n"
    assert (printer.named, printer.failed) == (1, 1)


@pytest.mark.parametrize(("count", "seconds", "said"), [(3, 0.5, False), (3, 1.5, False), (9, 0.5, True)])
def test_progress_shows_itself_after_two_seconds_if_there_is_as_much_left(
    capfd: pytest.CaptureFixture[str], count: int, seconds: float, *, said: bool
) -> None:
    now = [0.0]
    with shown_when_long("identify", total=count, unit="files", quiet=False, clock=lambda: now[0]) as advance:
        for _ in range(count):
            now[0] += seconds
            advance(1)
    assert ("identify: 9 files" in capfd.readouterr().err) is said


def test_only_phases_of_much_work_are_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with shown_when_much(quiet=False, least=100) as progress:
        for phase, total in (("short", 99), ("long", 100)):
            progress.start(phase, total=total, unit="lines")
            progress.advance(phase, total)
            progress.finish(phase)
    told = capfd.readouterr().err
    assert told.startswith("long: 100 lines in ")
    assert "short" not in told
