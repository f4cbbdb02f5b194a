"""How long a program takes until Qt has painted its first window, measured from outside.

Qt itself says when it hands the first picture to the screen (the logging category
`qt.widgets.painting`), so that the bundle and the source are measured in the same way, unchanged.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence

_RULES = "qt.widgets.painting.info=true"
_SIGN = "Flushing"
_GIVE_UP_S = 60


def first_paints(
    commands: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str]
) -> dict[str, float]:
    """Return the median of each command's time in seconds; they take turns.

    The first turn of each warms the disk and is not counted.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = _first_paint(command, environment)
            if number:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _first_paint(command: Sequence[str], environment: Mapping[str, str]) -> float:
    with tempfile.TemporaryDirectory() as home:
        variables = {**environment, "MAILOSCOPE_HOME": home, "QT_LOGGING_RULES": _RULES}
        variables["QT_QPA_PLATFORM"] = "offscreen"
        began = time.perf_counter()
        child = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=variables, text=True
        )
        try:
            assert child.stderr is not None
            said = []
            for line in child.stderr:
                if _SIGN in line:
                    return time.perf_counter() - began
                said.append(line)
            raise RuntimeError(f"{command[0]} ended before it painted\n{''.join(said)}")
        finally:
            child.kill()
            child.communicate(timeout=_GIVE_UP_S)


def plain_environment() -> dict[str, str]:
    """Return the environment of a person who has just logged in, without this checkout's."""
    kept = ("HOME", "LANG", "LOGNAME", "SHELL", "TERM", "USER")
    base = {name: os.environ[name] for name in kept if name in os.environ}
    return {**base, "PATH": "/usr/local/bin:/usr/bin:/bin"}
