"""One client on its socket: carries out what its session wants, to the byte and to the second."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import struct
import sys
from collections.abc import Callable

from mailoscope_core.practice.inbox import Inbox, OverlongLine
from mailoscope_core.practice.outbox import Action, Close, CutAfter, Say, StartTls, Wait
from mailoscope_core.practice.record import Record
from mailoscope_core.practice.session import LabSession
from mailoscope_core.practice.spec import Ending
from mailoscope_core.practice.tls import TlsBroken, TlsPipe

# recv() allocates what it is asked for: large pieces for bodies only.
COMMAND_SIZE = 16 * 1024
BODY_SIZE = 256 * 1024
# A client that sends on while the server waits or cannot write is held back beyond this.
MAX_UNREAD = 1024 * 1024
# A closed connection waits for the client's own end: closing with unread bytes would be a reset.
LINGER_S = 2.0


class LabConnection:
    """Non-blocking; the server calls `readable`, `writable` and `due` and asks for `interest`.

    Times are monotonic seconds, passed in.
    """

    def __init__(
        self,
        sock: socket.socket,
        number: int,
        session: LabSession,
        context: Callable[[], ssl.SSLContext],
        record: Record,
        now: float,
    ) -> None:
        self.socket = sock
        self.closed = False
        self._number = number
        self._session = session
        self._context = context
        self._record = record
        self._inbox = Inbox()
        self._cipher = Inbox()
        self._wire = memoryview(b"")
        self._tls: TlsPipe | None = None
        self._tls_begun = False
        self._cut: int | None = None
        self._heard_at = now
        self._wake_at: float | None = None
        self._linger_until: float | None = None
        self._ending = False
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def open(self, now: float, *, refused: bool) -> None:
        """Begin: greet, or refuse a client that is one too many."""
        self._note(b"opened")
        if refused:
            self._session.refused()
        else:
            self._session.opened()
        self._advance(now)

    @property
    def interest(self) -> int:
        """The selector events to wait for; 0 means that only time can help."""
        unread = self._inbox.size + self._cipher.size
        wanted = selectors.EVENT_READ if unread < MAX_UNREAD else 0
        return wanted | selectors.EVENT_WRITE if self._wire else wanted

    @property
    def deadline(self) -> float:
        """When `due` must be called."""
        if self._linger_until is not None:
            return self._linger_until
        if self._wake_at is not None:
            return self._wake_at
        return self._heard_at + self._session.idle_limit

    def readable(self, now: float) -> None:
        """Take what the client sent and answer it."""
        try:
            data = self.socket.recv(BODY_SIZE if self._session.receiving else COMMAND_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
        elif self._linger_until is None:
            self._heard_at = now
            (self._cipher if self._tls else self._inbox).add(data)
            self._advance(now)

    def writable(self, now: float) -> None:
        """Go on sending."""
        self._advance(now)

    def due(self, now: float) -> None:
        """A wait, a lingering close or the client's silence is over."""
        if self._linger_until is not None:
            self.close()
        elif self._wake_at is not None:
            self._advance(now)
        elif self._wire or self._session.deaf or (self._tls and not self._tls.established):
            self._lost()
        else:
            self._heard_at = now
            self._session.idle()
            self._advance(now)

    def close(self) -> None:
        """Be done with it; the server takes the socket out of its selector and closes it."""
        if not self.closed:
            self.closed = True
            self._session.lost()
            self._note(b"closed")

    # ------------------------------------------------------------------------------------ the work

    def _advance(self, now: float) -> None:
        """Say what is to be said, then take the next input, until one of them has to wait."""
        while self._drain(now):
            if not self._step():
                return
            while self._session.outbox.only_text and self._step():
                pass

    def _step(self) -> bool:
        """Take one piece of input; false if there is none that can be used."""
        if self._session.deaf:
            self._inbox.take_all()
            self._cipher.take_all()
            return False
        if self._tls is not None and self._cipher.size:
            self._decrypt(self._tls)
            return True
        if not self._inbox.size:
            return False
        if self._session.receiving:
            data = self._inbox.take_all()
            self._inbox.add(data[self._session.body(data) :])
            return True
        try:
            line = self._inbox.take_line()
        except OverlongLine:
            self._session.line_too_long()
            return True
        if line is None:
            return False
        self._record.add("client", line, self._number)
        self._session.line(line)
        return True

    def _decrypt(self, tls: TlsPipe) -> None:
        if not self._tls_begun:
            self._tls_begun = True
            # A rule may speak first; what the client sent stays where it is until that is done.
            if not self._session.tls_begins() or self._session.outbox:
                return
        was_established = tls.established
        try:
            plain = tls.receive(self._cipher.take_all())
        except TlsBroken as error:
            self._note(b"tls-failed " + str(error).encode())
            self._send(tls.outgoing())
            self._session.outbox.put(Close(Ending.CLEAN))
            return
        self._send(tls.outgoing())
        self._inbox.add(plain)
        if tls.established and not was_established:
            self._note(b"tls")
            self._session.tls_established()
        if tls.ended:
            self._session.outbox.put(Close(Ending.CLEAN))

    def _drain(self, now: float) -> bool:
        """Carry out the outbox; true once it is empty and the connection still there."""
        while not self._over():
            if self._wire and not self._flush(now):
                return False
            if self._over():
                return False
            if self._ending:
                self._linger(now)
                return False
            if self._wake_at is not None:
                if now < self._wake_at:
                    return False
                self._wake_at = None
            if not self._session.outbox:
                return True
            self._do(self._session.outbox.take(), now)
        return False

    def _over(self) -> bool:
        return self.closed or self._linger_until is not None

    def _do(self, action: Action, now: float) -> None:
        if isinstance(action, Say):
            self._say(action)
        elif isinstance(action, Wait):
            self._wake_at = now + action.seconds
        elif isinstance(action, StartTls):
            self._start_tls(action)
        elif isinstance(action, CutAfter):
            self._cut = action.count
            if not action.count:
                self._cut_off(now)
        elif action.ending is Ending.RESET:
            self._reset()
        else:
            self._ending = True
            if self._tls is not None and self._tls.established:
                self._tls.end()
                self._send(self._tls.outgoing())

    def _say(self, say: Say) -> None:
        data = say.data
        if say.drip and len(data) > 1:
            # One byte now, the rest after its time.
            self._session.outbox.put_first(Say(data[1:], say.drip))
            self._session.outbox.put_first(Wait(1 / say.drip))
            data = data[:1]
        if self._tls is None or not self._tls.established:
            self._record.add("server", data[: self._cut], self._number)
            self._send(data)
            return
        self._record.add("server", data, self._number)
        with contextlib.suppress(TlsBroken):
            self._tls.encrypt(data)
        self._send(self._tls.outgoing())

    def _start_tls(self, action: StartTls) -> None:
        early = self._inbox.take_all()
        if early and action.drop_early:
            self._note(b"dropped-plaintext " + early)
        elif early:
            self._cipher.add(early)
        self._tls = TlsPipe(self._context())

    # ---------------------------------------------------------------------------------- the socket

    def _send(self, data: bytes) -> None:
        if data:
            self._wire = memoryview(bytes(self._wire) + data if self._wire else data)

    def _flush(self, now: float) -> bool:
        """Write what fits; true if nothing is left."""
        try:
            sent = self.socket.send(self._wire[: self._cut])
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            self._lost()
            return False
        self._wire = self._wire[sent:]
        if self._cut is not None:
            self._cut -= sent
            if not self._cut:
                self._cut_off(now)
        return not self._wire

    def _cut_off(self, now: float) -> None:
        self._note(b"cut")
        self._wire = memoryview(b"")
        self._linger(now)

    def _linger(self, now: float) -> None:
        self._linger_until = now + LINGER_S
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()

    def _reset(self) -> None:
        # SO_LINGER with a time of 0 makes close() send RST.
        layout = "hh" if sys.platform == "win32" else "ii"
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
        self._note(b"reset")
        self.close()

    def _lost(self) -> None:
        self._wire = memoryview(b"")
        self.close()

    def _note(self, text: bytes) -> None:
        self._record.add("note", text, self._number)
