"""`linernotes-fpcalc` prints what fpcalc prints, and taggers that start fpcalc can start it instead."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import acoustid
import msgspec
import pytest

from linernotes.fingerprint import codec
from tests.conftest import RunCommand
from tests.fingerprint.sounds import melody, silence, write

LONG = ("long.wav", "long.flac", "long.mp3")
HEAVY = {"click", "numba", "rich", "scipy.signal", "sqlalchemy", "matplotlib", "httpx2", "grpc"}


class Ended(msgspec.Struct, frozen=True):
    """How a program ended."""

    code: int
    out: bytes
    err: bytes


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sounds: long ones of several formats, a short one, one that is too short, silence."""
    folder = tmp_path_factory.mktemp("sounds")
    long = melody(126)
    for name in LONG:
        write(folder / name, long)
    write(folder / "short.flac", melody(12, seed=2))
    write(folder / "moment.wav", melody(1))
    write(folder / "silence.wav", silence(10))
    (folder / "text.mp3").write_text("This is no sound at all.\n" * 50)
    whole = (folder / "long.flac").read_bytes()
    (folder / "cut.flac").write_bytes(whole[: len(whole) // 3])
    return folder


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script, as an installer writes it."""
    path = tmp_path_factory.mktemp("bin") / "linernotes-fpcalc"
    path.write_text(f"#!{sys.executable}\nfrom linernotes.fingerprint.fpcalc import main\nmain()\n")
    path.chmod(0o755)
    return path


def ended(program: Path | str, *args: object, folder: Path, stdin: bytes = b"") -> Ended:
    done = subprocess.run(
        [program, *map(str, args)], capture_output=True, cwd=folder, input=stdin, timeout=120, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def reference() -> str:
    """The fpcalc of this machine."""
    found = shutil.which("fpcalc")
    if not found:
        pytest.skip("fpcalc is not installed")
    return found


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("options", ["", "-raw", "-plain", "-chunk 30 -json"])
def test_every_byte_is_that_of_fpcalc(program: Path, reference: str, sounds: Path, name: str, options: str) -> None:
    compare_output(program, reference, sounds, [*options.split(), name])


@pytest.mark.parametrize(
    "options",
    [
        "-json", "-text", "-json -raw", "-raw -signed -plain", "-length 30", "-chunk 25 -overlap -json -length 100",
        "-chunk 40 -plain -raw -length 90.5", "-chunk 4 -length 9", "-chunk 2 -overlap -length 9",
    ],
)  # fmt: skip
def test_every_option_changes_the_bytes_as_fpcalc_does(
    program: Path, reference: str, sounds: Path, options: str
) -> None:
    compare_output(program, reference, sounds, [*options.split(), "long.flac"])


def compare_output(program: Path, reference: str, sounds: Path, args: list[str]) -> None:
    """Both print the same and end well."""
    assert ended(program, *args, folder=sounds) == ended(reference, *args, folder=sounds)


def test_the_duration_in_json_is_exact_but_for_mp3(program: Path, reference: str, sounds: Path) -> None:
    """FFmpeg 5 counts the samples that the encoder put in front of an mp3, FFmpeg 8 does not."""
    theirs, ours = (json.loads(ended(each, "-json", "long.mp3", folder=sounds).out) for each in (reference, program))
    assert ours["fingerprint"] == theirs["fingerprint"]
    assert ours["duration"] == pytest.approx(theirs["duration"], abs=0.1)


def test_several_files_are_printed_as_fpcalc_prints_them(program: Path, reference: str, sounds: Path) -> None:
    args = ("-length", 10, *LONG)
    assert ended(program, *args, folder=sounds) == ended(reference, *args, folder=sounds)


def test_samples_from_standard_input_are_read_as_they_are_described(
    program: Path, reference: str, sounds: Path
) -> None:
    args = ["-raw", "-length", "20", "-format", "s16le", "-rate", "22050", "-channels", "1", "-"]
    samples = (sounds / "long.wav").read_bytes()[44:4_000_000]
    theirs, ours = (ended(which, *args, folder=sounds, stdin=samples) for which in (reference, program))
    assert ours.code == 0, ours.err
    assert ours.out.splitlines()[1] == theirs.out.splitlines()[1]


def test_a_pipe_is_read_as_a_file_is(program: Path, sounds: Path) -> None:
    line = f"{program} -plain -length 10 <(cat long.flac)"
    done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=sounds, check=True, timeout=60)
    assert done.stdout == ended(program, "-plain", "-length", 10, "long.flac", folder=sounds).out


def test_a_name_that_is_no_text_is_read(program: Path, sounds: Path, tmp_path: Path) -> None:
    odd = tmp_path / b"caf\xe9.flac".decode("utf-8", "surrogateescape")
    odd.symlink_to(sounds / "short.flac")
    assert ended(program, odd, folder=tmp_path).out == ended(program, "short.flac", folder=sounds).out


def test_a_short_file_is_no_error(program: Path, sounds: Path) -> None:
    """With fpcalc 1.5 it is: it prints the fingerprint and ends with 3."""
    found = ended(program, "short.flac", folder=sounds)
    assert (found.code, found.err) == (0, b"")
    assert re.fullmatch(rb"DURATION=12\nFINGERPRINT=[\w-]+\n", found.out)


def test_the_fingerprint_of_a_short_file_is_that_of_fpcalc(program: Path, reference: str, sounds: Path) -> None:
    for name in ("short.flac", "silence.wav"):
        assert ended(program, name, folder=sounds).out == ended(reference, name, folder=sounds).out


def test_timestamps_are_unix_time(program: Path, sounds: Path) -> None:
    found = ended(program, "-ts", "-chunk", 4, "-length", 8, "short.flac", folder=sounds).out.decode()
    assert re.fullmatch(
        r"TIMESTAMP=\d{10}\.\d\d\nDURATION=4\nFINGERPRINT=[\w-]+\n\nTIMESTAMP=\d{10}\.\d\d\nDURATION=4\nFINGERPRINT=[\w-]+\n",
        found,
    )


def test_a_file_that_was_cut_off_is_printed_with_a_warning(program: Path, sounds: Path) -> None:
    found = ended(program, "-raw", "-length", 0, "cut.flac", folder=sounds)
    assert found.code == 0
    assert found.out.startswith(b"DURATION=")
    assert found.err.startswith(b"WARNING: ")
    assert len(found.err.splitlines()) == 1


def test_errors_can_be_ignored(program: Path, sounds: Path) -> None:
    found = ended(program, "-ignore-errors", "-length", 0, "cut.flac", folder=sounds)
    assert found.code == 0
    assert b"FINGERPRINT=" in found.out


@pytest.mark.parametrize("name", ["absent.mp3", "text.mp3", "moment.wav", "."])
def test_what_has_no_fingerprint_is_one_line_on_standard_error_and_2(program: Path, sounds: Path, name: str) -> None:
    found = ended(program, name, folder=sounds)
    assert (found.code, found.out) == (2, b"")
    assert re.fullmatch(rb"ERROR: .+\n", found.err)


def test_the_first_file_that_fails_ends_the_run(program: Path, sounds: Path) -> None:
    found = ended(program, "-plain", "short.flac", "absent.mp3", "short.flac", folder=sounds)
    assert found.code == 2
    assert len(found.out.splitlines()) == 1


@pytest.mark.parametrize("line", ["", "-nonsense x", "-length -1 x", "x -length"])
def test_wrong_usage_is_refused_in_fpcalcs_words(program: Path, reference: str, sounds: Path, line: str) -> None:
    assert ended(program, *line.split(), folder=sounds) == ended(reference, *line.split(), folder=sounds)


def test_the_version_begins_as_that_of_fpcalc_does(program: Path, sounds: Path) -> None:
    found = ended(program, "-version", folder=sounds)
    assert found.code == 0
    assert re.fullmatch(rb"fpcalc version \d+\.\d+\.\d+ \(linernotes .+\)\n", found.out)


def test_help_names_the_options(program: Path, sounds: Path) -> None:
    found = ended(program, "-h", folder=sounds)
    assert found.code == 0
    assert found.out.startswith(b"Usage: linernotes-fpcalc [OPTIONS] FILE [FILE...]\n")


def test_the_command_of_linernotes_is_the_same(linernotes: RunCommand, program: Path, sounds: Path) -> None:
    args = ("-json", "-raw", "-length", "5", sounds / "short.flac")
    found = linernotes("fpcalc", *args)
    assert (found.code, found.out, found.err) == (0, ended(program, *args, folder=sounds).out.decode(), "")
    assert json.loads(found.out)["duration"] == 12


def test_the_command_of_linernotes_has_fpcalcs_help_and_exit_codes(linernotes: RunCommand) -> None:
    assert linernotes("fpcalc", "--help").out.startswith("Usage: linernotes fpcalc [OPTIONS] FILE")
    assert (linernotes("fpcalc", "--", "-x").code, linernotes("fpcalc").err) == (2, "ERROR: No input files\n")


def test_nothing_is_loaded_that_makes_it_start_late(sounds: Path) -> None:
    code = (
        "import sys; from linernotes.fingerprint.fpcalc import run;"
        "run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, sounds / "short.flac"], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stderr.split()) & HEAVY == set()


def test_help_needs_neither_numpy_nor_a_decoder() -> None:
    code = (
        "import sys; from linernotes.fingerprint.fpcalc import run; run(['-h']); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert set(done.stderr.split()) & {"numpy", "av", "scipy", "msgspec", *HEAVY} == set()


def test_a_reader_that_has_seen_enough_is_no_crash(program: Path, sounds: Path) -> None:
    line = f"{program} -raw -plain {' '.join(LONG)} | head -c 1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=sounds, check=True, timeout=60)
    assert done.stderr == b""


@pytest.mark.parametrize("name", [*LONG, "short.flac"])
def test_pyacoustid_is_served(program: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(os.environ, "FPCALC", str(program))
    duration, text = acoustid.fingerprint_file(str(sounds / name), force_fpcalc=True)
    words = codec.decode(text).words
    assert (duration, words.size) == ((12, 75) if name == "short.flac" else (126, 948))
    same = acoustid.compare_fingerprints((duration, text), (duration, text)) if acoustid.have_chromaprint else 1.0
    assert same == 1.0


@pytest.mark.parametrize("name", ["text.mp3", "absent.mp3", "moment.wav"])
def test_pyacoustid_is_told_of_a_failure(
    program: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(os.environ, "FPCALC", str(program))
    with pytest.raises(acoustid.FingerprintGenerationError):
        acoustid.fingerprint_file(str(sounds / name), force_fpcalc=True)
