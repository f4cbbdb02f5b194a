"""Postfix's smtp-sink: the fastest server that takes mail, and misbehaves on demand."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import Server, ServerDied, free_ports, require_program

BACKLOG = "1024"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class SmtpSink:
    """Where it listens; it keeps nothing of what it takes."""

    host: str
    port: int


@contextmanager
def running_smtp_sink(*options: str) -> Iterator[SmtpSink]:
    """A smtp-sink with its command line's `options`.

    `-q COMMANDS` hangs up at these, `-Q` with a 421, `-r`/`-f` answers 4xx/5xx, `-w N` waits N s
    after the final dot, `-e` does without ESMTP, `-L` speaks LMTP.
    """
    program = require_program("smtp-sink")
    # It refuses to stay root; without root it needs no other user.
    user = ["-u", "postfix"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="mailoscope-sink-") as name:
        log = Path(name) / "log"
        for attempt in range(1, ATTEMPTS + 1):
            [port] = free_ports(1)
            address = f"127.0.0.1:{port}"
            command = [program, *user, "-h", "mail.lab.test", *options, address, BACKLOG]
            with Server(command, log) as server:
                try:
                    server.wait_for_ports([port])
                except ServerDied:
                    if attempt == ATTEMPTS:
                        raise
                    continue
                yield SmtpSink("127.0.0.1", port)
                return
