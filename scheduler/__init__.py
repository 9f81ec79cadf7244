"""Rondo plans meetings that come back, and looks at every date before it books the first.

Zone data come from the tzdata package alone: the files of the operating system may be years old, and
`zoneinfo` would prefer them. So this runs before anything else can load a zone; the environment variable
carries it into child processes.
"""

import os
import zoneinfo

os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()

__version__ = "0.1.0"
