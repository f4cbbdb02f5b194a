"""A log is folded into observations; what a session shows without a refusal is noticed, too."""

from __future__ import annotations

import base64

import pytest

from mailoscope_core.knowledge.attempt import Attempt, decoded_challenge
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.knowledge.finding import Finding, Severity
from mailoscope_core.knowledge.notices import queue_id
from mailoscope_core.knowledge.observe import Observer
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.record import events as e
from mailoscope_core.record.events import Entry, Header

HEADER = Header(
    schema=1,
    session="s",
    started="2026-11-23T10:00:00+05:30",
    app="test",
    settings={"host": "mail.example.org", "port": "587"},
)
CONNECTED = e.Connected(
    host="mail.example.org",
    address="192.0.2.1",
    port=587,
    local_address="192.0.2.2",
    local_port=4000,
    ms=1.0,
)
TLS = e.TlsEstablished(version="TLSv1.3", cipher="X", bits=256, verified=True)


def entries(*events: object) -> list[Entry]:
    """Number events as a log does."""
    return [
        Entry(seq=seq, at=float(seq), attempt=1, event=event)  # type: ignore[arg-type]
        for seq, event in enumerate(events)
    ]


def step(name: str, kind: str | None = None) -> e.StepStarted:
    return e.StepStarted(step=name, kind=kind or name.partition("-")[0])


def reply(
    code: int | None, text: str, step: str, verb: str | None = None, **more: object
) -> object:
    return e.ReplyReceived(
        code=code,
        lines=tuple(text.split("\n")),
        step=step,
        verb=verb,
        **more,  # type: ignore[arg-type]
    )


def findings(*events: object) -> tuple[Finding, ...]:
    return diagnose(entries(*events), HEADER)


def rules(*events: object) -> list[str]:
    return [finding.rule.removeprefix("rule.") for finding in findings(*events)]


def test_a_refused_recipient_names_it_and_its_evidence() -> None:
    found = findings(
        CONNECTED,
        step("rcpt-1"),
        e.LineSent(verb="rcpt", text="RCPT TO:<a@b.example>", size=23, step="rcpt-1"),
        reply(550, "5.1.1 User unknown", "rcpt-1", "rcpt", enhanced="5.1.1"),
    )
    assert found[0].rule == "rule.unknown-recipient"
    assert found[0].params["recipient"] == "a@b.example"
    assert found[0].evidence == (3,)
    assert (found[0].code, found[0].enhanced) == (550, "5.1.1")


def test_two_refused_recipients_are_one_finding_with_both() -> None:
    said = [
        part
        for number, name in ((1, "a@b.example"), (2, "c@d.example"))
        for part in (
            step(f"rcpt-{number}"),
            e.LineSent(verb="rcpt", text=f"RCPT TO:<{name}>", size=1, step=f"rcpt-{number}"),
            reply(550, "5.1.1 User unknown", f"rcpt-{number}", "rcpt", enhanced="5.1.1"),
        )
    ]
    found = findings(CONNECTED, *said)
    assert len(found) == 1
    assert found[0].params["recipient"] == "a@b.example, c@d.example"
    assert len(found[0].evidence) == 2


def test_the_state_decides_between_two_relay_refusals() -> None:
    refused = (step("rcpt-1"), reply(554, "5.7.1 Relay access denied", "rcpt-1", "rcpt"))
    accepted = (step("auth"), reply(235, "2.7.0 ok", "auth", "auth"))
    assert rules(CONNECTED, *refused) == ["relay-denied"]
    assert rules(CONNECTED, *accepted, *refused) == ["relay-denied-logged-in"]


def test_503_points_to_the_step_that_was_refused_before() -> None:
    found = findings(
        CONNECTED,
        step("mail"),
        reply(530, "5.7.0 Authentication required", "mail", "mail"),
        step("rcpt-1"),
        reply(503, "5.5.1 Bad sequence", "rcpt-1", "rcpt"),
    )
    assert [finding.rule for finding in found] == ["rule.auth-required", "rule.bad-sequence"]
    assert (found[1].reported_at, found[1].caused_at) == ("rcpt", "mail")


def test_accepted_and_then_nothing_arrives() -> None:
    found = findings(
        CONNECTED,
        step("body", "body-end"),
        e.BodySent(sent=100, ms=1.0),
        reply(250, "2.0.0 Ok: queued as 4F2A01B3", "body", "data"),
    )
    assert found[0].rule == "rule.accepted"
    assert found[0].severity is Severity.INFO
    assert found[0].params["queue_id"] == "4F2A01B3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.0.0 Ok: queued as 4F2A01B3", "4F2A01B3"),
        ("OK id=1rXyZ-0001aB-2C", "1rXyZ-0001aB-2C"),
        (
            "2.0.0 OK  1700000000 ab12-20020a05600c000000b00.123 - gsmtp",
            "ab12-20020a05600c000000b00.123",
        ),
        ("2.6.0 <abc@host> [InternalId=12345] Queued mail for delivery", "12345"),
        ("2.0.0 Message accepted for delivery", ""),
    ],
)
def test_queue_ids(text: str, expected: str) -> None:
    assert queue_id(text) == expected


def test_capabilities_before_and_after_tls_are_compared() -> None:
    before = e.CapabilitiesSeen(phase="clear", greeting_name="x", keywords=(("STARTTLS", ""),))
    after = e.CapabilitiesSeen(phase="tls", greeting_name="x", keywords=(("AUTH", "PLAIN LOGIN"),))
    same = e.CapabilitiesSeen(phase="tls", greeting_name="x", keywords=(("SIZE", "1"),))
    assert rules(CONNECTED, before, TLS, after) == ["capabilities-after-tls"]
    assert rules(CONNECTED, before, TLS, same) == []


@pytest.mark.parametrize(("size", "expected"), [(2000, ["size-exceeds"]), (500, [])])
def test_a_message_above_the_limit_is_told_before_it_is_sent(
    size: int, expected: list[str]
) -> None:
    limit = e.CapabilitiesSeen(phase="clear", greeting_name="x", keywords=(("SIZE", "1000"),))
    message = e.MessagePrepared(source="sample", size=size, sha256="0")
    line = e.LineSent(verb="mail", text="MAIL FROM:<a@b.example>", size=25, step="mail")
    assert rules(message, CONNECTED, limit, step("mail"), line) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("printer", ["ehlo-name-unqualified"]), ("printer.example.org", []), ("[192.0.2.2]", [])],
)
def test_a_short_ehlo_name_is_told_before_it_hurts(name: str, expected: list[str]) -> None:
    line = e.LineSent(verb="ehlo", text=f"EHLO {name}", size=20, step="ehlo")
    assert rules(CONNECTED, step("ehlo"), line) == expected


def test_asterisks_and_blanked_words_are_a_firewall() -> None:
    stars = reply(220, "*" * 40, "greeting")
    blanked = e.CapabilitiesSeen(phase="clear", greeting_name="x", keywords=(("XXXXXXXA", ""),))
    found = rules(CONNECTED, step("greeting"), stars, step("ehlo"), blanked)
    assert set(found) == {"middlebox-banner", "middlebox-capabilities"}
    welcome = reply(220, "mail.example.org ESMTP *** welcome ***", "greeting")
    assert rules(CONNECTED, step("greeting"), welcome) == []


def test_the_next_address_makes_a_failed_one_a_warning() -> None:
    failed = e.ConnectFailed(host="h", address="2001:db8::1", port=587, kind="unreachable")
    assert findings(failed)[0].severity is Severity.ERROR
    assert findings(failed, CONNECTED)[0].severity is Severity.WARNING


def test_refused_after_refused_log_ins_looks_like_a_ban() -> None:
    refused = e.ConnectFailed(host="h", address="192.0.2.1", port=587, kind="refused")
    login = (CONNECTED, step("auth"), reply(535, "5.7.8 wrong password", "auth", "auth"))
    assert rules(refused) == ["connect-refused"]
    again = e.AttemptStarted(number=2, why="restart")
    assert "banned-here" in rules(*login, again, refused)


def test_an_oauth_refusal_is_read_out_of_the_challenge() -> None:
    reason = base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode()
    found = findings(
        CONNECTED,
        step("auth"),
        reply(334, reason, "auth", "auth"),
        reply(535, "5.7.8 not accepted", "auth", "auth"),
    )
    assert found[0].rule == "rule.oauth-token"


@pytest.mark.parametrize("text", ["VXNlcm5hbWU6", "", "not base64!", "/////w=="])
def test_challenges_decode_or_stay_silent(text: str) -> None:
    assert decoded_challenge(text) in ("Username:", "")


def test_closing_after_quit_or_after_a_refusal_is_no_finding_of_its_own() -> None:
    closed = e.ConnectionClosed(by="server", step="quit")
    bye = e.LineSent(verb="quit", text="QUIT", size=6, step="quit")
    assert rules(CONNECTED, step("quit"), bye, closed) == []
    goodbye = reply(421, "4.7.0 Too many connections", "greeting")
    assert rules(CONNECTED, step("greeting"), goodbye, closed) == ["busy-connection"]


def test_a_reset_in_the_middle_of_the_message_is_no_lost_answer() -> None:
    reset = e.ConnectionClosed(by="reset", step="body", pending="data")
    body = step("body", "body-end")
    during = findings(CONNECTED, body, reset)[0]
    after = findings(CONNECTED, body, e.BodySent(sent=9, ms=1.0), reset)[0]
    assert (during.classification, during.reported_at) == ("connection-dropped", "data")
    assert (after.classification, after.reported_at) == ("timeout-after-data", "body-end")


def test_mixed_codes_and_injected_plaintext_are_told() -> None:
    mixed = reply(250, "a\nb", "rcpt-1", "rcpt", defects=("mixed-codes",))
    assert "mixed-codes" in rules(CONNECTED, step("rcpt-1"), mixed)
    injected = e.Surprise(rule="plaintext-after-starttls", step="starttls", params={"size": "9"})
    assert rules(CONNECTED, step("starttls"), injected) == ["tls-injected"]


def test_harmless_defects_are_not_held_against_the_server() -> None:
    greeting = reply(220, "caf\u00e9", "greeting", defects=("non-ascii", "bare-lf"))
    assert rules(CONNECTED, step("greeting"), greeting) == []


def test_an_unknown_reply_claims_no_more_than_its_class() -> None:
    found = findings(CONNECTED, step("mail"), reply(577, "Quatsch", "mail", "mail"))[0]
    assert (found.rule, found.classification) == ("rule.unknown-reply", "unknown")
    assert found.confidence < 0.5


def test_vendors_are_recognised_by_host_banner_and_words() -> None:
    vendors = load_vendors()
    assert vendors.of_host("smtp.gmail.com.") == "google"
    assert vendors.of_host("notgmail.com") is None
    assert vendors.of_banner("220 mx.google.com ESMTP x - gsmtp") == "google"
    assert vendors.of_reply("550 5.4.1 [XX.prod.protection.outlook.com]") == "microsoft"
    assert vendors.of_reply("550 no") is None


def test_the_vendor_decides_what_a_code_means() -> None:
    refused = reply(550, "5.4.1 Access denied", "rcpt-1", "rcpt", enhanced="5.4.1")
    other = rules(CONNECTED, step("rcpt-1"), refused)
    banner = reply(220, "X.outlook.com Microsoft ESMTP MAIL Service ready", "greeting")
    microsoft = rules(CONNECTED, step("greeting"), banner, step("rcpt-1"), refused)
    assert microsoft == ["unknown-recipient-directory"]
    assert other != microsoft


def test_an_attempt_knows_its_header() -> None:
    attempt = Attempt.begin(1, HEADER)
    assert attempt.params(detail="")["host"] == "mail.example.org"
    assert "detail" not in attempt.params(detail="")


def test_a_new_attempt_begins_without_the_old_state() -> None:
    observer = Observer(load_vendors(), HEADER)
    log = entries(
        CONNECTED,
        TLS,
        e.AttemptStarted(number=2, why="restart"),
        step("auth"),
        e.Surprise(rule="auth-not-offered", step="auth"),
    )
    for entry in log:
        observer.feed(entry)
    assert observer.observations[-1].tls is False
    assert observer.observations[-1].attempt == 2
