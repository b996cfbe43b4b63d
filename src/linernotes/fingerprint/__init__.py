"""Audio identification as a library: from sound to Chromaprint fingerprints, and from fingerprints to what they match.

Everything here is values in, values out; the one thing that is read is the audio. `extract` computes a fingerprint, the
codec turns it into text and back, `query` and `match` compare. Heavy libraries are imported where they are needed.
"""
