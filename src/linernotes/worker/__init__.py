"""Work beside requests: jobs from the queue, and periodic tasks that one of all processes does."""

from linernotes.worker.periodic import Periodic, Scheduler
from linernotes.worker.runner import Handler, Runner
from linernotes.worker.settings import WorkerSettings

__all__ = ["Handler", "Periodic", "Runner", "Scheduler", "WorkerSettings"]
