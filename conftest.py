"""For every test, those beside the code too: a property fails for what it finds, never for how long it took."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the examples are the same each time, so that a failure there can be seen again here.
settings.register_profile("linernotes", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("linernotes")
