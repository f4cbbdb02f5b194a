"""The table of transitions: complete, as written here once more, and the diagram drawn from it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from mailoscope_core.protocol.commands import Verb
from mailoscope_core.protocol.states import (
    NEEDS,
    TLS_ESTABLISHED,
    TRANSITIONS,
    MachineState,
    Place,
    ReplyClass,
    broken_rule,
    changed,
    next_state,
    place_of,
    reply_class,
)
from tests.checkout import packaging_tool

make_state_diagram: Any = packaging_tool("make_state_diagram")

BOTH = (False, True)
ALL_OFFERED = ("STARTTLS", "AUTH", "CHUNKING", "BURL")

# Everything that a reply changes, written independently of the table: class 0 is "no code".
CHANGES = """
greeting       2    greeted
ehlo           2    hello=ehlo envelope=
helo           2    hello=helo envelope=
lhlo           2    hello=lhlo envelope=
starttls       2    starting_tls
auth           2    authenticated !auth_open !challenged
auth           3    challenged
auth           045  !auth_open !challenged
auth-response  2    authenticated !auth_open !challenged
auth-response  3    challenged
auth-response  045  !auth_open !challenged
mail           2    envelope=mail
send           2    envelope=mail
soml           2    envelope=mail
saml           2    envelope=mail
rcpt           2    envelope=rcpt
data           3    envelope=data
body-end       0245 envelope=
bdat           2    envelope=bdat
burl           2    envelope=bdat
rset           2    envelope=
quit           2    closed
xclient        2    hello= !authenticated envelope=
"""


def expected() -> dict[tuple[Verb, ReplyClass], dict[str, str | bool]]:
    table: dict[tuple[Verb, ReplyClass], dict[str, str | bool]] = {
        (verb, klass): {} for verb in Verb for klass in ReplyClass
    }
    for line in CHANGES.strip().splitlines():
        verb, classes, *changes = line.split()
        for klass in classes:
            cell = table[Verb(verb), ReplyClass(int(klass))]
            for change in changes:
                flag, equals, value = change.partition("=")
                cell[flag.lstrip("!")] = value if equals else not flag.startswith("!")
    return table


def states() -> Iterator[MachineState]:
    """Every combination of flags."""
    for greeted, starting, tls, authenticated, auth_open, challenged, closed in itertools.product(
        BOTH, repeat=7
    ):
        for hello, envelope in itertools.product(
            ("", "ehlo", "helo", "lhlo"), ("", "mail", "rcpt", "data", "bdat")
        ):
            for pending in ((), (Verb.GREETING,)):
                yield MachineState(
                    greeted=greeted,
                    hello=hello,  # type: ignore[arg-type]
                    starting_tls=starting,
                    tls=tls,
                    authenticated=authenticated,
                    auth_open=auth_open,
                    challenged=challenged,
                    envelope=envelope,  # type: ignore[arg-type]
                    pending=pending,
                    closed=closed,
                )


def test_every_combination_has_a_row_and_only_real_ones() -> None:
    assert set(TRANSITIONS) == set(NEEDS) == set(Verb)
    for verb, row in TRANSITIONS.items():
        assert set(row) == set(ReplyClass), verb


def test_the_table_is_as_written_here() -> None:
    found = {
        (verb, klass): dict(cell)
        for verb, row in TRANSITIONS.items()
        for klass, cell in row.items()
    }
    assert found == expected()


def test_every_state_has_a_next_one_for_every_verb_and_reply() -> None:
    flags = {field.name for field in fields(MachineState)}
    table = expected()
    count = 0
    for state in itertools.islice(states(), 0, None, 7):
        for (verb, klass), cell in table.items():
            after = next_state(state, verb, klass)
            for flag in flags:
                assert getattr(after, flag) == cell.get(flag, getattr(state, flag))
            count += 1
    assert count > 100_000


def test_tls_makes_forget() -> None:
    for state in states():
        after = changed(state, TLS_ESTABLISHED)
        assert after.tls
        assert (after.starting_tls, after.authenticated) == (False, False)
        assert (after.hello, after.envelope) == ("", "")
        assert (after.greeted, after.pending) == (state.greeted, state.pending)


@pytest.mark.parametrize(
    ("verb", "code", "klass"),
    [
        (Verb.MAIL, 250, ReplyClass.POSITIVE),
        (Verb.MAIL, 299, ReplyClass.POSITIVE),
        (Verb.MAIL, 354, ReplyClass.NONE),
        (Verb.DATA, 354, ReplyClass.INTERMEDIATE),
        (Verb.DATA, 399, ReplyClass.INTERMEDIATE),
        (Verb.AUTH, 334, ReplyClass.INTERMEDIATE),
        (Verb.AUTH_RESPONSE, 334, ReplyClass.INTERMEDIATE),
        (Verb.AUTH, 354, ReplyClass.NONE),
        (Verb.NOOP, 334, ReplyClass.NONE),
        (Verb.RCPT, 421, ReplyClass.TRANSIENT),
        (Verb.RCPT, 599, ReplyClass.PERMANENT),
        (Verb.RCPT, 199, ReplyClass.NONE),
        (Verb.RCPT, 600, ReplyClass.NONE),
        (Verb.RCPT, 0, ReplyClass.NONE),
        (Verb.RCPT, None, ReplyClass.NONE),
    ],
)
def test_the_first_digit_decides(verb: Verb, code: int | None, klass: ReplyClass) -> None:
    assert reply_class(verb, code) is klass


# --- what is legal ----------------------------------------------------------------------------

NEED_NOTHING = {Verb.GREETING, Verb.AUTH_RESPONSE, Verb.BODY, Verb.CONTENT, Verb.QUIT}
NEED_HELLO = {Verb.STARTTLS, Verb.AUTH, Verb.MAIL, Verb.SEND, Verb.SOML, Verb.SAML, Verb.RCPT}
NEED_HELLO |= {Verb.DATA, Verb.BDAT, Verb.BURL, Verb.ETRN, Verb.ATRN, Verb.TURN}
NEED_HELLO |= {Verb.XCLIENT, Verb.XFORWARD}
OUTSIDE_TRANSACTION = {Verb.MAIL, Verb.SEND, Verb.SOML, Verb.SAML, Verb.ETRN, Verb.ATRN, Verb.TURN}
OUTSIDE_TRANSACTION |= {Verb.XCLIENT, Verb.XFORWARD, Verb.AUTH, Verb.STARTTLS}


def is_legal(state: MachineState, verb: Verb) -> bool:
    """RFC 5321 section 4.1.4 and the extensions, said in another way than the table says it."""
    if state.pending or state.starting_tls:
        return False
    if verb not in NEED_NOTHING and not state.greeted:
        return False
    if verb in NEED_HELLO and not state.hello:
        return False
    if verb in OUTSIDE_TRANSACTION and state.envelope:
        return False
    match verb:
        case Verb.STARTTLS:
            return not state.tls
        case Verb.AUTH:
            return not state.authenticated
        case Verb.ATRN:
            return state.authenticated
        case Verb.RCPT:
            return state.envelope in ("mail", "rcpt", "data")
        case Verb.DATA:
            return state.envelope in ("rcpt", "data")
        case Verb.BDAT | Verb.BURL:
            return state.envelope in ("rcpt", "data", "bdat")
        case _:
            return True


def test_what_is_legal_in_every_state() -> None:
    for state in states():
        for verb in Verb:
            rule = broken_rule(state, verb, ALL_OFFERED)
            assert (rule == "") is is_legal(state, verb), (state, verb, rule)


READY = MachineState(greeted=True, hello="ehlo", pending=())


@pytest.mark.parametrize(
    ("state", "verb", "rule"),
    [
        (MachineState(), Verb.EHLO, "needs-greeting"),
        (MachineState(), Verb.QUIT, "reply-pending"),
        (MachineState(pending=()), Verb.MAIL, "needs-greeting"),
        (replace(READY, pending=(Verb.NOOP,)), Verb.NOOP, "reply-pending"),
        (replace(READY, starting_tls=True), Verb.NOOP, "tls-pending"),
        (replace(READY, hello=""), Verb.MAIL, "needs-hello"),
        (replace(READY, tls=True), Verb.STARTTLS, "already-tls"),
        (replace(READY, envelope="rcpt"), Verb.STARTTLS, "starttls-in-transaction"),
        (replace(READY, authenticated=True), Verb.AUTH, "already-authenticated"),
        (replace(READY, envelope="mail"), Verb.AUTH, "auth-in-transaction"),
        (replace(READY, envelope="mail"), Verb.MAIL, "nested-mail"),
        (READY, Verb.RCPT, "needs-mail"),
        (READY, Verb.DATA, "needs-mail"),
        (replace(READY, envelope="mail"), Verb.DATA, "needs-rcpt"),
        (replace(READY, envelope="mail"), Verb.BDAT, "needs-rcpt"),
        (replace(READY, envelope="bdat"), Verb.DATA, "bdat-unfinished"),
        (replace(READY, envelope="bdat"), Verb.RCPT, "bdat-unfinished"),
        (READY, Verb.ATRN, "needs-auth"),
    ],
)
def test_the_rule_that_is_broken_is_named(state: MachineState, verb: Verb, rule: str) -> None:
    assert broken_rule(state, verb, ALL_OFFERED) == rule


@pytest.mark.parametrize(
    ("verb", "envelope", "rule"),
    [
        (Verb.STARTTLS, "", "not-offered-starttls"),
        (Verb.AUTH, "", "not-offered-auth"),
        (Verb.BDAT, "rcpt", "not-offered-bdat"),
        (Verb.BURL, "rcpt", "not-offered-burl"),
    ],
)
def test_extensions_have_to_be_offered(verb: Verb, envelope: str, rule: str) -> None:
    state = replace(READY, envelope=envelope)  # type: ignore[arg-type]
    assert broken_rule(state, verb, ("PIPELINING",)) == rule
    assert broken_rule(state, verb, ALL_OFFERED) == ""


# --- the diagram ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (MachineState(), Place.CONNECTED),
        (replace(READY, hello=""), Place.GREETED),
        (READY, Place.HELLO),
        (replace(READY, starting_tls=True), Place.SECURING),
        (replace(READY, auth_open=True), Place.LOGIN),
        (replace(READY, envelope="mail"), Place.MAIL),
        (replace(READY, envelope="rcpt"), Place.RCPT),
        (replace(READY, envelope="data"), Place.DATA),
        (replace(READY, envelope="bdat"), Place.BDAT),
        (replace(READY, closed=True, envelope="rcpt"), Place.CLOSED),
    ],
)
def test_every_state_has_its_place(state: MachineState, place: Place) -> None:
    assert place_of(state) is place


def test_the_diagram_is_current() -> None:
    assert make_state_diagram.main(["--check"]) == 0, "run `make docs`"


def test_the_diagram_has_every_place_and_the_main_way() -> None:
    text = make_state_diagram.diagram()
    for place in Place:
        assert f"    {place.value}: " in text
        assert f" {place.value}" in text.split("[*] -->", 1)[1], "reachable"
    for edge in (
        "connected --> greeted: greeting 2xx",
        "hello --> mail: MAIL 2xx",
        "mail --> rcpt: RCPT 2xx",
        "rcpt --> data: DATA 3xx",
        "data --> hello: final dot 2xx, final dot 4xx, final dot 5xx",
        "securing --> greeted: TLS stands",
    ):
        assert edge in text


def test_a_stale_diagram_is_found_and_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_state_diagram, "ROOT", tmp_path)
    monkeypatch.setattr(make_state_diagram, "DIAGRAM", tmp_path / "help" / "states.mmd")
    monkeypatch.setattr(make_state_diagram, "ARCHITECTURE", tmp_path / "ARCHITECTURE.md")
    marks = f"before\n{make_state_diagram.BEGIN}\nold\n{make_state_diagram.END}\nafter\n"
    (tmp_path / "ARCHITECTURE.md").write_text(marks)
    assert make_state_diagram.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().out
    assert make_state_diagram.main([]) == 0
    assert make_state_diagram.main(["--check"]) == 0
    text = (tmp_path / "ARCHITECTURE.md").read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert (tmp_path / "help" / "states.mmd").read_text() in text
