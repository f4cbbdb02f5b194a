"""Bounces of every form are read in bounded memory; their fields win over their prose."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge import mail_digest
from mailoscope_core.knowledge.delivery_report import find_report
from mailoscope_core.knowledge.finding import Severity
from mailoscope_core.knowledge.mail_reader import looks_like_mail, read_mail
from mailoscope_core.knowledge.pasted import (
    explain_chunks,
    explain_file,
    explain_path,
    explain_text,
)
from tests.knowledge.bounces import PROSE, RETURNED, STATUS, bounce, huge_bounce, mail, part

MEGABYTE = 1 << 20


def rules_of(raw: bytes) -> list[str]:
    return [finding.rule.removeprefix("rule.") for finding in explain_chunks([raw]).findings]


@pytest.mark.parametrize("encoding", [b"", b"base64", b"quoted-printable"])
def test_each_recipient_gets_a_finding_of_its_own(encoding: bytes) -> None:
    explained = explain_chunks([bounce(encoding=encoding)])
    found = {each.params["recipient"]: each for each in explained.findings}
    assert found["bob@example.org"].classification == "unknown-recipient"
    assert found["bob@example.org"].code == 550
    assert found["bob@example.org"].params["remote"] == "mx.example.org"
    assert found["bob@example.org"].params["reporting"] == "mx.example.net"
    assert found["eve@example.com"].classification == "mailbox-full"
    assert len(explained.findings) == 2, "the returned message says nothing"


def test_a_bounce_is_the_same_from_a_file_a_path_and_as_text(tmp_path: Path) -> None:
    raw = bounce()
    path = tmp_path / "bounce.eml"
    path.write_bytes(raw.replace(b"\n", b"\r\n"))
    wanted = explain_chunks([raw]).findings
    assert explain_file(io.BytesIO(raw)).findings == wanted
    assert explain_path(path).findings == wanted
    assert explain_text(raw.decode()).findings == wanted
    assert explain_chunks(raw[at : at + 7] for at in range(0, len(raw), 7)).findings == wanted


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        explain_path(tmp_path / "none.eml")
    assert caught.value.code == "input-unreadable"


def test_a_hundred_megabytes_are_read_in_bounded_memory() -> None:
    explain_text("550 5.1.1 User unknown")  # the knowledge is loaded before it is counted
    tracemalloc.start()
    explained = explain_chunks(huge_bounce(100 * MEGABYTE))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE
    assert len(explained.findings) == 2
    assert len(explained.text) < 4_000


def test_a_line_without_end_takes_no_memory() -> None:
    tracemalloc.start()
    read_mail([b"From: a@b\nTo: c@d\nSubject: x\n\n", *([b"x" * MEGABYTE] * 20)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * MEGABYTE


def test_only_the_two_ends_of_a_long_log_are_kept() -> None:
    middle = b"nothing\n" * 200_000
    log = [b"535 5.7.8 Error: authentication failed\n", middle, b"550 5.1.1 User unknown\n"]
    explained = explain_chunks(log)
    assert {each.classification for each in explained.findings} == {
        "auth-failed",
        "unknown-recipient",
    }
    assert len(explained.text) < 30_000


def test_a_forwarded_bounce_is_found_inside() -> None:
    inner = bounce().replace(b"b/1", b"inner")
    outer = mail(part(b"text/plain", b"see below\n"), part(b"message/rfc822", inner))
    outer = outer.replace(b"multipart/report; report-type=delivery-status;", b"multipart/mixed;", 1)
    assert set(rules_of(outer)) >= {"unknown-recipient", "mailbox-full"}


def test_charsets_are_read_and_unknown_ones_do_no_harm() -> None:
    german = "Ihre Nachricht konnte nicht zugestellt werden: Postfach überfüllt".encode("latin-1")
    for charset in (b"iso-8859-1", b"x-nobody-knows"):
        kept = read_mail([mail(part(b"text/plain; charset=" + charset, german))])
        assert "überfüllt" in kept.prose


def test_a_delay_is_no_failure_and_is_not_to_be_sent_again() -> None:
    status = STATUS.replace(b"Action: failed", b"Action: delayed").replace(b" 550 5.", b" 450 4.")
    findings = explain_chunks([bounce(status)]).findings
    delayed = next(each for each in findings if each.rule == "rule.bounce-delayed")
    assert delayed.owner.value == "wait"
    assert delayed.severity is Severity.WARNING
    assert not any("resend" in each.fix_tags for each in findings)


@pytest.mark.parametrize("action", [b"delivered", b"relayed", b"expanded"])
def test_a_success_is_no_error(action: bytes) -> None:
    status = STATUS.replace(b"failed", action)
    findings = explain_chunks([bounce(status)]).findings
    assert [each.rule for each in findings] == ["rule.bounce-delivered"]
    assert findings[0].severity is Severity.INFO


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: Re: x\nAuto-Submitted: auto-replied\n",
        b"Subject: Out of office: hello\n",
        b"Subject: =?utf-8?q?R=C3=A9ponse_automatique?= : bonjour\n",
        b"Subject: Automatische Antwort: hallo\n",
    ],
)
def test_an_automatic_answer_is_no_bounce(head: bytes) -> None:
    raw = (
        b"From: a@example.org\nTo: b@example.net\nMessage-ID: <1@x>\n"
        + head
        + b"\n550 is no code\n"
    )
    assert rules_of(raw) == ["bounce-auto-reply"]


def test_forged_mail_that_comes_back_is_named_as_such() -> None:
    returned = b"Received-SPF: fail (x)\n" + RETURNED
    raw = mail(
        part(b"text/plain", PROSE),
        part(b"message/delivery-status", STATUS),
        part(b"message/rfc822", returned),
    )
    assert "bounce-backscatter" in rules_of(raw)
    assert "bounce-backscatter" not in rules_of(bounce())


def test_qmail_and_exim_bounces_end_where_the_copy_begins() -> None:
    head = b"From: MAILER-DAEMON@x.example\nTo: a@b.example\nSubject: failure notice\n\n"
    body = (
        b"Hi. This is the qmail-send program at x.example.\n\n<c@d.example>:\n"
        b"192.0.2.1 does not like recipient.\n"
        b"Remote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n"
        b"--- Below this line is a copy of the message.\n\nSubject: 535 5.7.8 x\n\n554 spam\n"
    )
    findings = explain_chunks([head + body]).findings
    assert [each.classification for each in findings] == ["unknown-recipient"]
    assert findings[0].reported_at == "rcpt"


def test_fields_pasted_without_their_mail_are_read() -> None:
    report = find_report(STATUS.decode())
    assert report is not None
    assert [each.address for each in report.recipients] == ["bob@example.org", "eve@example.com"]
    assert report.recipients[0].diagnostic.endswith("rejected: User unknown")
    run_on = "Final-Recipient: rfc822;a@b.example Action: failed Status: 5.1.1 Remote-MTA: dns;x"
    assert find_report(run_on) is not None
    assert find_report("Status: 5.1.1 is a status, and To: is a word") is None


def test_what_is_no_mail_is_not_taken_for_one() -> None:
    assert looks_like_mail(bounce())
    assert not looks_like_mail(b"Error: 550 5.1.1\nFrom: x\n")
    assert not looks_like_mail(b"Dear admin,\nFrom: the start\n")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*bounce().split(b"\n"), b"--b/1", b"--", b"\x00\xff", b""])))
def test_no_order_of_lines_breaks_the_reader(lines: list[bytes]) -> None:
    raw = b"\n".join(lines)
    kept = read_mail([raw])
    assert len(kept.prose) <= len(raw) + 10
    mail_digest.digest_stream([raw])
