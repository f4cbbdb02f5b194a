""" "Copy for your admin": under 15 lines, with everything an admin asks for."""

from __future__ import annotations

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.report.admin_note import MAX_LINES, admin_note
from tests.core.log_builder import (
    ADDRESS,
    EHLO_NAME,
    HOST,
    LOGIN_PLAN,
    RECIPIENT,
    SENDER,
    SITUATIONS,
    LogBuilder,
)


def note_of(name: str) -> str:
    built = SITUATIONS[name]()
    return admin_note(built.header, built.entries, Texts())


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_is_short_and_says_where(name: str) -> None:
    note = note_of(name)
    assert len(note.splitlines()) <= MAX_LINES < 15
    assert f"{HOST}:587" in note or HOST in note
    assert "2026-11-23 21:00:00+05:30" in note


def test_a_refused_recipient_has_it_all() -> None:
    lines = dict(line.split(": ", 1) for line in note_of("relay_denied").splitlines())
    assert lines == {
        "Time": "2026-11-23 21:00:00+05:30",
        "Server": f"{HOST}:587 ({ADDRESS})",
        "Our address": "203.0.113.50, as the server named it",
        "EHLO name": EHLO_NAME,
        "TLS": "TLSv1.3, certificate verified",
        "Log-in": f"accepted as {SENDER} (PLAIN)",
        "MAIL FROM": f"<{SENDER}>",
        "RCPT TO": f"<{RECIPIENT}>",
        "Reply": f"554 5.7.1 <{RECIPIENT}>: Relay access denied; client [203.0.113.50]",
    }


def test_the_queue_id_finds_an_accepted_message() -> None:
    assert "Queue or trace id: 4XyzAb1CdEz" in note_of("message_accepted")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("login_refused", "Reply: 535 5.7.8 Error: authentication failed"),
        ("login_refused", f"Log-in: refused as {SENDER} (PLAIN)"),
        ("name_not_found", f"Reply: The name {HOST} does not exist."),
        ("connection_refused", "refused the connection on port 587"),
        ("certificate_expired", "TLS: failed (expired)"),
        ("greeting_refused", "Reply: 554 "),
        ("greeting_refused", "10.1.2.3 on this machine; the server did not name it"),
        ("dot_unanswered", "Reply: The connection broke off"),
        ("message_in_part", "Reply: 550 5.1.1"),
        ("restarted", f"Log-in: accepted as {SENDER}"),
    ],
)
def test_the_decisive_reply(name: str, part: str) -> None:
    assert part in note_of(name)


def test_a_long_reply_keeps_its_beginning_and_end() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).connect().greet()
    log.say("ehlo", "ehlo", "EHLO x", 550, *[f"line {number}" for number in range(20)])
    built = log.finish("refused", "ehlo")
    note = admin_note(built.header, built.entries, Texts())
    assert len(note.splitlines()) <= MAX_LINES
    assert "550-line 0" in note
    assert "550 line 19" in note


def test_nothing_has_happened_yet() -> None:
    built = LogBuilder().built()
    assert "The server has not answered." in admin_note(built.header, built.entries, Texts())
