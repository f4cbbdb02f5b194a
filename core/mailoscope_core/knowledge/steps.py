"""Places what a pasted text tells at a step: by words nearby, commands before it, or frames."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources.abc import Traversable

import msgspec

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.frames import Frame, trace_of
from mailoscope_core.knowledge.pasted_replies import FoundReply

_NEAR = 400
_WRAP = re.compile(r"[ \t]*\n[ \t>]*")
# Bounces wrap "(in reply to MAIL FROM command)" over two lines.
_COMMAND = re.compile(
    r"^[^\n]{0,60}?(?<![\w<])(?P<verb>EHLO|HELO|STARTTLS|AUTH(?= )|MAIL FROM|RCPT TO"
    r"|DATA(?=\W{0,8}$)|BDAT|QUIT|RSET|VRFY|EXPN)\b",
    re.IGNORECASE | re.MULTILINE,
)
_VERB_STEP = {
    "EHLO": "ehlo",
    "HELO": "ehlo",
    "STARTTLS": "starttls",
    "AUTH": "auth",
    "MAIL FROM": "mail",
    "RCPT TO": "rcpt",
    "DATA": "data",
    "BDAT": "body-end",
}
_GO_AHEAD = re.compile(r"(?<!\d)354[ -,]")
_GOOD_REPLY = re.compile(r"(?<!\d)(?:220|250|235|334|354)[ -]")
_TLS_TROUBLE = re.compile(
    r"certificat|x509|self.signed|cert_|handshake failure|unsupported protocol|protocol version"
    r"|no shared cipher|unknown ca|verify failed|verify error|secure connection|enable crypto"
    r"|pkix|sslhandshake"
)
_BROKEN = re.compile(
    r"lost connection|timed? ?out|closed|disconnect|reset|hung up|broken pipe|no response"
    r"|empty response|unexpected(?:ly)? (?:eof|end)|eof\b|not accepted|command failed|got code"
)
_GREETING = re.compile(r"greeting|banner|220|initial|response code|after connect")
_PORT = re.compile(r"(?<![\d.])(465|587)(?![\d.])")


class Cue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words (small letters) by which a program tells at which step a reply came."""

    literal: str
    step: str
    weak: bool = False
    """Words of servers, not of programs: they count only where no program's words stand."""


class StepCues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All cues, of which the one nearest to a reply counts, and the functions in traces."""

    cue: tuple[Cue, ...]
    frame: tuple[Frame, ...] = ()


def load_step_cues(root: Traversable | None = None) -> StepCues:
    """Return the cues of the data file; raises `UserError` knowledge-invalid."""
    base = root if root is not None else data_files.knowledge_root()
    return data_files.read(base.joinpath("step_cues.toml"), StepCues)


class Steps:
    """What a cleaned text tells about steps; `replies` are those found in it."""

    def __init__(
        self,
        plain: str,
        replies: list[FoundReply],
        cues: StepCues,
        *,
        between_servers: bool = False,
    ) -> None:
        self._plain = plain
        self._folded = plain.lower()
        self._replies = replies
        self._cues = cues.cue
        # Most texts hold a handful of the two hundred; only those are looked for again and again.
        joined = _WRAP.sub(" ", self._folded)
        self._present = tuple(cue for cue in cues.cue if cue.literal in joined)
        self.commands = _commands(plain)
        trace = trace_of(plain, cues.frame)
        self.traced = trace.step if trace else None
        ports = set(_PORT.findall(plain))
        self._upgrades = "465" not in ports and (
            between_servers
            or "587" in ports
            or "starttls" in self._folded
            or "start tls" in self._folded
            or "enable_crypto" in self._folded
        )

    def of_reply(self, reply: FoundReply) -> str | None:
        """Return a reply's step: words near it, the command before, frames, words anywhere."""
        place = self._replies.index(reply)
        begin = self._folded.rfind("\n\n", 0, reply.start) + 1
        begin = max(begin, reply.start - _NEAR)
        if place:
            begin = max(begin, self._replies[place - 1].start)
        end = reply.start + len(reply.words) + 160
        if place + 1 < len(self._replies):
            end = min(end, self._replies[place + 1].start)
        near = self._nearest(begin, end, reply.start)
        if near:
            return near
        if self._asked_beside(reply.start):
            return None
        return self.before(reply.start) or self.traced or self._anywhere()

    def of_report(self, diagnostic: str, same: FoundReply | None) -> str | None:
        """Return the step of a report's recipient: words in its diagnosis, then in the prose."""
        folded = diagnostic.lower()
        own = _nearest(self._cues, folded, len(folded))
        if own:
            return own
        if same is not None:
            return self.of_reply(same)
        return self._anywhere()

    def of_words(self, line: str) -> str | None:
        """Return the step of a program's own words, where frames or the words themselves tell."""
        folded = line.lower()
        tls = _TLS_TROUBLE.search(folded) is not None
        if self.traced and not (tls and self.traced in ("connect", "greeting")):
            return self.traced
        if tls:
            return "starttls" if self._upgrades else None
        if _BROKEN.search(folded):
            step = _nearest(self._cues, folded, len(folded)) or self._last_command(line)
            # "Failed to connect" and the like are no word about the greeting.
            return None if step == "greeting" and not _GREETING.search(folded) else step
        return None

    def _last_command(self, line: str) -> str | None:
        if not self.commands:
            return None
        at = self._plain.find(line[:60])
        return self.before(at) if at >= 0 else None

    def before(self, position: int) -> str | None:
        """Return the step of the last command before a place in a transcript."""
        steps = [step for at, step in self.commands if at < position]
        return steps[-1] or None if steps else None

    def _asked_beside(self, position: int) -> bool:
        """Whether the last command before a place is one that belongs to no step."""
        places = [at for at, step in self.commands if at < position and not step]
        return bool(places) and self._folded.startswith(("vrfy", "expn"), places[-1])

    def _nearest(self, begin: int, end: int, place: int) -> str | None:
        return _nearest(self._present, self._folded[begin:end], place - begin)

    def _anywhere(self) -> str | None:
        """Return the step of the last cue in the whole text."""
        if len(self._folded) <= _NEAR and len(self._replies) == 1:
            return None  # it has been looked for there already
        return _nearest(self._present, self._folded, len(self._folded))


def _nearest(cues: Iterable[Cue], window: str, place: int) -> str | None:
    best: tuple[bool, int, str] | None = None
    place = len(_WRAP.sub(" ", window[:place]))
    window = _WRAP.sub(" ", window)
    for cue in cues:
        found = window.rfind(cue.literal)
        if found >= 0:
            rank = (cue.weak, abs(found - place), cue.step)
            if best is None or rank < best:
                best = rank
    return best[2] if best else None


def _commands(plain: str) -> list[tuple[int, str]]:
    """Return where commands stand in a transcript, with their steps; empty if it is none."""
    if not _GOOD_REPLY.search(plain):
        return []
    found = [
        (match.start("verb"), _VERB_STEP.get(match["verb"].upper(), ""))
        for match in _COMMAND.finditer(plain)
    ]
    found += [(match.start(), "body-end") for match in _GO_AHEAD.finditer(plain)]
    return sorted(found)
