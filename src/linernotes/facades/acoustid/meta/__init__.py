"""What a look-up tells of a track beside its id and score: the parameter `meta` and the trees that answer it.

Pure functions from a track's description to dicts and lists. Keys are in no order: whoever writes JSON sorts them.
"""

from linernotes.facades.acoustid.meta.attaching import Meta

__all__ = ["Meta"]
