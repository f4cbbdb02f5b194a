"""Replies: enhanced codes, classes, and texts that cannot act on who reads them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.parser import ReplyParser
from mailoscope_core.protocol.reply import EnhancedCode, Reply, readable


def one(data: bytes) -> Reply:
    (found,) = ReplyParser().feed(data)
    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.7.1 no", EnhancedCode(5, 7, 1)),
        ("2.0.0", EnhancedCode(2, 0, 0)),
        ("4.7.500\tlater", EnhancedCode(4, 7, 500)),
        ("5.7.1: no", None),
        ("5.7.1000 no", None),
        ("3.7.1 no such class", None),
        (" 5.7.1 not at the start", None),
        ("see 5.7.1", None),
        ("5.7", None),
        ("4.2.2.1 an address", None),
        ("५.७.१ no", None),
        ("", None),
    ],
)
def test_enhanced_codes_stand_at_the_start(text: str, code: EnhancedCode | None) -> None:
    assert EnhancedCode.parse(text) == code


@given(st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999))
def test_enhanced_codes_read_back(klass: int, subject: int, detail: int) -> None:
    code = EnhancedCode(klass, subject, detail)
    assert EnhancedCode.parse(f"{code} text") == code


@pytest.mark.parametrize(
    ("code", "positive", "intermediate", "transient", "permanent"),
    [
        (250, True, False, False, False),
        (354, False, True, False, False),
        (451, False, False, True, False),
        (550, False, False, False, True),
        (999, False, False, False, False),
    ],
)
def test_the_first_digit_is_the_class(
    code: int, positive: bool, intermediate: bool, transient: bool, permanent: bool
) -> None:
    reply = one(b"%d x\r\n" % code)
    assert (reply.code, reply.klass) == (code, code // 100)
    assert (reply.is_positive, reply.is_intermediate) == (positive, intermediate)
    assert (reply.is_transient, reply.is_permanent) == (transient, permanent)


def test_a_reply_without_a_code_has_no_class() -> None:
    reply = one(b"* OK IMAP\r\n")
    assert reply.code is None
    assert reply.klass is None
    assert reply.enhanced is None
    assert not reply.is_positive
    assert not reply.is_permanent
    assert reply.texts == ("* OK IMAP",)


def test_the_first_line_with_an_enhanced_code_gives_it() -> None:
    reply = one(b"550-no code here\r\n550-5.1.1 first\r\n550 5.7.1 second\r\n")
    assert str(reply.enhanced) == "5.1.1"


def test_texts_are_utf_8_or_latin_1_line_by_line() -> None:
    reply = one("250-Zürich नमस्ते\r\n".encode() + b"250 Z\xfcrich\r\n")
    assert reply.texts == ("Zürich नमस्ते", "Zürich")


def test_control_characters_are_shown_not_obeyed() -> None:
    assert readable(b"\x1b[31mred\x07 tab\t") == "\\x1b[31mred\\x07 tab\t"
    assert readable("a\u202eb\u200bc\u2066d\ufeff".encode()) == "a\\u202eb\\u200bc\\u2066d\\ufeff"
    assert readable(b"\x9b31m") == "\\x9b31m"
    assert readable("line\u2028line".encode()) == "line\\u2028line"


@given(st.binary())
def test_nothing_readable_acts(text: bytes) -> None:
    shown = readable(text)
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c != "\t"]
    assert not [c for c in shown if unicodedata.bidirectional(c) in ("LRO", "RLO", "PDF", "RLI")]
