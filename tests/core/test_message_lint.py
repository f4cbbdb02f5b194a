"""The lint: each rule is found where it is broken and only there, and has its words."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.message.header_fields import parse_header
from mailoscope_core.message.lint import MAX_FIELD, LintFinding, lint_envelope
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.spool import Spool

WORDS = tomllib.loads(
    resources.files("mailoscope_resources").joinpath("text/lint.toml").read_text("utf-8")
)["lint"]
GOOD = (
    b"From: alice@lab.test\r\nTo: bob@lab.test\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\n"
    b"Message-ID: <1@lab.test>\r\nSubject: x\r\n\r\ntext\r\n"
)
MIME = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"


def prepare(tmp_path: Path, raw: bytes, *, as_is: bool = False) -> PreparedMessage:
    return Spool(tmp_path).store([raw], "eml", as_is=as_is)


def findings(tmp_path: Path, raw: bytes, *, as_is: bool = False) -> tuple[LintFinding, ...]:
    found = prepare(tmp_path, raw, as_is=as_is).findings
    for finding in found:
        words = WORDS[finding.rule]
        filled = (words["title"] + words["text"]).format_map(finding.params)
        assert not re.search(r"\{[a-z]+\}", filled)
        assert words["source"]
    return found


def test_a_good_message(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule", "params"),
    [
        (b"From: alice@lab.test\r\n", b"", "missing-from", {}),
        (b"Date: Mon, 23 Nov 2026 10:00:00 +0530\r\n", b"", "missing-date", {}),
        (b"Message-ID: <1@lab.test>\r\n", b"", "missing-message-id", {}),
        (b"To: bob@lab.test\r\n", b"", "missing-to", {}),
        (b"To:", b"Bcc:", "bcc-visible", {}),
        (b"23 Nov 2026", b"yesterday", "bad-date", {"date": "Mon, yesterday 10:00:00 +0530"}),
        (b": alice@lab.test", b": Alice", "bad-from", {"from": "Alice"}),
        (b"From: ", b"From: carol@lab.test, ", "missing-sender", {}),
        (
            b"Subject: x",
            b"Message-ID: <2@lab.test>\r\nSubject: x",
            "duplicate-field",
            {"field": "Message-ID", "count": "2"},
        ),
        (b"Subject: x", b"subject: y\r\nSubject: x", "duplicate-field", {"field": "Subject"}),
        (b"Subject: x", b"no colon here\r\nSubject: x", "header-malformed", {"line": "5"}),
        (b"From:", b"From bob@lab.test Mon Nov 23\r\nFrom:", "mbox-line", {}),
        (b"text", b"x" * 999, "line-too-long", {"line": "7", "length": "999", "limit": "998"}),
        (b"Subject: x", b"Subject: " + b"x" * 990, "line-too-long", {"line": "5"}),
        (b"text", b"a\0b\0", "nul", {"count": "2"}),
        (b"text\r\n", b"text", "no-final-newline", {}),
        (b"text\r\n", b"", "empty-body", {}),
        (b"text\r\n", b"a\nb\rc\r\n", "lines-changed", {"count": "2"}),
        (b"Subject: x", "Subject: é".encode(), "header-utf8", {}),
        (b"Subject: x", b"Subject: \xe9", "header-not-utf8", {}),
        (b"text", b"\xe9", "eight-bit-without-mime", {}),
        (
            b"\r\n\r\ntext",
            b"\r\n" + MIME + b"\r\n\xe9",
            "eight-bit-undeclared",
            {"declared": "7bit"},
        ),
        (
            b"\r\n\r\ntext",
            b"\r\n" + MIME + b"Content-Transfer-Encoding: 8bit\r\n\r\n\xe9",
            "eight-bit",
            {},
        ),
        (
            b"\r\n\r\ntext",
            b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\xe9",
            "eight-bit",
            {},
        ),
        (
            b"Subject: x",
            b"Subject:" + b" x\r\n" * (MAX_FIELD // 4 + 1) + b" x",
            "field-too-large",
            {"field": "Subject"},
        ),
    ],
)
def test_each_rule(
    tmp_path: Path, old: bytes, new: bytes, rule: str, params: dict[str, str]
) -> None:
    assert old in GOOD
    [finding] = findings(tmp_path, GOOD.replace(old, new))
    assert finding.rule == rule
    assert {name: finding.params[name] for name in params} == params


def test_exactly_998_is_fine(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD.replace(b"text", b"x" * 998)) == ()


def test_as_it_is(tmp_path: Path) -> None:
    raw = GOOD.replace(b"text", b"a\nb\rc\nd")
    assert [(each.rule, each.params) for each in findings(tmp_path, raw, as_is=True)] == [
        ("as-is", {}),
        ("bare-lf", {"count": "2"}),
        ("bare-cr", {"count": "1"}),
    ]


@pytest.mark.parametrize("raw", [b"\r\ntext\r\n", b"just some text\r\n", b"\xff\xfe\0"])
def test_what_is_no_message(tmp_path: Path, raw: bytes) -> None:
    assert "no-header" in [finding.rule for finding in findings(tmp_path, raw)]


@pytest.mark.parametrize(
    ("sender", "recipients", "rules"),
    [
        ("alice@lab.test", ("bob@lab.test",), []),
        ("ALICE@lab.test", ("Bob@lab.test",), []),
        ("bounce@lab.test", ("bob@lab.test",), ["from-not-sender"]),
        ("alice@other.test", ("bob@lab.test",), ["from-other-domain"]),
        ("", ("bob@lab.test",), []),
        ("alice@lab.test", ("bob@lab.test", "carol@lab.test"), ["recipient-not-named"]),
    ],
)
def test_envelope_and_header(
    tmp_path: Path, sender: str, recipients: tuple[str, ...], rules: list[str]
) -> None:
    found = lint_envelope(prepare(tmp_path, GOOD), sender, recipients)
    assert [finding.rule for finding in found] == rules
    for finding in found:
        WORDS[finding.rule]["title"].format_map(finding.params)


def test_a_message_without_recipients_names_nobody(tmp_path: Path) -> None:
    message = prepare(tmp_path, GOOD.replace(b"To: bob@lab.test\r\n", b""))
    assert lint_envelope(message, "alice@lab.test", ("carol@lab.test",)) == ()


@given(st.binary(max_size=200))
def test_any_octets_can_be_looked_at(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        for content in (raw, b"Subject: " + raw, b"From: " + raw + b"\r\nDate:" + raw):
            message = spool.store([content], "eml")
            assert isinstance(message.subject, str)


def test_a_header_as_it_stands() -> None:
    header = parse_header(b"A: 1\r\n folded\r\nb :2\nnonsense\r\n\tfolded nonsense\r\nA: 3\r\n")
    assert [(each.name, each.value, each.line) for each in header.fields] == [
        ("A", b"1 folded", 1),
        ("b", b"2", 3),
        ("A", b"3", 6),
    ]
    assert header.malformed_lines == (4, 5)
    assert [each.text for each in header.all("a")] == ["1 folded", "3"]
    assert header.text("none") == header.decoded("none") == ""


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"=?utf-8?q?gr=C3=BC=C3=9Fe?= x", "grüße x"),
        (b"=?no-such-charset?q?x?=", "=?no-such-charset?q?x?="),
        (b"=?utf-8?b?x?=", "=?utf-8?b?x?="),
        (b"=?utf-8?q?=FF?=", "\ufffd"),
        (b"gr\xfc\xdfe", "grüße"),
    ],
)
def test_words_that_may_be_encoded(raw: bytes, shown: str) -> None:
    assert parse_header(b"Subject: " + raw).decoded("Subject") == shown
