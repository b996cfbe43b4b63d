"""The compiled loops of the index. They work on addresses: a searcher hands over one small table, whatever it has.

What stands behind an address is kept alive by the caller, and was verified by its checksum: nothing here checks bounds.
"""
