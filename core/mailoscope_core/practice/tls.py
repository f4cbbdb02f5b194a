"""The server's side of TLS over memory: bytes in, bytes out, the handshake wherever it stands."""

from __future__ import annotations

import ssl


class TlsBroken(Exception):
    """The handshake or a record failed; what the engine still wants to say is in `outgoing`."""


class TlsPipe:
    """TLS between the socket's bytes and the session's."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.established = False
        self.ended = False

    def receive(self, data: bytes) -> bytes:
        """Take wire bytes and return the plain ones; `ended` is set by a close_notify.

        Raises `TlsBroken`. A return while `established` is false means: more is needed.
        """
        self._incoming.write(data)
        try:
            if not self.established:
                self._object.do_handshake()
                self.established = True
            return self._read()
        except ssl.SSLWantReadError:
            return b""
        except (ssl.SSLError, OSError) as error:
            raise TlsBroken(str(error)) from None

    def encrypt(self, data: bytes) -> None:
        """Encrypt `data` into the outgoing bytes; raises `TlsBroken`."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._object.write(rest) :]
        except (ssl.SSLError, OSError) as error:
            raise TlsBroken(str(error)) from None

    def end(self) -> None:
        """Put a close_notify into the outgoing bytes; the client's own is not waited for."""
        try:
            self._object.unwrap()
        except (ssl.SSLError, OSError, ValueError):
            return

    def outgoing(self) -> bytes:
        """Return and forget what must go to the socket."""
        return self._outgoing.read()

    def _read(self) -> bytes:
        parts = []
        try:
            # One record is at most 16 KiB; ask again until the engine wants more from the wire.
            while part := self._object.read(64 * 1024):
                parts.append(part)
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        return b"".join(parts)
