"""What makes two spellings of a name the same: shared by every searcher, used when indexing and when asking."""

from linernotes.searchers.folding.entries import artist_words, entry_keys, entry_words
from linernotes.searchers.folding.fold import fold
from linernotes.searchers.folding.keys import compact, name_keys, query_keys
from linernotes.searchers.folding.words import Chunk, chunks, needed, plain_words, words

__all__ = [
    "Chunk",
    "artist_words",
    "chunks",
    "compact",
    "entry_keys",
    "entry_words",
    "fold",
    "name_keys",
    "needed",
    "plain_words",
    "query_keys",
    "words",
]
