"""A name server on loopback that answers from a table, for tests of look-ups by DNS."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

Table = dict[tuple[str, str], list[str]]


class DnsServer:
    """Answers over UDP: `records` maps (name, type) to the records' texts.

    A name that no record has does not exist; `rcodes` gives names another return code, `silent`
    names get no answer. A context manager.
    """

    def __init__(
        self,
        records: Table,
        *,
        rcodes: dict[str, dns.rcode.Rcode] | None = None,
        silent: frozenset[str] = frozenset(),
    ) -> None:
        self._records = records
        self._rcodes = rcodes or {}
        self._silent = silent
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="dns", daemon=True)
        self.asked: list[tuple[str, str]] = []

    def __enter__(self) -> DnsServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._socket.sendto(b"", self._socket.getsockname())  # an empty question ends it
        self._thread.join(10)
        self._socket.close()

    def resolver(self, *, lifetime_s: float | None = None) -> dns.resolver.Resolver:
        """A resolver that asks this server alone."""
        resolver = (
            _Impatient(configure=False) if lifetime_s else dns.resolver.Resolver(configure=False)
        )
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self._socket.getsockname()[1]
        resolver.retry_servfail = False
        if lifetime_s:
            resolver.lifetime = lifetime_s
        return resolver

    def _serve(self) -> None:
        while True:
            wire, client = self._socket.recvfrom(4096)
            if not wire:
                return
            answer = self._answer(dns.message.from_wire(wire))
            if answer is not None:
                self._socket.sendto(answer.to_wire(), client)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self._silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        texts = self._records.get((name, kind), [])
        if name in self._rcodes:
            response.set_rcode(self._rcodes[name])
        elif texts:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


class _Impatient(dns.resolver.Resolver):
    """Keeps its own lifetime whatever it is asked with."""

    def resolve(self, *args: object, **kwargs: object) -> dns.resolver.Answer:
        kwargs["lifetime"] = self.lifetime
        return super().resolve(*args, **kwargs)  # type: ignore[arg-type]
