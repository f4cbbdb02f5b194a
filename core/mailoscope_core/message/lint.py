"""What is unusual about a message: rule ids with parameters, each with its RFC in the resources."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mailoscope_core.message.header_fields import Header
from mailoscope_core.message.inspection import Inspection, LineEndings

if TYPE_CHECKING:
    from mailoscope_core.message.prepared import PreparedMessage

# RFC 5322 section 2.1.1, and RFC 5321 section 4.5.3.1.6 with the CRLF counted.
MAX_LINE = 998
# Postfix cuts a field off behind its header_size_limit of this many octets (postconf(5)).
MAX_FIELD = 102_400

# RFC 5322 section 3.6: fields that must not occur twice.
_ONCE = (
    "Date",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A rule the message breaks; title, text and source are `lint.<rule>` of the resources.

    An `error` breaks a MUST, a `warning` is likely to be held against the message, a `note` is
    only worth knowing.
    """

    rule: str
    level: Literal["error", "warning", "note"]
    params: dict[str, str] = field(default_factory=dict, hash=False)


def lint_message(
    facts: Inspection, header: Header, endings: LineEndings, *, as_is: bool, lines_changed: int
) -> tuple[LintFinding, ...]:
    """Return the findings about a message as it will be sent."""
    return (
        *_lint_line_endings(endings, as_is=as_is, lines_changed=lines_changed),
        *_lint_octets(facts),
        *_lint_header(facts, header),
        *_lint_encoding(facts, header),
    )


def lint_envelope(
    message: PreparedMessage, sender: str, recipients: tuple[str, ...]
) -> tuple[LintFinding, ...]:
    """Return where the envelope and the header do not go together (RFC 5321 section 2.3.1)."""
    findings = []
    if message.sender and sender and message.sender.casefold() != sender.casefold():
        params = {"from": message.sender, "sender": sender}
        same = _domain(message.sender) == _domain(sender)
        rule = "from-not-sender" if same else "from-other-domain"
        findings.append(LintFinding(rule, "note" if same else "warning", params))
    named = {address.casefold() for address in message.recipients}
    unnamed = [address for address in recipients if address.casefold() not in named]
    if named and unnamed:
        findings.append(LintFinding("recipient-not-named", "note", {"address": unnamed[0]}))
    return tuple(findings)


def _lint_line_endings(
    endings: LineEndings, *, as_is: bool, lines_changed: int
) -> Iterator[LintFinding]:
    if not as_is:
        if lines_changed:
            yield LintFinding("lines-changed", "note", {"count": str(lines_changed)})
        return
    yield LintFinding("as-is", "warning")
    if endings.bare_lf:
        yield LintFinding("bare-lf", "error", {"count": str(endings.bare_lf)})
    if endings.bare_cr:
        yield LintFinding("bare-cr", "error", {"count": str(endings.bare_cr)})


def _lint_octets(facts: Inspection) -> Iterator[LintFinding]:
    if facts.longest_line > MAX_LINE:
        params = {
            "line": str(facts.longest_line_number),
            "length": str(facts.longest_line),
            "limit": str(MAX_LINE),
        }
        yield LintFinding("line-too-long", "error", params)
    if facts.nul_bytes:
        yield LintFinding("nul", "error", {"count": str(facts.nul_bytes)})
    if facts.size and not facts.ends_with_newline:
        yield LintFinding("no-final-newline", "note")
    if not facts.body_size:
        yield LintFinding("empty-body", "note")


def _lint_header(facts: Inspection, header: Header) -> Iterator[LintFinding]:
    if not header.fields:
        yield LintFinding("no-header", "error")
        return
    if header.mbox_line:
        yield LintFinding("mbox-line", "error")
    if header.malformed_lines:
        yield LintFinding("header-malformed", "error", {"line": str(header.malformed_lines[0])})
    for name in ("From", "Date"):
        if not header.text(name):
            yield LintFinding(f"missing-{name.lower()}", "error")
    if not header.text("Message-ID"):
        yield LintFinding("missing-message-id", "warning")
    if not any(header.all(name) for name in ("To", "Cc", "Bcc")):
        yield LintFinding("missing-to", "note")
    for name in _ONCE:
        count = len(header.all(name))
        if count > 1:
            params = {"field": name, "count": str(count)}
            yield LintFinding("duplicate-field", "error", params)
    for each in header.fields:
        if each.size > MAX_FIELD:
            params = {"field": each.name, "size": str(each.size), "limit": str(MAX_FIELD)}
            yield LintFinding("field-too-large", "warning", params)
    date = header.text("Date")
    if date and email.utils.parsedate_tz(date) is None:
        yield LintFinding("bad-date", "error", {"date": date[:80]})
    if header.text("From") and not header.addresses("From"):
        yield LintFinding("bad-from", "error", {"from": header.text("From")[:80]})
    elif len(header.addresses("From")) > 1 and not header.text("Sender"):
        yield LintFinding("missing-sender", "error")
    if header.all("Bcc"):
        yield LintFinding("bcc-visible", "warning")


def _lint_encoding(facts: Inspection, header: Header) -> Iterator[LintFinding]:
    if not facts.header.isascii():
        try:
            facts.header.decode("utf-8")
        except UnicodeDecodeError:
            yield LintFinding("header-not-utf8", "error")
        else:
            yield LintFinding("header-utf8", "note")
    if not facts.body_eight_bit:
        return
    declared = header.text("Content-Transfer-Encoding").lower()
    if not header.text("MIME-Version"):
        yield LintFinding("eight-bit-without-mime", "error")
    elif header.text("Content-Type").lower().startswith("multipart/"):
        yield LintFinding("eight-bit", "note")  # the parts declare it, each for itself
    elif declared not in ("8bit", "binary"):
        yield LintFinding("eight-bit-undeclared", "error", {"declared": declared or "7bit"})
    else:
        yield LintFinding("eight-bit", "note")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
