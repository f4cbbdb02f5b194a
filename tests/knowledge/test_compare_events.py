"""Two events of a session side by side: what was different then, and what their codes mean."""

from __future__ import annotations

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.compare_events import (
    EVENT_ASPECTS,
    EventComparison,
    compare_events,
    entry_of,
)
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.record.events import (
    AttemptStarted,
    ConnectFailed,
    ConnectionClosed,
    Entry,
    LoginTried,
    ReplyReceived,
    TlsEstablished,
)
from tests.core.log_builder import HOST, OTHER, RECIPIENT, SENDER, LogBuilder

TLS = TlsEstablished(version="TLSv1.3", cipher="x", bits=256, verified=True)


def seq_of(builder: LogBuilder, code: int, place: int = 0) -> int:
    found = [
        entry.seq
        for entry in builder.entries
        if isinstance(entry.event, ReplyReceived) and entry.event.code == code
    ]
    return found[place]


def compared(builder: LogBuilder, a: int, b: int) -> EventComparison:
    log = tuple(builder.entries)
    return compare_events(load_catalogue(), entry_of(log, a), entry_of(log, b), log, builder.header)


def differences(result: EventComparison) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {each.aspect: (each.left, each.right) for each in result.differences}


@pytest.fixture
def refused_then_sent() -> LogBuilder:
    """Without TLS and log-in 530 to MAIL; a second attempt with both gets 250."""
    made = LogBuilder().begin().connect().greet().ehlo("ehlo", "clear", "STARTTLS")
    line = f"MAIL FROM:<{SENDER}>"
    made.say("mail", "mail", line, 530, "Authentication required", enhanced="5.7.0")
    made.add(ConnectionClosed(by="us"))
    made.attempt = 2
    made.add(AttemptStarted(number=2, why="again")).connect().greet()
    made.ehlo("ehlo", "clear", "STARTTLS").add(TLS).ehlo("ehlo2", "tls", "AUTH PLAIN")
    made.say("auth", "auth", "AUTH PLAIN ********", 235, "Accepted", enhanced="2.7.0")
    made.add(LoginTried(mechanism="PLAIN", user="asha", outcome="accepted"))
    return made.say("mail", "mail", line, 250, "Ok", enhanced="2.1.0")


def test_the_same_command_before_and_after_the_log_in(refused_then_sent: LogBuilder) -> None:
    made = refused_then_sent
    a = seq_of(made, 530)
    b = [entry.seq for entry in made.entries if isinstance(entry.event, ReplyReceived)][-1]
    result = compared(made, a, b)
    found = differences(result)
    assert found["code"] == (("530",), ("250",))
    assert found["enhanced"] == (("5.7.0",), ("2.1.0",))
    assert found["class"] == (("class.5",), ("class.2",))
    assert found["tls"] == ((), ("TLSv1.3",))
    assert found["authenticated"] == (("no",), ("yes",))
    assert found["attempt"] == (("1",), ("2",))
    assert found["text"] == (("5.7.0 Authentication required",), ("2.1.0 Ok",))
    assert {"step", "command", "host", "kind"} <= set(result.same)
    assert result.seconds is not None
    assert result.seconds > 0
    assert result.codes is not None
    assert {result.codes.a.code, result.codes.b.code} == {"X.7.0", "250"}
    assert set(found) | set(result.same) == set(EVENT_ASPECTS)
    assert not set(found) & set(result.same)


def test_the_other_way_round_time_is_negative(refused_then_sent: LogBuilder) -> None:
    result = compared(refused_then_sent, seq_of(refused_then_sent, 235), 0)
    assert result.seconds is not None
    assert result.seconds < 0
    assert result.codes is None, "an event without a code has no record"


def test_an_event_and_itself(refused_then_sent: LogBuilder) -> None:
    seq = seq_of(refused_then_sent, 530)
    result = compared(refused_then_sent, seq, seq)
    assert result.differences == ()
    assert result.same == EVENT_ASPECTS
    assert result.codes is None
    assert result.same_lines == result.a.lines


def test_two_recipients_of_one_transaction() -> None:
    made = LogBuilder().begin().connect().greet().ehlo("ehlo", "clear", "PIPELINING")
    made.say("mail", "mail", f"MAIL FROM:<{SENDER}>", 250, "Ok")
    made.say(
        "rcpt", "rcpt", f"RCPT TO:<{RECIPIENT}>", 450, "Try later", "See help", enhanced="4.2.0"
    )
    made.say(
        "rcpt2", "rcpt", f"RCPT TO:<{OTHER}>", 550, "No such user", "See help", enhanced="5.1.1"
    )
    result = compared(made, seq_of(made, 450), seq_of(made, 550))
    found = differences(result)
    assert result.a.step == result.b.step == "rcpt"
    assert found["command"] == ((f"RCPT TO:<{RECIPIENT}>",), (f"RCPT TO:<{OTHER}>",))
    assert found["text"] == (
        ("4.2.0 Try later", "4.2.0 See help"),
        ("5.1.1 No such user", "5.1.1 See help"),
    )
    assert result.codes is not None
    assert (result.codes.a.code, result.codes.b.code) == ("X.2.0", "X.1.1")


def test_lines_that_both_have_are_told_apart_from_the_others() -> None:
    made = LogBuilder().begin().connect().greet()
    made.ehlo("ehlo", "clear", "STARTTLS", "SIZE 1000").add(TLS)
    made.ehlo("ehlo2", "tls", "AUTH PLAIN", "SIZE 1000")
    result = compared(made, seq_of(made, 250), seq_of(made, 250, 1))
    found = differences(result)
    assert found["text"] == (("STARTTLS",), ("AUTH PLAIN",))
    assert "SIZE 1000" in result.same_lines
    assert set(found) == {"text", "tls"}


def test_the_vendor_counts() -> None:
    made = LogBuilder().begin().connect().greet(text="mx.google.com ESMTP x - gsmtp")
    made.say("auth", "auth", "AUTH PLAIN ********", 534, "App password", enhanced="5.7.9")
    made.say("auth2", "auth", "AUTH PLAIN ********", 535, "No - gsmtp", enhanced="5.7.8")
    result = compared(made, seq_of(made, 534), seq_of(made, 535))
    assert result.a.vendor == "google"
    assert (result.a.level, result.b.level) == ("vendor", "enhanced")
    assert result.codes is not None
    assert result.codes.a.id == "vendor.google.5.7.9"


def test_a_reply_that_quotes_another_server_does_not_change_whose_server_it_is() -> None:
    quoted = "host example.mail.protection.outlook.com[192.0.2.1] said: no"
    assert load_vendors().of_reply(quoted) == "microsoft"
    made = LogBuilder().begin().connect().greet(text="mx.google.com ESMTP x - gsmtp")
    made.say("rcpt", "rcpt", f"RCPT TO:<{RECIPIENT}>", 550, quoted)
    made.say("rcpt2", "rcpt", f"RCPT TO:<{OTHER}>", 551, "No")
    result = compared(made, seq_of(made, 550), seq_of(made, 551))
    assert (result.a.vendor, result.b.vendor) == ("google", "google")


def test_events_that_are_no_replies() -> None:
    made = LogBuilder().begin()
    made.add(ConnectFailed(host=HOST, address="::1", port=587, kind="refused", detail="no"))
    made.add(ConnectFailed(host=HOST, address="127.0.0.1", port=587, kind="timeout", detail="late"))
    last = made.entries[-1].seq
    found = differences(compared(made, last - 1, last))
    assert found["kind"] == (("connect-failed/refused",), ("connect-failed/timeout",))
    assert found["text"] == (("no",), ("late",))


def test_events_of_two_sessions() -> None:
    here = LogBuilder(host="here.test").begin().greet()
    there = LogBuilder(host="there.test").begin().greet(554, "No service")
    result = compare_events(
        load_catalogue(),
        entry_of(here.entries, seq_of(here, 220)),
        entry_of(there.entries, seq_of(there, 554)),
        here.entries,
        here.header,
        other=there.entries,
        other_header=there.header,
    )
    assert differences(result)["host"] == (("here.test",), ("there.test",))
    assert result.seconds is None


def test_a_reply_without_a_code() -> None:
    made = LogBuilder().begin().connect().greet()
    made.reply("x", "ehlo", None, "HTTP/1.1 400 Bad Request")
    result = compared(made, seq_of(made, 220), made.entries[-1].seq)
    assert differences(result)["code"] == (("220",), ())
    assert result.codes is None


def test_an_unknown_number_is_named() -> None:
    log: tuple[Entry, ...] = tuple(LogBuilder().begin().entries)
    with pytest.raises(UserError) as caught:
        entry_of(log, 4711)
    assert caught.value.code == "entry-unknown"
    assert caught.value.params == {"seq": 4711, "first": 0, "last": log[-1].seq}
