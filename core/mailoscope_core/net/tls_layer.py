"""TLS between two memory buffers: handshake, reading and writing without a socket in sight."""

from __future__ import annotations

import contextlib
import ssl
from collections import deque
from collections.abc import Iterator
from typing import Any

from mailoscope_core.net.connection import Certificate, Secured
from mailoscope_core.net.failures import alert_name, describe_ssl, secure_kind
from mailoscope_core.net.tls import OwnRoots

_READ_SIZE = 65536


class HandshakeFailed(Exception):
    """The handshake is over and has failed; the fields are those of `SecureFailed`."""

    def __init__(
        self,
        kind: str,
        detail: str,
        verify_code: int | None,
        alert: str | None,
        chain: tuple[Certificate, ...],
    ) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
        self.verify_code = verify_code
        self.alert = alert
        self.chain = chain


class TlsReadFailed(Exception):
    """A record that stands cannot be read: an alert, a broken record, or an end without goodbye."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TlsLayer:
    """One TLS client. Bytes of the network go in by `take_in` and come out by `take_out`.

    `server_name` is what is asked for by SNI and checked; an address is checked and not asked for.
    Raises `ValueError` if it can be no host name.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self._context = context
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        name = server_name.partition("%")[0].rstrip(".")
        self._object = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=name or None
        )
        self._begun = False

    @property
    def has_work(self) -> bool:
        """Whether there is something to send, the first message of the handshake included."""
        return not self._begun or self._outgoing.pending > 0

    def take_in(self, data: bytes, *, ended: bool) -> None:
        """Take bytes of the network; `ended` says that no more will come."""
        if data:
            self._incoming.write(data)
        if ended:
            self._incoming.write_eof()

    def take_out(self) -> bytes:
        """Return the bytes for the network."""
        return self._outgoing.read()

    def shake_hands(self, first_bytes: bytes) -> Secured | None:
        """Go on as far as possible; null means that more bytes are needed.

        Raises `HandshakeFailed`; `first_bytes` are the server's first, to tell what it spoke.
        """
        self._begun = True
        try:
            self._object.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except ssl.SSLError as error:
            raise self._failed(error, first_bytes) from error
        name, _, bits = self._object.cipher() or ("", "", 0)
        return Secured(
            version=self._object.version() or "",
            cipher=name,
            bits=bits,
            verified=(
                self._context.verify_mode is ssl.CERT_REQUIRED and self._context.check_hostname
            ),
            chain=self._chain(),
        )

    def read_all(self) -> Iterator[bytes | None]:
        """Yield the text that can be decrypted now, and null last if the server said goodbye.

        Raises `TlsReadFailed`.
        """
        try:
            while True:
                text = self._object.read(_READ_SIZE)
                if not text:
                    yield None
                    return
                yield text
        except ssl.SSLWantReadError:
            return
        except ssl.SSLZeroReturnError:
            yield None
        except ssl.SSLError as error:
            raise TlsReadFailed(describe_ssl(error)) from error

    def encrypt(self, queue: deque[memoryview], at_most: int) -> int:
        """Encrypt from the front of `queue` until `at_most` bytes wait to be taken out.

        Returns how many bytes of the queue that were; OpenSSL takes a record's worth at a time.
        """
        taken = 0
        try:
            while queue and self._outgoing.pending < at_most:
                size = self._object.write(queue[0])
                taken += size
                if size == len(queue[0]):
                    queue.popleft()
                else:
                    queue[0] = queue[0][size:]
        except ssl.SSLWantReadError:
            pass  # the server wants to renegotiate first
        return taken

    def goodbye(self) -> bytes:
        """Return close_notify and whatever was still waiting."""
        # It would wait for the other's goodbye; ours is written by then.
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._object.unwrap()
        return self.take_out()

    def _failed(self, error: ssl.SSLError, first_bytes: bytes) -> HandshakeFailed:
        chain = self._chain()
        own_roots = isinstance(self._context, OwnRoots)
        verify_code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
        return HandshakeFailed(
            kind=secure_kind(error, first_bytes, [each.der for each in chain], own_roots),
            detail=describe_ssl(error),
            verify_code=verify_code,
            alert=alert_name(error),
            chain=chain,
        )

    def _chain(self) -> tuple[Certificate, ...]:
        """Return what the server sent; it can be read after a failed handshake too.

        Public from Python 3.13. Before, the inner object has it and its entries are no bytes yet.
        """
        inner: Any = self._object
        if not hasattr(inner, "get_unverified_chain"):
            inner = inner._sslobj
        chain = inner.get_unverified_chain() or ()
        return tuple(
            Certificate(
                each if isinstance(each, bytes) else ssl.PEM_cert_to_DER_cert(each.public_bytes())
            )
            for each in chain
        )
