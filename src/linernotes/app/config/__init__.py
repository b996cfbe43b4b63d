"""The settings: one name for file, environment variable and flag, and every mistake reported at once.

Flags win over the environment, which wins over the file, which wins over the defaults.
"""

from linernotes.app.config.load import Loaded, load
from linernotes.app.config.settings import Settings

__all__ = ["Loaded", "Settings", "load"]
