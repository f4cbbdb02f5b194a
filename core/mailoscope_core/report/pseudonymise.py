"""A session with pseudonyms: its header, entries and findings, and what was replaced."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.record.events import (
    CapabilitiesSeen,
    CertificateFacts,
    ConnectStarted,
    EhloNameChosen,
    Entry,
    EnvironmentNoted,
    Header,
    LineSent,
    LoginTried,
    LookupStarted,
    MessagePrepared,
    NamesFound,
    ReplyReceived,
    SecretNeeded,
    StepRecord,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
)
from mailoscope_core.report.pseudonyms import Pseudonyms, Replacement
from mailoscope_core.report.recipients import path_of

S = TypeVar("S", bound=msgspec.Struct)

WITHHELD = "‹withheld›"
CHALLENGE = "‹challenge›"

# Words of the log itself: ids that the views tell apart, never server text.
_IDS = frozenset(
    {"alert", "breakpoint", "by", "cipher", "code", "control", "defects", "enhanced", "how", "id"}
    | {"key", "kind", "mechanism", "not_after", "not_before", "outcome", "phase", "reason", "rule"}
    | {"sha256", "signature", "step", "verb", "version", "why"}
)
_COMMANDS = re.compile(
    r"^\s*(?:EHLO|HELO|MAIL FROM:|RCPT TO:|VRFY|EXPN|AUTH|[A-Z]{4,8})(?=\s|<|$)\s*", re.IGNORECASE
)
# The prompts of AUTH LOGIN ("Username:", "Password:"), the only challenges that name nobody.
_PLAIN_CHALLENGES = frozenset({"VXNlcm5hbWU6", "UGFzc3dvcmQ6", ""})
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])")
_NAMES_IN_SUBJECT = re.compile(
    r"(?:^|,)\s*(?P<attribute>[A-Za-z]+)\s*=\s*(?P<value>(?:\\.|[^,\\])+)"
)
_CODE = re.compile(r"\d{3}[ -]")
_PROXY_HOST = re.compile(r"=(?:\w+://)?\[?([^\s:,/\]]+)")
_ORGANISATION = frozenset({"O", "OU", "L", "ST", "STREET", "POSTALCODE", "SERIALNUMBER"})


@dataclass(frozen=True, slots=True)
class Pseudonymised:
    """A session that can be shown to strangers, and the list for the preview."""

    header: Header
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    replacements: tuple[Replacement, ...]


def pseudonymise(
    header: Header,
    entries: Sequence[Entry],
    findings: Sequence[Finding] = (),
    *,
    keep: Iterable[str] = (),
) -> Pseudonymised:
    """Return the session with every address, host, EHLO name, Message-ID and IP replaced."""
    names = Pseudonyms(keep)
    _learn_header(names, header)
    for entry in entries:
        _learn_event(names, entry.event)
    writer = _Rewriter(names)
    return Pseudonymised(
        writer.header(header),
        tuple(writer.entry(entry) for entry in entries),
        tuple(writer.struct(finding) for finding in findings),
        names.replacements,
    )


def _learn_header(names: Pseudonyms, header: Header) -> None:
    facts = header.settings
    for field in ("host", "server_name", "ehlo_name"):
        names.learn("host", facts.get(field, ""))
    _learn_user(names, facts.get("user", ""))
    for address in (facts.get("sender", ""), *facts.get("recipients", "").split(",")):
        names.learn("address", address)


def _learn_user(names: Pseudonyms, user: str) -> None:
    names.learn("address" if "@" in user else "user", user)


def _learn_event(names: Pseudonyms, event: object) -> None:
    match event:
        case EhloNameChosen(name=host) | CapabilitiesSeen(greeting_name=host):
            names.learn("host", host)
        case LookupStarted(host=host) | ConnectStarted(host=host) | TlsStarted(server_name=host):
            names.learn("host", host)
        case NamesFound():
            for name in (event.host, *event.addresses):
                names.learn("host", name)
        case LineSent(verb="mail" | "rcpt", text=text):
            names.learn("address", path_of(text))
        case LineSent(verb="ehlo" | "helo", text=text):
            names.learn("host", text.partition(" ")[2])
        case LoginTried(user=user) | SecretNeeded(user=user):
            _learn_user(names, user)
        case MessagePrepared(message_id=message_id):
            names.learn("message-id", message_id.strip("<> "))
        case EnvironmentNoted(facts=facts):
            for found in _PROXY_HOST.finditer(facts.get("proxy", "")):
                names.learn("host", found[1])
        case TlsEstablished(chain=chain) | TlsFailed(chain=chain):
            for certificate in chain[:1]:
                _learn_certificate(names, certificate)


def _learn_certificate(names: Pseudonyms, leaf: CertificateFacts) -> None:
    for host in leaf.dns_names:
        names.learn("host", host.removeprefix("*."))
    for found in _NAMES_IN_SUBJECT.finditer(leaf.subject):
        attribute, value = found["attribute"].upper(), found["value"].strip()
        if attribute == "CN":
            names.learn("host", value.removeprefix("*."))
        elif attribute in _ORGANISATION:
            names.learn("organisation", value)


class _Rewriter:
    """Rebuilds structs with their texts replaced, field by field."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names

    def header(self, header: Header) -> Header:
        """Return the header; the free words of title and profile name are left out."""
        settings = {key: self._text(value) for key, value in header.settings.items()}
        for field in ("host", "server_name", "ehlo_name"):
            if settings.get(field):
                settings[field] = self._names.name("host", header.settings[field])
        if settings.get("user"):
            settings["user"] = self._user(header.settings["user"])
        settings.pop("profile", None)
        change = header.change
        if change is not None:
            change = {key: self._text(value) for key, value in change.items()}
        title = settings.get("host", "")
        return msgspec.structs.replace(header, title=title, settings=settings, change=change)

    def entry(self, entry: Entry) -> Entry:
        """Return the entry with its event rewritten."""
        event: Any = entry.event
        match event:
            case LineSent():
                event = msgspec.structs.replace(event, text=self._line(event.text))
            case ReplyReceived():
                event = self._reply(event)
            case LoginTried() | SecretNeeded():
                event = msgspec.structs.replace(self.struct(event), user=self._user(event.user))
            case EhloNameChosen():
                event = msgspec.structs.replace(event, name=self._names.name("host", event.name))
            case CapabilitiesSeen():
                event = self._capabilities(event)
            case MessagePrepared():
                name = self._names.name("message-id", event.message_id.strip("<> "))
                message_id = f"<{name}>" if name else ""
                event = msgspec.structs.replace(self.struct(event), message_id=message_id)
            case _:
                event = self.struct(event)
        return msgspec.structs.replace(entry, event=event)

    def struct(self, struct: S) -> S:
        """Return a struct with the texts of all its fields replaced, ids excepted."""
        if isinstance(struct, StepRecord):
            if struct.line is None:
                return struct
            return msgspec.structs.replace(struct, line=self._line(struct.line))
        changes = {
            name: self._value(name, getattr(struct, name))
            for name in struct.__struct_fields__
            if name not in _IDS
        }
        if isinstance(struct, CertificateFacts) and not struct.is_ca:
            changes |= {"serial": WITHHELD, "sha256": WITHHELD}
        return msgspec.structs.replace(struct, **changes)

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            if name in ("host", "server_name"):
                return self._names.name("host", value)
            return self._text(value)
        if isinstance(value, msgspec.Struct):
            return self.struct(value)
        if isinstance(value, tuple):
            return tuple(self._value(name, item) for item in value)
        if isinstance(value, dict):
            return {key: self._parameter(key, item) for key, item in value.items()}
        return value

    def _parameter(self, key: str, value: str) -> str:
        if key in ("host", "server_name", "domain"):
            return self._names.name("host", value)
        return self._user(value) if key == "user" else self._text(value)

    def _user(self, user: str) -> str:
        return self._names.name("address" if "@" in user else "user", user)

    def _line(self, line: str) -> str:
        """Return a command line; its verb stays even where a machine is called like it."""
        verb = _COMMANDS.match(line)
        if verb is None:
            return self._text(line)
        argument = line[verb.end() :]
        if verb[0].strip().upper() in ("EHLO", "HELO"):
            return verb[0] + self._names.name("host", argument)
        return verb[0] + self._text(argument)

    def _reply(self, reply: ReplyReceived) -> ReplyReceived:
        if reply.code == 334 and not set(reply.lines) <= _PLAIN_CHALLENGES:
            return msgspec.structs.replace(
                reply, lines=(CHALLENGE,), raw=f"334 {CHALLENGE}\r\n".encode().decode("latin-1")
            )
        return msgspec.structs.replace(
            reply, lines=tuple(self._text(line) for line in reply.lines), raw=self._raw(reply.raw)
        )

    def _raw(self, raw: str) -> str:
        """Return raw bytes (one character a byte) with the names in their UTF-8 replaced, too."""
        try:
            text = raw.encode("latin-1").decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return self._text(raw)
        replaced = "".join(self._reply_line(line) for line in text.splitlines(keepends=True))
        return replaced.encode("utf-8", "surrogateescape").decode("latin-1")

    def _reply_line(self, line: str) -> str:
        """Return a line of a reply; its code is no part of the name that may follow it."""
        code = _CODE.match(line)
        return code[0] + self._text(line[code.end() :]) if code else self._text(line)

    def _capabilities(self, seen: CapabilitiesSeen) -> CapabilitiesSeen:
        keywords = tuple((word, self._text(parameters)) for word, parameters in seen.keywords)
        name = self._names.name("host", seen.greeting_name)
        return msgspec.structs.replace(seen, greeting_name=name, keywords=keywords)

    def _text(self, text: str) -> str:
        return _BASE64.sub(self._encoded, self._names.text(text))

    def _encoded(self, found: re.Match[str]) -> str:
        """Withhold base64 in server text that decodes to something with a name in it."""
        try:
            plain = base64.b64decode(found[0], validate=True).decode()
        except ValueError:
            return found[0]
        return found[0] if self._names.text(plain) == plain else WITHHELD
