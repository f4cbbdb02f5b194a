"""One message of 50 MB to smtp-sink: throughput and memory, base64 and text."""

from __future__ import annotations

import base64
import random
from pathlib import Path

from mailoscope_core.protocol.content import DotStuffer
from tests.benchmarks import clients, peers
from tests.benchmarks.measure import peak_memory_mib, table, take_turns

SIZE = 50_000_000
_HEADER = b"From: a@lab.test\r\nTo: b@lab.test\r\nSubject: large\r\n\r\n"


def run(folder: Path, rounds: int) -> None:
    """Print the tables."""
    kinds = {"base64": _base64_lines(), "text": _text_lines()}
    with peers.sink() as sink:
        for kind, block in kinds.items():
            spool, wire = folder / f"{kind}.eml", folder / f"{kind}.wire"
            _write(spool, wire, block)
            message = clients.prepared(spool)
            services = clients.core_services(None)
            contenders = {
                "floor": lambda wire=wire: clients.floor(sink, wire, None),
                "mailoscope": lambda message=message, services=services: clients.mailoscope(
                    sink, message, services
                ),
                "smtplib": lambda message=message: clients.with_smtplib(sink, message, None),
                "aiosmtplib": lambda message=message: clients.with_aiosmtplib(sink, message, None),
            }
            rows = take_turns(contenders, max(3, rounds // 3))
            print(table(f"50 MB of {kind} to smtp-sink", rows, "floor"))
            print(f"  floor sends {SIZE / 1e6 / rows[0].seconds:.0f} MB/s")
            for name, send in contenders.items():
                print(f"  {name:14} peak memory {peak_memory_mib(send):8.1f} MiB above its start")


def _write(spool: Path, wire: Path, block: bytes) -> None:
    stuffer = DotStuffer()
    with spool.open("wb") as plain, wire.open("wb") as stuffed:
        plain.write(_HEADER)
        stuffed.write(stuffer.feed(_HEADER))
        for _ in range(SIZE // len(block)):
            plain.write(block)
            stuffed.write(stuffer.feed(block))
        stuffed.write(stuffer.finish())


def _base64_lines() -> bytes:
    data = random.Random(1).randbytes(57 * 4000)
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _text_lines() -> bytes:
    """Return prose with lines of many lengths; about one in thirty begins with a dot."""
    dice = random.Random(2)
    words = b"the quick brown mail jumps over the lazy server . and ... then some".split()
    lines = []
    for _ in range(5000):
        line = b" ".join(dice.choice(words) for _ in range(dice.randint(0, 14)))
        lines.append((b"." if dice.random() < 0.03 else b"") + line)
    return b"\r\n".join(lines) + b"\r\n"
