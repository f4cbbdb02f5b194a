"""Bodies and lines come out right however the wire cuts them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.practice.body import CountReader, DotReader
from mailoscope_core.practice.inbox import MAX_LINE, Inbox, OverlongLine
from mailoscope_core.practice.mailstore import LabMessage, MailStore, Spool, unstuff

# The alphabet of everything that can go wrong at a seam.
HARD = st.text(alphabet="\r\n.a", max_size=40).map(str.encode)
CUTS = st.lists(st.integers(1, 7), max_size=60)


class Memory:
    """A sink that keeps."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def cut(self, count: int) -> None:
        self.data = self.data[:-count]


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    found, at = [], 0
    for size in cuts:
        if at < len(data):
            found.append(data[at : at + size])
            at += size
    return [*found, data[at:]] if at < len(data) else found


def stuffed(message: bytes) -> bytes:
    """The plain definition of RFC 5321 section 4.5.2, line by line."""
    lines = message.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


@given(HARD, CUTS, HARD)
def test_the_final_dot_is_found_wherever_the_chunks_are_cut(
    text: bytes, cuts: list[int], after: bytes
) -> None:
    message = text + b"\r\n"
    wire = stuffed(message) + b".\r\n" + after
    sink = Memory()
    reader = DotReader(sink, count_bare_lf=True)
    rest = wire
    for piece in pieces(wire, cuts):
        taken = reader.feed(piece)
        rest = rest[taken:]
        if reader.done:
            break
        assert taken == len(piece)
    assert reader.done
    assert rest == after
    assert sink.data == stuffed(message)
    assert reader.taken == len(wire) - len(after)
    with_dot = stuffed(message) + b".\r\n"
    assert reader.bare_lf == with_dot.count(b"\n") - with_dot.count(b"\r\n")
    assert b"".join(unstuff(iter(pieces(sink.data, cuts)))) == message


def test_an_empty_body_ends_with_a_lone_dot() -> None:
    sink = Memory()
    reader = DotReader(sink)
    assert [reader.feed(each) for each in (b".", b"\r", b"\nRSET")] == [1, 1, 1]
    assert reader.done
    assert sink.data == b""


@pytest.mark.parametrize("false_end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n..\r\n"])
def test_what_only_looks_like_the_end_is_none(false_end: bytes) -> None:
    reader = DotReader(Memory())
    reader.feed(b"text" + false_end + b"more")
    assert not reader.done


@given(st.binary(max_size=50), CUTS, st.integers(0, 50))
def test_bdat_takes_exactly_its_count(data: bytes, cuts: list[int], size: int) -> None:
    sink = Memory()
    reader = CountReader(sink, size)
    taken = sum(reader.feed(piece) for piece in pieces(data, cuts))
    assert taken == min(size, len(data))
    assert sink.data == data[:taken]
    assert reader.done is (len(data) >= size)


@given(HARD, CUTS)
def test_lines_are_the_same_however_they_arrive(data: bytes, cuts: list[int]) -> None:
    inbox, lines = Inbox(), []
    for piece in pieces(data, cuts):
        inbox.add(piece)
        while (line := inbox.take_line()) is not None:
            lines.append(line)
    complete, _, rest = data.rpartition(b"\n")
    expected = [line.removesuffix(b"\r") for line in complete.split(b"\n")] if b"\n" in data else []
    assert lines == expected
    assert inbox.take_all() == rest


@pytest.mark.parametrize("step", [1000, 100_000])
def test_an_overlong_line_is_refused_once_and_costs_no_memory(step: int) -> None:
    inbox, refused, lines = Inbox(), 0, []
    for at in range(0, 100_000, step):
        inbox.add(b"x" * min(step, 100_000 - at))
        assert inbox.take_line() is None
        assert inbox.size <= MAX_LINE
    inbox.add(b"\r\nNOOP\r\n")
    for _ in range(2):
        try:
            lines.append(inbox.take_line())
        except OverlongLine:
            refused += 1
    assert (refused, lines) == (1, [b"NOOP"])


def keep(store: MailStore, spool: Spool, *, stuffed: bool = True) -> LabMessage:
    message = LabMessage(
        queue_id=store.next_id(),
        connection=1,
        sender="",
        recipients=("a@lab.test",),
        user="",
        tls=False,
        path=spool.target.path,
        offset=spool.offset,
        wire_size=spool.size,
        stuffed=stuffed,
    )
    store.add(spool, message)
    return message


def test_a_spool_stops_growing_at_its_limit(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    spool = store.spool(100)
    for _ in range(50):
        spool.write(b"x" * 50)
    assert spool.too_big
    assert spool.size == 2500
    assert spool.target.path.stat().st_size <= 103
    store.discard(spool)
    assert spool.target.path.stat().st_size == 0
    store.close()


def test_a_message_is_measured_unstuffed(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    spool = store.spool(1000)
    spool.write(b"..a\r\nb\r\n...\r\n.\r\n")
    spool.cut(3)
    message = keep(store, spool)
    store.close()
    meant = b".a\r\nb\r\n..\r\n"
    assert message.content() == meant
    assert (message.size, message.sha256) == (len(meant), hashlib.sha256(meant).hexdigest())


def test_messages_share_files_and_do_not_mix(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    first, second = store.spool(1000), store.spool(1000)
    first.write(b"one")
    second.write(b"two, to be dropped")
    first.write(b" and one.\r\n")
    first.cut(3)
    kept = keep(store, first, stuffed=False)
    store.discard(second)
    third = store.spool(1000)
    third.write(b"three")
    also_kept = keep(store, third, stuffed=False)
    store.close()
    assert [each.content() for each in store.messages] == [b"one and one", b"three"]
    assert (kept, also_kept) == store.messages
    assert [each.queue_id for each in store.messages] == ["LAB000001", "LAB000002"]
    assert len(list(tmp_path.iterdir())) == 2


@given(st.lists(st.binary(max_size=20), max_size=12), st.integers(0, 2**12))
def test_whatever_is_kept_reads_back(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], drops: int
) -> None:
    store = MailStore(tmp_path_factory.mktemp("spool"))
    expected = []
    for place, body in enumerate(bodies):
        spool = store.spool(1000)
        spool.write(body + b".\r\n")
        spool.cut(3)
        if drops >> place & 1:
            store.discard(spool)
        else:
            keep(store, spool, stuffed=False)
            expected.append(body)
    assert [message.content() for message in store.messages] == expected
    store.close()
