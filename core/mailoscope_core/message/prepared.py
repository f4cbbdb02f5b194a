"""A message ready to be sent: one spool file and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailoscope_core.message.lint import LintFinding


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """The message as its octets stand in `path`, neither dot-stuffed nor ended with a dot.

    `source` is composed, eml or sample:<id>. `lines_changed` counts the line endings that became
    CRLF; `bare_lf` and `bare_cr` count those that stand in the file because of `as_is`.
    `longest_line` is in octets without the CRLF, `size` in octets. `needs_8bit` wants 8BITMIME
    (RFC 6152), `needs_smtputf8` has UTF-8 in its header (RFC 6531). `sender` and `recipients` are
    the bare addresses of From, and of To and Cc; `message_id` keeps its brackets.
    `warning` is gtube or eicar for a message that scanners are meant to stop.
    """

    path: Path
    size: int
    sha256: str
    source: str
    lines_changed: int = 0
    bare_lf: int = 0
    bare_cr: int = 0
    as_is: bool = False
    needs_8bit: bool = False
    needs_smtputf8: bool = False
    longest_line: int = 0
    nul_bytes: int = 0
    message_id: str = ""
    subject: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    findings: tuple[LintFinding, ...] = ()
    warning: str = ""
