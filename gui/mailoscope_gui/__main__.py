"""Starts the window, or runs it unseen with `--headless`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from mailoscope_gui.options import Options, parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Mailoscope; the return value is the process's exit code."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if options.headless and not _has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return _headless(options) if options.headless else _window(options)


def _window(options: Options) -> int:
    from mailoscope_gui.app import begin, build, make_qt

    qt = make_qt()
    application = build(qt, options)
    application.window.painted.connect(application.warm_up)
    application.window.painted.connect(lambda: begin(application, options))
    application.window.show()
    return qt.exec()


def _headless(options: Options) -> int:
    from mailoscope_gui.headless import run_headless

    return run_headless(options)


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
