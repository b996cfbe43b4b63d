"""Jobs in memory, written to be plainly right: every question is one pass over all jobs."""

from linernotes.queues.memory.queue import MemoryQueue

__all__ = ["MemoryQueue"]
