"""A finding of a paste can be reproduced here, with a filled profile, or it is said why not."""

from __future__ import annotations

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.paste_facts import facts_of
from mailoscope_core.knowledge.pasted import explain_text
from mailoscope_core.knowledge.reproduce import CAVEATS, REASONS
from mailoscope_core.knowledge.text import load_terms, reproduction_words
from mailoscope_core.storage.profile import TlsMode


@pytest.mark.parametrize(
    ("text", "host", "port", "tls"),
    [
        ("Error: connect ECONNREFUSED 192.0.2.7:587", "192.0.2.7", 587, TlsMode.STARTTLS),
        ("getaddrinfo ENOTFOUND smtp.exmaple.com", "smtp.exmaple.com", None, None),
        ("smtps://mail.example.org:465", "mail.example.org", 465, TlsMode.IMPLICIT),
        (
            "Could not connect to SMTP host: mail.example.org, port: 465",
            "mail.example.org",
            465,
            TlsMode.IMPLICIT,
        ),
        (
            "Couldn't connect to host, port: smtp.example.org, 587; timeout -1",
            "smtp.example.org",
            587,
            TlsMode.STARTTLS,
        ),
        ("=== Trying mail.example.org:25...", "mail.example.org", 25, None),
        ("host=smtp.example.org tls=on auth=on", "smtp.example.org", None, None),
        ("MAIL_HOST=smtp.example.org\nMAIL_PORT=465", "smtp.example.org", 465, TlsMode.IMPLICIT),
        ("dial tcp: lookup smtp.example.org: no such host", "smtp.example.org", None, None),
        ("File smtplib.py, see https://github.com/x", "", None, None),
    ],
)
def test_facts_are_read(text: str, host: str, port: int | None, tls: TlsMode | None) -> None:
    facts = facts_of(text)
    assert (facts.host, facts.port) == (host, port)
    if tls is not None:
        assert facts.tls is tls


def test_a_user_name_is_read_and_a_password_is_not() -> None:
    text = "user: 'asha@example.org', pass: 'geheim-9', host: 'smtp.example.org' 535 5.7.8 no"
    profile = explain_text(text).verdicts[0].profile
    assert profile is not None
    assert (profile.user, profile.host) == ("asha@example.org", "smtp.example.org")
    assert "geheim" not in str(profile)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1", "bounce"),
        ("postfix/smtpd[9]: NOQUEUE: reject: RCPT from x: 450 4.7.1 Helo rejected", "receiving"),
        (
            (
                "postfix/smtp[9]: A: to=<a@b.example>, status=bounced (host x said: 550 5.1.1 "
                "User unknown (in reply to RCPT TO command))"
            ),
            "relay",
        ),
        ("imaplib.IMAP4.error: Invalid credentials failed", "not-smtp"),
        ("msmtp: account default: envelope-from address is missing", "inside-program"),
        ("Kyocera ECOSYS, scan to e-mail: send error 1105", "inside-device"),
        ("Canon imageRUNNER TX report: E-mail NG #810", "inside-device"),
        (
            "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0",
            "nothing-failed",
        ),
    ],
)
def test_what_cannot_be_reproduced_has_its_reason(text: str, reason: str) -> None:
    verdict = explain_text(text).verdicts[0]
    assert not verdict.possible
    assert verdict.reason == reason
    assert len(reproduction_words(verdict, Texts())) > 10


@pytest.mark.parametrize(
    ("text", "caveat"),
    [
        ("Error: Invalid login: 535 5.7.8 no, host: smtp.example.org", "other-network"),
        ("Error: Invalid login: 535 5.7.8 no", "no-server"),
        (
            (
                "host: smtp.example.org 554 5.7.1 Service unavailable; Client host blocked using "
                "zen.spamhaus.org"
            ),
            "other-address",
        ),
    ],
)
def test_what_can_be_reproduced_has_its_caveat(text: str, caveat: str) -> None:
    verdict = explain_text(text).verdicts[0]
    assert verdict.possible
    assert verdict.caveat == caveat


def test_every_reason_has_words() -> None:
    terms = load_terms()
    for each in (*REASONS, *filter(None, CAVEATS)):
        assert terms.has(f"reproduce.{each}")
