"""Commands: what is written, what a line is taken for, and that no line becomes two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.commands import (
    Auth,
    Bdat,
    Command,
    Data,
    Ehlo,
    Expn,
    Helo,
    Help,
    InjectionRefused,
    MailFrom,
    Noop,
    Quit,
    Raw,
    RcptTo,
    Rset,
    StartTls,
    Verb,
    Vrfy,
    check_line,
    line_notes,
    verb_of,
)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Ehlo("client.example"), b"EHLO client.example"),
        (Ehlo("[192.0.2.1]"), b"EHLO [192.0.2.1]"),
        (Helo("client.example"), b"HELO client.example"),
        (StartTls(), b"STARTTLS"),
        (Auth("PLAIN"), b"AUTH PLAIN"),
        (Auth("PLAIN", "AGEAYg=="), b"AUTH PLAIN AGEAYg=="),
        (MailFrom("a@example.com"), b"MAIL FROM:<a@example.com>"),
        (MailFrom(""), b"MAIL FROM:<>"),
        (
            MailFrom("a@example.com", {"SIZE": "100", "SMTPUTF8": None}),
            b"MAIL FROM:<a@example.com> SIZE=100 SMTPUTF8",
        ),
        (RcptTo("b@example.com"), b"RCPT TO:<b@example.com>"),
        (
            RcptTo("b@example.com", {"NOTIFY": "NEVER"}),
            b"RCPT TO:<b@example.com> NOTIFY=NEVER",
        ),
        (Data(), b"DATA"),
        (Bdat(100), b"BDAT 100"),
        (Bdat(0, last=True), b"BDAT 0 LAST"),
        (Rset(), b"RSET"),
        (Noop(), b"NOOP"),
        (Noop("hello"), b"NOOP hello"),
        (Vrfy("postmaster"), b"VRFY postmaster"),
        (Expn("staff"), b"EXPN staff"),
        (Help(), b"HELP"),
        (Help("MAIL"), b"HELP MAIL"),
        (Quit(), b"QUIT"),
        (Raw("  whatever you  say "), b"  whatever you  say "),
    ],
)
def test_commands_are_written_as_the_rfc_has_them(command: Command, line: bytes) -> None:
    assert command.encode() == line
    wanted = Verb.UNKNOWN if isinstance(command, Raw) else verb_of(line.upper())
    assert verb_of(line) is wanted


def test_what_may_be_secret_is_not_in_repr() -> None:
    assert "hunter2" not in repr(Auth("PLAIN", "hunter2"))
    assert "hunter2" not in repr(Raw("AUTH PLAIN hunter2"))


@pytest.mark.parametrize(
    "command",
    [
        Ehlo("me\r\nDATA"),
        Helo("me\nDATA"),
        Auth("PLAIN\r\nDATA"),
        Auth("PLAIN", "x\r\nDATA"),
        MailFrom("a@b\r\nDATA"),
        MailFrom("a@b", {"SIZE": "1\r\nDATA"}),
        MailFrom("a@b", {"SI\rZE": None}),
        RcptTo("a@b>\r\nDATA"),
        RcptTo('"a\r\nDATA"@b'),
        Noop("\n"),
        Vrfy("x\0"),
        Expn("x\r"),
        Help("x\n"),
        Raw("NOOP\r\nDATA"),
    ],
)
def test_no_command_becomes_two(command: Command) -> None:
    with pytest.raises(InjectionRefused):
        command.encode()


@pytest.mark.parametrize(
    ("line", "position", "character"),
    [
        ("NOOP\r\nDATA", 4, "\r"),
        ("\n", 0, "\n"),
        ("नमस्ते\0", 6, "\0"),
        (b"NOOP x\nDATA", 6, "\n"),
        (b"\xff\0", 1, "\0"),
    ],
)
def test_the_place_of_an_injection_is_named(
    line: str | bytes, position: int, character: str
) -> None:
    with pytest.raises(InjectionRefused) as refused:
        check_line(line)
    assert (refused.value.position, refused.value.character) == (position, character)
    assert isinstance(refused.value, ValueError)


@given(st.text())
def test_a_checked_line_is_one_line(line: str) -> None:
    places = [place for place, character in enumerate(line) if character in "\r\n\0"]
    if not places:
        assert check_line(line) == line.encode()
        assert check_line(line.encode()) == line.encode()
        return
    with pytest.raises(InjectionRefused) as refused:
        check_line(line)
    assert refused.value.position == places[0]
    with pytest.raises(InjectionRefused):
        check_line(line.encode())


def test_bytes_of_a_foreign_terminal_survive() -> None:
    assert check_line(b"VRFY \xff".decode("utf-8", "surrogateescape")) == b"VRFY \xff"


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        (b"EHLO me", Verb.EHLO),
        (b"ehlo me", Verb.EHLO),
        (b"  eHlO\tme  ", Verb.EHLO),
        (b"\x0bDATA\x0c", Verb.DATA),
        (b"DATA and more", Verb.DATA),
        (b"mail from:<>", Verb.MAIL),
        (b"RCPT TO:<a@b>", Verb.RCPT),
        (b"starttls", Verb.STARTTLS),
        (b"XCLIENT NAME=x", Verb.XCLIENT),
        (b"MAILFROM:<>", Verb.UNKNOWN),
        (b"GREETING", Verb.UNKNOWN),
        (b"BODY-END", Verb.UNKNOWN),
        (b"AUTH-RESPONSE x", Verb.UNKNOWN),
        (b"UNKNOWN", Verb.UNKNOWN),
        (b".", Verb.UNKNOWN),
        (b"", Verb.UNKNOWN),
        (b"   ", Verb.UNKNOWN),
        (b"\xff\xfe", Verb.UNKNOWN),
    ],
)
def test_a_line_is_what_a_server_takes_it_for(line: bytes, verb: Verb) -> None:
    assert verb_of(line) is verb


def test_each_verb_has_a_word_of_its_own() -> None:
    words = [verb.value for verb in Verb]
    assert len(set(words)) == len(words)
    assert all(word == word.lower() for word in words)


@pytest.mark.parametrize(
    ("line", "verb", "notes"),
    [
        (b"NOOP " + b"x" * 505, Verb.NOOP, ()),
        (b"NOOP " + b"x" * 506, Verb.NOOP, ("long-command",)),
        (b"AUTH PLAIN " + b"x" * 12275, Verb.AUTH, ()),
        (b"AUTH PLAIN " + b"x" * 12276, Verb.AUTH, ("long-command",)),
        (b"x" * 12286, Verb.AUTH_RESPONSE, ()),
        ("VRFY जॉन".encode(), Verb.VRFY, ("non-ascii-line",)),
        ("MAIL FROM:<जॉन@example.com> smtputf8".encode(), Verb.MAIL, ()),
    ],
)
def test_the_unusual_is_noted_and_not_refused(
    line: bytes, verb: Verb, notes: tuple[str, ...]
) -> None:
    assert line_notes(line, verb) == notes


def test_inside_a_transaction_with_smtputf8_other_letters_are_usual() -> None:
    assert line_notes("RCPT TO:<जॉन@example.com>".encode(), Verb.RCPT, smtputf8=True) == ()
