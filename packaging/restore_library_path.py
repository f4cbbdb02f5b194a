"""Runs first in the bundle: programs that it starts must not find the bundle's libraries.

PyInstaller's starter puts the bundle's folder into LD_LIBRARY_PATH and keeps what was there
before. This process has read the variable already; a browser that it opens would load our Qt.
"""

from __future__ import annotations

import os

before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if before is None:
    os.environ.pop("LD_LIBRARY_PATH", None)
else:
    os.environ["LD_LIBRARY_PATH"] = before
