"""Words of events, labels, plain text, and the tokens that servers write."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.texts import Texts
from mailoscope_core.record.events import (
    KNOWN,
    ConnectFailed,
    ControlRefused,
    Event,
    Paused,
    Surprise,
    TlsFailed,
)
from mailoscope_core.report.certificates import certificates
from mailoscope_core.report.event_words import CLASS_GLYPHS, STATE_GLYPHS, EventWords, digit_of
from mailoscope_core.report.labels import (
    certificate_facts,
    change_labels,
    environment_labels,
    handshake_facts,
    labelled,
    setting_labels,
)
from mailoscope_core.report.plain import visible
from mailoscope_core.report.trace_tokens import address_named_in, queue_id, trace_token
from mailoscope_core.session.secure import CERTIFICATE_KINDS
from mailoscope_core.session.steps import StepKind
from tests.core.log_builder import SITUATIONS

WORDS = EventWords(Texts())


def test_every_table_of_the_words_belongs_to_an_event() -> None:
    source = resources.files("mailoscope_resources").joinpath("text/events.toml")
    tables = tomllib.loads(source.read_text(encoding="utf-8"))["event"]
    tags = {str(kind.__struct_config__.tag) for kind in get_args(KNOWN)}
    assert set(tables) <= tags


@pytest.mark.parametrize("kind", [kind.value for kind in StepKind])
def test_each_step_has_a_name(kind: str) -> None:
    assert WORDS.step(kind)


@pytest.mark.parametrize("state", STATE_GLYPHS)
def test_each_state_has_a_glyph_and_a_word(state: str) -> None:
    assert WORDS.outcome(state)
    assert STATE_GLYPHS[state]


@pytest.mark.parametrize("kind", sorted(CERTIFICATE_KINDS))
def test_each_kind_of_bad_certificate_has_words_of_its_own(kind: str) -> None:
    note = WORDS.note(TlsFailed(kind=kind, detail="why", server_name="mail.test"))
    assert note != WORDS.note(TlsFailed(kind="something-else", detail="why"))


def test_classes_of_codes() -> None:
    assert [digit_of(code) for code in (250, 354, 450, 550, 199, 600, None)] == [
        "2",
        "3",
        "4",
        "5",
        "none",
        "none",
        "none",
    ]
    assert len({WORDS.reply_class(code) for code in (250, 354, 450, 550, None)}) == 5
    assert len(set(CLASS_GLYPHS.values())) == 5


def test_server_text_in_a_note_is_not_a_template() -> None:
    event = TlsFailed(kind="not-tls", first_bytes="{0.__class__} {x} \x1b[31m", detail="")
    note = WORDS.note(event)
    assert "{0.__class__} {x} ␛[31m" in note


def test_an_unknown_rule_is_named_and_lacking_parameters_are_dashes() -> None:
    assert "brand-new-rule" in WORDS.note(Surprise(rule="brand-new-rule"))
    assert "–" in WORDS.note(Surprise(rule="mechanism-not-offered"))


def test_a_refused_control_uses_the_words_of_the_protocols_rules() -> None:
    refused = ControlRefused(control="send-raw", rule="needs-mail")
    assert WORDS.note(refused) == WORDS.note(Surprise(rule="needs-mail"))


def test_an_error_of_the_user_in_the_log_has_its_sentence() -> None:
    event = Surprise(rule="error.ca-file-missing", params={"path": "/x/ca.pem"})
    assert "/x/ca.pem" in WORDS.note(event)


def test_quiet_events_have_nothing_to_say() -> None:
    assert WORDS.note(Paused(why="start")) == ""


@pytest.mark.parametrize("kind", ["refused", "timeout", "unreachable", "reset", "denied", "other"])
def test_a_failed_connection_names_the_address(kind: str) -> None:
    event = ConnectFailed(host="h.test", address="192.0.2.9", port=25, kind=kind, detail="why")
    assert "192.0.2.9" in WORDS.note(event)


@given(st.text())
def test_visible_text_holds_no_control(text: str) -> None:
    shown = visible(text)
    assert not [char for char in shown if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    if text.isascii() and text.isprintable():
        assert shown == text


def test_joiners_stay_for_scripts_that_need_them() -> None:
    assert visible("क्‍ष") == "क्‍ष"


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("2.0.0 Ok: queued as 4XyzAb1CdEz", "4XyzAb1CdEz"),
        ("2.0.0 Ok: queued as 3F2A11C0DE", "3F2A11C0DE"),
        ("OK id=1sABCD-000001-2X", "1sABCD-000001-2X"),
        ("OK id=1tABCD-00000000abC-2XyZ", "1tABCD-00000000abC-2XyZ"),
        ("2.0.0 48A1b2C3012345 Message accepted for delivery", "48A1b2C3012345"),
        (
            "2.0.0 OK  1700000000 d9443c01a7336-1c5sm123plb.456 - gsmtp",
            "d9443c01a7336-1c5sm123plb.456",
        ),
        (
            "Ok 0102018c0a1b2c3d-01234567-89ab-cdef-0123-456789abcdef-000000",
            "0102018c0a1b2c3d-01234567-89ab-cdef-0123-456789abcdef-000000",
        ),
        (
            "2.6.0 <x@y.test> [InternalId=1234567, Hostname=AM6.EURP190.PROD.OUTLOOK.COM] Queued",
            "1234567",
        ),
        ("2.0.0 1a2b3c4d Message accepted for delivery", "1a2b3c4d"),
        ("ok 1700000000 qp 12345", "1700000000 qp 12345"),
        ("thanks, all fine", ""),
    ],
)
def test_queue_ids(text: str, token: str) -> None:
    assert queue_id(text) == token


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("5.7.8 Username and Password not accepted. a1-b2c3.45 - gsmtp", "a1-b2c3.45"),
        (
            "5.7.139 Login unsuccessful [AM6P190CA0001.EURP190.PROD.OUTLOOK.COM 2026-11-23]",
            "AM6P190CA0001.EURP190.PROD.OUTLOOK.COM 2026-11-23",
        ),
        ("5.7.1 Service unavailable [TSS04]", "TSS04"),
        ("5.7.1 relay access denied", ""),
    ],
)
def test_trace_tokens(text: str, token: str) -> None:
    assert trace_token(text) == token


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mx.test at your service, [203.0.113.5]", "203.0.113.5"),
        ("Hello x [IPv6:2001:db8::5]", "2001:db8::5"),
        ("Hello x (2001:db8::5)", "2001:db8::5"),
        ("rejected IP=203.0.113.9 - see our page", "203.0.113.9"),
        ("Hello [10.0.0.1] [203.0.113.5]", "203.0.113.5"),
        ("Hello [999.1.1.1]", ""),
        ("Hello [192.0.2.25]", ""),
        ("[x-tag]", ""),
    ],
)
def test_the_address_that_the_server_names(text: str, address: str) -> None:
    assert address_named_in(text, not_these=("192.0.2.25",)) == address


def test_labels_keep_their_order_and_what_they_do_not_know() -> None:
    facts = {"zeta": "1", "port": "25", "host": "h", "user": ""}
    assert list(labelled(facts, setting_labels(Texts()))) == [
        ("Host", "h"),
        ("Port", "25"),
        ("zeta", "1"),
    ]
    assert environment_labels(Texts())["os"]
    assert change_labels(Texts())["added"]


def test_facts_of_a_handshake() -> None:
    (view,) = certificates(SITUATIONS["certificate_expired"]().entries)
    assert ("Verified", "NO") in list(handshake_facts(view, Texts()))
    (rows,) = list(certificate_facts(view, Texts()))
    assert ("Valid until", "2026-12-01T00:00:00Z") in rows


def test_all_events_can_be_worded() -> None:
    for make in SITUATIONS.values():
        for entry in make().entries:
            event: Event = entry.event
            assert isinstance(WORDS.note(event), str)
