"""Commands and servers over a catalogue in PostgreSQL, each on a machine of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path

import psycopg
import pytest

from linernotes.stores.sql.revisions import HEAD
from tests.e2e.conftest import free_port, until
from tests.e2e.machines import Asking, Machine


def said(machine: Machine, *args: object) -> str:
    """Return what a command says, which must end well."""
    done = machine.run(*args)
    assert done.returncode == 0, (args, done.stdout, done.stderr)
    return done.stdout


def held(url: str) -> list[str]:
    """Return the schemas of a database that are ours."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace ORDER BY 1").fetchall()
    return [name for (name,) in rows if name.startswith(("linernotes", "catalogue"))]


@pytest.mark.slow
def test_servers_take_an_import_over_without_a_failed_request(
    postgres_url: str, samples: list[Path], tmp_path: Path
) -> None:
    importer, one, two = (Machine(tmp_path / name, postgres_url) for name in ("importer", "one", "two"))
    first = importer.load(samples[0])
    hits = json.loads(said(importer, "search", "a", "--json"))["hits"]
    mbids = [hit["mbid"] for hit in hits if hit["kind"] == "artist"]
    assert len(mbids) > 3
    with one.serving() as near, two.serving() as far, contextlib.ExitStack() as stack:
        servers = (near, far)
        until(lambda: all(server.build() == first for server in servers))
        told = [stack.enter_context(Asking(server, mbids).people(1)) for server in servers]
        second = importer.load(samples[1])
        assert len(held(postgres_url)) == 4  # the build before stays for those who still read it
        until(lambda: all(server.build() == second for server in servers))
        heard = [len(each.heard) for each in told]
        until(lambda: all(len(each.heard) > count + len(mbids) for each, count in zip(told, heard, strict=True)))
    for each in told:
        assert each.unheard == 0
        assert {answer.status for _, answer in each.heard} == {200}
        assert all(answer.json["mbid"] == mbid for mbid, answer in each.heard)


@pytest.mark.slow
def test_every_command_knows_the_database(postgres_url: str, samples: list[Path], tmp_path: Path) -> None:
    machine, another = (Machine(tmp_path / name, DATABASE_FILE=tmp_path / "secret") for name in ("here", "there"))
    (tmp_path / "secret").write_text(f"{postgres_url}\n")
    assert "none yet" in said(machine, "db", "current")
    assert "0001" in said(machine, "db", "upgrade", "--only", "pre")
    assert "nothing labelled post" in said(machine, "db", "upgrade", "--only", "post")
    said(machine, "db", "downgrade-check")
    assert machine.run("info").stderr.startswith("error: There is no catalogue yet in PostgreSQL at 127.0.0.1:")
    build = json.loads(said(machine, "import", samples[0], "--json"))["build_id"]
    assert json.loads(said(another, "info", "--json"))["build"] == build
    assert build in said(another, "info")
    assert json.loads(said(another, "search", "a", "--json"))["hits"]
    checks = {check["name"]: check["level"] for check in json.loads(said(another, "doctor", "--json"))["checks"]}
    assert checks.pop("disk_space") in {"ok", "warning"}
    assert set(checks.values()) == {"ok"}
    key = said(another, "keys", "create", "somebody").strip()
    assert key.split("_")[1] in said(machine, "keys", "list")
    assert json.loads(said(machine, "jobs", "counts", "--json")) == {"counts": []}
    assert "pg_dump --schema=linernotes_state" in machine.run("db", "backup", tmp_path / "copy").stderr
    assert held(postgres_url) == [
        f"catalogue_{build.lower().replace('-', '_')}",
        "linernotes_catalogue",
        "linernotes_state",
    ]
    # Each machine has a name index of its own, and nothing else.
    assert sorted(path.name for path in another.data.iterdir()) == ["names"]


def test_an_empty_database_is_set_up_by_itself_and_by_one_of_many(postgres_url: str, tmp_path: Path) -> None:
    machines = [Machine(tmp_path / name, postgres_url) for name in ("one", "two", "three")]
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(machine.working()) for machine in machines[1:]]
        server = stack.enter_context(machines[0].serving())
        assert server.ask("/health/live").status == 200
        until(lambda: "linernotes_state" in held(postgres_url))
        assert [worker.poll() for worker in workers] == [None, None]
    assert f"{HEAD} (newest is {HEAD})" in said(machines[0], "db", "current")


@pytest.mark.slow
def test_a_newer_schema_is_refused_with_what_to_do(postgres_url: str, samples: list[Path], tmp_path: Path) -> None:
    machine = Machine(tmp_path / "one", postgres_url)
    said(machine, "db", "upgrade")
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE linernotes_state.alembic_version SET version_num = '9999'")
    for command in (
        ["serve", "--port", free_port()],
        ["worker"],
        ["import", samples[0]],
        ["db", "upgrade"],
        ["jobs", "counts"],
    ):
        refused = machine.run(*command)
        assert refused.returncode == 1, command
        assert f"has schema 9999, which this version does not know (it knows up to {HEAD})" in refused.stderr
        assert "hint: Run the version of linernotes that wrote it, or a newer one." in refused.stderr
    assert held(postgres_url) == ["linernotes_state"]


@pytest.mark.slow
def test_the_state_can_be_saved_and_brought_back_by_postgresqls_own_programs(
    postgres_url: str, postgres_server, tmp_path: Path
) -> None:
    programs = postgres_server.programs.folder
    if not (programs / "pg_dump").is_file():
        pytest.skip("no pg_dump beside the server")
    machine = Machine(tmp_path / "one", postgres_url)
    key = said(machine, "keys", "create", "somebody").split("_")[1]
    saved = tmp_path / "state.dump"
    options = ["--schema=linernotes_state", "--format=custom", f"--file={saved}", postgres_url]
    subprocess.run([programs / "pg_dump", *options], check=True, timeout=60)
    said(machine, "keys", "revoke", key)
    options = ["--clean", "--if-exists", f"--dbname={postgres_url}", saved]
    subprocess.run([programs / "pg_restore", *options], check=True, timeout=60)
    assert key in said(machine, "keys", "list")
    assert "revoked" not in said(machine, "keys", "list")
