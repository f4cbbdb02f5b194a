"""The machine: verdicts, what stays secret, replies in and out of turn, whatever a server says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.commands import InjectionRefused, Verb
from mailoscope_core.protocol.machine import (
    IllegalLine,
    Machine,
    ReplyEvent,
    Verdict,
    Violation,
)
from mailoscope_core.protocol.outcomes import surprise
from mailoscope_core.protocol.parser import Limits
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.protocol.states import MachineState, next_state, reply_class
from tests.core.playbook import Playbook, ready, refused, refuses, reply, sends


def login() -> Playbook:
    return ready() << sends("AUTH PLAIN AGEAYg==") >> reply("235 ok")


def with_recipient(*offers: str) -> Playbook:
    play = ready(Stage.SEND, *offers) << sends("MAIL FROM:<a@example.com>") >> reply("250 ok")
    return play << sends("RCPT TO:<b@example.com>") >> reply("250 ok")


def in_data() -> Playbook:
    return with_recipient() << sends("DATA") >> reply("354 go")


# --- verdicts ---------------------------------------------------------------------------------


def test_nothing_goes_out_before_the_greeting() -> None:
    play = Playbook() << refuses("EHLO me", "needs-greeting") << refuses("QUIT", "reply-pending")
    assert play.machine.pending == (Verb.GREETING,)
    assert play.machine.state == MachineState()


def test_a_verdict_says_what_a_line_is_even_when_refused() -> None:
    assert Machine(stage=Stage.LOGIN).check(b"data").verb is Verb.DATA
    assert Machine(stage=Stage.LOGIN).check(b"NOOP\r\nDATA").verb is Verb.NOOP
    assert ready().machine.check(b"NOOP") == Verdict(True, verb=Verb.NOOP)


def test_checking_changes_nothing() -> None:
    machine = ready().machine
    before = machine.state
    for line in (b"MAIL FROM:<>", b"DATA", b"RCPT TO:<a@b>", b"AUTH PLAIN x", b"x\r\ny", b""):
        machine.check(line)
    assert (machine.state, machine.recipients) == (before, frozenset())


def test_force_sends_what_is_only_illegal() -> None:
    play = ready() << refuses("RCPT TO:<b@example.com>", "needs-mail")
    play << sends("RCPT TO:<b@example.com>", force=True) >> reply("503 5.5.1 MAIL first")
    assert play.sent[-1].forced
    assert play.machine.state.envelope == ""


def test_force_on_a_legal_line_is_no_force() -> None:
    play = ready() << sends("NOOP", force=True)
    assert not play.sent[-1].forced


def test_injection_names_the_place() -> None:
    with pytest.raises(InjectionRefused) as refusal:
        ready().machine.send(b"NOOP\r\nQUIT", force=True)
    assert refusal.value.position == 4


def test_the_unusual_is_noted() -> None:
    play = ready() << sends("NOOP " + "x" * 600)
    assert play.sent[-1].notes == ("long-command",)
    assert play.machine.check("VRFY जॉन".encode()).notes == ("non-ascii-line",)


def test_an_illegal_line_says_which_rule() -> None:
    with pytest.raises(IllegalLine, match="needs-rcpt"):
        (ready() << sends("MAIL FROM:<>") >> reply("250 ok")).machine.send(b"DATA")


@pytest.mark.parametrize(
    ("line", "rule"),
    [("STARTTLS", "not-offered-starttls"), ("AUTH PLAIN AGEAYg==", "not-offered-auth")],
)
def test_after_helo_nothing_is_offered(line: str, rule: str) -> None:
    play = Playbook() >> reply("220 hi") << sends("HELO me") >> reply("250 hi")
    assert play.machine.capabilities is None
    play << refuses(line, rule)


def test_the_old_form_of_auth_is_an_offer() -> None:
    assert ready(Stage.SEND, "AUTH=LOGIN").machine.check(b"AUTH LOGIN").allowed


# --- secrets by position ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        (b"AUTH PLAIN AGEAYg==", ((11, 19),)),
        (b"auth\tplain\tAGEAYg==", ((11, 19),)),
        (b"  AUTH  PLAIN  AGEAYg== and more", ((15, 32),)),
        (b"AUTH LOGIN", ()),
        (b"AUTH", ()),
        (b"AUTHX PLAIN secret", ((6, 18),)),
        (b"AUTH=PLAIN secret", ((11, 17),)),
        (b"\x01AUTH PLAIN secret", ((6, 18),)),
        (b"NOOP secret", ()),
    ],
)
def test_what_follows_the_mechanism_is_secret(
    line: bytes, spans: tuple[tuple[int, int], ...]
) -> None:
    assert ready().machine.send(line, force=True).secret_spans == spans


def test_all_lines_of_an_exchange_are_secret() -> None:
    play = ready() << sends("AUTH LOGIN") << sends("forced", force=True)
    assert play.sent[-1].secret_spans == ((0, 6),)
    play = ready() << sends("AUTH LOGIN") >> reply("334 VXNlcm5hbWU6") << sends("YWxpY2U=")
    assert play.sent[-1].secret_spans == ((0, 8),)
    play >> reply("334 UGFzc3dvcmQ6") << sends("NOOP", force=True)
    assert play.sent[-1].secret_spans == ((0, 4),)
    play >> reply("535 no") << sends("NOOP")
    assert play.sent[-1].secret_spans == ()


def test_after_any_334_lines_are_secret_until_a_final_reply() -> None:
    play = ready() << sends("NOOP") >> reply("334 password?", violations=("unexpected-334",))
    play >> reply("250 not an answer", answers=None, violations=("unsolicited-reply",))
    play << sends("hunter2")
    assert play.sent[-1].secret_spans == ((0, 7),)
    play >> reply("334 again?", violations=("unexpected-334",)) << sends("hunter2")
    assert play.sent[-1].secret_spans == ((0, 7),)
    play >> reply("500 what") << sends("hunter2")
    assert play.sent[-1].secret_spans == ()


def test_an_unasked_334_makes_the_next_line_secret_too() -> None:
    play = ready() >> reply("334 password?", answers=None, violations=("unsolicited-reply",))
    play << sends("hunter2")
    assert play.sent[-1].secret_spans == ((0, 7),)


@pytest.mark.parametrize("line", ["", "*"])
def test_an_empty_line_and_a_cancel_hide_nothing(line: str) -> None:
    play = ready() << sends("AUTH LOGIN") >> reply("334 VXNlcm5hbWU6")
    play << sends(line, verb=Verb.AUTH_RESPONSE)
    assert play.sent[-1].secret_spans == ()


def test_a_sent_line_does_not_show_its_content() -> None:
    play = ready() << sends("AUTH PLAIN AGEAYg==")
    assert "AGEAYg" not in repr(play.sent[-1])


# --- AUTH -------------------------------------------------------------------------------------


def test_an_exchange_that_succeeds() -> None:
    play = login()
    assert play.machine.state.authenticated
    assert not play.machine.state.auth_open


@pytest.mark.parametrize("last", ["535 no", "454 later", "300 hm", "999 what"])
def test_everything_but_334_ends_an_exchange(last: str) -> None:
    violations = ("unexpected-intermediate",) if last.startswith("3") else ()
    play = ready() << sends("AUTH LOGIN") >> reply("334 VXNlcm5hbWU6") << sends("YWxpY2U=")
    play >> reply(last, violations=violations)
    state = play.machine.state
    assert (state.auth_open, state.challenged, state.authenticated) == (False, False, False)


def test_a_line_forced_behind_auth_is_the_response() -> None:
    play = ready() << sends("AUTH LOGIN") << sends("NOOP", force=True, verb=Verb.NOOP)
    play >> reply("334 VXNlcm5hbWU6")
    assert play.machine.pending == (Verb.AUTH_RESPONSE,)
    assert not play.machine.state.challenged
    play >> reply("334 UGFzc3dvcmQ6", answers=Verb.AUTH_RESPONSE)
    assert play.machine.state.challenged


def test_auth_within_a_transaction_is_refused() -> None:
    play = ready() << sends("MAIL FROM:<>") >> reply("250 ok")
    play << refuses("AUTH PLAIN AGEAYg==", "auth-in-transaction")


# --- TLS --------------------------------------------------------------------------------------


def test_tls_forgets_all_but_the_greeting() -> None:
    play = login()
    play << sends("STARTTLS") >> reply("220 go")
    assert play.machine.tls_established() == b""
    assert play.machine.state == MachineState(greeted=True, tls=True, pending=())
    assert play.machine.capabilities is None


def test_implicit_tls_waits_for_the_greeting() -> None:
    play = Playbook()
    assert play.machine.tls_established() == b""
    assert play.machine.state == MachineState(tls=True)
    play >> reply("220 hi", answers=Verb.GREETING)


def test_clear_bytes_that_are_no_reply_are_given_back() -> None:
    play = ready()
    assert play.machine.receive(b"250-half") == []
    assert play.machine.tls_established() == b"250-half"


def test_a_refused_starttls_changes_nothing() -> None:
    play = ready() << sends("STARTTLS") >> reply("454 4.7.0 not now")
    assert not play.machine.state.starting_tls
    play << sends("NOOP") >> reply("250 ok")


def test_a_forced_line_instead_of_the_handshake_is_answered() -> None:
    play = ready() << sends("STARTTLS") >> reply("220 go") << refuses("NOOP", "tls-pending")
    play << sends("NOOP", force=True) >> reply("500 what", answers=Verb.NOOP)


def test_lines_pipelined_behind_starttls_are_forgotten() -> None:
    play = ready() << sends("STARTTLS") << sends("NOOP", force=True) >> reply("220 go")
    play.machine.tls_established()
    assert play.machine.pending == ()


def test_plaintext_behind_the_220_is_shown_but_only_its_beginning() -> None:
    play = ready() << sends("STARTTLS")
    events = play.machine.receive(b"220 go\r\n" + b"x" * 200)
    assert events[1:] == [Violation("plaintext-after-starttls", {"size": "200", "text": "x" * 80})]


# --- the message ------------------------------------------------------------------------------


@pytest.mark.parametrize("last", ["250 ok", "452 full", "554 no", "999 what"])
def test_any_reply_to_the_dot_ends_the_transaction(last: str) -> None:
    play = in_data()
    assert play.machine.pending == ()
    play.machine.body_sent()
    assert play.machine.pending == (Verb.BODY,)
    play >> reply(last, answers=Verb.BODY)
    assert play.machine.state.envelope == ""


def test_a_body_is_only_sent_when_there_is_one() -> None:
    for play in (ready(), with_recipient(), login()):
        with pytest.raises(RuntimeError):
            play.machine.body_sent()
    play = in_data()
    play.machine.body_sent()
    with pytest.raises(RuntimeError):
        play.machine.body_sent()


def test_a_message_typed_by_hand() -> None:
    play = in_data() << refuses("Subject: hello", "in-data")
    play << sends("Subject: hello", force=True, verb=Verb.CONTENT)
    assert not play.sent[-1].expects_reply
    play << sends(".", force=True, verb=Verb.BODY) >> reply("250 queued", answers=Verb.BODY)
    assert play.sent[-1].expects_reply


def test_a_line_forced_while_the_dot_is_unanswered_is_a_command() -> None:
    play = in_data()
    play.machine.body_sent()
    play << refuses("QUIT", "reply-pending") << sends("QUIT", force=True, verb=Verb.QUIT)
    assert play.machine.pending == (Verb.BODY, Verb.QUIT)


@pytest.mark.parametrize("early", ["552 too big", "421 going down", "250 thanks"])
def test_a_reply_within_the_body_answers_it(early: str) -> None:
    play = in_data() >> reply(early, answers=Verb.BODY, violations=("reply-before-body-end",))
    assert play.machine.state.envelope == "data"
    play >> reply("250 more", answers=None, violations=("unsolicited-reply",))
    play.machine.body_sent()
    assert play.machine.pending == ()
    assert play.machine.state.envelope == ""


def test_lines_pipelined_behind_data_are_the_message() -> None:
    play = with_recipient() << sends("DATA")
    for line in ("NOOP", ".", "QUIT"):
        play << sends(line, force=True)
    play >> reply("354 go")
    assert play.machine.pending == (Verb.BODY, Verb.QUIT)
    play >> reply("250 queued") >> reply("221 bye")
    assert play.machine.closed


def test_lines_pipelined_behind_data_without_a_dot_get_no_reply() -> None:
    play = with_recipient() << sends("DATA") << sends("NOOP", force=True) >> reply("354 go")
    assert play.machine.pending == ()
    play << refuses("NOOP", "in-data")


def test_lines_pipelined_behind_a_refused_data_are_commands() -> None:
    play = with_recipient() << sends("DATA") << sends(".", force=True) << sends("NOOP", force=True)
    play >> reply("554 no")
    assert play.machine.pending == (Verb.UNKNOWN, Verb.NOOP)
    play >> reply("500 what is a dot") >> reply("250 ok")
    assert play.machine.state.envelope == "rcpt"


def test_the_transaction_can_be_reset() -> None:
    for line in ("RSET", "EHLO me", "HELO me"):
        play = with_recipient() << sends(line) >> reply("250 ok")
        assert play.machine.state.envelope == ""


def test_a_refused_ehlo_keeps_the_transaction() -> None:
    play = with_recipient() << sends("EHLO again") >> reply("503 no")
    assert play.machine.state.envelope == "rcpt"


def test_chunks() -> None:
    play = with_recipient() << sends("BDAT 10")
    assert not play.sent[-1].expects_reply
    assert play.machine.pending == ()
    play << refuses("NOOP", "in-data") << refuses(".", "in-data")
    play.machine.body_sent()
    play >> reply("250 ok", answers=Verb.BDAT)
    assert play.machine.state.envelope == "bdat"
    play << sends("bdat 0 last")
    play.machine.body_sent()
    play >> reply("452 full", answers=Verb.BDAT)
    assert play.machine.state.envelope == ""


def test_a_reply_within_a_chunk_answers_it() -> None:
    play = with_recipient() << sends("BDAT 10")
    play >> reply("503 no", answers=Verb.BDAT, violations=("reply-before-body-end",))
    play.machine.body_sent()
    assert play.machine.pending == ()
    assert play.machine.state.envelope == "rcpt"


def test_a_malformed_bdat_has_no_octets() -> None:
    play = with_recipient() << sends("BDAT ten") >> reply("501 syntax", answers=Verb.BDAT)
    assert play.machine.state.envelope == "rcpt"


def test_burl() -> None:
    play = with_recipient("BURL imap") << sends("BURL imap://example.com/1") >> reply("250 ok")
    assert play.machine.state.envelope == "bdat"
    play << sends("BURL imap://example.com/2 LAST") >> reply("250 ok", answers=Verb.BURL)
    assert play.machine.state.envelope == ""


def test_lmtp_without_recipients_is_answered_once() -> None:
    play = Playbook() >> reply("220 hi") << sends("LHLO me") >> reply("250 hi")
    play << sends("MAIL FROM:<>") >> reply("250 ok")
    play << sends("DATA", force=True) >> reply("354 go")
    play.machine.body_sent()
    assert play.machine.pending == (Verb.BODY,)


# --- replies out of turn ----------------------------------------------------------------------


def test_noise_answers_and_the_real_reply_still_counts() -> None:
    play = Playbook() >> reply("Welcome to example", answers=Verb.GREETING)
    assert not play.machine.state.greeted
    play >> reply("220 mx", answers=None, violations=("reply-after-noise",))
    assert play.machine.state.greeted
    play << sends("EHLO me") >> reply("noise", answers=Verb.EHLO) >> reply("noise", answers=None)
    play >> reply("250-mx", "250 HELP", answers=None, violations=("reply-after-noise",))
    assert play.machine.capabilities is not None
    assert play.machine.capabilities.has("HELP")
    play << sends("NOOP") >> reply("noise", answers=Verb.NOOP) << sends("NOOP")
    play >> reply("250 ok", answers=Verb.NOOP)


def test_a_second_reply_is_unsolicited() -> None:
    play = ready() << sends("NOOP") >> reply("250 ok")
    play >> reply("250 ok", answers=None, violations=("unsolicited-reply",))
    play >> reply("421 bye", answers=None)


def test_the_end_of_the_connection_closes_the_machine() -> None:
    play = ready() << sends("NOOP")
    assert play.machine.eof() == []
    assert play.machine.closed
    assert play.machine.pending == (Verb.NOOP,)
    verdict = refused(play.machine, b"QUIT", force=True)
    assert (verdict.rule, verdict.hard) == ("closed", True)


def test_an_unfinished_reply_at_the_end_answers() -> None:
    play = ready() << sends("NOOP")
    play.machine.receive(b"554 go aw")
    (event,) = play.machine.eof()
    assert isinstance(event, ReplyEvent)
    assert (event.verb, event.reply.code, event.reply.defects) == (Verb.NOOP, 554, ("incomplete",))


def test_silence_with_nothing_to_settle() -> None:
    assert ready().machine.settle() == []


def test_the_limits_are_the_parsers() -> None:
    machine = Machine(stage=Stage.LOGIN, limits=Limits(reply_lines=3))
    (event,) = machine.receive(b"220-a\r\n" * 10)
    assert isinstance(event, ReplyEvent)
    assert "endless" in event.reply.defects


@pytest.mark.parametrize(
    ("verb", "code", "rule"),
    [
        (Verb.GREETING, 220, None),
        (Verb.GREETING, 250, "greeting-code"),
        (Verb.GREETING, 554, None),
        (Verb.MAIL, 334, "unexpected-334"),
        (Verb.MAIL, 354, "unexpected-354"),
        (Verb.AUTH, 354, "unexpected-354"),
        (Verb.MAIL, 300, "unexpected-intermediate"),
        (Verb.DATA, 354, None),
        (Verb.DATA, 250, "data-not-started"),
        (Verb.DATA, None, None),
    ],
)
def test_odd_codes(verb: Verb, code: int | None, rule: str | None) -> None:
    found = surprise(verb, code)
    assert (found.rule if found else None) == rule
    if found:
        assert found.params == {"verb": verb.value, "code": f"{code:03d}"}


# --- everything with everything ---------------------------------------------------------------

LINES = {
    Verb.EHLO: "EHLO me",
    Verb.HELO: "HELO me",
    Verb.LHLO: "LHLO me",
    Verb.STARTTLS: "STARTTLS",
    Verb.AUTH: "AUTH PLAIN AGEAYg==",
    Verb.MAIL: "MAIL FROM:<a@example.com>",
    Verb.RCPT: "RCPT TO:<c@example.com>",
    Verb.DATA: "DATA",
    Verb.BDAT: "BDAT what",
    Verb.RSET: "RSET",
    Verb.NOOP: "NOOP",
    Verb.VRFY: "VRFY a",
    Verb.EXPN: "EXPN a",
    Verb.HELP: "HELP",
    Verb.QUIT: "QUIT",
    Verb.ETRN: "ETRN a",
    Verb.ATRN: "ATRN a",
    Verb.TURN: "TURN",
    Verb.SEND: "SEND FROM:<a@example.com>",
    Verb.SOML: "SOML FROM:<a@example.com>",
    Verb.SAML: "SAML FROM:<a@example.com>",
    Verb.BURL: "BURL imap://a/",
    Verb.XCLIENT: "XCLIENT NAME=a",
    Verb.XFORWARD: "XFORWARD NAME=a",
    Verb.UNKNOWN: "XYZZY",
}
PLACES = {
    "greeted": lambda: Playbook() >> reply("220 hi"),
    "hello": ready,
    "helo": lambda: Playbook() >> reply("220 hi") << sends("HELO me") >> reply("250 hi"),
    "logged in": login,
    "mail": lambda: ready() << sends("MAIL FROM:<>") >> reply("250 ok"),
    "rcpt": with_recipient,
    "refused": lambda: Playbook() >> reply("554 no"),
}
REPLIES = ["250 ok", "354 go", "334 Pz8=", "300 hm", "421 bye", "451 no", "550 no", "999 ?", "??"]


def test_the_lines_are_all_there() -> None:
    no_commands = {Verb.GREETING, Verb.AUTH_RESPONSE, Verb.BODY, Verb.CONTENT}
    assert set(LINES) == set(Verb) - no_commands


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("verb", LINES, ids=lambda verb: verb.value)
def test_every_command_everywhere_with_every_reply(place: str, verb: Verb) -> None:
    for text in REPLIES:
        play = PLACES[place]()
        before = play.machine.state
        sent = play.machine.send(LINES[verb].encode(), force=True)
        assert sent.verb is verb
        (answer, *_) = play.machine.receive(f"{text}\r\n".encode())
        assert isinstance(answer, ReplyEvent)
        assert answer.verb is verb
        asked = replace(before, auth_open=True) if verb is Verb.AUTH else before
        wanted = next_state(asked, verb, reply_class(verb, answer.reply.code))
        assert play.machine.state == wanted, text


ACTIONS = st.lists(
    st.one_of(
        st.sampled_from([*LINES.values(), ".", "*", "", "BDAT 3 LAST", "AUTH LOGIN", "text"]),
        st.sampled_from([b"220 a\r\n", b"250 a\r\n", b"334 a\r\n", b"354 a\r\n", b"550 a\r\n"]),
        st.sampled_from([b"250-a\r\n", b"noise\r\n", b"421 a\r\n", b"25", b"\r", b"\n"]),
        st.sampled_from(["body", "tls", "settle"]).map(lambda word: (word,)),
        st.binary(max_size=6),
    ),
    max_size=25,
)


@given(ACTIONS, st.sampled_from(list(Stage)))
def test_no_conversation_breaks_the_machine(
    actions: list[str | bytes | tuple[str]], stage: Stage
) -> None:
    machine = Machine(stage=stage)
    for action in actions:
        match action:
            case bytes():
                for event in machine.receive(action):
                    assert isinstance(event, ReplyEvent | Violation)
            case str():
                before = machine.state
                try:
                    sent = machine.send(action.encode(), force=True)
                except IllegalLine as error:
                    refusal = error.verdict
                else:
                    assert sent.data == action.encode() + b"\r\n"
                    continue
                assert refusal.hard
                assert machine.state == before
            case ("body",):
                if machine.state.envelope == "data" and stage is not Stage.SEND:
                    raise AssertionError("a message at a stage that sends none")
                _body_if_any(machine)
            case ("tls",):
                machine.tls_established()
            case ("settle",):
                machine.settle()
    machine.eof()
    assert machine.closed


def _body_if_any(machine: Machine) -> None:
    """Send a body if the machine is in one; only a misuse raises."""
    try:
        machine.body_sent()
    except RuntimeError:
        assert machine.check(b"x").rule != "in-data"


@given(st.lists(st.sampled_from(REPLIES), max_size=8), st.integers(1, 9))
def test_chunking_does_not_change_what_replies_answer(replies: list[str], size: int) -> None:
    data = "".join(f"{text}\r\n" for text in replies).encode()
    whole, cut = ready().machine, ready().machine
    for machine in (whole, cut):
        for line in (b"NOOP", b"MAIL FROM:<>", b"RSET"):
            machine.send(line, force=True)
    events = [
        event for at in range(0, len(data), size) for event in cut.receive(data[at : at + size])
    ]
    assert events == whole.receive(data)
    assert cut.state == whole.state
