"""How alike two fingerprints are, which parts they share, and where a clip lies in a track. Loading it loads numba."""
