"""What EHLO offers, however a server writes it, and what changed between two offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.capabilities import Capabilities, diff
from mailoscope_core.protocol.parser import ReplyParser


def offer(*lines: str) -> Capabilities:
    texts = [f"250{'-' if n < len(lines) - 1 else ' '}{line}\r\n" for n, line in enumerate(lines)]
    (reply,) = ReplyParser().feed("".join(texts).encode())
    return Capabilities.from_reply(reply)


def test_keywords_come_in_the_order_received() -> None:
    found = offer("mail.example greets you", "size 1000", "PIPELINING", "AUTH PLAIN LOGIN")
    assert found.greeting_name == "mail.example"
    assert found.keywords == (("SIZE", "1000"), ("PIPELINING", ""), ("AUTH", "PLAIN LOGIN"))
    assert found.has("pipelining")
    assert not found.has("STARTTLS")
    assert found.params("auth") == "PLAIN LOGIN"
    assert found.params("STARTTLS") == ""


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("SIZE 35882577", 35882577),
        ("SIZE 0", 0),
        ("SIZE", None),
        ("SIZE unlimited", None),
        ("SIZE ५००", None),
        ("SIZE 100 and more", 100),
        ("HELP", None),
    ],
)
def test_the_size_limit(line: str, size: int | None) -> None:
    assert offer("mail.example", line).size == size


def test_mechanisms_of_both_forms() -> None:
    found = offer("mail.example", "AUTH plain LOGIN", "AUTH=LOGIN CRAM-MD5", "X-EXPS GSSAPI")
    assert found.mechanisms == ("PLAIN", "LOGIN", "CRAM-MD5")
    assert offer("mail.example", "AUTH").mechanisms == ()
    assert offer("mail.example").mechanisms == ()


def test_limits_of_rfc_9422() -> None:
    found = offer("mail.example", "LIMITS RCPTMAX=100 mailmax=5 NOTHING")
    assert found.limits == {"RCPTMAX": "100", "MAILMAX": "5"}


def test_an_empty_reply_offers_nothing() -> None:
    found = offer("")
    assert found == Capabilities("", ())
    assert found.limits == {}


def test_blank_lines_offer_nothing() -> None:
    assert offer("mail.example", "", "  ", "HELP").keywords == (("HELP", ""),)


def test_the_difference_that_tls_makes() -> None:
    before = offer("mail.example", "STARTTLS", "SIZE 1000", "8BITMIME")
    after = offer("mail.example", "8BITMIME", "AUTH PLAIN", "SIZE 2000")
    found = diff(before, after)
    assert found.added == (("AUTH", "PLAIN"),)
    assert found.removed == (("STARTTLS", ""),)
    assert found.changed == (("SIZE", "1000", "2000"),)
    assert diff(before, before) == type(found)((), (), ())


def test_order_is_no_difference() -> None:
    found = diff(offer("a", "HELP", "DSN"), offer("b", "DSN", "HELP"))
    assert (found.added, found.removed, found.changed) == ((), (), ())


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), min_size=1)


@given(LINES)
def test_whatever_stands_there_is_read(lines: list[str]) -> None:
    found = offer(*lines)
    assert len(found.keywords) <= len(lines) - 1
    assert isinstance(found.mechanisms, tuple)
    assert found.size is None or found.size >= 0
