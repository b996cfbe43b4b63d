"""Where the catalogue and the state are kept: one folder per backend."""
