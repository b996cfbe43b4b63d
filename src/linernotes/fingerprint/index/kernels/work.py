"""What a search is told and where it keeps what it works with: two arrays of int64, whose entries are named here.

Wanted are the length of the list of hits, the lowest score, the least hundredths of the best score, the
document-frequency cap (0 is none), the most postings to read, and the number of the view.

The work is done at addresses. `MIXED` holds the query, `BUCKETS` where its buckets begin and end in two segments in
turn, `STARTS` and `ENDS` its lists, `COUNTS` a hash table of pairs (document + 1, count), `TOUCHED` what is used of it,
`DENSE` a counter per document of a chunk, and `NEEDED` a score per part. Counters are 0 between searches.
"""

from __future__ import annotations

LIMIT, FLOOR, PERCENT, CAP, MOST, VIEW = range(6)

MIXED, BUCKETS, STARTS, ENDS, COUNTS, TOUCHED, DENSE, NEEDED = range(8)

SLOTS = 1 << 14
DENSE_BYTES = 1 << 17

HASHED = 4096
"""So many different hashes and so many postings are counted in the hash table."""
