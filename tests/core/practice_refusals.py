"""What brings a refusal about, for the scenarios that are one refusal at one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tests.core.practice_probe import b64

HELLO, MAIL, RCPT = "EHLO client.lab.test", "MAIL FROM:<lab@lab.test>", "RCPT TO:<friend@lab.test>"
FOREIGN = "RCPT TO:<someone@example.org>"
DOT = "."
"""As a line: the body of a message with its final dot."""
PLAIN = "AUTH PLAIN " + b64("\0lab@lab.test\0lab-password")


@dataclass(frozen=True)
class Refusal:
    """Lines that a client says from `begin` on; the last one gets `reply`, the others are good."""

    scenario: str
    lines: tuple[str, ...]
    reply: bytes
    begin: Literal["connected", "greeted", "secure", "logged-in"] = "logged-in"


MESSAGE = (MAIL, RCPT, "DATA", DOT)
_SAID = (
    Refusal("antivirus-proxy", (MAIL,), b"451 Request action aborted on MFE proxy"),
    Refusal("helo-localhost", ("EHLO localhost",), b"421-4.7.0 Try again later", "connected"),
    Refusal("helo-localhost", (HELLO,), b"250", "connected"),
    Refusal("helo-own-name", ("EHLO mail.lab.test", MAIL, RCPT), b"550 5.7.506 ", "connected"),
    Refusal("helo-own-name", (MAIL, RCPT), b"250 ", "greeted"),
    Refusal("protocol-sync", (HELLO,), b"554 5.5.0 Error: SMTP protocol sync", "connected"),
    Refusal("sasl-malformed", (PLAIN,), b"501 5.5.2 Cannot Decode response", "secure"),
    Refusal("sasl-malformed:xoauth2", (PLAIN,), b"501 5.5.124 ", "secure"),
    Refusal("auth-needs-tls", (HELLO, PLAIN), b"538 5.7.11 Encryption required", "connected"),
    Refusal("auth-needs-tls:530", (HELLO, PLAIN), b"530 5.7.11 Encryption", "connected"),
    Refusal("auth-needs-tls", (PLAIN,), b"235 ", "secure"),
    Refusal("auth-not-available", (PLAIN,), b"503 5.5.1 AUTH not available", "secure"),
    Refusal("web-login", (PLAIN,), b"534-5.7.14 Please log in via your web browser", "secure"),
    Refusal("auth-mechanism-refused", ("AUTH CRAM-MD5",), b"504 5.7.4 ", "secure"),
    Refusal("auth-mechanism-refused", (PLAIN,), b"235 ", "secure"),
    Refusal("tenant-attribution", (MAIL, FOREIGN), b"550 5.7.64 TenantAttribution;", "greeted"),
    Refusal("tenant-attribution:domain", (MAIL, FOREIGN), b"550 5.4.1 Relay", "greeted"),
    Refusal("sender-domain", ("MAIL FROM:<root@web.internal>", RCPT), b"450 4.1.8 <root@web.int"),
    Refusal("sender-domain:550", ("MAIL FROM:<root@web.internal>", RCPT), b"550 5.1.8 <root@web"),
    Refusal("sender-domain", (MAIL, RCPT), b"250 "),
    Refusal("syntax-refused", (MAIL,), b"501 5.1.7 "),
    Refusal("syntax-refused:brackets", (MAIL,), b"555 5.5.2 "),
    Refusal("syntax-refused:command", (MAIL,), b"501 5.5.4 Syntax: MAIL FROM:<address>"),
    Refusal("syntax-refused:size", (MAIL,), b"501 5.5.4 Invalid SIZE"),
    Refusal("blocklist-resolver", (MAIL, RCPT), b"554 5.7.1 Service unavailable; ", "greeted"),
    Refusal("ptr-missing", (MAIL, RCPT), b"550 5.7.25 ", "greeted"),
    Refusal("ptr-missing:ipv6", (MAIL, RCPT), b"550 5.7.1 [127.0.0.1] This message", "greeted"),
    Refusal("multiple-domains", (MAIL, RCPT, FOREIGN), b"451-4.3.0 Multiple destination domains"),
    Refusal("multiple-domains", (MAIL, FOREIGN), b"250 "),
    Refusal("null-mx", (MAIL, FOREIGN), b"556 5.1.10 <someone@example.org>: "),
    Refusal("null-mx:521", (MAIL, FOREIGN), b"521 5.1.10 "),
    Refusal("spf-refused", MESSAGE, b"550 5.7.23 ", "greeted"),
    Refusal("spf-refused:dkim", MESSAGE, b"550 5.7.20 ", "greeted"),
    Refusal("spf-refused:level", MESSAGE, b"550 5.7.515 ", "greeted"),
    Refusal("attachment-refused", MESSAGE, b"552-5.7.0 "),
    Refusal("header-refused", MESSAGE, b"550 5.7.1 Messages missing a valid messageId"),
    Refusal("header-refused:fields", MESSAGE, b"550 5.7.512 "),
    Refusal("ses-sandbox", MESSAGE, b"554 Message rejected: Email address is not verified."),
    Refusal("quota-exceeded", MESSAGE, b"550 5.4.5 Daily"),
    Refusal("quota-exceeded:peak", MESSAGE, b"450 4.2.1 Peak"),
    Refusal("quota-exceeded:submission", MESSAGE, b"554 5.2.2 Submission quota exceeded"),
    Refusal("account-restricted", MESSAGE, b"550 5.1.8 Access denied, bad outbound sender"),
    Refusal("mail-loop", MESSAGE, b"554 5.4.6 Too many hops"),
    Refusal("mail-loop:loop", MESSAGE, b"554 5.4.14 Hop count exceeded"),
    Refusal("banned-here", (), b"554 5.7.1 127.0.0.1 is temporarily banned", "connected"),
)


def _by_scenario() -> dict[str, tuple[Refusal, ...]]:
    found: dict[str, tuple[Refusal, ...]] = {}
    for each in _SAID:
        name = each.scenario.partition(":")[0]
        found[name] = (*found.get(name, ()), each)
    return found


REFUSALS: Mapping[str, tuple[Refusal, ...]] = MappingProxyType(_by_scenario())
