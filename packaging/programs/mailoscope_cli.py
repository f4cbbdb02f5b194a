"""The bundled command line's first module."""

from __future__ import annotations

import sys

from mailoscope_core.cli.__main__ import main

sys.exit(main())
