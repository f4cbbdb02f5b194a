"""A greylisting policy service for Postfix whose clock is the test."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType
from typing import Self

DEFERRAL = "DEFER_IF_PERMIT 4.7.1 Greylisted, try again later"

Triplet = tuple[str, str, str]


class Greylist:
    """Defers each (client, sender, recipient) until `release()`, as check_policy_service asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._released = False
        self._deferred: set[Triplet] = set()
        self._server = _PolicyServer(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def deferred(self) -> frozenset[Triplet]:
        """Who was turned away since the last reset."""
        with self._lock:
            return frozenset(self._deferred)

    def release(self) -> None:
        """The waiting time is over: who was deferred once passes now."""
        with self._lock:
            self._released = True

    def reset(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._released = False
            self._deferred.clear()

    def verdict(self, triplet: Triplet) -> str:
        """What Postfix is to do with a recipient."""
        with self._lock:
            if self._released and triplet in self._deferred:
                return "DUNNO"
            self._deferred.add(triplet)
            return DEFERRAL


class _PolicyServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, greylist: Greylist) -> None:
        super().__init__(("127.0.0.1", 0), _PolicyHandler)
        self.greylist = greylist


class _PolicyHandler(socketserver.StreamRequestHandler):
    """One connection of Postfix: blocks of name=value lines, each ended by an empty line."""

    server: _PolicyServer

    def handle(self) -> None:
        attributes: dict[str, str] = {}
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line:
                name, _, value = line.partition("=")
                attributes[name] = value
                continue
            triplet = (
                attributes.get("client_address", ""),
                attributes.get("sender", ""),
                attributes.get("recipient", ""),
            )
            self.wfile.write(f"action={self.server.greylist.verdict(triplet)}\n\n".encode())
            attributes = {}
