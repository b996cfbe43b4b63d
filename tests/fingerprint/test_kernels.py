"""When the compiled kernels are loaded, and that they do without a place to be kept."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from linernotes.fingerprint.kernels.compare import odd_bits
from linernotes.fingerprint.kernels.compiling import read_only


def run(code: str, **environment: str) -> str:
    """Return what a fresh interpreter prints."""
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_text_simhash_and_query_do_not_load_the_compiler():
    code = (
        "import sys; from linernotes.fingerprint import codec, query, simhash; w = codec.decode('AQAAAQE').words;"
        "codec.encode(w); simhash.simhash(w); query.extract_query(w); print('numba' in sys.modules)"
    )
    assert run(code) == "False"


@pytest.mark.slow
def test_where_nothing_can_be_written_kernels_are_compiled_for_the_process_alone(tmp_path):
    package = tmp_path / "closed.py"
    package.write_text(
        "from linernotes.fingerprint.kernels.compiling import kernel\n"
        "@kernel\ndef twice(x):\n    return 2 * x\nprint(twice(21))\n"
    )
    # A module that is no file has no folder beside it, and a folder under a file cannot be made.
    code = f"exec(compile(open({str(package)!r}).read(), '/dev/null/closed.py', 'exec'))"
    nowhere = {"NUMBA_CACHE_DIR": "/dev/null/cache", "HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null"}
    assert run(code, **nowhere) == "42"


def test_every_second_bit_is_gathered_in_order():
    words = np.array([0b10, 0b1000, 0xAAAAAAAA, 0x55555555, 0x80000000], dtype=np.uint32)
    assert odd_bits(read_only(words)).tolist() == [1, 2, 0xFFFF, 0, 0x8000]


def test_an_array_that_can_be_written_stays_so():
    words = np.arange(6, dtype=np.uint32)
    assert not read_only(words).flags.writeable
    assert words.flags.writeable
    assert read_only(words[::2]).flags.c_contiguous
