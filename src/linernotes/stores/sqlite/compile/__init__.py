"""Writing a build from a staged dump: one job per file, so that three processes can work side by side.

A job reads ranges, encodes, compresses and appends; no more than the range in hand is in memory. Time and space are
linear in the number of rows.
"""
