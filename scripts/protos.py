"""Writes the Python code of proto/linernotes/v1 anew; with --check it writes nothing and fails when it has drifted."""

from __future__ import annotations

import re
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "proto"
PACKAGE = "linernotes.facades.grpc.gen"
TARGET = ROOT / "src/linernotes/facades/grpc/gen"
HEAD = "# Written by `make protos`.\n"
# protoc takes the proto's own package for a Python package; ours lies elsewhere.
IMPORT = re.compile(r"^from linernotes\.v1 import ", re.MULTILINE)
# It writes a generic type without saying of what, which a strict type checker refuses.
BARE_MAPPING = "_Mapping]"


def generated() -> dict[Path, str]:
    """Return the path and text of every generated file. ImportError where grpcio-tools is not installed."""
    from grpc_tools import protoc  # noqa: PLC0415 - the test that asks for this is skipped without it

    names = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = [f"--python_out={folder}", f"--pyi_out={folder}"]
        if protoc.main(["protoc", f"-I{PROTOS}", f"-I{files('grpc_tools') / '_proto'}", *out, *names]):
            sys.exit("protoc failed")
        written = sorted(Path(folder).rglob("*_pb2.py*"))
        return {TARGET / path.name: _ours(path.read_text("utf-8")) for path in written}


def _ours(text: str) -> str:
    return HEAD + IMPORT.sub(f"from {PACKAGE} import ", text).replace(BARE_MAPPING, "_Mapping[str, object]]")


def drifted() -> list[Path]:
    """Return the files whose text on disk is not what it should be, those that nobody generates any more among them."""
    wanted = generated()
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    return stale + sorted(set(TARGET.glob("*_pb2.py*")) - wanted.keys())


def main() -> int:
    """Write or check; return the exit code."""
    if "--check" in sys.argv:
        stale = [path.name for path in drifted()]
        print(f"out of date, run `make protos`: {', '.join(stale)}" if stale else "generated code is up to date")
        return bool(stale)
    for path, text in generated().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
