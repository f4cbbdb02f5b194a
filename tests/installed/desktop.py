"""A person at a screen: starts programs by their entries, looks for windows, presses keys."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

WINDOW_S = 60
PACE_S = 0.05
# How long somebody waits for a key to have done something.
PATIENCE_S = 5

# Run by the checkout's Python, which has Qt: no other program takes pictures of a screen here.
_PICTURE = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
sys.exit(not application.primaryScreen().grabWindow(0).save(sys.argv[1]))
"""


class NotSeen(Exception):
    """What a person would have seen did not come."""


class Desktop:
    """One X display with one program on it, and the hands of its user."""

    def __init__(self, environment: Mapping[str, str], program: Path, log: Path) -> None:
        self.environment = dict(environment)
        self.log = log
        self._program = program

    # --- programs -----------------------------------------------------------------------------

    def launch(self, entry: Path, *files: Path) -> None:
        """Start a program by its desktop entry, as a menu does."""
        self._start("gio", "launch", str(entry), *map(str, files))

    def double_click(self, file: Path) -> None:
        """Open a file with whatever program its kind belongs to."""
        self._start("gio", "open", str(file))

    def kind_of(self, file: Path) -> str:
        """Return the kind of file as the desktop sees it."""
        said = self._run("gio", "info", "-a", "standard::content-type", str(file))
        return said.rpartition("standard::content-type:")[2].strip()

    def processes(self) -> list[int]:
        """Return the processes of the program that show their windows here."""
        display = f"DISPLAY={self.environment['DISPLAY']}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                ours = (folder / "exe").resolve() == self._program
                if ours and display in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended, or is not ours to look at
        return found

    def until_ended(self) -> None:
        """Wait until no process of the program is left."""
        for process in self.processes():
            try:
                handle = os.pidfd_open(process)
            except ProcessLookupError:
                continue
            with os.fdopen(handle):
                if not select.select([handle], [], [], WINDOW_S)[0]:
                    raise NotSeen(f"process {process} did not end in {WINDOW_S} s")

    def end(self) -> None:
        """End what is left, when something has gone wrong."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    # --- looking ------------------------------------------------------------------------------

    def window(self, title: str) -> str:
        """Wait for a visible window with this title (a pattern), and give it the keyboard."""
        seen: list[str] = []

        def there() -> bool:
            seen[:] = self._windows(title)
            return bool(seen)

        self.until(there, f"window “{title}”; there are: {self.titles()}")
        self._run("xdotool", "windowfocus", "--sync", seen[-1])
        return seen[-1]

    def titles(self) -> list[str]:
        """Return the titles of all visible windows."""
        names = (self._try("xdotool", "getwindowname", each) for each in self._windows("."))
        return [name.strip() for name in names if name.strip()]

    def picture(self, file: Path) -> None:
        """Keep a picture of the screen."""
        environment = {**self.environment, "QT_QPA_PLATFORM": "xcb"}
        subprocess.run([sys.executable, "-c", _PICTURE, str(file)], env=environment, check=True)

    def until(self, ready: Callable[[], bool], what: str, timeout_s: float = WINDOW_S) -> None:
        """Return when `ready()` holds; raises `NotSeen` when time is up."""
        end = time.monotonic() + timeout_s
        while not ready():
            if time.monotonic() > end:
                raise NotSeen(f"no {what} (in {timeout_s:.0f} s)")
            select.select([], [], [], PACE_S)

    # --- hands --------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, in the window that has the keyboard."""
        self._run("xdotool", "key", "--clearmodifiers", "--delay", "40", *keys)

    def press_until(self, keys: str, ready: Callable[[], bool], what: str) -> None:
        """Press keys, and again when nothing has come of it: the window may not have been ready."""
        end = time.monotonic() + WINDOW_S
        while True:
            self.press(keys)
            try:
                self.until(ready, what, PATIENCE_S)
            except NotSeen:
                if time.monotonic() > end:
                    raise
            else:
                return

    def open(self, keys: str, title: str) -> None:
        """Open a dialog by its shortcut, and give it the keyboard."""
        self.press_until(keys, lambda: bool(self._windows(title)), f"window “{title}”")
        self.window(title)

    def close(self, keys: str, title: str) -> None:
        """Leave a dialog with a key; what it has to read first may make it deaf for a while."""
        self.press_until(keys, lambda: not self._windows(title), f"end of the window “{title}”")

    def type(self, text: str) -> None:
        """Type a text."""
        self._run("xdotool", "type", "--clearmodifiers", "--delay", "15", text)

    def _windows(self, title: str) -> list[str]:
        return self._try("xdotool", "search", "--onlyvisible", "--name", title).split()

    def _start(self, *command: str) -> None:
        # What is started writes where its starter does, and goes on writing.
        with self.log.open("ab") as sink:
            subprocess.run(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                timeout=120,
                check=True,
            )

    def _run(self, *command: str) -> str:
        result = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        if result.returncode:
            raise NotSeen(f"{' '.join(command)}: {result.stderr.strip() or result.returncode}")
        return result.stdout

    def _try(self, *command: str) -> str:
        result = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        return result.stdout


def version_in(text: str) -> str:
    """Return the version in what `--version` prints."""
    found = re.search(r"\d+(\.\d+)+\S*", text)
    return found[0] if found else ""
