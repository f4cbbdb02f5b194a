"""Mail transactions: the ordinary answers to MAIL, RCPT, DATA, BDAT and the final dot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailoscope_core.practice.body import BodyReader, CountReader, DotReader, Nowhere
from mailoscope_core.practice.envelope import Envelope, Path, is_address, parse_path
from mailoscope_core.practice.mailstore import LabMessage, MailStore, Spool
from mailoscope_core.practice.spec import ServerSpec


@dataclass(slots=True)
class Client:
    """What the server knows of the other side."""

    connection: int
    peer: str
    ehlo: str = ""
    esmtp: bool = False
    tls: bool = False
    user: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An ordinary reply: its id and what fills its placeholders."""

    reply: str
    values: Mapping[str, str] = field(default_factory=dict)


class Transaction:
    """The envelope and the body under way; knows the order of commands (RFC 5321 section 4.1.4)."""

    def __init__(self, spec: ServerSpec, store: MailStore, client: Client) -> None:
        self._spec = spec
        self._store = store
        self._client = client
        self._envelope: Envelope | None = None
        self._spool: Spool | None = None
        self._chunk: Answer | None = None
        self._stuffed = True
        self._bare_lf = 0
        self.reader: BodyReader | None = None
        self.last_chunk = False

    @property
    def open(self) -> bool:
        """Whether a sender was accepted."""
        return self._envelope is not None

    @property
    def sender(self) -> str:
        """The envelope sender, "" without one."""
        return self._envelope.sender.address if self._envelope else ""

    def reset(self) -> None:
        """Forget everything: RSET, EHLO, STARTTLS, the end of a transaction or connection."""
        if self._spool is not None:
            self._store.discard(self._spool)
        self._envelope = self._spool = self._chunk = self.reader = None

    def mail(self, argument: str) -> Answer:
        """Answer MAIL."""
        if not self._client.ehlo:
            return Answer("mail-before-helo")
        if self._envelope is not None:
            return Answer("mail-nested")
        path = parse_path(argument, "FROM")
        if path is None:
            return Answer("mail-syntax")
        if path.address and not is_address(path.address):
            return Answer("mail-bad-sender")
        if self._spec.auth_required and not self._client.user:
            return Answer("auth-required")
        refusal = self._parameters(path, self._mail_parameters()) or self._size(path)
        refusal = refusal or self._ascii(path, path)
        if refusal is None and self._spec.own_sender_only and path.address != self._client.user:
            values = {"address": path.address, "user": self._client.user}
            refusal = Answer("sender-not-owned", values)
        if refusal is not None:
            return refusal
        self._envelope = Envelope(path)
        return Answer("mail-ok", {"address": path.address})

    def rcpt(self, argument: str) -> Answer:
        """Answer RCPT."""
        envelope = self._envelope
        if envelope is None or self._spool is not None:
            return Answer("rcpt-before-mail")
        path = parse_path(argument, "TO")
        if path is None:
            return Answer("rcpt-syntax")
        refusal = self._recipient(path, envelope)
        if refusal is not None:
            envelope.refused += 1
            return refusal
        envelope.recipients.append(path.address)
        return Answer("rcpt-ok", {"address": path.address})

    def data(self) -> Answer:
        """Answer DATA; after a good answer `reader` takes the body."""
        if self._spool is not None:
            return Answer("data-after-bdat")
        refusal = self._no_recipient()
        if refusal is not None:
            return refusal
        self._spool = self._store.spool(self._spec.size_limit)
        self._stuffed, self.last_chunk = True, True
        self.reader = DotReader(self._spool, count_bare_lf=self._spec.bare_lf == "refuse")
        return Answer("data-go")

    def bdat(self, argument: str) -> Answer | None:
        """Prepare for the octets of BDAT, which come in any case; an Answer is a syntax error.

        Whatever there is to refuse is said after them (RFC 3030 section 2).
        """
        words = argument.split()
        size = words[0] if words else ""
        last = len(words) == 2 and words[1].upper() == "LAST"
        if not (size.isascii() and size.isdigit() and len(size) < 13) or len(words) > 1 + last:
            return Answer("bdat-syntax")
        self.last_chunk = last
        self._chunk = self._no_recipient()
        if self._chunk is None and self._spool is None:
            self._spool = self._store.spool(self._spec.size_limit)
            self._stuffed = False
        sink = Nowhere() if self._chunk is not None or self._spool is None else self._spool
        self._chunk = self._chunk or Answer("bdat-chunk", {"size": size})
        self.reader = CountReader(sink, int(size))
        return None

    def chunk(self) -> Answer:
        """Answer a BDAT that is not the last, its octets taken."""
        self.reader = None
        return self._chunk or Answer("bdat-syntax")

    def finish(self) -> Answer:
        """Answer the end of the body: the message is kept or refused, the transaction is over."""
        if isinstance(self.reader, DotReader):
            self._bare_lf = self.reader.bare_lf
        envelope, spool, self.reader = self._envelope, self._spool, None
        if envelope is None or spool is None:
            return self._chunk or Answer("data-before-mail")
        size = str(spool.size)
        if spool.too_big:
            return Answer("too-big", {"size": size, "limit": str(self._spec.size_limit)})
        if self._spec.bare_lf == "refuse" and self._bare_lf:
            return Answer("bare-lf", {"size": str(self._bare_lf)})
        queue_id = self._store.next_id()
        self._spool = None
        self._store.add(
            spool,
            LabMessage(
                queue_id=queue_id,
                connection=self._client.connection,
                sender=envelope.sender.address,
                recipients=tuple(envelope.recipients),
                user=self._client.user,
                tls=self._client.tls,
                path=spool.target.path,
                offset=spool.offset,
                wire_size=spool.size,
                stuffed=self._stuffed,
            ),
        )
        return Answer("queued", {"queue_id": queue_id, "size": size})

    def _no_recipient(self) -> Answer | None:
        if self._envelope is None:
            return Answer("data-before-mail")
        if self._envelope.recipients:
            return None
        return Answer("data-no-recipient" if self._envelope.refused else "data-before-rcpt")

    def _recipient(self, path: Path, envelope: Envelope) -> Answer | None:
        values = {"address": path.address}
        if not is_address(path.address):
            return Answer("rcpt-bad-address", values)
        allowed = {"NOTIFY", "ORCPT"} if "DSN" in self._spec.extensions else set()
        refusal = self._parameters(path, allowed) or self._ascii(path, envelope.sender)
        if refusal is not None:
            return refusal
        if len(envelope.recipients) >= self._spec.max_recipients:
            return Answer("rcpt-too-many", values)
        postmaster = path.address.lower() == "postmaster"
        domains = self._spec.domains
        local = postmaster or path.domain in domains or "*" in domains
        if not local and not self._client.user:
            return Answer("relay-denied", values)
        mailboxes = self._spec.mailboxes
        if local and mailboxes and not postmaster and path.address.lower() not in mailboxes:
            return Answer("rcpt-unknown", values)
        return None

    def _mail_parameters(self) -> set[str]:
        spec = self._spec
        allowed = {"SIZE"} if spec.size_advertised else set()
        if "8BITMIME" in spec.extensions:
            allowed.add("BODY")
        if "SMTPUTF8" in spec.extensions:
            allowed.add("SMTPUTF8")
        if "DSN" in spec.extensions:
            allowed |= {"RET", "ENVID"}
        if spec.mechanisms:
            allowed.add("AUTH")
        return allowed

    def _parameters(self, path: Path, allowed: set[str]) -> Answer | None:
        for key, value in path.parameters.items():
            known = self._client.esmtp and key in allowed
            if not known or (key == "BODY" and value.upper() not in {"7BIT", "8BITMIME"}):
                return Answer("parameter-unknown", {"address": key})
        return None

    def _size(self, path: Path) -> Answer | None:
        size = path.parameters.get("SIZE")
        if size is None:
            return None
        if not (size.isascii() and size.isdigit() and len(size) <= 20):
            return Answer("mail-syntax")
        if int(size) > self._spec.size_limit:
            return Answer("too-big-declared", {"limit": str(self._spec.size_limit)})
        return None

    def _ascii(self, path: Path, sender: Path) -> Answer | None:
        """Refuse a non-ASCII address unless MAIL asked for SMTPUTF8 (RFC 6531 section 3.5)."""
        if path.address.isascii() or "SMTPUTF8" in sender.parameters:
            return None
        return Answer("smtputf8-needed")
