"""An index that another program has: a server that speaks fpindex's HTTP API, asked in MessagePack."""

from linernotes.indexes.remote.index import RemoteIndex

__all__ = ["RemoteIndex"]
