"""The parts around the server: façades are found, checks say what to do, logs are lines, ports are tried."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import msgspec
import pytest
import structlog

from linernotes.app import logs, registry
from linernotes.app.builds import FolderBuilds
from linernotes.app.checks import Check, Identified, all_checks, run_checks
from linernotes.app.config.settings import LogSettings
from linernotes.app.lifecycle import check_address
from linernotes.app.live import LiveCatalogue
from linernotes.app.offload import Pool
from linernotes.domain.errors import Conflict, Invalid
from linernotes.stores.sql.opening import STATE_FILE, open_state
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.web.accesslog import Access
from linernotes.web.health import Level
from linernotes.web.leases import Leases
from linernotes.web.settings import ServerSettings


def test_the_folders_facades_are_found_by_name() -> None:
    found = registry.find_facades()
    assert "lidarr" in found
    assert {name: facade.name for name, facade in found.items()} == {name: name for name in found}


ANNOUNCED = """
from linernotes.facades._kit.manifest import Facade
FACADE = Facade(name={name!r}, title="", settings=object, mounts=lambda _: (), build=lambda *_: None)
"""


def announce(folder: Path, module: str, code: str) -> None:
    (folder / f"{module}.py").write_text(code)
    dist = folder / f"{module}-1.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
    (dist / "entry_points.txt").write_text(f"[linernotes.facades]\n{module} = {module}:FACADE\n")


def test_another_package_can_bring_a_facade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(tmp_path, "brought_along", ANNOUNCED.format(name="brought"))
    monkeypatch.syspath_prepend(tmp_path)
    assert {"brought", "lidarr"} <= registry.find_facades().keys()


@pytest.mark.parametrize(("code", "fault"), [(ANNOUNCED.format(name="lidarr"), Conflict), ("FACADE = 1", Invalid)])
def test_a_facade_that_does_not_fit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, fault: type[Exception]
) -> None:
    module = f"unfit_{fault.__name__.lower()}"
    announce(tmp_path, module, code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(fault):
        registry.find_facades()


def levels(data_dir: Path, identified: Identified | None = None) -> dict[str, Level]:
    builds = FolderBuilds(folder=BuildFolder(data_dir), open_build=lambda _: pytest.fail("opened"))
    live = LiveCatalogue(builds=builds, leases=Leases())
    live.look()
    told = None if identified is None else lambda: identified
    findings = run_checks(all_checks(data_dir=data_dir, state=data_dir / "state.sqlite", live=live, identified=told))
    assert [finding for finding in findings if finding.level is not Level.OK and not finding.hint] == []
    return {finding.name: finding.level for finding in findings}


def test_checks_of_an_empty_folder_say_what_is_missing(tmp_path: Path) -> None:
    found = levels(tmp_path / "none")
    assert (found["data_folder"], found["state"]) == (Level.WARNING, Level.WARNING)
    assert (found["catalogue"], found["search"]) == (Level.FAILED, Level.FAILED)


def test_without_a_catalogue_a_server_that_identifies_music_is_ready_all_the_same(tmp_path: Path) -> None:
    found = levels(tmp_path, Identified(7))
    assert (found["catalogue"], found["search"], found["identification"]) == (Level.WARNING, Level.WARNING, Level.OK)
    found = levels(tmp_path, Identified(0, "the fingerprint index is being opened"))
    assert (found["catalogue"], found["identification"]) == (Level.FAILED, Level.WARNING)


def test_checks_see_the_state_and_its_damage(tmp_path: Path) -> None:
    open_state(tmp_path / STATE_FILE).close()
    assert levels(tmp_path)["state"] is Level.OK
    (tmp_path / STATE_FILE).write_bytes(b"nonsense" * 1000)
    assert levels(tmp_path)["state"] is Level.FAILED


def test_a_check_that_the_system_refuses_has_failed() -> None:
    def refused() -> tuple[Level, str, str]:
        raise PermissionError(13, "Permission denied", "/secret")

    [finding] = run_checks([Check("disk_space", refused)])
    assert (finding.level, finding.message) == (Level.FAILED, "[Errno 13] Permission denied: '/secret'")


def test_a_port_that_is_taken_is_a_clear_conflict() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"{port} is taken") as caught:
            check_address(ServerSettings(port=port))
        assert f"--port {port + 1}" in caught.value.hint


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Invalid, match="cannot listen on 192"):
        check_address(ServerSettings(host="192.0.2.1"))


def test_a_name_becomes_an_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert check_address(ServerSettings(host="localhost", port=port)) in {"127.0.0.1", "::1"}


def test_work_that_nobody_waits_for_any_more_still_holds_its_build() -> None:
    leases, order = Leases(), list[str]()
    pool = Pool(threads=1, leases=leases)

    async def run() -> None:
        begun, go = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def work() -> None:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go.wait(), loop).result(10)
            order.append("worked")

        waiting = asyncio.ensure_future(pool(work))
        await begun.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        leases.retire(lambda: order.append("closed"))
        assert order == []
        go.set()
        await pool(lambda: None)

    asyncio.run(run())
    pool.close()
    assert order == ["worked", "closed"]


def test_the_pool_gives_results_and_errors() -> None:
    pool = Pool(threads=2, leases=Leases())

    async def run() -> None:
        assert await pool(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await pool(lambda: 1 // 0)

    asyncio.run(run())
    pool.close()


ACCESS = Access(0.0, "GET", "/a\x1b[31m", 200, 5, 0.00125, "rid", "192.0.2.1")


def test_an_access_line_in_json_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    logs.access_writer(LogSettings(format="json"))([ACCESS, ACCESS])
    first, second = capsys.readouterr().err.splitlines()
    assert first == second
    line = msgspec.json.decode(first)
    assert (line["timestamp"], line["event"], line["path"]) == ("1970-01-01T00:00:00.000Z", "request", ACCESS.path)
    assert (line["status"], line["ms"], line["request_id"]) == (200, 1.25, "rid")


def test_an_access_line_for_people_lets_no_control_character_through(capsys: pytest.CaptureFixture[str]) -> None:
    logs.access_writer(LogSettings(format="console"))([ACCESS])
    [line] = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert "GET /a\\x1b[31m 200 5 B 1.2 ms" in line


def test_requests_are_below_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    logs.access_writer(LogSettings(level="warning"))([ACCESS])
    assert capsys.readouterr().err == ""


@pytest.fixture
def _own_log() -> object:
    import logging

    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_own_log")
def test_events_of_ours_and_of_others_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    import logging

    logs.configure(LogSettings(format="json"))
    structlog.get_logger("linernotes.test").info("hello", path=Path("/x"))
    logging.getLogger("other").warning("careful %s", "now")
    logging.getLogger("other").info("unimportant but said")
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        logging.getLogger("other").exception("broken")
    lines = [msgspec.json.decode(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["hello", "careful now", "unimportant but said", "broken"]
    assert lines[0]["path"] == "/x"
    assert {"timestamp", "level", "logger"} <= lines[1].keys()
    assert "ZeroDivisionError" in lines[3]["exception"]
