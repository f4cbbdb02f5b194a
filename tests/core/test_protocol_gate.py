"""The stage gate: nothing gets past that a server might take for what has not been armed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.commands import Verb
from mailoscope_core.protocol.gate import (
    LONE_COMMANDS,
    NEEDED_STAGE,
    Gate,
    is_response,
    recipients_of,
)
from mailoscope_core.protocol.machine import IllegalLine, Machine, SentLine
from mailoscope_core.protocol.stage import Stage
from tests.core.playbook import Playbook, ready, refused, reply, sends

ASKING = [b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.com>"]
SENDING = [
    b"DATA",
    b"BDAT 10 LAST",
    b"BURL imap://example.com/ LAST",
    b"SEND FROM:<a@example.com>",
    b"SOML FROM:<a@example.com>",
    b"SAML FROM:<a@example.com>",
    b"ETRN example.com",
    b"ATRN example.com",
    b"TURN",
]


def disguises(line: bytes) -> list[bytes]:
    """Ways to write a line that some server somewhere may still understand."""
    return [
        line,
        line.lower(),
        line.swapcase(),
        line.title(),
        b" " + line,
        b"\t" + line,
        b" \t \x0b\x0c" + line,
        line + b" ",
        line + b" and text",
        line.replace(b" ", b"\t"),
        b"\x01" + line,
        b"\x1b" + line,
        b"\x7f" + line,
        line[:2] + b"\x08" + line[2:],
        bytes(byte | 0x80 for byte in line[:4]) + line[4:],
        b"\xff" + line,
        line.replace(b" ", b""),
    ]


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("line", [*ASKING, *SENDING], ids=lambda line: line[:4].decode())
def test_a_stage_lets_out_what_it_is_for(stage: Stage, line: bytes) -> None:
    needed = Stage.ASK if line in ASKING else Stage.SEND
    machine = ready(stage).machine
    verdict = machine.check(line)
    if stage >= needed:
        assert not verdict.hard
        assert isinstance(machine.send(line, force=True), SentLine)
    else:
        rule = "not-armed-ask" if needed is Stage.ASK else "not-armed-send"
        assert (verdict.allowed, verdict.rule, verdict.hard) == (False, rule, True)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("line", [*ASKING, *SENDING], ids=lambda line: line[:4].decode())
def test_no_disguise_and_no_force_gets_past(line: bytes, force: bool) -> None:
    for stage in (Stage.LOGIN, Stage.ASK):
        if stage >= NEEDED_STAGE[line[:4]]:
            continue
        for disguised in disguises(line):
            for play in situations(stage):
                verdict = refused(play.machine, disguised, force=force)
                assert verdict.hard, disguised
                assert verdict.rule.startswith("not-armed-"), disguised


def situations(stage: Stage) -> list[Playbook]:
    """The places from which somebody may try."""
    unanswered = ready(stage) << sends("NOOP")
    odd = ready(stage) << sends("NOOP")
    odd >> reply("354 send it", violations=("unexpected-354",))
    challenged = ready(stage) << sends("NOOP")
    challenged >> reply("334 what", violations=("unexpected-334",))
    logging_in = ready(stage) << sends("AUTH LOGIN")
    return [Playbook(Machine(stage=stage)), ready(stage), unanswered, odd, challenged, logging_in]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\0"])
def test_no_second_line_hides_in_a_line(ending: str) -> None:
    for line in (f"XFOO{ending}DATA", f"NOOP{ending}MAIL FROM:<>", f"{ending}DATA"):
        machine = ready(Stage.LOGIN).machine
        verdict = machine.check(line.encode())
        assert (verdict.rule, verdict.hard) == ("injection", True)
        with pytest.raises(ValueError):
            machine.send(line.encode(), force=True)


def test_a_command_is_no_response_while_no_challenge_is_open() -> None:
    play = ready(Stage.LOGIN) << sends("AUTH LOGIN")
    assert refused(play.machine, b"DATA", force=True).rule == "not-armed-send"
    play >> reply("334 VXNlcm5hbWU6")
    # An open challenge is answered by whatever is written, but not by what is clearly a command.
    assert refused(play.machine, b"DATA", force=True).rule == "not-armed-send"
    assert refused(play.machine, b"data", force=True).rule == "not-armed-send"
    assert refused(play.machine, b"MAIL FROM:<>", force=True).rule == "not-armed-ask"
    assert refused(play.machine, b"BDAT 4 LAST", force=True).rule == "not-armed-send"
    play << sends("cm9vdA==", verb=Verb.AUTH_RESPONSE) >> reply("535 no")
    assert refused(play.machine, b"DATA", force=True).rule == "not-armed-send"


def test_names_that_encode_to_a_verb_can_log_in() -> None:
    for name in (b"MDM", b"HCC", b"y4g", b"AB-"):
        play = ready(Stage.LOGIN) << sends("AUTH LOGIN") >> reply("334 VXNlcm5hbWU6")
        play << sends(base64.b64encode(name).decode(), verb=Verb.AUTH_RESPONSE)


@pytest.mark.parametrize("word", sorted(LONE_COMMANDS))
def test_the_lone_commands_encode_no_name(word: bytes) -> None:
    assert not is_response(word)
    with pytest.raises((UnicodeDecodeError, AssertionError)):
        assert base64.b64decode(word).decode("utf-8").isprintable()


def test_pipelining_does_not_get_past() -> None:
    play = ready(Stage.ASK) << sends("MAIL FROM:<a@example.com>")
    play << sends("RCPT TO:<b@example.com>", force=True)
    assert refused(play.machine, b"DATA", force=True).rule == "not-armed-send"


def test_vrfy_and_expn_need_no_arming() -> None:
    for line in (b"VRFY postmaster", b"EXPN staff", b"HELP", b"NOOP", b"QUIT"):
        assert ready(Stage.LOGIN).machine.check(line).allowed


@given(st.binary(max_size=40), st.booleans())
def test_what_a_login_run_writes_never_begins_a_transaction(line: bytes, force: bool) -> None:
    machine = ready(Stage.LOGIN).machine
    try:
        sent = machine.send(line, force=force)
    except (IllegalLine, ValueError):
        return
    words = sent.data.upper().split()
    assert not words or words[0] not in NEEDED_STAGE
    assert sent.data.count(b"\r") == sent.data.count(b"\n") == 1


# --- recipients -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"RCPT TO:<a@Example.COM>", {"a@example.com"}),
        (b"rcpt to: <a@example.com> NOTIFY=NEVER", {"a@example.com"}),
        (b"RCPT TO:<a@example.com> ORCPT=rfc822;<b@example.com>", {"a@example.com"}),
        (b"RCPT TO:a@example.com", {"a@example.com"}),
        (b"RCPT TO:<A@example.com>", {"A@example.com"}),
        (b"RCPT TO:<a@x>,<b@x>", {"a@x", "b@x"}),
        (b"RCPT TO:<a@x,b@x>", {"a@x", "b@x"}),
        (b"RCPT TO:a@x, b@x", {"a@x", "b@x"}),
        (b"RCPT a@x", {"RCPT a@x"}),
        (b"RCPT TO:<>", {""}),
        (b"RCPT", {"rcpt"}),
        ("RCPT TO:<जॉन@x>".encode(), {"जॉन@x".encode().decode("latin-1")}),
    ],
)
def test_recipients_are_read_off_the_line_itself(line: bytes, found: set[str]) -> None:
    assert recipients_of(line) == found


def test_the_eleventh_recipient_is_refused_whatever_is_forced() -> None:
    play = ready(Stage.ASK) << sends("MAIL FROM:<a@example.com>") >> reply("250 ok")
    for number in range(10):
        play << sends(f"RCPT TO:<{number}@example.com>") >> reply("250 ok")
    for line in (b"RCPT TO:<10@example.com>", b"rcpt\tto:10@example.com", b" RCPT TO:<x>,<y>"):
        verdict = refused(play.machine, line, force=True)
        assert (verdict.rule, verdict.hard) == ("too-many-recipients", True)
    # The same one again is not one more.
    play << sends("RCPT TO:<9@EXAMPLE.com>") >> reply("250 ok")
    assert len(play.machine.recipients) == 10
    # Nor does a reset make room, or a refusal by the server.
    play << sends("RSET") >> reply("250 ok") << sends("MAIL FROM:<>") >> reply("250 ok")
    assert refused(play.machine, b"RCPT TO:<10@example.com>").rule == "too-many-recipients"


def test_recipients_of_earlier_connections_count() -> None:
    machine = Machine(
        stage=Stage.SEND, max_recipients=2, already_sent_recipients=frozenset({"a@x", "b@x"})
    )
    assert refused(machine, b"RCPT TO:<c@x>", force=True).rule == "too-many-recipients"
    machine.send(b"RCPT TO:<a@x>", force=True)
    assert machine.recipients == {"a@x", "b@x"}


def test_a_line_with_many_recipients_counts_them_all() -> None:
    gate = Gate(Stage.SEND, 2)
    line = b"RCPT TO:<a@x>,<b@x>,<c@x>"
    assert gate.refusal(line, in_exchange=False) == "too-many-recipients"
    gate.note(b"NOOP <a@x>")
    assert gate.recipients == frozenset()
