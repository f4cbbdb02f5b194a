"""Unwraps pasted errors: from the text of any program, log or bounce to observations.

What a server said is one observation each, with the step as far as the program names it; the
program's own words are observations of kind `text`, line by line and as a whole. Nothing is looked
up, no link is opened, nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources.abc import Traversable

import msgspec

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.attempt import decoded_challenge
from mailoscope_core.knowledge.observation import Observation
from mailoscope_core.knowledge.pasted_replies import FoundReply, find_replies
from mailoscope_core.knowledge.pasted_text import clean, logical_lines

MAX_LINES = 40
MAX_LINE = 600
_NEAR = 400
_PLAIN_REPLY = 4
_COMMAND = re.compile(
    r"^[^\n]{0,60}?(?<![\w<])(?P<verb>EHLO|HELO|STARTTLS|AUTH(?= )|MAIL FROM|RCPT TO"
    r"|DATA(?=\W{0,8}$)|BDAT|QUIT|RSET)\b",
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
_GO_AHEAD = re.compile(r"(?<!\d)354[ -,]", re.MULTILINE)
_GOOD_REPLY = re.compile(r"(?<!\d)(?:220|250|235|334|354)[ -]")
_GOOD_LINE = re.compile(
    r"^[^\n\w]{0,12}(?:\w{1,12}: )?[\"']?(?:220|221|235|250|334|354)[ -][^\n]*\n?", re.MULTILINE
)
_LAST_334 = re.compile(r"(?<!\d)334[ -][^\n]*\n[^\n]{0,40}(?:QUIT|RSET|\*)?\s*$", re.IGNORECASE)
_CHALLENGE = re.compile(r"(?<!\d)334[ ]([A-Za-z0-9+/=]{16,2000})")
_ADDRESS = re.compile(
    r"(?:to|recipient|rcpt to:)\W{0,3}<([^<>\s]{3,254}@[^<>\s]{1,253})>", re.IGNORECASE
)


class Cue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words (small letters) by which a program tells at which step a reply came."""

    literal: str
    step: str


class StepCues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All cues; the one nearest to a reply counts."""

    cue: tuple[Cue, ...]


def load_step_cues(root: Traversable | None = None) -> StepCues:
    """Return the cues of the data file; raises `UserError` knowledge-invalid."""
    base = root if root is not None else data_files.knowledge_root()
    return data_files.read(base.joinpath("step_cues.toml"), StepCues)


def unwrap(
    text: str, cues: StepCues, vendor_of: Callable[[str], str | None]
) -> tuple[Observation, ...]:
    """Return the observations of pasted text, replies first; never raises."""
    plain = clean(text)
    if not plain.strip():
        return ()
    folded = plain.lower()
    vendor = vendor_of(plain)
    commands = _commands(plain)
    challenge = _challenge_text(plain)
    replies = find_replies(plain)
    whole = _nearest_cue(folded, cues, 0, len(folded), len(folded))
    seen = [
        Observation(
            kind="reply",
            step=_step(folded, reply, replies, cues, commands, whole),
            code=reply.code,
            enhanced=reply.enhanced,
            text=f"{reply.words}\n{challenge}" if reply.code == 535 and challenge else reply.words,
            vendor=vendor,
            pasted=True,
            params=_params(plain, reply),
        )
        for reply in replies
    ]
    if _broken_off(plain, commands):
        seen.append(Observation(kind="login-broken-off", step="auth", code=334, pasted=True))
    rest = _GOOD_LINE.sub("", plain)
    if len(replies) == 1 and replies[0].start < _PLAIN_REPLY and _covers(replies[0], rest):
        return tuple(seen)
    lines = _telling_lines(rest)
    seen += [
        Observation(kind="text", step=None, text=line, vendor=vendor, pasted=True) for line in lines
    ]
    if len(lines) > 1:
        seen.append(Observation(kind="text", step=None, text=rest, vendor=vendor, pasted=True))
    return tuple(seen)


def _covers(reply: FoundReply, text: str) -> bool:
    """Whether a reply is all there is to a text."""
    return len(text.rstrip()) <= reply.end


def _params(plain: str, reply: FoundReply) -> dict[str, str]:
    near = plain[max(0, reply.start - _NEAR) : reply.start + _NEAR]
    address = _ADDRESS.search(near)
    return {"recipient": address[1]} if address else {}


def _telling_lines(plain: str) -> list[str]:
    """Return the lines worth a look on their own: not empty, each once, the first and last ones."""
    lines = [line.strip()[:MAX_LINE] for line in logical_lines(plain) if len(line.strip()) > 8]
    unique = list(dict.fromkeys(lines))
    half = MAX_LINES // 2
    return unique if len(unique) <= MAX_LINES else unique[:half] + unique[-half:]


def _challenge_text(plain: str) -> str:
    """Return what the server hid in the base64 of a 334 (OAuth errors), decoded."""
    for found in _CHALLENGE.finditer(plain):
        decoded = decoded_challenge(found[1])
        if decoded.startswith("{"):
            return decoded
    return ""


def _broken_off(plain: str, commands: list[tuple[int, str]]) -> bool:
    """Whether a transcript ends at a 334: the client did not go on with the log-in."""
    return bool(commands) and _LAST_334.search(plain[-400:]) is not None


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


def _step(
    folded: str,
    reply: FoundReply,
    replies: list[FoundReply],
    cues: StepCues,
    commands: list[tuple[int, str]],
    whole: str | None,
) -> str | None:
    """Return the step of a reply: a cue near it, the command before it, else a cue anywhere."""
    place = replies.index(reply)
    begin = folded.rfind("\n\n", 0, reply.start) + 1
    begin = max(begin, reply.start - _NEAR)
    if place:
        begin = max(begin, replies[place - 1].start)
    end = reply.start + len(reply.words) + 160
    if place + 1 < len(replies):
        end = min(end, replies[place + 1].start)
    near = _nearest_cue(folded, cues, begin, end, reply.start)
    if near:
        return near
    before = [step for position, step in commands if position < reply.start]
    if before and before[-1]:
        return before[-1]
    return whole


def _nearest_cue(folded: str, cues: StepCues, begin: int, end: int, place: int) -> str | None:
    best: tuple[int, str] | None = None
    window = folded[begin:end]
    for cue in cues.cue:
        found = window.rfind(cue.literal)
        if found >= 0:
            distance = abs(begin + found - place)
            if best is None or distance < best[0]:
                best = (distance, cue.step)
    return best[1] if best else None
