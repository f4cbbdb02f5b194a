"""A screen that nobody looks at: Xvfb, for the tests that want a real window."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import Server, require_program

SCREEN = "1600x1000x24"


@dataclass(frozen=True, slots=True)
class Display:
    """An X display."""

    name: str

    def process_environment(self) -> dict[str, str]:
        """The environment for a child process that is to open its windows here."""
        hidden = {"WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
        base = {name: value for name, value in os.environ.items() if name not in hidden}
        return {**base, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}


@contextmanager
def running_display() -> Iterator[Display]:
    """An Xvfb that picks its own number."""
    program = require_program("Xvfb")
    with tempfile.TemporaryDirectory(prefix="mailoscope-display-") as name:
        # Its standard output is its log; the number comes alone on a line when it is ready.
        log = Path(name) / "log"
        options = ["-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset", "-displayfd", "1"]
        with Server([program, *options], log) as server:
            server.wait_until(lambda: _number(log) is not None, "display number")
            yield Display(f":{_number(log)}")


def _number(log: Path) -> int | None:
    lines = log.read_text("utf-8", "replace").splitlines(keepends=True)
    numbers = [line for line in lines if line.endswith("\n") and line.strip().isdigit()]
    return int(numbers[0]) if numbers else None
