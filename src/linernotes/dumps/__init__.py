"""The MusicBrainz export format: reading it, and writing a synthetic one."""
