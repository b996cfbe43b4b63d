"""Tracks, fingerprints, links, submissions and clients in SQL: one set of statements for SQLite and PostgreSQL.

What is read for a look-up is one statement per call, on connections of the driver's own (`sessions`).
"""
