"""A self-hosted music metadata service: a MusicBrainz dump in, the APIs that music software asks for out.

Importing the package imports nothing else.
"""

__version__ = "0.1.0"
