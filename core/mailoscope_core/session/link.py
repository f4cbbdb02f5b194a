"""One attempt's connection and protocol machine, and their events in the log.

The link knows nothing of steps' meaning or of the user: it dials, secures, writes what the machine
lets pass and records what comes back, also while nobody waits for it.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from typing import Literal

from mailoscope_core.net.connection import (
    Closed,
    Injected,
    NetEvent,
    Opened,
    OpenFailed,
    Received,
    Secured,
    SecureFailed,
)
from mailoscope_core.net.tls import TrustSettings
from mailoscope_core.protocol.commands import Verb
from mailoscope_core.protocol.machine import Machine, ReplyEvent, SentLine, Violation
from mailoscope_core.protocol.reply import Reply
from mailoscope_core.record.events import (
    Connected,
    ConnectFailed,
    ConnectionClosed,
    ConnectStarted,
    LineSent,
    ReplyReceived,
    Surprise,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
)
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session.request import MAX_RECIPIENTS, Services, SessionRequest

_SHOWN_BYTES = 80
_CLOSING = 421
_CHUNKS = (Verb.BDAT, Verb.BURL)


class Link:
    """The connection of the current attempt; `begin` throws the last one away."""

    def __init__(self, request: SessionRequest, log: SessionLog, services: Services) -> None:
        self.request = request
        self.log = log
        self._services = services
        self.waker = services.waker()
        self.step: str | None = None
        self.copies: Literal["", "unanswered", "accepted"] = ""
        """Whether a message may already be on its way, over all attempts of the session."""
        self.machine = self._new_machine(frozenset())
        self.begin()

    def begin(self) -> None:
        """Start an attempt: a new machine, no connection; recipients count over all attempts."""
        self.machine = self._new_machine(self.machine.recipients)
        self.connection = self._services.connection()
        self.host = ""
        self.address = ""
        self.port = 0
        self.is_open = False
        self.is_closing = False
        self.local_address = ""
        self.replies: deque[tuple[ReplyReceived, Reply]] = deque()
        self.opened: Opened | OpenFailed | None = None
        self.secured: Secured | SecureFailed | None = None
        self.bytes_written = 0
        self._since = self._services.clock()

    @property
    def verified_tls(self) -> bool:
        """True while TLS stands with a certificate that was checked and good."""
        return isinstance(self.secured, Secured) and self.secured.verified and self.is_open

    @property
    def encrypted(self) -> bool:
        """True while TLS stands, verified or not."""
        return isinstance(self.secured, Secured) and self.is_open

    @property
    def on_loopback(self) -> bool:
        """True when the server runs on this machine."""
        try:
            return ipaddress.ip_address(self.address.partition("%")[0]).is_loopback
        except ValueError:
            return False

    def dial(self, host: str, address: str) -> None:
        """Begin to connect; `opened` is set when it is decided."""
        self.connection.close()
        self.connection = self._services.connection()
        self.host, self.address, self.port = host, address, self.request.profile.port
        self.opened = self.secured = None
        self.log.append(ConnectStarted(host=host, address=address, port=self.port))
        self._since = self._services.clock()
        self.connection.open(address, self.port)

    def give_up_dialling(self) -> None:
        """Stop waiting for the address that is being dialled and record that it was in vain."""
        self._dial_failed(OpenFailed("timeout", None, ""))

    def secure(self, server_name: str, mode: str) -> None:
        """Begin a handshake; `secured` is set when it is decided. Raises `UserError`."""
        trust = self._trust()
        context = self._services.build_context(trust)
        self.log.append(
            TlsStarted(
                mode="starttls" if mode == "starttls" else "implicit",
                server_name=server_name,
                trust=self._services.describe_trust(trust),
                verify=trust.verify,
            )
        )
        self._since = self._services.clock()
        self.connection.secure(context, server_name)

    def send(self, line: bytes, *, force: bool = False) -> SentLine:
        """Write a line; raises what `Machine.send` raises, and then nothing was written."""
        sent = self.machine.send(line, force=force)
        shown = sent.data.rstrip(b"\r\n").decode("latin-1")
        text = self.log.redactor.mask_spans(shown, sent.secret_spans)
        if not sent.secret_spans:
            text = _as_people_read(text)
        self.log.append(
            LineSent(
                verb=sent.verb.value,
                text=text,
                size=len(sent.data),
                step=self.step,
                redacted=bool(sent.secret_spans),
                forced=sent.forced,
            )
        )
        if sent.verb is Verb.BODY or (sent.verb in _CHUNKS and line.upper().endswith(b"LAST")):
            self.copies = "unanswered"
        self._write(sent.data)
        return sent

    def send_body(self, chunk: bytes) -> None:
        """Write a piece of the body; it is never logged."""
        self._write(chunk)

    def end_body(self, rest: bytes) -> None:
        """Write the end of the body, after which the server may take the message over."""
        if not self.replies:  # else the server has answered before it had all
            self.copies = "unanswered"
        self._write(rest)

    def body_sent(self) -> None:
        """Tell the machine that the body and its end are out."""
        self.machine.body_sent()
        self._since = self._services.clock()

    def drive(self, timeout_s: float | None) -> None:
        """Wait once for the network or a wake-up, then take in all that happened."""
        read, write = self.connection.wants
        self.waker.wait(self.connection.fileno(), read, write, timeout_s)
        for event in self.connection.advance():
            self._note(event)

    def settle(self) -> None:
        """The server has been silent for long: take what it said as complete as it is."""
        self._take(self.machine.settle())

    def close(self) -> None:
        """Close at once; recorded as ours if the connection stood."""
        if self.is_open:
            self._closed("us", "")
        self.connection.close()

    def _new_machine(self, earlier_recipients: frozenset[str]) -> Machine:
        return Machine(
            stage=self.request.stage,
            max_recipients=MAX_RECIPIENTS,
            already_sent_recipients=earlier_recipients,
        )

    def _trust(self) -> TrustSettings:
        profile = self.request.profile
        return TrustSettings(
            ca_file=profile.ca_file,
            client_certificate=profile.client_certificate,
            verify=self.request.verify_tls,
        )

    def _write(self, data: bytes) -> None:
        self._since = self._services.clock()
        self.bytes_written += len(data)
        self.connection.write(data)
        for event in self.connection.advance():
            self._note(event)

    def _note(self, event: NetEvent) -> None:
        match event:
            case Opened():
                self._note_opened(event)
            case OpenFailed():
                self._dial_failed(event)
            case Secured():
                self._note_secured(event)
            case SecureFailed():
                self._note_secure_failed(event)
            case Received():
                self._take(self.machine.receive(event.data))
            case Injected():
                sample = event.data[:_SHOWN_BYTES].decode("latin-1")
                params = {"size": str(len(event.data)), "text": sample}
                self._surprise("plaintext-after-starttls", params)
            case Closed():
                self._take(self.machine.eof())
                self._closed("reset" if event.reset else "server", event.detail)

    def _note_opened(self, event: Opened) -> None:
        self.opened = event
        self.is_open = True
        self.local_address = event.local_address
        self.log.append(
            Connected(
                host=self.host,
                address=self.address,
                port=self.port,
                local_address=event.local_address,
                local_port=event.local_port,
                ms=self._elapsed_ms(),
            )
        )

    def _dial_failed(self, event: OpenFailed) -> None:
        self.opened = event
        self.connection.close()
        self.log.append(
            ConnectFailed(
                host=self.host,
                address=self.address,
                port=self.port,
                kind=event.kind,
                errno=event.errno,
                detail=event.detail,
                ms=self._elapsed_ms(),
            )
        )

    def _note_secured(self, event: Secured) -> None:
        self.secured = event
        left_over = self.machine.tls_established()
        if left_over:
            sample = left_over[:_SHOWN_BYTES].decode("latin-1")
            params = {"size": str(len(left_over)), "text": sample}
            self._surprise("plaintext-after-starttls", params)
        facts = self._services.certificate_facts
        self.log.append(
            TlsEstablished(
                version=event.version,
                cipher=event.cipher,
                bits=event.bits,
                verified=event.verified,
                chain=tuple(facts(certificate.der) for certificate in event.chain),
                ms=self._elapsed_ms(),
            )
        )

    def _note_secure_failed(self, event: SecureFailed) -> None:
        self.secured = event
        facts = self._services.certificate_facts
        spoken = event.first_bytes[:_SHOWN_BYTES] if event.kind == "not-tls" else b""
        self.log.append(
            TlsFailed(
                kind=event.kind,
                detail=event.detail,
                verify_code=event.verify_code,
                alert=event.alert,
                first_bytes=spoken.decode("latin-1"),
                chain=tuple(facts(certificate.der) for certificate in event.chain),
                server_name=self.request.profile.server_name or self.host,
                ms=self._elapsed_ms(),
            )
        )
        self._closed("us", "tls")

    def _take(self, events: list[ReplyEvent | Violation]) -> None:
        for event in events:
            if isinstance(event, Violation):
                self._surprise(event.rule, event.params)
                continue
            logged = self._reply_event(event.reply, event.verb)
            self.log.append(logged)
            self._weigh(event)
            if event.verb is not None:
                self.replies.append((logged, event.reply))

    def _weigh(self, event: ReplyEvent) -> None:
        """Keep in mind what a reply means for everything that follows."""
        code = event.reply.code
        if code == _CLOSING:
            self.is_closing = True
        ends_message = event.verb is Verb.BODY or (event.verb in _CHUNKS and self.copies)
        if ends_message and code is not None and code // 100 in (2, 4, 5):
            self.copies = "accepted" if code // 100 == 2 else ""

    def _reply_event(self, reply: Reply, verb: Verb | None) -> ReplyReceived:
        # Both forms are cleaned here and not only by the log: breakpoints look at this event.
        return ReplyReceived(
            code=reply.code,
            enhanced=str(reply.enhanced) if reply.enhanced else None,
            lines=self.log.redactor.clean_lines(reply.texts),
            raw=self._clean_raw(reply),
            size=reply.size,
            verb=verb.value if verb else None,
            step=self.step if verb else None,
            defects=reply.defects,
            unsolicited=verb is None,
            ms=self._elapsed_ms(),
        )

    def _clean_raw(self, reply: Reply) -> str:
        """Return the reply as received, without secrets, also where codes stand between halves."""
        if len(reply.lines) > 1 and len(reply.raw) == sum(len(line.raw) for line in reply.lines):
            texts = tuple(line.text.decode("latin-1") for line in reply.lines)
            clean = self.log.redactor.clean_lines(texts)
            if clean != texts:
                return "".join(
                    masked.join(line.raw.decode("latin-1").rsplit(text, 1))
                    if text
                    else line.raw.decode("latin-1")
                    for line, text, masked in zip(reply.lines, texts, clean, strict=True)
                )
        return self.log.redactor.clean(reply.raw.decode("latin-1"))

    def _surprise(self, rule: str, params: dict[str, str]) -> None:
        self.log.append(Surprise(rule=rule, step=self.step, params=params))

    def _closed(self, by: str, detail: str) -> None:
        if not self.is_open:
            return
        self.is_open = False
        pending = self.machine.pending
        self.connection.close()
        self.log.append(
            ConnectionClosed(
                by="us" if by == "us" else "reset" if by == "reset" else "server",
                pending=pending[0].value if pending else None,
                step=self.step,
                detail=detail,
            )
        )

    def _elapsed_ms(self) -> float:
        return round((self._services.clock() - self._since) * 1000, 3)


def _as_people_read(text: str) -> str:
    """Return a latin-1 line as UTF-8 text where it is UTF-8 (SMTPUTF8, RFC 6531)."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text
