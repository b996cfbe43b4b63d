"""Background jobs: `sql/` keeps them in the state database, `memory/` is its plainly right twin."""

LOST = "the process that ran it was lost"
"""The reason that a queue notes when it hands out a job whose lease has run out."""
