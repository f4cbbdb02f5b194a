"""Child processes of the tests: their own session, waited for, stopped by process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

SYSTEM_PATH = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"]
)
POLL_S = 0.02


def require_program(name: str) -> str:
    """The path of a program that `make test` installs.

    Skips only where the program cannot be expected; where it can, its absence is a failure.
    """
    if not sys.platform.startswith("linux"):
        pytest.skip(f"{name} is tested on Linux only")
    found = shutil.which(name, path=SYSTEM_PATH)
    if found is None:
        pytest.fail(f"{name} is not installed; `make test` installs it")
    return found


def require_root(what: str) -> None:
    """Skips where `what` cannot start because the tests do not run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip(f"{what} must be started by root")


def free_ports(count: int) -> list[int]:
    """That many different TCP ports of 127.0.0.1 that were free a moment ago."""
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [sock.getsockname()[1] for sock in sockets]


class ServerDied(RuntimeError):
    """A server ended, or never came up; carries what it logged."""


class Server:
    """One child process, its log, and its end.

    Leaving the context ends the process and whatever it started in its session.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> None:
        self.command = list(command)
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=dict(environment) if environment is not None else None,
                start_new_session=True,
            )
        assert self._process.stdin is not None
        self._process.stdin.write(stdin)
        self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
        """Return when `ready()` holds; raises `ServerDied` if the process ends or time is up."""
        end = time.monotonic() + timeout_s
        while not ready():
            if time.monotonic() > end:
                raise ServerDied(f"{self.command[0]}: no {what} in {timeout_s} s\n{self.tail()}")
            try:
                # Waiting for the death of the process paces the question and notices it at once.
                code = self._process.wait(POLL_S)
            except subprocess.TimeoutExpired:
                continue
            raise ServerDied(f"{self.command[0]}: ended with {code}\n{self.tail()}")

    def wait_for_ports(self, ports: Sequence[int]) -> None:
        """Return when all `ports` of 127.0.0.1 accept connections."""
        for port in ports:
            self.wait_until(lambda port=port: accepts(port), f"answer on port {port}")  # type: ignore[misc]

    def tail(self, lines: int = 20) -> str:
        """The end of what the server logged."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the process politely, then its whole session without asking."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        end_session(self._process.pid)


def end_session(leader: int) -> None:
    """Kill what is left of the session that process `leader` led."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def accepts(port: int) -> bool:
    """Whether something listens on that port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
