"""Folds a session's log into observations: what was refused, failed or is worth a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailoscope_core.knowledge import notices
from mailoscope_core.knowledge.attempt import STEP_OF_VERB, Attempt, decoded_challenge
from mailoscope_core.knowledge.observation import Observation
from mailoscope_core.knowledge.vendors import Evidence, Vendors
from mailoscope_core.record.events import (
    AttemptStarted,
    BodySent,
    CapabilitiesSeen,
    CertificateFacts,
    Connected,
    ConnectFailed,
    ConnectionClosed,
    ConnectStarted,
    DeadlinePassed,
    EhloNameChosen,
    Entry,
    Header,
    LineSent,
    LookupFailed,
    MessagePrepared,
    NamesDiffer,
    NamesFound,
    ReplyReceived,
    StepStarted,
    Surprise,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
)

NOT_SMTP_DEFECTS = frozenset({"no-code", "missing-space", "nul", "long-line", "endless"})
OTHER_DEFECTS = frozenset({"mixed-codes", "incomplete", "code-out-of-range"})


class Observer:
    """A fold over the entries of one log; `observations` may still change while it is fed.

    A deadline that a late reply has overtaken and an address that was replaced by the next one are
    marked `recovered` when that becomes known.
    """

    def __init__(self, vendors: Vendors, header: Header | None = None) -> None:
        self._vendors = vendors
        self._header = header
        self._kinds: dict[str, str] = {}
        self._attempt = Attempt.begin(1, header)
        self._login_refused = False
        self._mx_vendor: str | None = None
        self.observations: list[Observation] = []

    @property
    def vendor(self) -> str | None:
        """Whose server the present attempt talks to, as far as it has shown."""
        return self._attempt.vendor

    def feed(self, entry: Entry) -> None:
        """Take one entry of the log into account."""
        now, event, seq = self._attempt, entry.event, entry.seq
        match event:
            case StepStarted():
                self._kinds[event.step] = event.kind
                now.step = _step(event.kind)
            case AttemptStarted():
                if event.number > 1:
                    self._attempt = Attempt.begin(event.number, self._header, now)
            case EhloNameChosen():
                now.ehlo_name = event.name
            case LookupFailed():
                params = now.params(host=event.host, detail=event.detail)
                self._add(seq, f"lookup-failed/{event.kind}", "dns", event.detail, params)
            case NamesFound():
                self._recover("lookup-failed/")
                if event.source == "mx":
                    self._mx_vendor = self._vendors.of_hosts(_mx_hosts(event.addresses))
            case NamesDiffer():
                params = {
                    "host": event.host,
                    "names": ", ".join(event.os_addresses),
                    "others": ", ".join(event.dns_addresses),
                }
                self._add(seq, "names-differ", "dns", "", params)
            case ConnectStarted():
                now.host, now.address, now.port = event.host, event.address, str(event.port)
            case Connected():
                now.host, now.address, now.port = event.host, event.address, str(event.port)
                now.connected = True
                self._note_vendor(self._vendors.of_host(event.host), Evidence.HOST)
                self._note_vendor(self._mx_vendor, Evidence.MX)
                self._recover("connect-failed/")
                self._recover("deadline-passed/connect")
            case ConnectFailed():
                self._recover("deadline-passed/connect")
                self._add_connect_failed(seq, event)
            case TlsStarted():
                now.server_name, now.mode = event.server_name, event.mode
            case TlsEstablished():
                now.tls = True
                self._recover("deadline-passed/tls")
                self._note_certificate(event.chain)
                if not event.verified:
                    params = now.params()
                    self._add(seq, "tls-established/unverified", "tls", "", params)
            case TlsFailed():
                self._recover("deadline-passed/tls")
                self._note_certificate(event.chain)
                self._add_tls_failed(seq, event)
            case LineSent():
                now.note_line(event.verb, event.text)
                notice = notices.of_line(event, now)
                self._add_notice(seq, notice)
            case ReplyReceived():
                self._take_reply(seq, event)
            case CapabilitiesSeen():
                now.capabilities[event.phase] = event
                for notice in notices.of_capabilities(event, now):
                    self._add_notice(seq, notice)
            case MessagePrepared():
                now.message_size, now.message_8bit = event.size, event.needs_8bit
            case BodySent():
                now.body_sent = True
            case Surprise():
                self._add_surprise(seq, event)
            case DeadlinePassed():
                self._add_deadline(seq, event)
            case ConnectionClosed():
                self._take_close(seq, event)
            case _:
                pass

    # --- single events ------------------------------------------------------------------------

    def _add_connect_failed(self, seq: int, event: ConnectFailed) -> None:
        now = self._attempt
        loopback = event.address.startswith("127.") or event.address == "::1"
        params = now.params(
            address=event.address,
            host=event.host,
            port=str(event.port),
            detail=event.detail,
            loopback="yes" if loopback else "no",
            ipv6="yes" if ":" in event.address else "no",
            refused_before="yes" if self._login_refused else "no",
        )
        self._add(seq, f"connect-failed/{event.kind}", "connect", event.detail, params)

    def _add_tls_failed(self, seq: int, event: TlsFailed) -> None:
        now = self._attempt
        leaf = event.chain[0] if event.chain else None
        params = now.params(
            server_name=event.server_name or now.server_name,
            detail=event.detail,
            first_bytes=event.first_bytes.strip(),
            alert=event.alert or "",
            mode=now.mode,
            names=", ".join((*leaf.dns_names, *leaf.ip_addresses)) if leaf else "",
            not_before=leaf.not_before if leaf else "",
            not_after=leaf.not_after if leaf else "",
            issuer=leaf.issuer if leaf else "",
        )
        text = f"{event.detail} {event.alert or ''} {event.first_bytes}"
        self._add(seq, f"tls-failed/{event.kind}", "tls", text, params)

    def _add_surprise(self, seq: int, event: Surprise) -> None:
        step = self._step_of(event.step) or self._attempt.step
        offered = event.params.get("offered") or self._attempt.offered_mechanisms()
        params = self._attempt.params(**{**event.params, "offered": offered})
        said = event.params.get("detail", "")
        if event.rule == "sasl-error-detail":
            self._attempt.challenge = said
        self._add(seq, f"surprise/{event.rule}", step, said, params)

    def _add_deadline(self, seq: int, event: DeadlinePassed) -> None:
        now = self._attempt
        step = self._step_of(event.step) or now.step
        params = now.params(
            seconds=f"{event.seconds:.0f}",
            mode=now.mode,
            refused_before="yes" if self._login_refused else "no",
        )
        self._add(seq, f"deadline-passed/{step or event.what}", step, "", params)

    def _take_close(self, seq: int, event: ConnectionClosed) -> None:
        now = self._attempt
        silent = event.by == "us" or now.quit_sent or now.goodbye
        if not silent and not (now.body_sent and now.step not in ("body-end", "data")):
            step = self._step_of(event.step) or now.step
            where = "data" if step == "body-end" and not now.body_sent else step
            params = now.params(verb=event.pending or "", mode=now.mode, detail=event.detail)
            if not now.greeted:
                params["greeted"] = "no"
            self._add(seq, f"connection-closed/{event.by}", where, event.detail, params)
        now.connected = False

    # --- replies ------------------------------------------------------------------------------

    def _take_reply(self, seq: int, event: ReplyReceived) -> None:
        now = self._attempt
        step = self._reply_step(event)
        text = "\n".join(event.lines)
        self._recover_deadline(step)
        if step in ("greeting", "ehlo"):
            self._note_vendor(self._vendors.of_banner(text), Evidence.GREETING)
        self._note_vendor(self._vendors.of_reply(text), Evidence.REPLY)
        for defect in event.defects:
            if defect in NOT_SMTP_DEFECTS or defect in OTHER_DEFECTS:
                params = now.params(text=text[:200])
                self._add(seq, f"defect/{defect}", step, text, params, code=event.code)
        for notice in notices.of_reply(event, step, now):
            self._add_notice(seq, notice)
        self._note_progress(event, step)
        if event.code is None or not 400 <= event.code < 600:
            return
        said = f"{text}\n{now.challenge}" if step == "auth" and now.challenge else text
        self.observations.append(
            Observation(
                kind="reply",
                step=step,
                verb=event.verb,
                code=event.code,
                enhanced=event.enhanced,
                text=said,
                tls=now.tls,
                authenticated=now.authenticated,
                vendor=now.vendor,
                earlier=now.earlier_step(step, text),
                attempt=now.number,
                params=now.params(text=text, detail=now.challenge),
                evidence=(seq,),
            )
        )
        now.last_refused = step
        self._login_refused = self._login_refused or (step == "auth" and event.code == 535)
        now.goodbye = now.goodbye or event.code in (421, 521) or step == "greeting"

    def _note_progress(self, event: ReplyReceived, step: str | None) -> None:
        now, code = self._attempt, event.code or 0
        if step == "greeting":
            now.greeted = True
        if code == 235:
            now.authenticated = True
        elif code == 334 and step == "auth" and event.lines:
            now.challenge = decoded_challenge(event.lines[-1]) or now.challenge
        if 200 <= code < 400 and step == now.last_refused and step != "rcpt":
            now.last_refused = None

    def _reply_step(self, event: ReplyReceived) -> str | None:
        now = self._attempt
        step: str | None
        if event.step is not None and (known := self._step_of(event.step)) is not None:
            step = known
        elif event.verb is not None and event.verb.upper() in STEP_OF_VERB:
            return STEP_OF_VERB[event.verb.upper()]
        else:
            step = now.step or ("greeting" if not now.greeted else None)
        return STEP_OF_VERB.get((event.verb or "").upper(), step) if step == "raw" else step

    # --- whose server it is -------------------------------------------------------------------

    def _note_vendor(self, vendor: str | None, found_in: Evidence) -> None:
        if vendor is not None:
            self._attempt.note_vendor(vendor, self._vendors.weight(vendor, found_in))

    def _note_certificate(self, chain: Sequence[CertificateFacts]) -> None:
        if chain:
            leaf = chain[0]
            vendor = self._vendors.of_certificate(leaf.subject, leaf.issuer, leaf.dns_names)
            self._note_vendor(vendor, Evidence.CERTIFICATE)

    # --- bookkeeping --------------------------------------------------------------------------

    def _step_of(self, step_id: str | None) -> str | None:
        if step_id is None:
            return None
        return _step(self._kinds.get(step_id, step_id.partition("-")[0]))

    def _add(
        self,
        seq: int,
        kind: str,
        step: str | None,
        text: str,
        params: Mapping[str, str],
        code: int | None = None,
    ) -> None:
        now = self._attempt
        self.observations.append(
            Observation(
                kind=kind,
                step=step,
                code=code,
                text=text,
                tls=now.tls,
                authenticated=now.authenticated,
                vendor=now.vendor,
                earlier=now.last_refused,
                attempt=now.number,
                params=params,
                evidence=(seq,),
            )
        )

    def _add_notice(self, seq: int, notice: notices.Notice | None) -> None:
        if notice is not None:
            params = self._attempt.params(**notice.params)
            self._add(seq, notice.kind, notice.step, notice.text, params)

    def _recover(self, prefix: str) -> None:
        """Mark this attempt's observations of a kind as overcome."""
        for place, seen in enumerate(self.observations):
            if seen.kind.startswith(prefix) and seen.attempt == self._attempt.number:
                self.observations[place] = replace(seen, recovered=True)

    def _recover_deadline(self, step: str | None) -> None:
        if step:
            self._recover(f"deadline-passed/{step}")


def _step(kind: str) -> str:
    """Return a step's name as findings use it: HELO counts as EHLO."""
    return {"helo": "ehlo", "body": "body-end"}.get(kind, kind)


def _mx_hosts(addresses: Sequence[str]) -> Iterator[str]:
    """Yield the hosts of MX answers, with or without their preference."""
    for answer in addresses:
        if words := answer.split():
            yield words[-1]
