"""Content streams: the same bytes for every cut, checked against what the RFC says line by line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.commands import Bdat
from mailoscope_core.protocol.content import CrlfNormaliser, DotStuffer, bdat_header, unstuff

BYTES = st.lists(
    st.sampled_from([b".", b"..", b"\r", b"\n", b"\r\n", b"\r\n.", b"\r\n.\r\n", b"x", b"\0", b""])
).map(b"".join)
CUTS = st.lists(st.integers(0, 5), max_size=30)


def stuffed(chunks: list[bytes]) -> bytes:
    stuffer = DotStuffer()
    return b"".join([*(stuffer.feed(chunk) for chunk in chunks), stuffer.finish()])


def normalised(chunks: list[bytes]) -> tuple[bytes, int]:
    normaliser = CrlfNormaliser()
    out = b"".join([*(normaliser.feed(chunk) for chunk in chunks), normaliser.finish()])
    return out, normaliser.lines_changed


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(data[at : at + size])
        at += size
    return [*chunks, data[at:]]


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (b"", b".\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"..\r\n", b"...\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a\r\n.\r\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\n.\r\n.\r\n", b"a\r\n..\r\n..\r\n.\r\n"),
        (b"a.b\r\nc.", b"a.b\r\nc.\r\n.\r\n"),
        (b"a\n.b", b"a\n.b\r\n.\r\n"),
        (b"a\r.b", b"a\r.b\r\n.\r\n"),
        (b"a\r", b"a\r\r\n.\r\n"),
        (b"a\n", b"a\n\r\n.\r\n"),
    ],
)
def test_dots_are_doubled_and_the_end_is_added(message: bytes, wire: bytes) -> None:
    assert stuffed([message]) == wire
    for at in range(len(message) + 1):
        assert stuffed([message[:at], message[at:]]) == wire
    assert stuffed([message[at : at + 1] for at in range(len(message))]) == wire


@given(BYTES, CUTS)
def test_stuffing_is_the_same_for_every_cut(message: bytes, sizes: list[int]) -> None:
    lines = message.split(b"\r\n")
    doubled = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    end = b".\r\n" if not message or message.endswith(b"\r\n") else b"\r\n.\r\n"
    assert stuffed(cut(message, sizes)) == doubled + end


@given(BYTES)
def test_the_message_ends_only_at_its_end_and_comes_back(message: bytes) -> None:
    wire = stuffed([message])
    assert re.search(rb"(?:\A|\r\n)\.\r\n", wire).end() == len(wire)  # type: ignore[union-attr]
    whole = message if not message or message.endswith(b"\r\n") else message + b"\r\n"
    assert unstuff(wire) == whole


def test_a_stuffer_can_be_used_again() -> None:
    stuffer = DotStuffer()
    for _ in range(2):
        assert stuffer.feed(b".a") + stuffer.finish() == b"..a\r\n.\r\n"


@pytest.mark.parametrize(
    ("message", "out", "changed"),
    [
        (b"", b"", 0),
        (b"a\r\nb\r\n", b"a\r\nb\r\n", 0),
        (b"a\nb\n", b"a\r\nb\r\n", 2),
        (b"a\rb\r", b"a\r\nb\r\n", 2),
        (b"a\r\r\n", b"a\r\n\r\n", 1),
        (b"a\n\r\n", b"a\r\n\r\n", 1),
        (b"\n", b"\r\n", 1),
        (b"a\r\nb\n", b"a\r\nb\r\n", 1),
    ],
)
def test_every_line_break_becomes_crlf(message: bytes, out: bytes, changed: int) -> None:
    assert normalised([message]) == (out, changed)
    for at in range(len(message) + 1):
        assert normalised([message[:at], message[at:]]) == (out, changed)


@given(BYTES, CUTS)
def test_normalising_is_the_same_for_every_cut(message: bytes, sizes: list[int]) -> None:
    breaks = re.findall(rb"\r\n|\r|\n", message)
    wanted = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    assert normalised(cut(message, sizes)) == (wanted, len([b for b in breaks if b != b"\r\n"]))


@given(BYTES)
def test_normalising_twice_changes_nothing(message: bytes) -> None:
    once, _ = normalised([message])
    assert normalised([once]) == (once, 0)


def test_a_chunk_is_announced_with_its_size() -> None:
    assert bdat_header(86, last=False) == b"BDAT 86" == Bdat(86).encode()
    assert bdat_header(0, last=True) == b"BDAT 0 LAST" == Bdat(0, last=True).encode()
