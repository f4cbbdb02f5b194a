"""Probes of the lab server: a client that sees every byte, and a clock that moves when told to."""

from __future__ import annotations

import base64
import re
import socket
import ssl
from pathlib import Path
from types import TracebackType

from mailoscope_core.practice.server import LabServer

PATIENCE_S = 10.0
LAST_LINE = re.compile(rb"(?:^|\n)\d{3}(?: [^\n]*)?\r?\n\Z")


class Clock:
    """Monotonic seconds that stand still between calls of `advance`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float, server: LabServer) -> None:
        self.now += seconds
        server.poke()


class Probe:
    """One connection, blocking, every read bounded by `PATIENCE_S`."""

    def __init__(self, server: LabServer) -> None:
        self.server = server
        self.sock: socket.socket = socket.create_connection(server.address, PATIENCE_S)
        self.pending = b""

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reply(self) -> bytes:
        """The next reply, all its lines; whatever came if the server ended first."""
        taken = b""
        while not LAST_LINE.search(taken):
            head, end, self.pending = self.pending.partition(b"\n")
            taken += head + end
            if not end:
                more = self.sock.recv(65536)
                if not more:
                    return taken
                self.pending = more
        return taken

    def say(self, line: str) -> bytes:
        """Send one line and return its reply."""
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def rest(self) -> bytes:
        """Everything up to the server's end; an RST counts as one and appends b"<RST>"."""
        parts = [self.pending]
        self.pending = b""
        try:
            while data := self.sock.recv(65536):
                parts.append(data)
        except ConnectionResetError:
            parts.append(b"<RST>")
        return b"".join(parts)

    def silent(self, seconds: float = 0.15) -> bool:
        """Whether nothing comes for a moment."""
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(1) == b"not possible"
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(PATIENCE_S)

    def start_tls(
        self, *, ca_file: Path | None = None, name: str = "localhost", verify: bool = True
    ) -> ssl.SSLSocket:
        """Do the handshake on the open connection, with the lab's CA unless told otherwise."""
        context = ssl.create_default_context(cafile=str(ca_file or self.server.ca_file))
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self.sock = context.wrap_socket(self.sock, server_hostname=name)
        return self.sock

    def secure(self) -> Probe:
        """Greeting, EHLO, STARTTLS, EHLO."""
        assert self.reply().startswith(b"220 ")
        assert b"STARTTLS" in self.say("EHLO client.lab.test")
        assert self.say("STARTTLS").startswith(b"220 ")
        self.start_tls()
        assert b"AUTH " in self.say("EHLO client.lab.test")
        return self

    def log_in(self, user: str = "lab@lab.test", password: str = "lab-password") -> bytes:
        """AUTH PLAIN with an initial response."""
        return self.say("AUTH PLAIN " + b64(f"\0{user}\0{password}"))

    def envelope(
        self, sender: str = "lab@lab.test", recipient: str = "friend@lab.test"
    ) -> list[bytes]:
        return [self.say(f"MAIL FROM:<{sender}>"), self.say(f"RCPT TO:<{recipient}>")]


def b64(text: str | bytes) -> str:
    """Base64 of a text, as text."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
