"""One import from start to end. Until its last rename, the live catalogue has not been touched."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from linernotes.app.importing.crew import run_jobs
from linernotes.app.importing.parts import PARTS, Job
from linernotes.app.importing.places import Hold, held_folder
from linernotes.app.importing.plan import ImportPlan
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.secret import Secret
from linernotes.dumps.settings import ImportSettings
from linernotes.dumps.staging import Staged, Stager
from linernotes.ports.progress import Progress
from linernotes.ports.state import ImportHistory
from linernotes.searchers.tantivy.settings import SearchSettings

_STAGING_SHARE = 0.7
_ROOM_FOR_TWO = 2000
_NONE = Secret("")


class Importer:
    """Runs imports into one data folder, or into the database if one is named."""

    def __init__(
        self,
        *,
        data: Path,
        settings: ImportSettings,
        search: SearchSettings,
        history: Callable[[], AbstractContextManager[ImportHistory]],
        progress: Progress,
        database: Secret = _NONE,
    ) -> None:
        """Touch nothing yet; ``history`` is opened only when a build has been published."""
        self._data = data
        self._database = database
        self._settings = settings
        self._search = search
        self._history = history
        self._progress = progress

    def run(self, plan: ImportPlan) -> BuildInfo:
        """Import and publish. Raises one of our errors, and then nothing has changed.

        But for one: the history is written when the build is live already.
        """
        plan.check_disk()
        with _hold(self._data, self._database) as held:
            info = self._compile(self._stage(plan, held.work), held)
            held.publish(info)
        with self._history() as history:
            history.record(info)
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

    def _compile(self, staged: Staged, held: Hold) -> BuildInfo:
        now = time.time_ns() // 1_000_000
        build_id = _build_id(now)
        place = held.begin(build_id)
        parts = PARTS[place.store]
        workers = self._workers(len(parts))
        memory = self._settings.memory_mb // workers
        jobs = [Job(name, str(staged.file), place, memory, now, self._search) for name in parts]
        counts = run_jobs(jobs, workers=workers, progress=self._progress)
        return BuildInfo(
            build_id=build_id,
            built_at=now,
            history_since=held.previous.history_since if held.previous else now,
            schema_sequence=staged.facts.schema_sequence,
            replication_sequence=staged.facts.replication_sequence,
            dump_timestamp=staged.facts.timestamp,
            replication_date=staged.replication_date,
            layers=staged.layers,
            counts=tuple(sorted(counts.items())),
        )

    def _workers(self, parts: int) -> int:
        if self._settings.memory_mb < _ROOM_FOR_TWO:
            return 1
        return min(parts, self._settings.threads_to_use())


def _build_id(now: int) -> str:
    stamp = datetime.fromtimestamp(now / 1000, UTC)
    return f"{stamp:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _hold(data: Path, database: Secret) -> AbstractContextManager[Hold]:
    if not database:
        return held_folder(data)
    from linernotes.app.importing.database import held_database

    return held_database(data, database)
