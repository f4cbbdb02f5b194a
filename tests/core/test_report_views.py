"""The folds of a session: equal live and reloaded, step by step, for every kind of ending."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.record.events import (
    BodyProgress,
    ConnectionClosed,
    ControlAccepted,
    DeadlinePassed,
    Entry,
    Header,
    NamesFound,
    Paused,
    PlanChanged,
    ReplyReceived,
    Resumed,
    SecretNeeded,
    SessionFinished,
    StepRecord,
    Surprise,
    UnknownEvent,
)
from mailoscope_core.record.log import SessionLog, load_session
from mailoscope_core.report.capabilities import capabilities
from mailoscope_core.report.certificates import certificates
from mailoscope_core.report.ladder import LadderFold, ladder
from mailoscope_core.report.recipients import outcome_of, path_of, recipients
from mailoscope_core.report.state import StateFold, state_of
from mailoscope_core.report.summary import OutcomeFold, summary
from mailoscope_core.report.timing import timing
from mailoscope_core.report.transcript import TranscriptFold, reply_lines, transcript
from mailoscope_core.report.views import environment, fold_views
from tests.core.log_builder import (
    ADDRESS,
    EHLO_NAME,
    HOST,
    LEAF,
    LOGIN_PLAN,
    OTHER,
    QUIT_STEP,
    RECIPIENT,
    SENDER,
    SITUATIONS,
    LogBuilder,
)

ENGLISH = Texts()


@pytest.mark.parametrize("name", SITUATIONS)
def test_views_of_the_live_log_are_those_of_the_file(name: str, tmp_path: Path) -> None:
    built = SITUATIONS[name]()
    path = tmp_path / "a.mailoscope.jsonl"
    log = SessionLog(built.header, path)
    for entry in built.entries:
        log.attempt = entry.attempt
        log.append(entry.event)
    log.close()
    live = fold_views(log[:], diagnose(log[:], log.header), ENGLISH)
    loaded = load_session(path)
    assert fold_views(loaded.entries, diagnose(loaded.entries, loaded.header), ENGLISH) == live


@pytest.mark.parametrize("name", SITUATIONS)
def test_folds_fed_one_by_one_say_the_same_as_whole_views(name: str) -> None:
    entries = SITUATIONS[name]().entries
    rows, rungs, state = TranscriptFold(ENGLISH), LadderFold(), StateFold()
    fed = []
    for entry in entries:
        fed += rows.feed(entry)
        rungs.feed(entry)
        state.feed(entry)
    assert tuple(fed) == transcript(entries, ENGLISH)
    assert rungs.all_rungs == ladder(entries)
    assert state.state == state_of(entries)


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_ladder_tells_exactly_which_rows_changed(name: str) -> None:
    fold = LadderFold()
    shown: list[object] = []
    for entry in SITUATIONS[name]().entries:
        before = fold.rungs
        change = fold.feed(entry)
        if change.reset:
            shown = list(fold.rungs)
            continue
        for row in change.rows:
            if row < len(fold.rungs):
                shown[row : row + 1] = [fold.rungs[row]]
        assert shown == list(fold.rungs), f"{entry.event} changed rows it did not tell: {before}"


@pytest.mark.parametrize(
    ("name", "kind", "parts"),
    [
        ("login_accepted", "logged-in", [HOST, SENDER]),
        ("login_refused", "refused", [HOST, "log-in", "535 5.7.8"]),
        ("message_accepted", "sent", ["4XyzAb1CdEz"]),
        ("message_in_part", "sent-in-part", ["4XyzAb1CdEz", OTHER]),
        ("dot_unanswered", "unknown", ["never came"]),
        ("relay_denied", "refused", [RECIPIENT, "554 5.7.1"]),
        ("addresses_accepted", "asked", ["2 recipients", "no message was sent"]),
        ("name_not_found", "failed", ["name look-up", HOST, "does not exist"]),
        ("connection_refused", "failed", ["connection", ADDRESS, "587"]),
        ("certificate_expired", "failed", ["TLS", "expired"]),
        ("greeting_refused", "refused", ["greeting", "554"]),
        ("hostile_server", "refused", ["STARTTLS", "454"]),
        ("unfinished", "unfinished", [HOST]),
        ("restarted", "logged-in", [SENDER]),
    ],
)
def test_the_headline_says_what_happened_and_where(name: str, kind: str, parts: list[str]) -> None:
    made = summary(SITUATIONS[name]().entries, (), ENGLISH)
    assert made.kind == kind
    assert [part for part in parts if part not in made.headline] == []


def test_a_partly_accepted_envelope_is_told_as_such() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).reach_login()
    log.say("mail", "mail", f"MAIL FROM:<{SENDER}>", 250, "Ok")
    log.say("rcpt-1", "rcpt", f"RCPT TO:<{RECIPIENT}>", 250, "Ok")
    log.say("rcpt-2", "rcpt", f"RCPT TO:<{OTHER}>", 450, "greylisted")
    made = summary(log.quit().finish().entries, (), ENGLISH)
    assert (made.kind, made.code, made.step) == ("asked-in-part", 450, "rcpt-2")
    assert "1 of 2" in made.headline


def test_a_refused_ehlo_that_helo_mends_is_no_trouble() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).connect().greet()
    log.say("ehlo", "ehlo", f"EHLO {EHLO_NAME}", 502, "unknown command")
    log.say("helo", "helo", f"HELO {EHLO_NAME}", 250, HOST)
    assert summary(log.quit().finish().entries, (), ENGLISH).kind == "reached"


def test_a_notice_that_the_server_closes_is_the_decisive_reply() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).reach_login().start("auth", "auth")
    log.reply(None, None, 421, "shutting down").end("auth", "auth", "failed")
    made = summary(log.finish("failed", "auth").entries, (), ENGLISH)
    assert (made.kind, made.code) == ("refused", 421)


def test_a_reply_has_one_row_a_line_as_sent() -> None:
    rows = transcript(SITUATIONS["login_accepted"]().entries, ENGLISH)
    received = [row.text for row in rows if row.direction == "received" and row.step == "ehlo"]
    assert received == [
        f"250-{HOST} Hello {EHLO_NAME} [203.0.113.50]",
        "250-SIZE 1000",
        "250 STARTTLS",
    ]
    assert {row.direction for row in rows} == {"sent", "received", "note", "tls"}
    sent = [row.text for row in rows if row.direction == "sent"]
    assert sent[0] == f"EHLO {EHLO_NAME}"
    assert "AUTH PLAIN ********" in sent


def test_a_server_cannot_write_escape_sequences_or_reorder_text() -> None:
    rows = transcript(SITUATIONS["hostile_server"]().entries, ENGLISH)
    everything = "".join(row.text for row in rows)
    assert "\x1b" not in everything
    assert "\u202e" not in everything
    assert "␛]0;owned␇" in everything
    assert any(row.direction == "problem" for row in rows)


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ("250-a\r\n250 b\r\n", ("250-a", "250 b")),
        ("250 bare\n", ("250 bare",)),
        ("no ending", ("no ending",)),
        ("", ("250 text",)),
        ("250 gr\xc3\xbc\xc3\x9fe\r\n", ("250 grüße",)),
        ("250 gr\xfc\xdfe\r\n", ("250 grüße",)),
    ],
)
def test_lines_of_a_reply(raw: str, lines: tuple[str, ...]) -> None:
    assert reply_lines(ReplyReceived(code=250, lines=("text",), raw=raw)) == lines


def test_an_event_of_a_newer_version_is_shown_as_unknown() -> None:
    entry = Entry(seq=0, at=0.0, attempt=1, event=UnknownEvent(raw='{"type":"new"}'))
    (row,) = transcript([entry], ENGLISH)
    assert "newer" in row.text


def test_rungs_have_state_reply_and_time() -> None:
    rungs = {rung.step: rung for rung in ladder(SITUATIONS["login_refused"]().entries)}
    auth = rungs["auth"]
    assert (auth.state, auth.code, auth.enhanced) == ("refused", 535, "5.7.8")
    assert auth.line == "AUTH PLAIN ********"
    assert auth.ms is not None
    assert auth.ms > 0
    assert auth.first_seq is not None
    assert auth.last_seq is not None
    assert auth.first_seq < auth.last_seq
    assert rungs["quit"].state == "next"
    assert rungs["greeting"].reply == f"{HOST} ESMTP Postfix"


def test_a_greeting_that_comes_early_belongs_to_its_own_rung() -> None:
    rungs = {rung.step: rung for rung in ladder(SITUATIONS["greeting_refused"]().entries)}
    assert rungs["greeting"].code == 554
    assert rungs["connect"].code is None


def test_rungs_of_an_earlier_attempt_stay() -> None:
    rungs = ladder(SITUATIONS["restarted"]().entries)
    auths = [(rung.attempt, rung.state) for rung in rungs if rung.kind == "auth"]
    assert auths == [(1, "refused"), (2, "done")]
    assert not [rung for rung in rungs if rung.attempt == 1 and rung.state == "waiting"]


def test_a_changed_plan_keeps_what_has_run() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).connect()
    steps = tuple(StepRecord(id=name, kind=kind, line=line) for name, kind, line in LOGIN_PLAN)
    extra = StepRecord(id="added-1", kind="noop", line="NOOP", edited=True)
    log.add(PlanChanged(revision=2, reason="insert", steps=(*steps[:2], extra, *steps[2:])))
    states = [(rung.step, rung.state) for rung in ladder(log.entries)]
    assert states[:4] == [
        ("dns", "done"),
        ("connect", "done"),
        ("added-1", "next"),
        ("greeting", "waiting"),
    ]


def test_breakpoints_and_progress_are_on_the_rungs() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, ("body", "body-end", None))
    log.add(ControlAccepted(control="set-breakpoint", detail="step auth"))
    assert [rung.step for rung in ladder(log.entries) if rung.breakpoint] == ["auth"]
    log.add(ControlAccepted(control="clear-breakpoint", detail="step:auth"))
    assert not [rung for rung in ladder(log.entries) if rung.breakpoint]
    log.start("body", "body-end").add(BodyProgress(sent=25, size=100))
    assert {rung.step: rung.progress for rung in ladder(log.entries)}["body"] == 0.25


def test_where_the_time_went() -> None:
    rows = {row.step: row for row in timing(SITUATIONS["message_accepted"]().entries)}
    assert rows["dns"].lookup == 12.0
    assert rows["connect"].connect == 21.0
    assert rows["tls"].tls == 30.0
    assert rows["ehlo"].server == 4.5
    assert rows["body"].transfer == 3.0
    assert all(row.total >= 0 and row.other >= 0 for row in rows.values())


def test_waiting_for_the_user_is_not_the_servers_time() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).start("auth", "auth")
    log.add(SecretNeeded(kind="password", host=HOST, user=SENDER))
    log.add(Paused(why="secret", step="auth")).add(Resumed(), wait=9.0).end("auth", "auth", "done")
    (row,) = timing(log.entries)
    assert row.user == pytest.approx(9000)
    assert row.server == 0


def test_dns_beside_the_systems_answer_costs_no_step_time() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).start("dns", "dns")
    log.add(NamesFound(host=HOST, source="dns", addresses=(ADDRESS,), ms=500.0))
    (row,) = timing(log.end("dns", "dns", "done").entries)
    assert row.lookup == 0


def test_each_recipient_has_its_outcome() -> None:
    rows = recipients(SITUATIONS["message_in_part"]().entries)
    assert [(row.address, row.outcome, row.code) for row in rows] == [
        (RECIPIENT, "accepted", 250),
        (OTHER, "refused", 550),
    ]


def test_pipelined_recipients_are_answered_in_order() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN)
    for address in (RECIPIENT, OTHER, SENDER):
        log.send("rcpt", "rcpt", f"RCPT TO:<{address}>")
    log.reply("rcpt", "rcpt", 250, "Ok").reply("rcpt", "rcpt", 452, "full")
    assert [row.outcome for row in recipients(log.entries)] == [
        "accepted",
        "deferred",
        "unanswered",
    ]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("RCPT TO:<a@b.test> NOTIFY=NEVER", "a@b.test"),
        ("rcpt to: a@b.test", "a@b.test"),
        ("MAIL FROM:<>", ""),
        ("MAIL FROM:<a@b.test> SIZE=5", "a@b.test"),
        ("RSET", ""),
    ],
)
def test_the_path_of_a_line(line: str, path: str) -> None:
    assert path_of(line) == path


def test_a_reply_without_a_code_is_a_refusal() -> None:
    assert outcome_of(None) == "refused"
    assert outcome_of(354) == "refused"


def test_capabilities_before_and_after_tls() -> None:
    view = capabilities(SITUATIONS["login_accepted"]().entries)
    assert view is not None
    rows = {row.keyword: (row.clear, row.tls, row.change) for row in view.rows}
    assert rows == {
        "SIZE": ("1000", "2000", "changed"),
        "STARTTLS": ("", None, "removed"),
        "AUTH": (None, "PLAIN LOGIN", "added"),
        "8BITMIME": (None, "", "added"),
    }
    assert capabilities(SITUATIONS["name_not_found"]().entries) is None


def test_only_one_phase_leaves_nothing_to_compare() -> None:
    view = capabilities(SITUATIONS["certificate_expired"]().entries)
    assert view is not None
    assert {row.change for row in view.rows} == {"only"}


def test_certificates_of_good_and_failed_handshakes() -> None:
    (good,) = certificates(SITUATIONS["login_accepted"]().entries)
    assert (good.verified, good.problem, good.chain) == (True, "", (LEAF,))
    (bad,) = certificates(SITUATIONS["certificate_expired"]().entries)
    assert (bad.verified, bad.problem, bad.chain) == (False, "expired", (LEAF,))


def test_the_state_follows_the_session() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP)
    assert state_of(log.entries).connected is False
    log.reach_login()
    state = state_of(log.entries)
    assert state.connected
    assert (state.host, state.address, state.port) == (HOST, ADDRESS, 587)
    assert (state.tls_version, state.tls_verified) == ("TLSv1.3", True)
    assert state.our_address == "203.0.113.50"
    assert state.ehlo_name == EHLO_NAME
    assert state.user == ""
    assert state_of(log.log_in().entries).user == SENDER
    log.say("mail", "mail", f"MAIL FROM:<{SENDER}>", 250, "Ok")
    log.say("rcpt-1", "rcpt", f"RCPT TO:<{RECIPIENT}>", 250, "Ok")
    log.say("rcpt-2", "rcpt", f"RCPT TO:<{OTHER}>", 550, "no")
    state = state_of(log.entries)
    assert (state.sender, state.accepted, state.refused) == (SENDER, (RECIPIENT,), (OTHER,))
    state = state_of(log.say("rset", "rset", "RSET", 250, "Ok").entries)
    assert (state.sender, state.accepted) == (None, ())
    state = state_of(log.quit().finish().entries)
    assert (state.connected, state.tls_version, state.finished) == (False, "", "done")


def test_the_state_knows_what_is_waited_for() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).start("auth", "auth")
    needed = SecretNeeded(kind="password", host=HOST, user=SENDER)
    log.add(needed, Paused(why="secret", step="auth"))
    state = state_of(log.entries)
    assert (state.waiting, state.waits_before, state.question) == ("secret", "auth", needed)
    late = DeadlinePassed(what="reply", seconds=60.0, step="auth")
    log.add(Resumed(), late, Paused(why="deadline", step="auth"))
    assert state_of(log.entries).deadline == late
    assert state_of(log.add(Resumed()).entries).waiting is None


def test_the_fate_of_the_message() -> None:
    assert state_of(SITUATIONS["message_accepted"]().entries).queue_id == "4XyzAb1CdEz"
    assert state_of(SITUATIONS["message_accepted"]().entries).fate == "accepted"
    assert state_of(SITUATIONS["dot_unanswered"]().entries).fate == "unanswered"
    assert state_of(SITUATIONS["login_accepted"]().entries).fate == ""


def test_our_own_word_is_not_the_servers_naming() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).connect().greet()
    log.send("ehlo", "ehlo", "EHLO [10.1.2.3]").reply("ehlo", "ehlo", 250, "Hello [10.1.2.3]")
    assert state_of(log.entries).our_address == ""


def test_the_last_attempt_counts() -> None:
    fold = OutcomeFold()
    for entry in SITUATIONS["restarted"]().entries:
        fold.feed(entry)
    assert (fold.attempt, fold.trouble, fold.logged_in) == (2, None, SENDER)


def test_the_environment_is_that_of_the_session() -> None:
    assert environment(SITUATIONS["login_accepted"]().entries)["os"] == "Debian GNU/Linux 12"
    assert environment(()) == {}


def test_an_empty_log_has_views() -> None:
    views = fold_views((), (), ENGLISH)
    assert views.summary.kind == "unfinished"
    assert not views.ladder
    assert Header(schema=1, session="", started="", app="").settings == {}


@pytest.mark.parametrize(("code", "direction"), [(221, "note"), (421, "note"), (250, "problem")])
def test_a_close_that_was_announced_is_no_problem(code: int, direction: str) -> None:
    fold = TranscriptFold(Texts())
    said = ReplyReceived(code=code, raw=f"{code} bye\r\n", verb="quit")
    fold.feed(Entry(seq=0, at=0.0, attempt=1, event=said))
    [row] = fold.feed(Entry(seq=1, at=0.1, attempt=1, event=ConnectionClosed(by="server")))
    assert row.direction == direction


def test_a_session_that_broke_off_by_itself_is_no_success() -> None:
    happened = [Surprise(rule="internal-error"), SessionFinished(outcome="failed")]
    entries = [Entry(seq=n, at=0.0, attempt=1, event=event) for n, event in enumerate(happened)]
    made = summary(entries, (), Texts())
    assert not made.good
