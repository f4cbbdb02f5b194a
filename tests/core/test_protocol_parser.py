"""The reply parser: endings, defects, bounds, and that cutting the input changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.parser import Limits, ReplyParser
from mailoscope_core.protocol.reply import KEPT_BYTES, Reply

SMALL = Limits(kept=512, reply_bytes=700, reply_lines=6, strays=3)
TINY = Limits(kept=40, reply_bytes=120, reply_lines=6, strays=3)


def one(data: bytes, limits: Limits | None = None) -> Reply:
    parser = ReplyParser(limits)
    (found,) = parser.feed(data)
    assert parser.pending_bytes == 0
    return found


# --- what a reply is --------------------------------------------------------------------------


def test_a_reply_of_one_line() -> None:
    reply = one(b"250 2.1.0 Ok\r\n")
    (line,) = reply.lines
    assert (line.code, line.separator, line.text) == (250, " ", b"2.1.0 Ok")
    assert reply.raw == line.raw == b"250 2.1.0 Ok\r\n"
    assert (reply.size, reply.defects) == (14, ())


def test_a_reply_of_several_lines() -> None:
    reply = one(b"250-mail.example\r\n250-SIZE 1000\r\n250 HELP\r\n")
    assert [(line.separator, line.text) for line in reply.lines] == [
        ("-", b"mail.example"),
        ("-", b"SIZE 1000"),
        (" ", b"HELP"),
    ]
    assert reply.defects == ()


def test_replies_come_one_by_one_and_nothing_is_lost() -> None:
    parser = ReplyParser()
    parser.push(b"220 a\r\n250 b\r\n25")
    first = parser.take()
    assert first is not None
    assert first.code == 220
    assert parser.pending_bytes == 9
    assert parser.drain() == b"250 b\r\n25"
    assert parser.pending_bytes == 0
    assert parser.take() is None


def test_drain_gives_an_open_reply_back() -> None:
    parser = ReplyParser(TINY)
    parser.feed(b"250-a\r\n250-b")
    assert parser.drain() == b"250-a\r\n250-b"
    parser.feed(b"250-" + b"x" * 60)
    assert parser.drain() == b"250-" + b"x" * 36


@pytest.mark.parametrize("code", ["000", "001", "199", "200", "250", "559", "560", "600", "999"])
def test_any_three_digits_are_a_code(code: str) -> None:
    reply = one(f"{code} text\r\n".encode())
    assert reply.code == int(code)
    inside = "2" <= code[0] <= "5" and code[1] <= "5"
    assert reply.defects == (() if inside else ("code-out-of-range",))


@pytest.mark.parametrize(
    ("data", "code", "defects"),
    [
        (b"250 ok\n", 250, ("bare-lf",)),
        (b"250 4.0.0 ok\n", 250, ("bare-lf", "enhanced-class-differs")),
        (b"250 ok\r\r\n", 250, ("bare-cr",)),
        (b"250 o\rk\r\n", 250, ("bare-cr",)),
        (b"250ok\r\n", 250, ("missing-space",)),
        (b"2500 ok\r\n", 250, ("missing-space",)),
        (b"250\tok\r\n", 250, ("missing-space",)),
        (b"250_ok\n", 250, ("bare-lf", "missing-space")),
        (b"250\r\n", 250, ()),
        (b"250 \r\n", 250, ()),
        (b"250-a\r\n550 b\r\n", 550, ("mixed-codes",)),
        (b"250-a\r\nb\r\n250 c\r\n", 250, ("no-code",)),
        (b"250-a\r\n\r\n250 c\r\n", 250, ("no-code",)),
        (b"hello\r\n", None, ("no-code",)),
        (b"25 too short\r\n", None, ("no-code",)),
        (b"\xb2\xb3\xb9 no digits\r\n", None, ("non-ascii", "no-code")),
        ("२५० ठीक\r\n".encode(), None, ("non-ascii", "no-code")),
        (b" 250 indented\r\n", None, ("no-code",)),
        (b"\r\n", None, ("no-code",)),
        (b"\n", None, ("bare-lf", "no-code")),
        (b"250 \xe9\r\n", 250, ("non-ascii",)),
        (b"250 a\0b\r\n", 250, ("nul",)),
        (b"550 4.7.1 no\r\n", 550, ("enhanced-class-differs",)),
        (b"550-5.7.1 no\r\n550 4.7.1 no\r\n", 550, ("enhanced-class-differs",)),
        (b"354 2.0.0 go\r\n", 354, ("enhanced-class-differs",)),
        (b"250 2.0 thanks\r\n", 250, ()),
        (b"650 4.7.1 no\r\n", 650, ("code-out-of-range", "enhanced-class-differs")),
    ],
)
def test_defects_are_named(data: bytes, code: int | None, defects: tuple[str, ...]) -> None:
    reply = one(data)
    assert (reply.code, reply.defects) == (code, defects)
    assert (reply.raw, reply.size) == (data, len(data))


def test_512_octets_are_a_line_and_513_are_too_many() -> None:
    assert one(b"250 " + b"x" * 506 + b"\r\n").defects == ()
    assert one(b"250 " + b"x" * 507 + b"\r\n").defects == ("long-line",)
    assert one(b"250 " + b"x" * 507 + b"\n").defects == ("bare-lf",)


def test_what_follows_a_line_without_hyphen_is_another_reply() -> None:
    replies = ReplyParser().feed(b"250no hyphen\r\nnoise\r\n250 the end\r\n")
    assert [reply.code for reply in replies] == [250, None, 250]


# --- bounds -----------------------------------------------------------------------------------


def test_the_first_64_kib_are_kept_and_all_is_counted() -> None:
    data = b"250-" + b"x" * 400 + b"\r\n"
    reply = one(data * 200 + b"550 the last line\r\n")
    assert len(reply.raw) == KEPT_BYTES
    assert reply.size == len(data) * 200 + 19
    assert reply.code == 550
    assert reply.lines[-1].text == b"the last line"
    assert reply.defects == ("mixed-codes", "truncated")
    assert sum(len(line.raw) for line in reply.lines) < KEPT_BYTES + 1100


def test_a_line_too_long_to_keep_is_cut_and_counted() -> None:
    reply = one(b"250 " + b"x" * 100_000 + b"\r\n")
    assert (reply.code, reply.size) == (250, 100_006)
    assert len(reply.raw) == len(reply.lines[0].raw) == KEPT_BYTES
    assert reply.defects == ("long-line", "truncated")


def test_a_reply_without_end_is_delivered_once_and_swallowed() -> None:
    parser = ReplyParser()
    (reply,) = parser.feed(b"250-AND ANOTHER ONE\r\n" * 65_536)
    assert reply.defects == ("truncated", "endless")[::-1]
    assert len(reply.raw) == KEPT_BYTES
    assert parser.feed(b"250-AND ANOTHER ONE\r\n" * 1000) == []
    assert parser.pending_bytes == 0
    assert parser.feed(b"250 END\r\n") == []
    assert [reply.code for reply in parser.feed(b"221 bye\r\n")] == [221]


def test_a_line_without_end_is_delivered_once_and_swallowed() -> None:
    parser = ReplyParser()
    replies = []
    for _ in range(64):
        replies += parser.feed(b"2" * 65_536)
    (reply,) = replies
    assert (reply.code, reply.size) == (222, 1024 * 1024)
    assert "endless" in reply.defects
    assert parser.feed(b"\n") == []
    assert [reply.code for reply in parser.feed(b"221 bye\r\n")] == [221]


def test_a_line_without_end_and_code_ends_with_its_line() -> None:
    parser = ReplyParser(TINY)
    (reply,) = parser.feed(b"z" * 121)
    assert (reply.code, reply.size, reply.raw) == (None, 120, b"z" * 40)
    assert parser.feed(b"zzz\n") == []
    assert [reply.code for reply in parser.feed(b"221 bye\r\n")] == [221]


def test_a_bound_between_two_lines_cuts_no_line() -> None:
    parser = ReplyParser(TINY)
    assert parser.feed(b"250-%b\r\n" % (b"x" * 18) * 5) == []
    (reply,) = parser.feed(b"2")
    assert (reply.size, len(reply.lines)) == (120, 2)
    assert reply.defects == ("endless", "truncated")
    assert [reply.code for reply in parser.feed(b"50 end\r\n221 bye\r\n")] == [221]


def test_too_many_lines_are_endless() -> None:
    parser = ReplyParser(TINY)
    (reply,) = parser.feed(b"250-a\r\n" * 7)
    assert reply.defects == ("endless", "truncated")
    assert reply.size == 42
    assert parser.feed(b"250 b\r\n220 c\r\n")[0].code == 220


def test_noise_without_end_stops_being_replies() -> None:
    parser = ReplyParser(TINY)
    replies = parser.feed(b"a\nb\nc\nd\ne\n")
    assert [reply.raw for reply in replies] == [b"a\n", b"b\n", b"c\n"]
    assert ["endless" in reply.defects for reply in replies] == [False, False, True]
    assert [reply.code for reply in parser.feed(b"f\n220 g\r\nh\n")] == [220, None]


def test_a_line_without_end_after_too_much_noise_is_no_reply_either() -> None:
    parser = ReplyParser(TINY)
    assert len(parser.feed(b"a\nb\nc\nd\n" + b"z" * 200)) == 3
    assert [reply.code for reply in parser.feed(b"z\n220 g\r\n")] == [220]


def test_a_command_may_be_answered_by_noise_again() -> None:
    parser = ReplyParser(TINY)
    parser.feed(b"a\nb\nc\nd\n")
    parser.expect()
    assert [reply.raw for reply in parser.feed(b"echo\n")] == [b"echo\n"]


# --- silence and the end ----------------------------------------------------------------------


def test_eof_gives_what_is_there() -> None:
    parser = ReplyParser()
    assert parser.feed(b"554-blocked\r\n554 see") == []
    reply = parser.eof()
    assert reply is not None
    assert (reply.code, reply.texts) == (554, ("blocked", "see"))
    assert reply.defects == ("incomplete",)
    assert parser.eof() is None


@pytest.mark.parametrize(
    ("data", "code", "defects"),
    [
        (b"5", None, ("no-code", "incomplete")),
        (b"250", 250, ("incomplete",)),
        (b"250-a\r\n", 250, ("incomplete",)),
        (b"250-a\r\n250 b\r", 250, ("bare-cr",)),
        (b"250-a\r250 b\r", 250, ("bare-cr",)),
        (b"250-a\r250-b\r", 250, ("bare-cr", "incomplete")),
        (b"250-a\r\nxyz", 250, ("no-code", "incomplete")),
        (b"250 " + b"x" * 600, 250, ("long-line", "incomplete")),
        (b"250 " + b"x" * 70_000, 250, ("long-line", "incomplete", "truncated")),
    ],
)
def test_eof_says_what_is_missing(data: bytes, code: int | None, defects: tuple[str, ...]) -> None:
    parser = ReplyParser()
    assert parser.feed(data) == []
    assert parser.pending_bytes == len(data)
    reply = parser.eof()
    assert reply is not None
    assert (reply.code, reply.defects, reply.size) == (code, defects, len(data))


def test_eof_after_whole_replies_gives_nothing() -> None:
    parser = ReplyParser()
    parser.feed(b"220 hi\r\n")
    assert parser.eof() is None


def test_eof_while_swallowing_gives_nothing() -> None:
    parser = ReplyParser(TINY)
    assert len(parser.feed(b"250-" + b"a" * 200)) == 1
    assert parser.eof() is None


def test_eof_after_too_much_noise_gives_nothing() -> None:
    parser = ReplyParser(TINY)
    parser.feed(b"a\nb\nc\nd")
    assert parser.eof() is None


def test_silence_makes_a_carriage_return_a_line_end() -> None:
    parser = ReplyParser()
    assert parser.feed(b"220 ready\r") == []
    reply = parser.settle()
    assert reply is not None
    assert (reply.code, reply.texts, reply.defects) == (220, ("ready",), ("bare-cr",))
    assert [reply.raw for reply in parser.feed(b"\n250 ok\r\n")] == [b"250 ok\r\n"]


def test_silence_does_not_end_a_reply_that_goes_on() -> None:
    parser = ReplyParser()
    parser.feed(b"250-one\r")
    assert parser.settle() is None
    (reply,) = parser.feed(b"250 two\r\n")
    assert reply.texts == ("one", "two")


@pytest.mark.parametrize("data", [b"", b"250 o", b"250-a\r\n", b"250 " + b"x" * 200 + b"\r"])
def test_silence_alone_ends_nothing(data: bytes) -> None:
    parser = ReplyParser(TINY)
    parser.feed(data)
    assert parser.settle() is None


# --- properties -------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(b"250 ", b"250-", b"550 ", b"999", b"25", b"x", b"\r\n", b"\n", b"\r", b"\r\r\n", b"\0"),
        *(b"5.1.1 no", b"250-4.4.4 x\r\n", b"250 ok\r\n", b"\xe9"),
        *(b"y" * 30, b"z" * 50, b"w" * 130, b"250 " + b"v" * 504, b"250-" + b"u" * 500 + b"\r\n"),
    ]
)
STREAMS = st.one_of(st.lists(PIECES, max_size=40).map(b"".join), st.binary(max_size=300))


@given(STREAMS, st.lists(st.integers(0, 12), max_size=60))
def test_chunking_changes_nothing(stream: bytes, sizes: list[int]) -> None:
    for limits in (TINY, SMALL, None):
        whole = ReplyParser(limits)
        wanted = [*whole.feed(stream), whole.eof()]
        parser = ReplyParser(limits)
        got: list[Reply | None] = []
        at = 0
        for size in sizes:
            got += parser.feed(stream[at : at + size])
            at += size
        got += parser.feed(stream[at:])
        got.append(parser.eof())
        assert got == wanted


@given(STREAMS)
def test_byte_by_byte_changes_nothing(stream: bytes) -> None:
    whole, single = ReplyParser(TINY), ReplyParser(TINY)
    wanted = [*whole.feed(stream), whole.eof()]
    got = [reply for byte in stream for reply in single.feed(bytes([byte]))]
    assert [*got, single.eof()] == wanted


@given(STREAMS)
def test_within_its_limits_every_byte_is_in_some_reply(stream: bytes) -> None:
    parser = ReplyParser(Limits(strays=1_000_000))
    replies = [*parser.feed(stream), parser.eof()]
    assert b"".join(reply.raw for reply in replies if reply) == stream
    for reply in replies:
        if reply:
            assert reply.size == len(reply.raw)
            assert b"".join(line.raw for line in reply.lines) == reply.raw


@given(STREAMS)
def test_a_reply_never_keeps_more_than_it_may(stream: bytes) -> None:
    for reply in ReplyParser(TINY).feed(stream):
        assert len(reply.raw) <= TINY.kept
        assert reply.size <= TINY.reply_bytes
