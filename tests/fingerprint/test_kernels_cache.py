"""What is compiled is kept only as long as no kernel's source has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import linernotes
from linernotes.fingerprint.kernels.compiling import _PLACES

PROGRAM = """
import numpy as np
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.values import make_update
with Index(MemoryDirectory()) as index:
    index.update(make_update([(1, [1, 2, 3])]))
    print(index.search(np.array([1, 2], dtype=np.uint32))[0].score)
"""


@pytest.mark.slow
def test_a_change_in_one_kernel_is_seen_by_those_that_it_is_compiled_into(tmp_path):
    package = tmp_path / "linernotes"
    shutil.copytree(Path(linernotes.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def score() -> str:
        command = [sys.executable, "-c", PROGRAM]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    assert score() == "2"
    hits = package / "fingerprint/index/kernels/hits.py"
    changed = hits.read_text().replace(
        "hits[at, 0], hits[at, 1] = score, id_", "hits[at, 0], hits[at, 1] = score + 5, id_"
    )
    assert changed != hits.read_text()
    hits.write_text(changed)
    assert score() == "7"


def test_every_module_with_kernels_is_in_a_place_that_the_stamp_covers():
    root = Path(linernotes.__file__).parent
    covered = {path for pattern in _PLACES for path in root.glob(pattern)}
    kernels = {path for path in root.rglob("*.py") if "\n@kernel\n" in path.read_text()}
    assert kernels
    assert kernels <= covered
