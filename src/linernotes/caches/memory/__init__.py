"""Kept in this process, and gone when it ends."""
