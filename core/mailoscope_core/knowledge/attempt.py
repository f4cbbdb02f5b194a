"""What is known of one attempt of a session while its log is folded."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from mailoscope_core.knowledge.vendors import Evidence
from mailoscope_core.record.events import CapabilitiesSeen, Header

STEP_OF_VERB = {
    "EHLO": "ehlo",
    "HELO": "ehlo",
    "STARTTLS": "starttls",
    "AUTH": "auth",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "DATA": "data",
    "BDAT": "body-end",
    "QUIT": "quit",
    "RSET": "rset",
    "NOOP": "noop",
    "VRFY": "vrfy",
    "EXPN": "expn",
    "HELP": "help",
}


@dataclass(slots=True)
class Attempt:
    """The state of one connection as far as rules ask for it."""

    number: int = 1
    host: str = ""
    port: str = ""
    address: str = ""
    server_name: str = ""
    mode: str = ""
    tls: bool = False
    authenticated: bool = False
    vendor: str | None = None
    vendor_by: Evidence = Evidence.SOFTWARE_REPLY
    ehlo_name: str = ""
    user: str = ""
    step: str | None = None
    sender: str = ""
    recipient: str = ""
    connected: bool = False
    greeted: bool = False
    body_sent: bool = False
    quit_sent: bool = False
    goodbye: bool = False
    challenge: str = ""
    last_refused: str | None = None
    size_limit: int = 0
    message_size: int = 0
    message_8bit: bool = False
    capabilities: dict[str, CapabilitiesSeen] = field(default_factory=dict)

    @classmethod
    def begin(cls, number: int, header: Header | None, before: Attempt | None = None) -> Attempt:
        """Return the state at the beginning of an attempt, with what is known from elsewhere."""
        settings = header.settings if header is not None else {}
        return cls(
            number=number,
            host=settings.get("host", ""),
            port=settings.get("port", ""),
            server_name=settings.get("server_name", "") or settings.get("host", ""),
            user=settings.get("user", ""),
            ehlo_name=before.ehlo_name if before else settings.get("ehlo_name", ""),
            message_size=before.message_size if before else 0,
            message_8bit=before.message_8bit if before else False,
        )

    def params(self, **more: str) -> dict[str, str]:
        """Return what the words of a rule may name, without what is not known."""
        known = {
            "host": self.host,
            "port": self.port,
            "address": self.address,
            "server_name": self.server_name,
            "ehlo": self.ehlo_name,
            "user": self.user,
            "sender": self.sender,
            "recipient": self.recipient,
            "limit": str(self.size_limit) if self.size_limit else "",
            "size": str(self.message_size) if self.message_size else "",
        }
        return {name: value for name, value in {**known, **more}.items() if value}

    def note_vendor(self, vendor: str, by: Evidence) -> None:
        """Take a vendor over unless better evidence has named one; of equals the newest counts."""
        if self.vendor is None or by <= self.vendor_by:
            self.vendor, self.vendor_by = vendor, by

    def note_line(self, verb: str, text: str) -> None:
        """Take over what a sent line tells: the EHLO name, sender, recipient, QUIT."""
        verb = verb.upper()
        argument = text[len(verb) :].strip() if text.upper().startswith(verb) else text
        if verb in ("EHLO", "HELO") and argument:
            self.ehlo_name = argument.split()[0]
        elif verb == "MAIL":
            self.sender = _path(argument)
        elif verb == "RCPT":
            self.recipient = _path(argument)
        elif verb == "RSET":
            self.sender = self.recipient = ""
        elif verb == "QUIT":
            self.quit_sent = True

    def offered_mechanisms(self) -> str:
        """Return the mechanisms of the last EHLO reply, separated by blanks."""
        seen = self.capabilities.get("tls") or self.capabilities.get("clear")
        return next((given for word, given in seen.keywords if word == "AUTH"), "") if seen else ""

    def earlier_step(self, step: str | None, said: str) -> str | None:
        """Return the earlier step that a 503 at `step` complains about, as far as can be told."""
        if self.last_refused and self.last_refused != step:
            return self.last_refused
        words = said.casefold()
        if any(word in words for word in ("rcpt", "recipient")) and step != "rcpt":
            return "rcpt"
        if any(word in words for word in ("need mail", "mail first", "sender", "mail from")):
            return "mail" if step != "mail" else "ehlo"
        if any(word in words for word in ("ehlo", "helo", "hello")):
            return "ehlo"
        if "auth" in words and step != "auth":
            return "auth"
        return {"data": "rcpt", "body-end": "rcpt", "rcpt": "mail", "mail": "ehlo"}.get(step or "")


def decoded_challenge(text: str) -> str:
    """Return a 334's text decoded when it is base64 of something readable, else empty."""
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return decoded if decoded.isprintable() else ""


def _path(argument: str) -> str:
    """Return the address in `FROM:<a@b> SIZE=1`."""
    start, end = argument.find("<"), argument.find(">")
    return argument[start + 1 : end] if 0 <= start < end else ""
