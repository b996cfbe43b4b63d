"""One folder per full-text engine, each behind the search port."""
