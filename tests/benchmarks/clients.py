"""The clients that are compared: Mailoscope's core, smtplib, aiosmtplib and a bare-socket loop.

Each sends one message to one recipient in a session of its own, in the same steps: connect,
greeting, EHLO, (STARTTLS, EHLO,) MAIL, RCPT, DATA, body, QUIT.
"""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.net import tls
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record.events import Entry, Paused, SessionFinished
from mailoscope_core.record.log import load_session
from mailoscope_core.session.control import Finish, RunToEnd
from mailoscope_core.session.launch import new_log, real_services
from mailoscope_core.session.request import Services, SessionRequest
from mailoscope_core.session.runner import SessionRunner
from mailoscope_core.storage.credentials import CredentialStore
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.spent import SpentSecrets
from tests.benchmarks.peers import Peer

SENDER, RECIPIENT = "bench@lab.test", "sink@lab.test"
CHUNK = 256 * 1024
_AT_THE_END = Paused(why="end")


def context(peer: Peer) -> ssl.SSLContext | None:
    """Return the one context that all clients use against this peer."""
    if peer.ca_file is None:
        return None
    return tls.build_context(tls.TrustSettings(ca_file=str(peer.ca_file)))


def prepared(path: Path) -> PreparedMessage:
    """Return a spool file as the core takes it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return PreparedMessage(path=path, size=path.stat().st_size, sha256=digest, source="bench")


def core_services(shared: ssl.SSLContext | None) -> Services:
    """Return the core's real services with the benchmark's own context."""
    services = real_services(CredentialStore(), SpentSecrets(), compare_dns=False)
    if shared is None:
        return services
    fields = {name: getattr(services, name) for name in services.__dataclass_fields__}
    return Services(**{**fields, "build_context": lambda trust: shared})


def mailoscope(peer: Peer, message: PreparedMessage, services: Services) -> Callable[[], None]:
    """Run a session of the core as the product does: worker thread and log file included.

    It is over when `SessionFinished` is in the file. Forcing the file to the disk, ending the
    thread and removing the file come after that, in the function that is returned.
    """
    profile = Profile(
        name="bench",
        host="127.0.0.1",
        port=peer.port,
        tls=TlsMode.STARTTLS if peer.ca_file else TlsMode.NONE,
        ca_file=str(peer.ca_file or ""),
        ehlo_name="bench.lab.test",
        auth=False,
        sender=SENDER,
        recipients=(RECIPIENT,),
    )
    request = SessionRequest(profile=profile, stage=Stage.SEND, message=message)
    folder = tempfile.TemporaryDirectory(prefix="mailoscope-bench-")
    path = Path(folder.name) / "s.mailoscope.jsonl"
    log = new_log(request, path)
    runner = SessionRunner(request, log, services)
    finished = threading.Event()

    def follow(entry: Entry) -> None:
        if entry.event == _AT_THE_END:
            runner.post(Finish())
        elif isinstance(entry.event, SessionFinished):
            finished.set()

    log.subscribe(follow)
    runner.post(RunToEnd())
    runner.start()
    if not finished.wait(600):
        raise RuntimeError("the session did not end")

    def clear_up() -> None:
        if not runner.join(60) or log[-1].event != SessionFinished(outcome="done"):
            raise RuntimeError(f"the session failed: {load_session(path).entries[-6:]}")
        folder.cleanup()

    return clear_up


def with_smtplib(peer: Peer, message: PreparedMessage, shared: ssl.SSLContext | None) -> None:
    """Send with the standard library; it wants the whole message in memory."""
    with smtplib.SMTP("127.0.0.1", peer.port, local_hostname="bench.lab.test") as client:
        client.ehlo()
        if shared is not None:
            client.starttls(context=shared)
            client.ehlo()
        client.mail(SENDER)
        client.rcpt(RECIPIENT)
        client.data(message.path.read_bytes())


def with_aiosmtplib(peer: Peer, message: PreparedMessage, shared: ssl.SSLContext | None) -> None:
    """Send with aiosmtplib."""
    import aiosmtplib

    async def send() -> None:
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=peer.port,
            local_hostname="bench.lab.test",
            start_tls=False,
            use_tls=False,
        )
        await client.connect()
        await client.ehlo()
        if shared is not None:
            await client.starttls(tls_context=shared)
            await client.ehlo()
        await client.mail(SENDER)
        await client.rcpt(RECIPIENT)
        await client.data(message.path.read_bytes())
        await client.quit()

    asyncio.run(send())


def floor(peer: Peer, wire: Path, shared: ssl.SSLContext | None) -> None:
    """Do the least that sends a message: a bare socket, `wire` already stuffed and ended."""
    sock = socket.create_connection(("127.0.0.1", peer.port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def expect(code: bytes) -> None:
        data = b""
        while not (data.endswith(b"\n") and data[data.rfind(b"\n", 0, -1) + 4 :][:1] != b"-"):
            piece = sock.recv(65536)
            if not piece:
                raise RuntimeError("closed")
            data += piece
        if not data.startswith(code):
            raise RuntimeError(data.decode("latin-1"))

    def say(line: bytes, code: bytes) -> None:
        sock.sendall(line + b"\r\n")
        expect(code)

    expect(b"220")
    say(b"EHLO bench.lab.test", b"250")
    if shared is not None:
        say(b"STARTTLS", b"220")
        sock = shared.wrap_socket(sock, server_hostname="127.0.0.1")
        say(b"EHLO bench.lab.test", b"250")
    say(b"MAIL FROM:<" + SENDER.encode() + b">", b"250")
    say(b"RCPT TO:<" + RECIPIENT.encode() + b">", b"250")
    say(b"DATA", b"354")
    with wire.open("rb") as file:
        while chunk := file.read(CHUNK):
            sock.sendall(chunk)
    expect(b"250")
    say(b"QUIT", b"221")
    sock.close()
