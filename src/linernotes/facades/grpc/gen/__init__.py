"""The messages of proto/linernotes/v1, written by ``make protos``."""
