"""fpindex's protocols over our index: its HTTP API in JSON and MessagePack, and its legacy lines.

It is served by a program of its own, `linernotes fpindex`, and is mounted nowhere: it has no `FACADE`.
"""
