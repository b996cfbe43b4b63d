"""Names in a list that is read from end to end: the twin that tests and small tools use, under the same contract."""

from linernotes.searchers.memory.search import MemoryNames, MemoryNamesWriter

__all__ = ["MemoryNames", "MemoryNamesWriter"]
