"""Pictures of how two fingerprints agree: the bits in which they differ, over time, as text or as an image."""

from linernotes.fingerprint.picture.course import Course, course
from linernotes.fingerprint.picture.text import BLOCKS, MARGIN, PLAIN, Column, columns, draw

__all__ = ["BLOCKS", "MARGIN", "PLAIN", "Column", "Course", "columns", "course", "draw"]
