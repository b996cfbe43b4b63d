"""Naming music by its sound: look-ups, submissions and their import, and the index that follows the change log."""
