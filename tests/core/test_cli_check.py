"""`check` against the lab server: what it prints, what it asks, what it never does."""

from __future__ import annotations

import io
import json
import os
import queue
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli import check
from mailoscope_core.cli.__main__ import main
from mailoscope_core.cli.check_options import check_parser, make_profile, read_secret_source
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.secret_source import SecretSource, read_descriptor, read_source
from mailoscope_core.cli.target import Target, default_port, default_tls, read_port, read_target
from mailoscope_core.practice.scenarios import list_scenarios, load_scenario
from mailoscope_core.practice.server import LabServer
from mailoscope_core.record.events import ConnectStarted, Entry
from mailoscope_core.record.log import load_session
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.profiles import ProfileStore

USER, PASSWORD = "lab@lab.test", "lab-password"


@pytest.fixture
def secret_fd() -> Iterator[Any]:
    """A function that returns the option value for a pipe holding a secret."""
    pipes: list[int] = []

    def give(secret: str) -> str:
        read, write = os.pipe()
        os.write(write, secret.encode() + b"\n")
        os.close(write)
        pipes.append(read)
        return f"fd:{read}"

    yield give
    for pipe in pipes:
        try:
            os.close(pipe)
        except OSError:
            continue  # read and closed by the command


def options_for(server: LabServer) -> list[str]:
    host, port = server.address
    return [f"{host}:{port}", "--ca-file", str(server.ca_file)]


def person(*answers: str) -> Console:
    """A console with somebody who types these lines."""
    return Console(
        Texts(),
        out=io.StringIO(),
        err=io.StringIO(),
        stdin=io.StringIO("".join(f"{answer}\n" for answer in answers)),
        colours=False,
        interactive=True,
    )


def printed(console: Console) -> str:
    assert isinstance(console.out, io.StringIO)
    assert isinstance(console.err, io.StringIO)
    return console.out.getvalue() + console.err.getvalue()


def sent_lines(server: LabServer) -> list[str]:
    return [line.data.decode() for line in server.events if line.direction == "client"]


def test_it_logs_in_and_stops(secret_fd: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with LabServer(load_scenario("submission")) as server:
        code = main(
            ["check", *options_for(server), "--user", USER, "--password-from", secret_fd(PASSWORD)]
        )
        assert server.messages == ()
    out = capsys.readouterr().out
    assert code == Exit.OK
    assert "C: EHLO" in out
    assert "S: 235" in out
    assert "C: AUTH PLAIN ********" in out
    assert f"accepted the log-in of {USER}" in out
    assert "MAIL FROM" not in out
    assert PASSWORD not in out


def test_it_asks_about_addresses_and_takes_them_back(
    secret_fd: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with LabServer(load_scenario("submission")) as server:
        arguments = ["--user", USER, "--password-from", secret_fd(PASSWORD)]
        arguments += ["--from", USER, "--to", "a@lab.test", "--to", "b@lab.test"]
        assert main(["check", *options_for(server), *arguments]) == Exit.OK
        assert server.messages == ()
    out = capsys.readouterr().out
    assert "C: RCPT TO:<b@lab.test>" in out
    assert "C: RSET" in out
    assert "C: DATA" not in out
    assert "would accept all 2 recipients" in out


def test_only_send_sends_and_says_to_whom_first(
    secret_fd: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with LabServer(load_scenario("submission")) as server:
        arguments = ["--user", USER, "--password-from", secret_fd(PASSWORD)]
        arguments += ["--from", USER, "--to", "a@lab.test", "--send"]
        assert main(["check", *options_for(server), *arguments]) == Exit.OK
        assert len(server.messages) == 1
    out = capsys.readouterr().out
    assert "ONE MESSAGE WILL BE SENT" in out.splitlines()[0]
    assert "a@lab.test" in out.splitlines()[0]
    assert "queued as" in out


def test_a_message_of_ones_own(secret_fd: Any, tmp_path: Path) -> None:
    eml = tmp_path / "own.eml"
    eml.write_bytes(b"From: lab@lab.test\nSubject: mine\n\n.dot\n")
    with LabServer(load_scenario("submission")) as server:
        arguments = ["--user", USER, "--password-from", secret_fd(PASSWORD), "--send"]
        arguments += ["--to", "a@lab.test", "--eml", str(eml)]
        assert main(["check", *options_for(server), *arguments]) == Exit.OK
        (message,) = server.messages
        assert b"Subject: mine" in message.content()


def test_json_prints_events_then_findings(
    secret_fd: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with LabServer(load_scenario("auth-rejected")) as server:
        arguments = ["--user", USER, "--password-from", secret_fd("wrong-password"), "--json"]
        assert main(["check", *options_for(server), *arguments]) == Exit.AUTH
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    kinds = [line["type"] for line in lines]
    first = kinds.index("finding")
    assert set(kinds[first:]) == {"finding"}
    assert [line["seq"] for line in lines[:first]] == list(range(first))
    replies = [line for line in lines if line["type"] == "reply-received"]
    assert '"code": 250' in out
    assert all({"code", "lines", "step"} <= set(reply) for reply in replies)
    assert [reply["step"] for reply in replies if reply["code"] == 535] == ["auth"]
    assert lines[first]["class"] == "auth-failed"
    assert lines[first]["words"]["fixes"]
    assert "wrong-password" not in out


def test_session_and_report_are_written(secret_fd: Any, tmp_path: Path) -> None:
    session, report = tmp_path / "s.mailoscope.jsonl", tmp_path / "r.html"
    with LabServer(load_scenario("submission")) as server:
        arguments = ["--user", USER, "--password-from", secret_fd(PASSWORD)]
        arguments += ["--save", str(session), "--report", str(report)]
        assert main(["check", *options_for(server), *arguments]) == Exit.OK
        assert main(["check", *options_for(server), "--save", str(session)]) == Exit.OUTPUT_FILE
    assert load_session(session).header.settings["user"] == USER
    assert "<h1>" in report.read_text(encoding="utf-8")
    assert PASSWORD not in session.read_text() + report.read_text(encoding="utf-8")


EXITS = {
    "submission": Exit.OK,
    "submission-implicit": Exit.OK,
    "plain-sink": Exit.OK,
    "helo-only": Exit.OK,
    "refused-banner": Exit.GREETING,
    "missing-banner": Exit.GREETING,
    "helo-rejected": Exit.RECIPIENTS,
    "auth-rejected": Exit.AUTH,
    "auth-not-offered": Exit.AUTH,
    "cert-expired": Exit.TLS,
    "cert-untrusted": Exit.TLS,
    "cert-wrong-host": Exit.TLS,
    "starttls-missing": Exit.TLS,
    "starttls-unavailable": Exit.TLS,
    "tls-on-plain-port": Exit.TLS,
    "tls-stalls": Exit.TLS,
    "relay-denied": Exit.RECIPIENTS,
    "unknown-user": Exit.OK,
    "sender-not-owned": Exit.MAIL,
    "drop": Exit.TLS,
    "drop-after-dot": Exit.CLOSED,
    "bare-lf-refused": Exit.OK,
    "quit-ignored": Exit.QUIT,
}


@pytest.mark.parametrize("name", [scenario.id for scenario in list_scenarios()])
def test_each_scenario_ends_with_a_documented_code_and_no_traceback(
    name: str, secret_fd: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = load_scenario(name)
    settings = scenario.settings
    with LabServer(scenario) as server:
        host, port = server.address
        arguments = [f"{host}:{port}", "--tls", settings.tls.value, "--timeout", "0.7"]
        if settings.trust == "lab":
            arguments += ["--ca-file", str(server.ca_file)]
        if settings.ehlo:
            arguments += ["--ehlo", settings.ehlo]
        if settings.user and settings.auth:
            kind = settings.secret_kind
            arguments += ["--user", settings.user, f"--{kind}-from", secret_fd(settings.secret)]
        if settings.mechanism:
            arguments += ["--auth", settings.mechanism]
        if settings.stage != "login":
            arguments += ["--from", settings.sender]
            arguments += [part for each in settings.recipients for part in ("--to", each)]
        if settings.stage == "send":
            arguments.append("--send")
        code = main(["check", *arguments])
    captured = capsys.readouterr()
    assert code in [exit.value for exit in Exit]
    assert code not in (Exit.INTERNAL, Exit.OPTIONS, Exit.CANCELLED)
    assert "Traceback" not in captured.out + captured.err
    if settings.secret:
        assert settings.secret not in captured.out + captured.err
    if name in EXITS:
        assert Exit(code) is EXITS[name]


def test_nothing_listens(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert main(["check", f"127.0.0.1:{port}"]) == Exit.CONNECT
    assert "refused the connection" in capsys.readouterr().out


def test_a_name_that_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "bad..name"]) == Exit.CONNECT
    assert "bad..name" in capsys.readouterr().out


def test_without_a_secret_nobody_logs_in(capsys: pytest.CaptureFixture[str]) -> None:
    with LabServer(load_scenario("submission")) as server:
        assert main(["check", *options_for(server), "--user", USER]) == Exit.NO_SECRET
        assert not [line for line in sent_lines(server) if line.startswith("AUTH")]


def test_credentials_do_not_go_anywhere_unasked(
    secret_fd: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mailoscope_core.session.link import Link

    monkeypatch.setattr(Link, "on_loopback", property(lambda self: False))
    with LabServer(load_scenario("starttls-missing")) as server:
        host, port = server.address
        arguments = [f"{host}:{port}", "--tls", "none", "--user", USER]
        code = main(["check", *arguments, "--password-from", secret_fd(PASSWORD)])
        assert not [line for line in sent_lines(server) if line.startswith("AUTH")]
    captured = capsys.readouterr()
    assert code == Exit.CONFIRMATION
    assert "in the clear" in captured.err
    assert "answer is no" in captured.err


def test_a_person_may_accept_a_bad_certificate(secret_fd: Any) -> None:
    with LabServer(load_scenario("cert-expired")) as server:
        arguments = [*options_for(server), "--user", USER, "--password-from", secret_fd(PASSWORD)]
        console = person("n")
        assert check.run(arguments, console) == Exit.TLS
        assert "did not verify" in printed(console)
        console = person("y", "y")
        arguments[-1] = secret_fd(PASSWORD)
        check.run(arguments, console)
        assert "certificate is not held against the server" in printed(console)
        assert [line for line in sent_lines(server) if line.startswith("EHLO")]


def test_step_asks_before_each_line() -> None:
    with LabServer(load_scenario("submission")) as server:
        console = person("", "", "", "?", "e", "EHLO typed.test", "", "q")
        assert check.run([*options_for(server), "--step"], console) == Exit.OK
        sent = sent_lines(server)
    assert "EHLO typed.test" in sent
    assert "STARTTLS" not in sent
    assert sent[-1] == "QUIT"
    assert "Next: EHLO: EHLO" in printed(console)
    assert "leave it out" in printed(console)


def test_step_can_leave_out_insert_and_run_on() -> None:
    with LabServer(load_scenario("submission")) as server:
        console = person("", "", "", "", "r", "NOOP hello", "s", "c")
        check.run([*options_for(server), "--tls", "none", "--step"], console)
        sent = sent_lines(server)
    assert "NOOP hello" in sent


def test_the_end_of_the_input_sends_nothing() -> None:
    with LabServer(load_scenario("submission")) as server:
        assert check.run([*options_for(server), "--step"], person()) == Exit.OK
        assert sent_lines(server) == []


def test_stop_before_a_step(secret_fd: Any) -> None:
    with LabServer(load_scenario("submission")) as server:
        arguments = ["--user", USER, "--password-from", secret_fd(PASSWORD)]
        arguments += ["--stop-before", "auth"]
        assert main(["check", *options_for(server), *arguments]) == Exit.OK
        sent = sent_lines(server)
    assert not [line for line in sent if line.startswith("AUTH")]
    assert "STARTTLS" in sent


def test_ctrl_c_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = threading.Event()

    class Interrupted(queue.SimpleQueue[Entry]):
        """Hands the first connection out only after a Ctrl-C."""

        def get(self, block: bool = True, timeout: float | None = None) -> Entry:
            entry = super().get(block, timeout)
            if isinstance(entry.event, ConnectStarted) and not calls.is_set():
                calls.set()
                self.put(entry)
                raise KeyboardInterrupt
            return entry

    monkeypatch.setattr("mailoscope_core.cli.drive.queue.SimpleQueue", Interrupted)
    with LabServer(load_scenario("missing-banner")) as server:
        assert main(["check", *options_for(server)]) == Exit.CANCELLED
    assert calls.is_set()


@pytest.fixture
def saved(isolated_home: Path) -> ProfileStore:
    store = ProfileStore(Directories.of_this_user().profiles)
    store.save(
        Profile(name="Work", host="127.0.0.1", port=2525, user=USER, sender=USER, tls=TlsMode.NONE)
    )
    return store


def profile_of(arguments: Sequence[str], store: ProfileStore) -> Profile:
    return make_profile(check_parser(Texts()).parse_args(arguments), store)


def test_a_saved_profile_and_options_over_it(saved: ProfileStore) -> None:
    assert profile_of(["--profile", "work"], saved).port == 2525
    made = profile_of(
        ["other.test:26", "--profile", "Work", "--tls", "starttls", "-6", "--timeout", "3"], saved
    )
    assert (made.host, made.port, made.tls.value, made.family.value) == (
        "other.test",
        26,
        "starttls",
        "6",
    )
    assert made.timeouts.command == 3
    assert made.user == USER


def test_a_saved_profile_that_does_not_answer(saved: ProfileStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert main(["check", f"127.0.0.1:{port}", "--profile", "Work"]) == Exit.CONNECT


def test_defaults_of_a_new_profile(saved: ProfileStore) -> None:
    made = profile_of(["mail.test"], saved)
    assert (made.port, made.tls, made.auth) == (587, TlsMode.STARTTLS, False)
    assert profile_of(["mail.test:465"], saved).tls is TlsMode.IMPLICIT
    assert profile_of(["mail.test", "--tls", "implicit"], saved).port == 465
    token = profile_of(["mail.test", "--user", "a", "--auth", "xoauth2"], saved)
    assert (token.mechanism, token.secret_kind, token.auth) == ("XOAUTH2", "token", True)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([], Exit.OPTIONS, "Name a server"),
        (["h.test:0"], Exit.OPTIONS, "not a port"),
        (["h.test:x"], Exit.OPTIONS, "not a port"),
        ([":25"], Exit.OPTIONS, "names no host"),
        (["--profile", "nobody"], Exit.PROFILE, "nobody"),
        (["h.test", "--auth", "NTLM", "--user", "a"], Exit.OPTIONS, "NTLM"),
        (["h.test", "--auth", "PLAIN"], Exit.OPTIONS, "--user"),
        (["h.test", "--password-from", "hunter2"], Exit.OPTIONS, "never taken"),
        (["h.test", "--password-from", "keyring", "--user", "a"], Exit.OPTIONS, "--profile"),
        (["h.test", "--timeout", "-1"], Exit.OPTIONS, "timeout"),
        (["h.test", "--to", "a@b.test"], Exit.OPTIONS, "--from"),
        (["h.test", "--from", "a@b.test"], Exit.OPTIONS, ""),
        (["h.test", "--eml", "x.eml"], Exit.OPTIONS, "--send"),
        (["h.test", "--stop-before", "lunch"], Exit.OPTIONS, "lunch"),
        (["h.test", "--report", "x.pdf"], Exit.OPTIONS, "x.pdf"),
        (["h.test", "-4", "-6"], Exit.OPTIONS, "-4"),
        (
            ["h.test", "--send", "--from", "a@b.test", "--to", "c@d.test", "--eml", "/no/such.eml"],
            Exit.INPUT_FILE,
            "/no/such.eml",
        ),
    ],
)
def test_bad_options_get_one_sentence(
    arguments: list[str],
    code: Exit,
    word: str,
    saved: ProfileStore,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert word in captured.err
    assert "hunter2" not in captured.err
    assert captured.err.strip()


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("h.test", Target("h.test", None)),
        ("h.test:25", Target("h.test", 25)),
        ("[::1]:25", Target("::1", 25)),
        ("[::1]", Target("::1", None)),
        ("2001:db8::1", Target("2001:db8::1", None)),
    ],
)
def test_targets(text: str, target: Target) -> None:
    assert read_target(text) == target


def test_ports_and_modes() -> None:
    assert (default_port(None), default_port(TlsMode.IMPLICIT)) == (587, 465)
    assert default_tls(25) is TlsMode.OPTIONAL
    assert read_port("65535") == 65535


def test_secret_sources() -> None:
    assert read_source("fd:3") == SecretSource("fd", 3)
    assert read_source("prompt").asks
    assert not read_source("keyring").asks
    options = check_parser(Texts()).parse_args(["h"])
    assert read_secret_source(options) == SecretSource()
    with pytest.raises(UserError):
        read_source("fd:-1")


def test_descriptors(secret_fd: Any) -> None:
    assert read_descriptor(int(secret_fd("s3cret").partition(":")[2])).reveal() == "s3cret"
    with pytest.raises(UserError) as caught:
        read_descriptor(int(secret_fd("").partition(":")[2]))
    assert caught.value.code == "secret-descriptor-empty"
    with pytest.raises(UserError) as caught:
        read_descriptor(987654)
    assert caught.value.code == "secret-descriptor"
