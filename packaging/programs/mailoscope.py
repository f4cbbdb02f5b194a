"""The bundled window's first module."""

from __future__ import annotations

import sys

from mailoscope_gui.__main__ import main

sys.exit(main())
