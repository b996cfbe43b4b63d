"""The pages say what is true: links lead somewhere, commands exist, generated files are up to date."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from linernotes.app.config.schema import read_schema
from linernotes.cli import COMMANDS, cli
from scripts.generate import drifted, generated

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Put together from pieces so that this file does not hold what it looks for.
UNWANTED = (
    *("/wo" + "rk/main", "/wo" + "rk/shared", "/tmp/br" + "ief"),
    *("pypi" + ".org", "python" + "hosted", "npm" + "js.org"),
)


@pytest.fixture(scope="module")
def files(repository: Path) -> list[Path]:
    """Everything that is, or is about to be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if listing.returncode:
        pytest.skip("not a git work tree")
    return [path for name in listing.stdout.splitlines() if (path := repository / name).is_file()]


@pytest.fixture(scope="module")
def pages(files: list[Path]) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in files if path.suffix == ".md"}


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(pages: dict[Path, str]) -> Iterator[str]:
    for page, text in pages.items():
        for link in LINK.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            path = (page.parent / target).resolve() if target else page
            known = anchors(path.read_text("utf-8")) if path.suffix == ".md" and path.is_file() else set()
            if not path.exists() or (anchor and anchor not in known):
                yield f"{page.name}: {link}"


def command_lines(pages: dict[Path, str]) -> Iterator[list[str]]:
    for text in pages.values():
        for block in FENCE.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words[:1] == ["linernotes"]:
                    yield words[1:]


def misuse(words: list[str]) -> str:
    """Say what in a command line does not exist, or return nothing."""
    command: click.Command = cli
    for word in words:
        if word.startswith("-"):
            options = {name for option in command.params for name in option.opts + option.secondary_opts}
            if word.partition("=")[0] not in options | {"--help", "-h"}:
                return f"{command.name} {word}"
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            if found is None and word in command.list_commands(click.Context(command)):
                return f"{command.name} {word}"
            command = found or command
    return ""


def test_every_link_leads_somewhere(pages: dict[Path, str]) -> None:
    assert list(broken_links(pages)) == []


def test_every_page_is_in_the_index(repository: Path, pages: dict[Path, str]) -> None:
    docs = repository / "docs"
    linked = {(docs / link).resolve() for link in LINK.findall(pages[docs / "README.md"])}
    own = {page for page in pages if page.is_relative_to(docs)} - {docs / "README.md"}
    assert sorted(str(page.relative_to(docs)) for page in own - linked) == []


def test_every_command_line_in_the_pages_exists(pages: dict[Path, str]) -> None:
    assert [words for words in command_lines(pages) if misuse(words)] == []


def test_a_made_up_option_would_be_noticed() -> None:
    assert misuse(["config", "show", "--jsno"]) == "show --jsno"
    assert misuse(["--data", "x", "config", "show", "--json"]) == ""


def test_every_command_is_described(repository: Path) -> None:
    page = (repository / "docs/reference/cli.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"## linernotes {name}\n" not in page] == []


def test_every_setting_is_described(repository: Path) -> None:
    page = (repository / "docs/reference/settings.md").read_text("utf-8")
    assert [name for name in read_schema().settings() if f"`{name}`" not in page] == []


def test_every_variable_in_the_pages_is_a_setting(pages: dict[Path, str]) -> None:
    known = [row.variable for row in read_schema().settings().values()] + ["LINERNOTES_CONFIG"]
    named = {name for text in pages.values() for name in re.findall(r"LINERNOTES_[A-Z][A-Z_]*", text)}
    assert [name for name in sorted(named) if not any(variable.startswith(name) for variable in known)] == []


def test_generated_files_are_up_to_date() -> None:
    assert [path.name for path in drifted()] == []
    assert len(generated()) >= 3


def test_every_folder_of_the_package_is_in_the_walk_of_the_tree(repository: Path) -> None:
    page = (repository / "ARCHITECTURE.md").read_text("utf-8")
    folders = [path for path in (repository / "src/linernotes").iterdir() if (path / "__init__.py").is_file()]
    assert [folder.name for folder in folders if f"`{folder.name}/`" not in page] == []


def test_nothing_in_the_repository_names_a_place_outside_it(files: list[Path]) -> None:
    found = []
    for path in files:
        text = path.read_bytes()
        found += [f"{path.name}: {word}" for word in UNWANTED if word.encode() in text]
    assert found == []
