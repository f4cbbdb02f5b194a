"""Parsing 200,000 reply lines, as they come from a socket."""

from __future__ import annotations

import io
from pathlib import Path

from mailoscope_core.protocol.parser import Limits, ReplyParser
from tests.benchmarks.measure import table, take_turns

_REPLY = b"250-mail.lab.test greets you\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 HELP\r\n"
_LINES = 200_000
_PIECE = 16_384


def run(folder: Path, rounds: int) -> None:
    """Print the table; the floor reads lines and looks at the fourth byte, as smtplib does."""
    data = _REPLY * (_LINES // 4)
    pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]

    def ours() -> None:
        parser = ReplyParser(Limits())
        found = sum(len(parser.feed(piece)) for piece in pieces)
        assert found == _LINES // 4

    def floor() -> None:
        found = 0
        texts: list[bytes] = []
        file = io.BytesIO(data)
        while line := file.readline(8193):
            texts.append(line[4:].strip(b" \t\r\n"))
            int(line[:3])
            if line[3:4] != b"-":
                found += 1
                texts = []
        assert found == _LINES // 4

    rows = take_turns({"floor": floor, "mailoscope": ours}, rounds)
    print(table(f"parsing {_LINES:,} reply lines", rows, "floor"))
