"""`code` and `compare` on the command line: keywords, vendors, levels, two entries of sessions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.__main__ import main
from mailoscope_core.cli.event_comparison_text import EventComparisonText
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.record_text import AnswerText
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.record.events import TlsEstablished
from mailoscope_core.record.log import save_session
from tests.core.log_builder import SENDER, LogBuilder

TLS = TlsEstablished(version="TLSv1.3", cipher="x", bits=256, verified=True)
Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (["STARTTLS"], "STARTTLS "),
        (["8bitmime"], "8BITMIME "),
        (["SCRAM-SHA-256"], "SCRAM-SHA-256 "),
        (["auth", "plain"], "PLAIN "),
        (["NOTIFY=NEVER"], "DSN "),
        (["ehlo"], "EHLO "),
    ],
)
def test_keywords_are_explained(asked: list[str], title: str, capsys: Output) -> None:
    assert main(["code", *asked]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith(title)
    assert "How to fix it:" in out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("550 5.7.1", "the enhanced code"),
        ("550 5.7.99", "the enhanced code's subject only"),
        ("550", "the reply code"),
        ("599", "the class of the code only"),
        ("5.7.139", "what this provider"),
        ("SIZE", "an SMTP extension"),
        ("PLAIN", "a log-in mechanism"),
    ],
)
def test_the_level_that_answered_is_told_in_words(asked: str, words: str, capsys: Output) -> None:
    assert main(["code", *asked.split()]) == Exit.OK
    assert f"Answered by: {words}" in capsys.readouterr().out


def test_the_level_is_told_in_the_users_language() -> None:
    catalogue = load_catalogue()
    for asked in ("550", "5.7.1", "5.7.99", "599", "5.7.139", "SIZE", "PLAIN", "EHLO"):
        answer = catalogue.explain_text(asked)
        hindi = list(AnswerText(Texts("hi")).remarks(answer))
        english = list(AnswerText(Texts()).remarks(answer))
        assert len(hindi) == len(english)
        assert not set(hindi) & set(english)


def test_a_group_that_was_asked_for_is_no_makeshift(capsys: Output) -> None:
    for asked in ("5xx", "X.7", "5.7"):
        assert main(["code", asked]) == Exit.OK
        assert "Nothing is known" not in capsys.readouterr().out


def test_vendors_of_their_own_mind(capsys: Output) -> None:
    assert main(["code", "5.7.9"]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("X.7.9 ")
    assert "Google means something of its own: 5.7.9 App password wanted" in out
    assert main(["code", "5.7.9", "--vendor", "google"]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("5.7.9 App password wanted")
    assert "This is what Google means by it." in out
    assert "Source:\n  https://" in out
    assert "(2026-" in out, "a provider's fact says when it was seen"
    assert main(["code", "5.7.9", "--json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert {each["vendor"] for each in found["elsewhere"]} == {"google", "yahoo"}


def test_classes_that_do_not_agree(capsys: Output) -> None:
    assert main(["code", "550", "4.7.1"]) == Exit.OK
    assert "first digits of the two codes do not agree" in capsys.readouterr().out
    assert main(["code", "550", "5.7.1"]) == Exit.OK
    assert "first digits" not in capsys.readouterr().out


def test_keywords_are_compared(capsys: Output) -> None:
    assert main(["compare", "plain", "LOGIN"]) == Exit.OK
    out = capsys.readouterr().out
    assert "When to use which:" in out
    assert main(["compare", "STARTTLS", "PLAIN"]) == Exit.OK
    assert "About: STARTTLS extension | PLAIN mechanism" in capsys.readouterr().out


@pytest.fixture
def session(tmp_path: Path) -> Path:
    made = LogBuilder().begin().connect().greet().ehlo("ehlo", "clear", "STARTTLS")
    made.say("mail", "mail", f"MAIL FROM:<{SENDER}>", 530, "Log in\x1b[31m", enhanced="5.7.0")
    made.add(TLS)
    made.say("mail2", "mail", f"MAIL FROM:<{SENDER}>", 250, "Ok", enhanced="2.1.0")
    path = tmp_path / "s.mailoscope.jsonl"
    save_session(path, made.header, made.entries)
    return path


def numbers(path: Path) -> list[str]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        str(line["seq"])
        for line in lines
        if line["event"]["type"] == "reply-received" and line["event"]["verb"] == "mail"
    ]


def test_two_entries_of_a_session(session: Path, capsys: Output) -> None:
    a, b = numbers(session)
    assert main(["compare", a, b, "--session", str(session)]) == Exit.OK
    out = capsys.readouterr().out
    for wanted in ("What differs:", "TLS:", "TLSv1.3", "Reply code:", "530", "MAIL FROM"):
        assert wanted in out
    assert "From the first to the second: +" in out
    assert "When you see it:" in out, "the codes are compared, too"
    assert "\x1b" not in out


def test_two_entries_for_programs(session: Path, capsys: Output) -> None:
    a, b = numbers(session)
    assert main(["compare", a, b, "--session", str(session), "--json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert {each["aspect"] for each in found["differences"]} >= {"code", "enhanced", "tls", "text"}
    assert (found["a"]["code"], found["b"]["code"]) == (530, 250)
    assert found["codes"] == ["X.7.0", "250"]


def test_entries_of_two_sessions(session: Path, capsys: Output) -> None:
    a, _ = numbers(session)
    arguments = ["compare", a, a, "--session", str(session), "--other", str(session)]
    assert main(arguments) == Exit.OK
    out = capsys.readouterr().out
    assert "Nothing differs but the time." in out
    assert "From the first" not in out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["0", "99999", "--session", "{session}"], Exit.UNKNOWN),
        (["0", "frog", "--session", "{session}"], Exit.OPTIONS),
        (["0", "1", "--session", "nowhere.jsonl"], Exit.INPUT_FILE),
        (["354", "503", "--other", "{session}"], Exit.OPTIONS),
    ],
)
def test_what_cannot_be_compared_is_refused(
    arguments: list[str], status: Exit, session: Path, capsys: Output
) -> None:
    given = [each.format(session=session) for each in arguments]
    assert main(["compare", *given]) == status
    assert capsys.readouterr().err


def test_all_aspects_have_names_in_hindi() -> None:
    words, english = EventComparisonText(Texts("hi")), EventComparisonText(Texts())
    assert words.label("command") != english.label("command")
    assert english.label("authenticated") == "Logged in"
    assert english.values("authenticated", ("yes",)) == "yes"
    assert english.values("class", ("class.5",)) == "5xx"
    assert english.values("tls", ()) == "–"
