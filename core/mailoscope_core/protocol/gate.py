"""What a stage lets out: the last check of a line's bytes, which no `force` gets past.

It looks at the line as the most tolerant server would: any case, blanks, control characters and
eighth bits ignored, four letters enough. It may refuse a line too many; it must not pass one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailoscope_core.protocol.commands import Verb, verb_of
from mailoscope_core.protocol.stage import Stage

NEEDED_STAGE = {
    b"MAIL": Stage.ASK,
    b"RCPT": Stage.ASK,
    b"DATA": Stage.SEND,
    b"BDAT": Stage.SEND,
    b"BURL": Stage.SEND,
    # RFC 821's other ways to begin a transaction, and what makes a server send what it has queued.
    b"SEND": Stage.SEND,
    b"SOML": Stage.SEND,
    b"SAML": Stage.SEND,
    b"ETRN": Stage.SEND,
    b"ATRN": Stage.SEND,
    b"TURN": Stage.SEND,
}
"""The stage that must be armed for a command; commands not named here are always let out."""

_RULE = {Stage.ASK: "not-armed-ask", Stage.SEND: "not-armed-send"}
_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
_BLANKS = b" \t\x0b\x0c"
_CONTROLS = bytes(byte for byte in (*range(32), 127) if byte not in _BLANKS)

_WITH_ARGUMENT = re.compile(rb"\s*\S+\s+\S+\s+(?=\S)")
_FIRST_WORD = re.compile(rb"\s*\S+\s+(?=\S)")
# Names that may stand alone behind AUTH; anything else there is taken for a misplaced secret.
_MECHANISM = re.compile(
    rb"\s*\S+\s+(?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|SCRAM-[A-Z0-9-]+|X?OAUTH2?|OAUTHBEARER|NTLM"
    rb"|MSN|GSSAPI|GSS-SPNEGO|GS2-[A-Z0-9-]+|KERBEROS_V4|EXTERNAL|ANONYMOUS|OTP|SKEY|SRP)\s*",
    re.IGNORECASE,
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}|\*")
LONE_COMMANDS = frozenset(
    form for word in (b"QUIT", b"RSET", b"NOOP", b"HELP", b"DATA") for form in (word, word.lower())
)
_BRACKETED = re.compile(rb"<([^<>]*)>")
_ADDRESS_PARAMETER = re.compile(rb"\b(?:ORCPT|AUTH)=\S*", re.IGNORECASE)


class Gate:
    """Knows the armed stage and every recipient named so far in the run."""

    def __init__(self, stage: Stage, max_recipients: int, named: Iterable[str] = ()) -> None:
        self._stage = stage
        self._max = max_recipients
        self._named = set(named)

    @property
    def recipients(self) -> frozenset[str]:
        """All recipients that RCPT lines have named, domains in lower case."""
        return frozenset(self._named)

    def refusal(self, line: bytes, *, in_exchange: bool) -> str:
        """Return the rule that keeps a line back, "" when it may go out.

        `in_exchange`: the server awaits a SASL response, whose base64 may begin with any letters.
        """
        if in_exchange and is_response(line):
            return ""
        word = bare_command(line)[:4]
        needed = NEEDED_STAGE.get(word)
        if needed is not None and self._stage < needed:
            return _RULE[needed]
        if word == b"RCPT" and len(self._named | recipients_of(line)) > self._max:
            return "too-many-recipients"
        return ""

    def note(self, line: bytes) -> None:
        """Remember the recipients of a line that goes out."""
        if bare_command(line)[:4] == b"RCPT":
            self._named |= recipients_of(line)


def is_response(line: bytes) -> bool:
    """Tell whether a line can be a SASL response and is not what a person typed as a command.

    Short user names do encode to the letters of a verb ("MDM" to "TURN"); none does to these.
    """
    return _BASE64.fullmatch(line) is not None and line not in LONE_COMMANDS


def secret_start(line: bytes) -> int | None:
    """Return where the secret of an AUTH line begins, null for a line that holds none.

    That is the initial response (RFC 4954 section 4), or what stands where the mechanism should.
    """
    if not bare_command(line).startswith(b"AUTH"):
        return None
    if verb_of(line) is Verb.AUTH and _MECHANISM.fullmatch(line):
        return None
    found = _WITH_ARGUMENT.match(line) if verb_of(line) is Verb.AUTH else None
    found = found or _FIRST_WORD.match(line)
    return found.end() if found else None


def bare_command(line: bytes) -> bytes:
    """Return a line in upper case as a tolerant server might read it; its first word counts."""
    return line.translate(_SEVEN_BITS).translate(None, _CONTROLS).lstrip(_BLANKS).upper()


def recipients_of(line: bytes) -> frozenset[str]:
    """Return the addresses an RCPT line names; in doubt more than fewer, and never none."""
    argument = _ADDRESS_PARAMETER.sub(b"", line)
    found = _BRACKETED.findall(argument)
    if not found:
        _, colon, behind = argument.partition(b":")
        found = [(behind if colon else argument).strip(_BLANKS)]
    parts = [part.strip() for address in found for part in address.split(b",")]
    return frozenset(_folded(part) for part in parts if part or len(parts) == 1)


def _folded(address: bytes) -> str:
    local, at, domain = address.decode("latin-1").rpartition("@")
    return f"{local}{at}{domain.lower()}"
