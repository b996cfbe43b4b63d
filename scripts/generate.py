"""Writes every file that is generated; with --check it writes nothing and fails when one has drifted."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linernotes.app.config.describe import example_file, reference_page
from linernotes.app.config.schema import read_schema
from linernotes.cli import cli
from linernotes.facades.native.reference import reference_page as rest_page

ROOT = Path(__file__).resolve().parent.parent
CLI_HEAD = """\
# Commands

<!-- Written by `make docs` from the commands themselves. -->

Exit codes: 0 done, 1 failed (one line on standard error says why), 2 wrong usage, 130 interrupted.
"""


INDEX_HEAD = """\
# The pages

<!-- Written by `make docs` from the titles of the pages. -->

A walk through the code is in [ARCHITECTURE.md](../ARCHITECTURE.md).
"""
# Folder of docs/, and what stands above its pages in the index.
SECTIONS = {
    "start": "Start here",
    "guides": "Guides",
    "reference": "Reference",
    "explain": "How it works",
    "benchmarks": "Measured",
    "decisions": "Decisions",
}


def generated() -> dict[Path, str]:
    """Return every generated file's path and text."""
    schema = read_schema()
    commands = _describe(cli, click.Context(cli, info_name="linernotes", **cli.context_settings))
    return {
        ROOT / "linernotes.example.yaml": example_file(schema),
        ROOT / "docs/reference/settings.md": reference_page(schema),
        ROOT / "docs/reference/cli.md": "\n".join([CLI_HEAD, *commands]),
        ROOT / "docs/reference/rest.md": rest_page(),
        ROOT / "docs/reference/grpc.md": _grpc_page(),
        ROOT / "docs/README.md": _index(),
    }


def _grpc_page() -> str:
    from scripts.grpc_page import reference_page  # noqa: PLC0415 - as a program this finds its neighbours in `main`

    return reference_page()


def drifted() -> list[Path]:
    """Return the generated files whose text on disk is not what it should be."""
    return [path for path, text in generated().items() if not path.is_file() or path.read_text("utf-8") != text]


def _describe(command: click.Command, context: click.Context) -> list[str]:
    """One section per command: its own help, as the terminal shows it at 100 columns."""
    context.terminal_width = context.max_content_width = 100
    sections = [f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                sections += _describe(inner, click.Context(inner, info_name=name, parent=context))
    return sections


def _index() -> str:
    """Every page by its title, section by section."""
    parts = [INDEX_HEAD]
    for folder, heading in SECTIONS.items():
        pages = sorted((ROOT / "docs" / folder).glob("*.md"))
        links = [f"- [{_title(page)}]({folder}/{page.name})\n" for page in pages]
        parts.append(f"## {heading}\n\n{''.join(links)}")
    return "\n".join(parts)


def _title(page: Path) -> str:
    return page.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def main() -> int:
    """Write or check; return the exit code."""
    sys.path.insert(0, str(ROOT))
    if "--check" in sys.argv:
        stale = [str(path.relative_to(ROOT)) for path in drifted()]
        print(f"out of date, run `make docs`: {', '.join(stale)}" if stale else "generated files are up to date")
        return bool(stale)
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
