"""An index in a dictionary that is read from end to end: the twin that tests use, under the same contract."""

from linernotes.indexes.memory.index import MemoryIndex

__all__ = ["MemoryIndex"]
