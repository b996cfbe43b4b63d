"""A synthetic catalogue of any size in the format of a MusicBrainz export; every name and identifier is invented."""
