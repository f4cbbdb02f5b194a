"""Time to the first painted window against a bare PySide6 window, and a flood of log entries."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import window_child

_CHILD = Path(window_child.__file__)
_TURNS = 15


def run(folder: Path, rounds: int) -> None:
    """Print both."""
    times: dict[str, list[float]] = {"bare": [], "full": []}
    for number in range(_TURNS + 1):
        for kind, taken in times.items():
            seconds = _first_paint(kind)
            if number:  # the first turn of each compiles and warms the disk
                taken.append(seconds)
    bare, full = (statistics.median(taken) * 1000 for taken in times.values())
    print(f"\nfirst painted window, median of {_TURNS}")
    print(f"  bare PySide6   {bare:8.1f} ms")
    print(f"  mailoscope     {full:8.1f} ms  {full - bare:+8.1f} ms")
    with _child("flood") as child:
        output, _ = child.communicate(timeout=300)
    shown, stall, scroll, worst = (float(part) for part in output.split())
    entries = window_child.ENTRIES
    print(f"\n{entries:,} log entries appended by a worker while the window lives")
    print(f"  all shown after {shown:.2f} s; longest stall of the GUI {stall * 1000:.1f} ms")
    print(f"  scrolling: {scroll * 1000:.2f} ms a jump, the longest {worst * 1000:.1f} ms")


def _first_paint(kind: str) -> float:
    began = time.perf_counter()
    with _child(kind) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        taken = time.perf_counter() - began
        child.communicate(timeout=60)
    if line != "painted\n":
        raise RuntimeError(f"the {kind} window was not painted")
    return taken


def _child(kind: str) -> subprocess.Popen[str]:
    home = tempfile.mkdtemp(prefix="mailoscope-bench-home-")
    environment = {**os.environ, "MAILOSCOPE_HOME": home}
    command = [sys.executable, str(_CHILD), kind]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
