"""The certificates that the server showed, as a fold of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailoscope_core.record.events import (
    CertificateFacts,
    Entry,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
)


@dataclass(frozen=True, slots=True)
class CertificateView:
    """One handshake: what was asked of it, how it ended, and the chain, leaf first.

    `problem` is a kind of `TlsFailed`, empty when the handshake succeeded; `verified` is null when
    there was no verdict.
    """

    seq: int
    attempt: int
    server_name: str
    trust: str
    version: str
    cipher: str
    bits: int | None
    verified: bool | None
    problem: str
    detail: str
    chain: tuple[CertificateFacts, ...]


def certificates(entries: Iterable[Entry]) -> tuple[CertificateView, ...]:
    """Return one view for each handshake that came to an end."""
    views: list[CertificateView] = []
    started: TlsStarted | None = None
    for entry in entries:
        event = entry.event
        if isinstance(event, TlsStarted):
            started = event
        elif isinstance(event, TlsEstablished | TlsFailed):
            views.append(_view(entry, event, started))
            started = None
    return tuple(views)


def _view(
    entry: Entry, event: TlsEstablished | TlsFailed, started: TlsStarted | None
) -> CertificateView:
    name = started.server_name if started else ""
    trust = started.trust if started else ""
    if isinstance(event, TlsFailed):
        return CertificateView(
            entry.seq,
            entry.attempt,
            event.server_name or name,
            trust,
            version="",
            cipher="",
            bits=None,
            verified=False if event.chain else None,
            problem=event.kind,
            detail=event.detail,
            chain=event.chain,
        )
    return CertificateView(
        entry.seq,
        entry.attempt,
        name,
        trust,
        event.version,
        event.cipher,
        event.bits,
        event.verified,
        problem="",
        detail="",
        chain=event.chain,
    )
