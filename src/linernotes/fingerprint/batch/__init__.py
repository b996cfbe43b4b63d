"""Fingerprints of many files: folders walked, several processes at once, a time limit for each file.

Decoders are native code that reads what strangers made. Each file is therefore read in a process that can be stopped,
or can crash, without harm to the others.
"""

from linernotes.fingerprint.batch.run import Failed, Fingerprinted, fingerprint_files
from linernotes.fingerprint.batch.walk import SUFFIXES, audio_files

__all__ = ["SUFFIXES", "Failed", "Fingerprinted", "audio_files", "fingerprint_files"]
