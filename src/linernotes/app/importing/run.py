"""One import from start to end. Until its last rename, the live catalogue has not been touched."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from linernotes.app.importing.crew import run_jobs
from linernotes.app.importing.jobs import JOBS, Job
from linernotes.app.importing.plan import ImportPlan
from linernotes.domain.catalogue import BuildInfo
from linernotes.dumps.settings import ImportSettings
from linernotes.dumps.staging import Staged, Stager
from linernotes.ports.progress import Progress
from linernotes.ports.state import ImportHistory
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.stores.sqlite.builds import BuildFolder

_STAGING_SHARE = 0.7
_ROOM_FOR_TWO = 2000


class Importer:
    """Runs imports into one data folder."""

    def __init__(
        self,
        *,
        data: Path,
        settings: ImportSettings,
        search: SearchSettings,
        history: Callable[[], ImportHistory],
        progress: Progress,
    ) -> None:
        """Touch nothing yet; ``history`` is opened only when a build has been published."""
        self._folder = BuildFolder(data)
        self._settings = settings
        self._search = search
        self._history = history
        self._progress = progress

    def run(self, plan: ImportPlan) -> BuildInfo:
        """Import and publish. Raises one of our errors, and then nothing has changed.

        But for one: the history is written when the build is live already.
        """
        plan.check_disk()
        with self._folder.locked() as work:
            staged = self._stage(plan, work)
            build = work / "build"
            build.mkdir()
            info = self._compile(staged, build)
            self._folder.publish(build, info)
        self._history().record(info)
        return info

    def _stage(self, plan: ImportPlan, work: Path) -> Staged:
        stager = Stager(
            work,
            layers=plan.layers,
            memory_mb=int(self._settings.memory_mb * _STAGING_SHARE),
            threads=self._settings.threads_to_use(),
            progress=self._progress,
        )
        return stager.stage(list(plan.sources))

    def _compile(self, staged: Staged, build: Path) -> BuildInfo:
        now = time.time_ns() // 1_000_000
        live, previous = self._folder.usable() or (None, None)
        workers = self._workers()
        jobs = [
            Job(
                name=name,
                staged=str(staged.file),
                build=str(build),
                previous=str(live) if live else None,
                memory_mb=self._settings.memory_mb // workers,
                now=now,
                search=self._search,
            )
            for name in JOBS
        ]
        counts = run_jobs(jobs, workers=workers, progress=self._progress)
        return BuildInfo(
            build_id=_build_id(now),
            built_at=now,
            history_since=previous.history_since if previous else now,
            schema_sequence=staged.facts.schema_sequence,
            replication_sequence=staged.facts.replication_sequence,
            dump_timestamp=staged.facts.timestamp,
            replication_date=staged.replication_date,
            layers=staged.layers,
            counts=tuple(sorted(counts.items())),
        )

    def _workers(self) -> int:
        if self._settings.memory_mb < _ROOM_FOR_TWO:
            return 1
        return min(len(JOBS), self._settings.threads_to_use())


def _build_id(now: int) -> str:
    stamp = datetime.fromtimestamp(now / 1000, UTC)
    return f"{stamp:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
