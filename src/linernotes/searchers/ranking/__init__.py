"""In which order what was found is shown: shared by every searcher."""

from linernotes.searchers.ranking.distance import distance
from linernotes.searchers.ranking.grade import Asked, Found, Stage, best_first, read

__all__ = ["Asked", "Found", "Stage", "best_first", "distance", "read"]
