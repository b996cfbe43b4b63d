"""The places where a search keeps what it works with: one array of addresses, whose entries are named here.

`MIXED` holds the query, `STARTS` and `ENDS` its lists, `COUNTS` a hash table of pairs (document + 1, count), `TOUCHED` what
is used of it, `DENSE` a counter per document of a chunk, and `NEEDED` a score per part. Counters are 0 between searches.
"""

from __future__ import annotations

MIXED, STARTS, ENDS, COUNTS, TOUCHED, DENSE, NEEDED = range(7)

SLOTS = 1 << 14
DENSE_BYTES = 1 << 17
