"""The fields of the index. Each kind has fields of its own, so that a search walks one kind's terms only.

    <kind>.key    every name as one term: exact names, long prefixes, typos
    <kind>.edge   the first one to three characters of each key: short prefixes, without walking the terms
    <kind>.word   the words of all that is searchable
    group.artist  the words of a release group's artists
    weight        popularity + 1: what hits are ordered by (its logarithm is a factor, so it is never 0)
    entry         what a hit shows, as MessagePack; read only for hits that are shown

Positions and frequencies are left out: names are short, and the best hits are compared with the query itself.
"""

from __future__ import annotations

import tantivy

from linernotes.domain.ids import Kind

KINDS = {Kind.ARTIST: "artist", Kind.RELEASE_GROUP: "group"}
WEIGHT = "weight"
ENTRY = "entry"
ARTIST_WORD = "group_artist"
EDGES = (1, 2, 3)
# Written beside the index; another number means another layout of fields or another way of folding.
FORMAT = 1
MARKER = "names.json"


def build_schema() -> tantivy.Schema:
    """Return the schema of a name index."""
    builder = tantivy.SchemaBuilder()
    for prefix in KINDS.values():
        builder.add_text_field(f"{prefix}_key", tokenizer_name="raw", index_option="basic")
        builder.add_text_field(f"{prefix}_edge", tokenizer_name="raw", index_option="basic")
        builder.add_text_field(f"{prefix}_word", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(ARTIST_WORD, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field(WEIGHT, fast=True)
    builder.add_bytes_field(ENTRY, stored=True)
    return builder.build()
