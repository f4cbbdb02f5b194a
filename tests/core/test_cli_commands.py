"""The other commands, the languages, and that nothing but sentences reaches the user."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailoscope_core import __version__
from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli import __main__ as program
from mailoscope_core.cli import code, compare, explain, practice, profiles, report
from mailoscope_core.cli.__main__ import COMMANDS, main
from mailoscope_core.cli.arguments import CommandParser, UsageError, exit_code_help
from mailoscope_core.cli.console import Console, open_console
from mailoscope_core.cli.drive import Result
from mailoscope_core.cli.exits import Exit, descriptions, exit_of_error
from mailoscope_core.cli.findings import print_finding, print_summary
from mailoscope_core.cli.json_lines import event_object, finding_object, json_line
from mailoscope_core.cli.language import choose_language, take_language
from mailoscope_core.cli.live import LiveTranscript
from mailoscope_core.cli.questions import Questions
from mailoscope_core.cli.record_text import RecordText
from mailoscope_core.cli.stepper import Stepper
from mailoscope_core.cli.verdict import exit_code
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.record.events import (
    ConfirmationNeeded,
    ConnectionClosed,
    DeadlinePassed,
    Paused,
    PlanChanged,
    SecretNeeded,
    StepRecord,
    Surprise,
)
from mailoscope_core.record.log import save_session
from mailoscope_core.session.control import Finish, SendRaw, StepOver
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.profile import Profile
from mailoscope_core.storage.profiles import ProfileStore
from tests.core.log_builder import HOST, LOGIN_PLAN, QUIT_STEP, SITUATIONS, LogBuilder

REFUSED = "535 5.7.8 Error: authentication failed"


def console(*, text: str = "", interactive: bool = False, colours: bool = False) -> Console:
    return Console(Texts(), io.StringIO(), io.StringIO(), io.StringIO(text), colours, interactive)


def output(where: Console) -> str:
    assert isinstance(where.out, io.StringIO)
    return where.out.getvalue()


# --- explain ----------------------------------------------------------------------------------


def test_explain_says_who_must_act_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", REFUSED]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("✕ error")
    for wanted in ("Who must act", "What to do", "What will not help"):
        assert wanted in out


def test_explain_reads_the_standard_input() -> None:
    for arguments in (["-"], []):
        where = console(text=REFUSED)
        assert explain.run(arguments, where) == Exit.OK
        assert "Who must act" in output(where)


def test_explain_as_json() -> None:
    where = console()
    assert explain.run([REFUSED, "--json"], where) == Exit.OK
    found = json.loads(output(where))
    assert found["class"] == "auth-failed"
    assert found["findings"][0]["code"] == 535
    assert found["findings"][0]["enhanced"] == "5.7.8"
    assert found["findings"][0]["words"]["title"]


def test_what_is_not_known_is_not_guessed() -> None:
    where = console()
    assert explain.run(["the cat sat on the mat"], where) == Exit.UNKNOWN
    assert "Nothing is guessed" in output(where)
    where = console()
    explain.run(["the cat sat on the mat", "--json"], where)
    assert json.loads(output(where)) == {
        "class": None,
        "confidence": 0.0,
        "rule": None,
        "findings": [],
    }


def test_explain_many(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    texts = [REFUSED, "no idea", "550 5.1.1 <a@b.test>: user unknown"]
    path.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts)))
    where = console()
    assert explain.run(["--batch", str(path)], where) == Exit.OK
    found = [json.loads(line) for line in output(where).splitlines()]
    assert [line["id"] for line in found] == [0, 1, 2]
    assert [line["class"] for line in found][:2] == ["auth-failed", None]
    assert set(found[0]["findings"][0]) == {
        "class",
        "owner",
        "reported_at",
        "caused_at",
        "code",
        "enhanced",
        "fix_tags",
        "rule",
        "confidence",
    }


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"id": 1}', '{"id": 1, "text": 5}', "{"])
def test_a_bad_line_of_a_batch_is_named(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text('{"id": 1, "text": "x"}\n' + line + "\n")
    assert main(["explain", "--batch", str(path)]) == Exit.INPUT_FILE
    assert "Line 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["code", "x\x1b[31mX"],
        ["compare", "354", "x\x1b]0;title\x07"],
        ["explain", "--file", "/none/\x1b[2J"],
        ["providers", "no\x1b[31msuch"],
        ["help", "no\x1b[31msuch"],
        ["tree", "no\x1b[31msuch"],
        ["code", "550", "--no\x1b[31msuch"],
    ],
)
def test_what_was_typed_never_commands_the_terminal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) != Exit.OK
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "\x07" not in said.out + said.err
    assert "\u241b" in said.err


# --- code and compare -------------------------------------------------------------------------


def test_a_code_with_its_more_general_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "354"]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("354 ")
    assert "When you see it:" in out
    assert "RFC 5321" in out
    assert main(["code", "5.7.1", "--json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert found["level"] == "enhanced"
    assert len(found["records"]) > 1


def test_an_unknown_code_of_a_known_class_is_told_as_such(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["code", "599"]) == Exit.OK
    assert "Nothing is known about 599 itself" in capsys.readouterr().out


def test_two_codes_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "354", "503"]) == Exit.OK
    out = capsys.readouterr().out
    for wanted in ("354 ", "503 ", "When to use which", "What differs", "How to fix it"):
        assert wanted in out
    assert main(["compare", "354", "503", "--json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert found["codes"] == ["354", "503"]
    assert found["pair"]["when_to_use"]
    assert {section["name"] for section in found["sections"]} >= {"description", "how_to_fix"}


def test_codes_without_advice_are_compared_all_the_same() -> None:
    where = console()
    assert compare.run(["250", "550"], where) == Exit.OK
    assert "What differs" in output(where)


@pytest.mark.parametrize("command", [["code", "999"], ["compare", "354", "frog"]])
def test_what_is_no_code_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == Exit.UNKNOWN
    assert command[-1] in capsys.readouterr().err


def test_text_of_a_record() -> None:
    record = load_catalogue().record("354")
    assert record is not None
    words = RecordText(Texts())
    assert words.title(record).startswith("354 ")
    assert words.lines(record, "who")
    assert words.fields(record)["how_to_fix"] == list(words.lines(record, "how_to_fix"))
    assert code.run(["5xx"], console()) == Exit.OK


# --- profiles ---------------------------------------------------------------------------------


@pytest.fixture
def store(isolated_home: Path) -> ProfileStore:
    made = ProfileStore(Directories.of_this_user().profiles)
    made.save(Profile(name="Work", host="mail.test", user="asha", recipients=("a@b.test",)))
    made.save(Profile(name="Home", host="home.test", port=465))
    return made


def test_profiles_are_listed_and_shown(store: ProfileStore) -> None:
    where = console()
    assert profiles.run(["list"], where) == Exit.OK
    assert [line.split("\t")[0] for line in output(where).splitlines()] == ["Home", "Work"]
    where = console()
    assert profiles.run(["show", "work"], where) == Exit.OK
    assert "Host: mail.test" in output(where)
    where = console()
    assert profiles.run(["show", "work", "--json"], where) == Exit.OK
    assert json.loads(output(where))["user"] == "asha"
    where = console()
    assert profiles.run(["list", "--json"], where) == Exit.OK
    assert len(output(where).splitlines()) == 2


def test_profiles_travel_by_file(store: ProfileStore, tmp_path: Path) -> None:
    path = tmp_path / "out.toml"
    assert profiles.run(["export", "Work", "-o", str(path)], console()) == Exit.OK
    assert main(["profiles", "export", "-o", str(path)]) == Exit.PROFILE, "nothing is overwritten"
    where = console()
    assert profiles.run(["import", str(path)], where) == Exit.OK
    assert "Imported: Work 2" in output(where)
    assert len(store.list()) == 3


def test_there_may_be_no_profiles(isolated_home: Path) -> None:
    where = console()
    assert profiles.run(["list"], where) == Exit.OK
    assert "no profiles yet" in output(where)
    assert main(["profiles", "export", "-o", "x"]) == Exit.PROFILE


def test_a_damaged_profile_is_named(
    store: ProfileStore, capsys: pytest.CaptureFixture[str]
) -> None:
    (store.directory / "broken.toml").write_text("name = [")
    assert main(["profiles", "list"]) == Exit.PROFILE
    captured = capsys.readouterr()
    assert "broken.toml" in captured.err
    assert "Work" in captured.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["profiles", "show"], Exit.OPTIONS),
        (["profiles", "export", "Work"], Exit.OPTIONS),
        (["profiles", "show", "nobody"], Exit.PROFILE),
        (["profiles", "import", "/no/such.toml"], Exit.PROFILE),
        (["profiles", "frob"], Exit.OPTIONS),
        (["report", "/no/such"], Exit.INPUT_FILE),
        (["report"], Exit.OPTIONS),
        (["explain", "--batch", "/no/such"], Exit.INPUT_FILE),
        (["practice"], Exit.OPTIONS),
        (["practice", "--scenario", "lunch"], Exit.PRACTICE),
        (["practice", "--scenario", "submission", "--port", "70000"], Exit.PRACTICE),
        (["compare", "354"], Exit.OPTIONS),
        (["frob"], Exit.OPTIONS),
        (["--frob"], Exit.OPTIONS),
        (["--lang", "xx", "code", "354"], Exit.OPTIONS),
        (["code", "354", "--lang"], Exit.OPTIONS),
        ([], Exit.OPTIONS),
    ],
)
def test_bad_input_gets_one_sentence(
    arguments: list[str],
    code: Exit,
    store: ProfileStore,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    if arguments:
        assert captured.err.splitlines()[-1].endswith(".")
    else:
        assert "Commands:" in captured.out


# --- report -----------------------------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> Path:
    built = SITUATIONS["relay_denied"]()
    path = tmp_path / "s.mailoscope.jsonl"
    save_session(path, built.header, built.entries)
    return path


@pytest.mark.parametrize("name", ["html", "md", "txt", "json"])
def test_a_report_of_a_session(name: str, session: Path, tmp_path: Path) -> None:
    path = tmp_path / f"r.{name}"
    assert report.run([str(session), "-o", str(path)], console()) == Exit.OK
    assert HOST in path.read_text(encoding="utf-8").replace("\\", "")
    other = tmp_path / "r.out"
    assert report.run([str(session), "--format", name, "-o", str(other)], console()) == Exit.OK


def test_a_report_can_be_printed(session: Path) -> None:
    where = console()
    assert report.run([str(session)], where) == Exit.OK
    assert output(where).startswith(HOST)


def test_a_report_with_pseudonyms_lists_them(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(session), "--format", "json", "--pseudonyms"]) == Exit.OK
    captured = capsys.readouterr()
    assert "corp-a" not in captured.out
    assert f"{HOST} → host1.domain1.example" in captured.err


def test_a_file_that_is_no_session_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.mailoscope.jsonl"
    path.write_text("hello\n")
    assert main(["report", str(path)]) == Exit.INPUT_FILE
    assert "not a Mailoscope session" in capsys.readouterr().err
    path.write_text('{"type":"session","schema":999,"session":"","started":"","app":""}\n')
    assert main(["report", str(path)]) == Exit.INPUT_FILE
    assert "newer" in capsys.readouterr().err


def test_a_report_that_cannot_be_written(session: Path) -> None:
    assert main(["report", str(session), "-o", "/no/such/dir/r.txt"]) == Exit.OUTPUT_FILE


# --- practice ---------------------------------------------------------------------------------


def test_scenarios_one_a_line() -> None:
    where = console()
    assert practice.run(["--list"], where) == Exit.OK
    names = output(where).splitlines()
    assert "submission" in names
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone")
def test_practice_serves_until_ctrl_c() -> None:
    command = [sys.executable, "-m", "mailoscope_core.cli", "practice"]
    with subprocess.Popen(
        [*command, "--scenario", "submission", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", first)
        assert found is not None
        ca_file = Path(process.stdout.readline().partition(": ")[2].strip())
        assert ca_file.is_file()
        checked = subprocess.run(
            [*command[:3], "check", f"127.0.0.1:{found[1]}", "--ca-file", str(ca_file)],
            capture_output=True,
            text=True,
            check=False,
        )
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(10) == Exit.OK
    assert checked.returncode == Exit.OK, checked.stderr
    assert "lab-password" in rest
    assert not ca_file.exists()


# --- help, languages, faults ------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_help_with_its_exit_codes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: mailoscope-cli {command}")
    assert "Exit codes:" in out
    assert "--lang" in out
    assert max(len(line) for line in out.splitlines()) <= 110


def test_each_exit_code_is_documented() -> None:
    assert {code for code, _ in descriptions(Texts())} == set(Exit)
    text = exit_code_help(Texts())
    assert all(re.search(rf"^ +{exit.value}  \S", text, re.MULTILINE) for exit in Exit)


def test_exit_codes_of_swaks_are_the_same() -> None:
    named = {exit.name: exit.value for exit in Exit}
    expected = {"OK": 0, "OPTIONS": 1, "CONNECT": 2, "CLOSED": 6, "GREETING": 21, "EHLO": 22}
    expected |= {"MAIL": 23, "RECIPIENTS": 24, "DATA": 25, "AFTER_DATA": 26, "QUIT": 27}
    expected |= {"AUTH": 28, "TLS": 29, "EHLO_AFTER_TLS": 32, "CANCELLED": 130}
    assert {name: named[name] for name in expected} == expected
    assert all(exit >= 40 for exit in Exit if exit.name not in expected)


def session_exit(name: str) -> Exit:
    return exit_code(SITUATIONS[name]().entries, Result())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("login_accepted", Exit.OK),
        ("message_in_part", Exit.OK),
        ("login_refused", Exit.AUTH),
        ("relay_denied", Exit.RECIPIENTS),
        ("name_not_found", Exit.CONNECT),
        ("connection_refused", Exit.CONNECT),
        ("certificate_expired", Exit.TLS),
        ("greeting_refused", Exit.GREETING),
        ("hostile_server", Exit.TLS),
        ("dot_unanswered", Exit.CLOSED),
        ("restarted", Exit.OK),
    ],
)
def test_exit_codes_of_sessions(name: str, code: Exit) -> None:
    assert session_exit(name) is code


@pytest.mark.parametrize(
    ("step", "kind", "line", "code", "expected"),
    [
        ("ehlo-tls", "ehlo", "EHLO x", 550, Exit.EHLO_AFTER_TLS),
        ("mail", "mail", "MAIL FROM:<>", 550, Exit.MAIL),
        ("data", "data", "DATA", 451, Exit.DATA),
        ("body", "body-end", "", 552, Exit.AFTER_DATA),
        ("quit", "quit", "QUIT", 500, Exit.QUIT),
        ("added-1", "raw", "XYZZY", 500, Exit.COMMAND),
    ],
)
def test_exit_codes_of_steps(step: str, kind: str, line: str, code: int, expected: Exit) -> None:
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).connect().greet()
    log.ehlo("ehlo", "clear", "STARTTLS").starttls()
    log.say(step, kind, line, code, "no")
    assert exit_code(log.finish("refused", step).entries, Result()) is expected


def test_ehlo_before_tls_is_another_code() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).connect().greet().say("ehlo", "ehlo", "EHLO x", 550, "no")
    assert exit_code(log.finish("refused", "ehlo").entries, Result()) is Exit.EHLO


def test_a_server_that_closes_in_between() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN).reach_login().start("auth", "auth")
    log.add(ConnectionClosed(by="server", pending="auth", step="auth"))
    built = log.end("auth", "auth", "failed").finish("failed", "auth")
    assert exit_code(built.entries, Result()) is Exit.CLOSED


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result(cancelled=True), Exit.CANCELLED),
        (Result(refused_confirmation="spent-secret"), Exit.CONFIRMATION),
        (Result(secret_missing="not-stored"), Exit.NO_SECRET),
        (Result(late_step="greeting"), Exit.GREETING),
        (Result(late_step="ehlo-tls"), Exit.EHLO_AFTER_TLS),
        (Result(late_step="auth"), Exit.AUTH),
    ],
)
def test_exit_codes_of_what_the_user_did(result: Result, code: Exit) -> None:
    assert exit_code(SITUATIONS["unfinished"]().entries, result) is code


def test_a_fault_of_ours_in_the_log() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN)
    log.add(Surprise(rule="internal-error", params={"kind": "X", "where": "y"}))
    assert exit_code(log.finish("failed").entries, Result()) is Exit.INTERNAL


def test_errors_have_exit_codes() -> None:
    assert exit_of_error(UserError("ca-file-missing", path="x")) is Exit.INPUT_FILE
    assert exit_of_error(UserError("profile-not-found", name="x")) is Exit.PROFILE
    assert exit_of_error(UserError("anything-else")) is Exit.OPTIONS


@pytest.mark.parametrize(
    ("arguments", "language", "rest"),
    [
        (["--lang", "hi", "code", "354"], "hi", ["code", "354"]),
        (["code", "354", "--lang=hi"], "hi", ["code", "354"]),
        (["explain", "--", "--lang"], None, ["explain", "--", "--lang"]),
        ([], None, []),
    ],
)
def test_lang_may_stand_anywhere(
    arguments: list[str], language: str | None, rest: list[str]
) -> None:
    assert take_language(arguments) == (language, rest)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "hi_IN.UTF-8"}, "hi"),
        ({"LANG": "hi_IN", "LC_ALL": "C"}, "en"),
        ({"LANGUAGE": "xx:hi", "LANG": "en_US"}, "hi"),
        ({"LC_MESSAGES": "hi", "LANG": "en"}, "hi"),
    ],
)
def test_the_language_of_the_locale(variables: dict[str, str], language: str) -> None:
    assert choose_language(None, variables) == language


def test_a_language_asked_for_counts() -> None:
    assert choose_language("hi-IN", {"LANG": "en"}) == "hi"
    with pytest.raises(UserError) as caught:
        choose_language("", {})
    assert caught.value.code == "language-unknown"


def test_the_help_is_translated(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--help"])
    english = capsys.readouterr().out
    main(["check", "--help", "--lang", "hi"])
    hindi = capsys.readouterr().out
    if Texts("hi").gettext("Options") != "Options":
        assert hindi != english
    assert "--stop-before" in hindi


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == Exit.OK
    assert capsys.readouterr().out == f"Mailoscope {__version__}\n"


def test_a_fault_of_ours_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: Any, where: Any) -> int:
        raise RuntimeError("s3cret-in-the-exception")

    monkeypatch.setattr(code, "run", broken)
    assert main(["code", "354"]) == Exit.INTERNAL
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == 1
    assert program.DEBUG_VARIABLE in captured.err
    path = tmp_path / "debug.txt"
    monkeypatch.setenv(program.DEBUG_VARIABLE, str(path))
    assert main(["code", "354"]) == Exit.INTERNAL
    assert "broken" in path.read_text()
    assert "s3cret" not in path.read_text() + capsys.readouterr().err + captured.err


def test_ctrl_c_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: Any, where: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(code, "run", interrupted)
    assert main(["code", "354"]) == Exit.CANCELLED


def run_python(program_text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program_text], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_start_loads_no_more_than_it_needs() -> None:
    loaded = run_python(
        "import sys; from mailoscope_core.cli.__main__ import main; main(['--version']);"
        "print(' '.join(sys.modules))"
    )
    for heavy in ("PySide6", "jinja2", "keyring", "dns", "cryptography", "truststore"):
        assert heavy not in loaded.split()
    assert not re.search(r"mailoscope_core\.(session|knowledge|report|net)\b", loaded)


def test_no_command_imports_qt() -> None:
    names = ", ".join(f"mailoscope_core.cli.{name}" for name in COMMANDS)
    assert "PySide6" not in run_python(f"import sys, {names}; print(' '.join(sys.modules))")


def test_who_reads_may_stop_reading() -> None:
    command = f"{sys.executable} -m mailoscope_core.cli practice --list | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


# --- the pieces -------------------------------------------------------------------------------


def test_colours_only_on_a_terminal() -> None:
    assert console(colours=True).styled("x", "no") == "\x1b[31mx\x1b[0m"
    assert console().styled("x", "no") == "x"
    assert open_console(Texts(), {"NO_COLOR": "1"}).colours is False


def test_questions_need_somebody() -> None:
    needed = ConfirmationNeeded(kind="cleartext-credentials", params={"host": "h.test"})
    silent = console()
    assert Questions(silent).confirm(needed) is False
    assert "answer is no" in silent.err.getvalue()  # type: ignore[attr-defined]
    assert Questions(console(text="yes\n", interactive=True)).confirm(needed) is True
    assert Questions(console(text="\n", interactive=True)).confirm(needed) is False
    assert Questions(console(text="", interactive=True)).confirm(needed) is False
    assert Questions(silent).secret(SecretNeeded(kind="token", host="h", user="u")) is None
    late = DeadlinePassed(what="reply", seconds=60.0)
    assert Questions(console(text="y\n", interactive=True)).keep_waiting(late) is True


def test_a_stepper_without_a_step_ends() -> None:
    stepper = Stepper(console(text="r\nNOOP\n", interactive=True))
    assert stepper.ask(Paused(why="end"), None) == (Finish(),)
    plan = PlanChanged(revision=3, reason="initial", steps=(StepRecord(id="a", kind="noop"),))
    assert stepper.ask(Paused(why="step", step="a"), plan) == (SendRaw("NOOP"),)
    assert Stepper(console(text="\n")).ask(Paused(why="step", step="a"), plan) == (StepOver(),)


def test_each_reply_is_explained_once_in_full() -> None:
    where = console()
    live = LiveTranscript(where, load_catalogue())
    for entry in SITUATIONS["login_refused"]().entries:
        live.show(entry)
    text = output(where)
    record = load_catalogue().explain_code(535, "5.7.8").record
    assert record is not None
    assert record.name in " ".join(text.split())
    assert "-- log-in" in text
    assert "C: AUTH PLAIN ********" in text


def test_a_provider_means_codes_of_its_own_once_it_has_shown() -> None:
    google = load_catalogue().explain_code(534, "5.7.9", "google").record
    registered = load_catalogue().explain_code(534, "5.7.9").record
    assert google is not None
    assert registered is not None
    for greeting, meant in (
        ("smtp.gmail.com ESMTP x - gsmtp", google),
        ("mail.example.org ESMTP", registered),
    ):
        built = LogBuilder().connect().greet(text=greeting).ehlo("ehlo", "clear", "AUTH PLAIN")
        built.reply("auth", "auth", 534, "5.7.9 Sorry", enhanced="5.7.9")
        where = console()
        live = LiveTranscript(where, load_catalogue())
        for entry in built.built().entries:
            live.show(entry)
        assert meant.name in " ".join(output(where).split()), greeting


def test_hostile_text_cannot_reach_the_terminal() -> None:
    where = console(colours=False)
    live = LiveTranscript(where, load_catalogue())
    built = SITUATIONS["hostile_server"]()
    for entry in built.entries:
        live.show(entry)
    print_summary(built.entries, diagnose(built.entries, built.header), where)
    assert "\x1b" not in output(where)
    assert "\x07" not in output(where)


def test_json_lines_stay_lines() -> None:
    assert "\n" not in json_line({"text": "a\u2028b\u0085c\nd"})
    assert json.loads(json_line({"text": "a\u2028b\u0085c"})) == {"text": "a\u2028b\u0085c"}
    assert len(json_line({"text": "\u2028\u0085"}).splitlines()) == 1


def test_objects_for_programs() -> None:
    built = SITUATIONS["login_refused"]()
    for entry in built.entries:
        made = event_object(entry)
        assert (made["seq"], made["at"]) == (entry.seq, entry.at)
        assert made["type"] == entry.event.__struct_config__.tag
    finding = diagnose(built.entries, built.header)[0]
    assert finding_object(finding, Texts())["class"] == finding.classification
    where = console()
    print_finding(finding, where)
    assert "Who must act" in output(where)


def test_a_parser_raises_instead_of_exiting() -> None:
    parser = CommandParser("x", "does x", Texts())
    with pytest.raises(UsageError) as caught:
        parser.parse_args(["--frob"])
    assert caught.value.usage.startswith("Usage: mailoscope-cli x")


def test_a_code_that_may_come_at_any_step_says_so() -> None:
    words, catalogue = RecordText(Texts()), load_catalogue()
    anywhere, data_only, provider = (
        catalogue.record(code) for code in (421, 354, "vendor.google.5.7.9")
    )
    assert anywhere is not None
    assert data_only is not None
    assert provider is not None
    assert not anywhere.steps
    assert words.lines(anywhere, "steps") == ("any step",)
    assert words.lines(data_only, "steps") == ("DATA",)
    assert provider.steps or words.lines(provider, "steps") == ()
