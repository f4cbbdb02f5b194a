"""A small session, without and with STARTTLS, and with a server that takes its time."""

from __future__ import annotations

import time
from pathlib import Path

from tests.benchmarks import clients, peers
from tests.benchmarks.measure import table, take_turns

_OPEN_STARTTLS = Path(__file__).with_name("open-starttls.toml")
_BODY = b"From: a@lab.test\r\nTo: b@lab.test\r\nSubject: bench\r\n\r\nHello\r\n"


def run(folder: Path, rounds: int) -> None:
    """Print the tables."""
    spool, wire = folder / "small.eml", folder / "small.wire"
    spool.write_bytes(_BODY)
    wire.write_bytes(_BODY + b".\r\n")
    message = clients.prepared(spool)
    with (
        peers.lab("plain-sink") as lab,
        peers.lab("plain-sink:0.005") as slow,
        peers.lab(str(_OPEN_STARTTLS), tls=True) as secure,
        peers.sink() as sink,
    ):
        for peer in (lab, sink, slow, secure):
            _compare(peer, message, wire, rounds)


def _compare(peer: peers.Peer, message: clients.PreparedMessage, wire: Path, rounds: int) -> None:
    began = time.perf_counter()
    shared = clients.context(peer)
    built = time.perf_counter() - began
    services = clients.core_services(shared)
    rows = take_turns(
        {
            "floor": lambda: clients.floor(peer, wire, shared),
            "mailoscope": lambda: clients.mailoscope(peer, message, services),
            "smtplib": lambda: clients.with_smtplib(peer, message, shared),
            "aiosmtplib": lambda: clients.with_aiosmtplib(peer, message, shared),
        },
        rounds * 10,
    )
    kind = "with STARTTLS" if shared else "without TLS"
    print(table(f"small session {kind}, {peer.name}", rows, "floor"))
    if shared:
        print(f"  building the SSLContext once: {built * 1000:.1f} ms")
