"""An inverted index from 32-bit hashes to documents: exact, durable, and searched in microseconds.

A **document** is an id with a bag of hashes; each pair of the two is a **posting**. An `Index` keeps postings in
immutable **segments**, files that are mapped and not read, and in a **buffer** in memory. An update is a **commit**: it
is written to the log and synced before it is acknowledged, and raises the index's version by one. A **searcher** is a
consistent view of one version.
"""
