"""The index that is part of this program, kept in a folder of files."""

from linernotes.indexes.embedded.index import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
