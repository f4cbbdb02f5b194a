"""The lab server itself: loopback only, quick to stop, cheap with bodies, nothing left behind."""

from __future__ import annotations

import hashlib
import smtplib  # noqa: TID251 - the probe of a client that knows nothing of us
import socket
import ssl
import threading
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import MAX_CONNECTIONS, LabServer
from tests.core.practice_probe import Clock, Probe

SINK = load_scenario("plain-sink")


def open_files() -> int:
    """How many file descriptors this process has; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "mail.lab.test", ""])
def test_it_listens_nowhere_but_on_loopback(host: str) -> None:
    with pytest.raises(UserError) as caught:
        LabServer(SINK, host=host)
    assert caught.value.code == "lab-not-loopback"
    assert "127.0.0.1" in Texts().error(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_it_listens_on_either_loopback(host: str) -> None:
    with LabServer(SINK, host=host) as server, Probe(server) as probe:
        assert probe.reply().startswith(b"220 ")
        assert server.address == ({"localhost": "127.0.0.1"}.get(host, host), server.port)


def test_a_taken_port_and_an_impossible_one_are_named() -> None:
    with LabServer(SINK) as server, pytest.raises(UserError) as caught:
        LabServer(SINK, port=server.port).start()
    assert caught.value.code == "lab-port-taken"
    assert str(server.port) in Texts().error(caught.value)
    with pytest.raises(UserError) as caught:
        LabServer(SINK, port=65536)
    assert caught.value.code == "lab-port-invalid"


def test_it_stops_at_once_and_leaves_nothing() -> None:
    threads = set(threading.enumerate())
    files = open_files()
    server = LabServer(load_scenario("slow-banner:600"))
    server.start()
    folder = server.ca_file.parent
    probes = [Probe(server) for _ in range(5)]
    assert server.wait_for(lambda line: line.connection == 5)
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 30  # the banner would come after 600 s
    for probe in probes:
        assert probe.rest() == b""
        probe.sock.close()
    assert set(threading.enumerate()) == threads
    assert open_files() == files
    assert not folder.exists()
    with pytest.raises(OSError):
        socket.create_connection(server.address, 5)
    server.stop()


def test_a_given_directory_keeps_the_ca_and_nothing_else(tmp_path: Path) -> None:
    with LabServer(load_scenario("submission"), directory=tmp_path / "lab") as server:
        with Probe(server) as probe:
            probe.secure()
        assert server.ca_file.parent == tmp_path / "lab"
        assert not list(tmp_path.rglob("*.key"))
    assert [path.name for path in (tmp_path / "lab").iterdir()] == ["lab-ca.pem"]
    assert b"PRIVATE" not in (tmp_path / "lab" / "lab-ca.pem").read_bytes()


def test_serve_until_serves_until() -> None:
    server, stop = LabServer(SINK), threading.Event()
    server.start()
    waiter = threading.Thread(target=server.serve_until, args=(stop,))
    waiter.start()
    with Probe(server) as probe:
        assert probe.reply().startswith(b"220 ")
    stop.set()
    waiter.join(5)
    assert not waiter.is_alive()
    server.stop()


def test_many_clients_at_once_and_one_too_many() -> None:
    with LabServer(SINK) as server:
        probes = [Probe(server) for _ in range(MAX_CONNECTIONS)]
        assert all(probe.reply().startswith(b"220 ") for probe in probes)
        with Probe(server) as late:
            assert late.reply().startswith(b"421 4.3.2 ")
            assert late.rest() == b""
        for probe in reversed(probes):
            assert probe.say("EHLO client.lab.test").startswith(b"250-")
        probes.pop().sock.close()
        assert server.wait_for(lambda line: (line.connection, line.data) == (64, b"closed"))
        with Probe(server) as next_one:
            assert next_one.reply().startswith(b"220 ")
        for probe in probes:
            probe.sock.close()


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("implicit", [False, True])
def test_the_standard_librarys_client_gets_along(mechanism: str, implicit: bool) -> None:
    name = "submission-implicit" if implicit else "submission"
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "x", "lab@lab.test", "a@example.org"
    message.set_content(".leading dot\n..two\nend\n")
    with LabServer(load_scenario(name)) as server:
        context = ssl.create_default_context(cafile=str(server.ca_file))
        client: smtplib.SMTP
        # Its own name given, it looks none up.
        if implicit:
            client = smtplib.SMTP_SSL(*server.address, "client.lab.test", context=context)
        else:
            client = smtplib.SMTP(*server.address, "client.lab.test")
            client.starttls(context=context)
        with client:
            client.ehlo_or_helo_if_needed()
            client.user, client.password = "lab@lab.test", "lab-password"
            handler = getattr(client, "auth_" + mechanism.lower().replace("-", "_"))
            assert client.auth(mechanism, handler)[0] == 235
            assert client.send_message(message) == {}
        assert b".leading dot\r\n..two\r\nend\r\n" in server.messages[0].content()


def test_silence_is_ended_with_a_421() -> None:
    clock = Clock()
    with LabServer(SINK, clock=clock) as server, Probe(server) as probe:
        probe.reply()
        clock.advance(299, server)
        assert probe.say("NOOP").startswith(b"250 ")
        clock.advance(299, server)
        assert probe.say("NOOP").startswith(b"250 ")
        clock.advance(301, server)
        assert probe.reply().startswith(b"421 4.4.2 ")
        assert probe.rest() == b""


def test_a_client_that_leaves_within_the_body_leaves_no_file() -> None:
    with LabServer(SINK) as server:
        with Probe(server) as probe:
            probe.reply()
            probe.say("EHLO client.lab.test")
            probe.envelope()
            probe.say("DATA")
            probe.send(b"half a mess")
        assert server.wait_for(lambda line: line.data == b"closed")
        assert not server.messages
        assert [each.stat().st_size for each in server.ca_file.parent.rglob("*.spool")] == [0]


@pytest.mark.slow
@pytest.mark.parametrize("tls", [False, True])
def test_fifty_megabytes_go_to_disk_in_a_few_seconds(tls: bool) -> None:
    line = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/" * 1 + b"\r\n"
    piece = line * 4000
    count = 50_000_000 // len(piece)
    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(piece)
    with LabServer(load_scenario("submission" if tls else "plain-sink")) as server:
        with Probe(server) as probe:
            if tls:
                probe.secure()
                probe.log_in()
            else:
                probe.reply()
                probe.say("EHLO client.lab.test")
            assert probe.envelope()[1].startswith(b"250 ")
            assert probe.say("DATA").startswith(b"354 ")
            begun = time.monotonic()
            for _ in range(count):
                probe.send(piece)
            probe.send(b".\r\n")
            assert probe.reply().startswith(b"250 ")
            assert time.monotonic() - begun < 60  # seconds on an idle machine are below one
        (message,) = server.messages
        assert message.size == count * len(piece)
        assert message.sha256 == digest.hexdigest()


def test_a_ten_command_session_costs_the_server_little() -> None:
    """About 1 ms alone; three are allowed here, where the probe shares the interpreter.

    What is measured is the CPU time of the server's thread, so that a busy machine does not count.
    """
    lines = ["EHLO client.lab.test", "NOOP", "NOOP", "RSET", "MAIL FROM:<a@lab.test>"]
    lines += ["RCPT TO:<b@lab.test>", "RCPT TO:<c@lab.test>", "DATA", "QUIT"]
    spent: list[float] = []

    class Measured(LabServer):
        def _serve(self) -> None:
            super()._serve()
            spent.append(time.thread_time())

    sessions = 100
    with Measured(SINK) as server:
        for _ in range(sessions):
            with Probe(server) as probe:
                probe.reply()
                for line in lines:
                    probe.say(line)
                    if line == "DATA":
                        probe.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
                        probe.reply()
        assert len(server.messages) == sessions
        assert len(list(server.messages[0].path.parent.iterdir())) == 1
    assert spent[0] / sessions < 0.003
