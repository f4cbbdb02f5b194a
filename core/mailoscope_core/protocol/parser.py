"""Turns received bytes into replies: bounded, never raising, and the same for any chunking.

A line ends with LF; CR before it belongs to the ending. A CR anywhere else is text, as RFC 5321
section 2.3.8 wants it, except in what is left when the peer falls silent (`settle`) or closes
(`eof`): then CR ends a line too, so that a peer which never sends LF can be read at all.

How a reply ends:

- A line with three digits and no "-" behind them is the last one (RFC 5321 section 4.2.1), whatever
  the codes before it were: only the "-" says that more follows, so waiting for a line that has the
  first line's code could wait without end.
- A line without three digits inside a reply that goes on is one of its lines: servers wrap long
  texts like that.
- A line without three digits where a reply should begin is a reply of its own: a peer that speaks
  another protocol (IMAP, SSH, HTTP) says one such line and waits, and so would we.

Defects, by rule id:

bare-lf                 a line ended with LF alone
bare-cr                 a CR without LF behind it, or several before the LF
missing-space           text right after the code, or a tab
mixed-codes             lines of one reply differ in their code
no-code                 a line does not begin with three digits
long-line               a line of more than 512 octets with its ending (RFC 5321 section 4.5.3.1.5)
truncated               more bytes than are kept
non-ascii               bytes above 127
nul                     a NUL
code-out-of-range       a code outside 2yz to 5yz with y of 0 to 5 (RFC 5321 section 4.2)
enhanced-class-differs  the enhanced code's class is not the code's first digit (RFC 2034 section 4)
endless                 more lines or bytes than a reply may have: it is delivered as far as it went
                        and the rest of it is thrown away; likewise the last of many lines without
                        code in a row
incomplete              the connection ended, or the peer fell silent, before the reply's end
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailoscope_core.protocol.reply import KEPT_BYTES, EnhancedCode, Reply, ReplyLine

LINE_OCTETS = 512

# A line that is as it should be but perhaps for its CR, in one look; all others take the long way.
_GOOD = re.compile(rb"([2-5][0-5][0-9])([ -])([\t\x20-\x7e]{0,506})(\r?)\n")
_NEVER = re.compile(rb"(?!)")
# What is left without LF: lines that end with CR, the last perhaps with nothing.
_CR_ENDED = re.compile(rb"[^\r]*\r+|[^\r]+")
# Of a last line that no longer fits: enough for its code and its gist.
_LAST_LINE = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reply may have before it is cut: bytes kept, bytes and lines in all.

    `strays` is how many lines without a code may come in a row as replies of their own.
    """

    kept: int = KEPT_BYTES
    reply_bytes: int = 1024 * 1024
    reply_lines: int = 10_000
    strays: int = 50


class ReplyParser:
    """Feed it what was received and take the replies; it keeps at most one line and one reply."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        # The short way leaves out the bounds: it is only for lines that any of them holds.
        short = min(self._limits.kept, self._limits.reply_bytes) >= LINE_OCTETS
        self._good = _GOOD.match if short else _NEVER.match
        self._skip_lf = False
        self._clear()

    def _clear(self) -> None:
        self._rest = b""  # received and not yet taken from `_at` on
        self._at = 0
        self._head = b""  # the kept beginning of a line that is longer than what is kept of it
        self._beyond = 0  # how many bytes of that line have been dropped
        self._strays = 0  # replies without a code in a row
        self._swallowing = False  # the rest of an endless reply is being thrown away
        self._swallow_line = False  # and it ends with the line
        self._draft = _Draft(self._limits.kept)

    @property
    def pending_bytes(self) -> int:
        """Bytes received that belong to no reply delivered so far (0 while some are swallowed)."""
        return 0 if self._swallowing else self._draft.size + self._in_line

    @property
    def _in_line(self) -> int:
        return len(self._head) + self._beyond + len(self._rest) - self._at

    def feed(self, data: bytes) -> list[Reply]:
        """Take received bytes in and return the replies that are complete."""
        self.push(data)
        replies = []
        while (reply := self.take()) is not None:
            replies.append(reply)
        return replies

    def push(self, data: bytes) -> None:
        """Take received bytes in; `take` gives the replies one by one."""
        if self._skip_lf and data:
            self._skip_lf = False
            data = data.removeprefix(b"\n")
        self._rest = self._rest[self._at :] + data if self._at < len(self._rest) else data
        self._at = 0

    def take(self) -> Reply | None:
        """Return the next complete reply, or null when more bytes are needed."""
        reply = None
        while reply is None:
            at = self._at
            good = None if self._head or self._swallowing else self._good(self._rest, at)
            if good is not None:
                self._at = good.end()
                reply = self._take_good(good)
                continue
            end = self._rest.find(b"\n", at)
            if end < 0:
                return self._stall()
            self._at = end + 1
            reply = self._take_any(at, end)
        return reply

    def expect(self) -> None:
        """A command goes out: a line without code may answer it, however many came before."""
        self._strays = 0

    def settle(self) -> Reply | None:
        """The peer has been silent for long: let a CR at the end of what came end its line.

        Returns the reply that this completes, or null.
        """
        if self._swallowing or self._head or not self._rest.endswith(b"\r", self._at):
            return None
        self._skip_lf = True
        return self._take_left_over() if self._add_left_over() else None

    def eof(self) -> Reply | None:
        """The connection has ended: return what there is of an unfinished reply, and forget it."""
        reply = None
        if self.pending_bytes:
            ended = self._in_line == 0 or (self._rest.endswith(b"\r") and not self._head)
            last = self._add_left_over()
            if not (last and ended):
                self._draft.note("incomplete")
            reply = self._take_left_over()
        self._clear()
        return reply

    def drain(self) -> bytes:
        """Give back, and forget, the bytes of no reply delivered so far (as far as kept)."""
        left = b"".join((*self._draft.raw, self._head, self._rest[self._at :]))
        self._clear()
        return left

    # --- whole lines ---------------------------------------------------------------------------

    def _take_good(self, good: re.Match[bytes]) -> Reply | None:
        digits, separator, text, carriage_return = good.groups()
        raw = good.group()
        last = separator == b" "
        line = ReplyLine(raw, int(digits), " " if last else "-", text)
        defects = () if carriage_return else ("bare-lf",)
        # The common case: one line, with no enhanced code or with one of the right class.
        if last and not self._draft.count and (text[1:2] != b"." or text[:1] == digits[:1]):
            self._strays = 0
            return Reply((line,), raw, len(raw), defects)
        return self._add(line, len(raw), defects)

    def _take_any(self, at: int, end: int) -> Reply | None:
        """Take the line that ends with the LF at `end`; it may have begun in an earlier chunk."""
        kept = self._limits.kept
        if self._head:
            raw, size = self._head, len(self._head) + self._beyond + end + 1 - at
            self._head, self._beyond = b"", 0
        else:
            size = end + 1 - at
            raw = self._rest[at : end + 1 if end - at <= kept else at + kept]
        line, defects = _read(raw)
        if self._swallowing:
            self._swallowing = not (self._swallow_line or _is_last(line))
            return None
        if size > LINE_OCTETS:
            defects.append("long-line")
        return self._add(line, size, defects)

    def _add(self, line: ReplyLine, size: int, defects: Iterable[str]) -> Reply | None:
        """Put a whole line to the draft; return the reply when that was its last, or too much."""
        draft, limits = self._draft, self._limits
        if draft.size + size > limits.reply_bytes:
            reply = self._cut(line.raw)
            self._swallowing = self._swallowing and not (self._swallow_line or _is_last(line))
            return reply
        stray = self._is_stray(line)
        if stray and self._strays > limits.strays:
            return None
        draft.add(line, size, defects, last=stray or _is_last(line))
        if stray and self._strays == limits.strays:
            draft.note("endless")
        elif not stray and not _is_last(line):
            if draft.count < limits.reply_lines:
                return None
            draft.note("endless")
            self._swallowing, self._swallow_line = True, False
        return self._deliver()

    def _is_stray(self, line: ReplyLine) -> bool:
        """Tell whether a line without code stands where a reply begins, and count those."""
        if line.code is not None:
            self._strays = 0
            return False
        if self._draft.count:
            return False
        self._strays += 1
        return True

    # --- parts of lines ------------------------------------------------------------------------

    def _stall(self) -> Reply | None:
        """No line end is in sight: bound what is kept of the line, and the reply."""
        waiting = len(self._rest) - self._at
        if self._head:
            self._beyond += waiting
            self._rest, self._at = b"", 0
        elif waiting > self._limits.kept:
            piece = self._rest[self._at :]
            self._head = piece[: self._limits.kept]
            self._beyond = len(piece) - len(self._head)
            self._rest, self._at = b"", 0
        if self._swallowing or self._draft.size + self._in_line <= self._limits.reply_bytes:
            return None
        return self._cut(self._head or self._rest[self._at :])

    def _cut(self, raw: bytes) -> Reply | None:
        """Deliver an endless reply, its last line `raw` cut where the bound is; swallow the rest.

        Where the bound is depends on the bytes alone, so that chunking changes nothing.
        """
        line, defects = _read(raw[: self._limits.reply_bytes - self._draft.size])
        self._swallowing = True
        self._swallow_line = self._is_stray(line)
        if self._swallow_line and self._strays > self._limits.strays:
            return None
        if line.raw:
            if len(line.raw) > LINE_OCTETS:
                defects.append("long-line")
            self._draft.add(line, len(line.raw), defects, last=True)
        self._draft.size = self._limits.reply_bytes
        self._draft.note("endless")
        return self._deliver()

    def _add_left_over(self) -> bool:
        """Put what has no line end to the draft, CR ending its lines; tell whether it is whole."""
        left = self._head or self._rest[self._at :]
        pieces = [left] if self._head else _CR_ENDED.findall(left)
        line = None
        for piece in pieces:
            line, defects = _read(piece)
            size = len(piece) + self._beyond
            if size > LINE_OCTETS:
                defects.append("long-line")
            self._draft.add(line, size, defects, last=piece is pieces[-1])
        self._rest, self._at, self._head, self._beyond = b"", 0, b"", 0
        return line is not None and (line.code is None or _is_last(line))

    def _take_left_over(self) -> Reply | None:
        if self._draft.count == 1 and self._is_alone_without_code():
            self._strays += 1
            if self._strays > self._limits.strays:
                self._draft = _Draft(self._limits.kept)
                return None
        return self._deliver()

    def _is_alone_without_code(self) -> bool:
        return self._draft.lines[0].code is None

    def _deliver(self) -> Reply:
        reply = self._draft.reply()
        self._draft = _Draft(self._limits.kept)
        return reply


class _Draft:
    """A reply in the making: keeps the first bytes and the last line, counts everything."""

    __slots__ = ("_codes", "_defects", "_kept", "_room", "count", "lines", "raw", "size")

    def __init__(self, kept: int) -> None:
        self.lines: list[ReplyLine] = []
        self.raw: list[bytes] = []
        self.size = 0
        self.count = 0
        self._kept = kept
        self._room = kept
        self._codes: int | None = None
        self._defects: dict[str, None] = {}

    def add(self, line: ReplyLine, size: int, defects: Iterable[str], *, last: bool) -> None:
        """Add a line of `size` bytes, `last` if the reply ends with it."""
        self.size += size
        self.count += 1
        for defect in defects:
            self.note(defect)
        if line.code is not None:
            if self._codes is not None and line.code != self._codes:
                self.note("mixed-codes")
            self._codes = line.code
        if line.text[1:2] == b".":
            enhanced = EnhancedCode.parse(line.text[:16].decode("latin-1"))
            if enhanced and line.code is not None and enhanced.klass != line.code // 100:
                self.note("enhanced-class-differs")
        if self._room >= len(line.raw):
            self.lines.append(line)
        elif self._room > 0 or last:
            self.lines.append(_read(line.raw[: max(self._room, _LAST_LINE)])[0])
        if self._room > 0:
            self.raw.append(line.raw[: self._room])
            self._room -= len(self.raw[-1])

    def note(self, defect: str) -> None:
        """Add a defect, once."""
        self._defects[defect] = None

    def reply(self) -> Reply:
        """Return what has come together."""
        if self.size > self._kept:
            self.note("truncated")
        return Reply(tuple(self.lines), b"".join(self.raw), self.size, tuple(self._defects))


def _is_last(line: ReplyLine) -> bool:
    return line.code is not None and line.separator != "-"


def _read(raw: bytes) -> tuple[ReplyLine, list[str]]:
    """Take one line apart; returns it with the defects that it shows by itself."""
    defects = []
    body = raw.removesuffix(b"\n")
    content = body.rstrip(b"\r")
    returns = len(body) - len(content)
    if raw.endswith(b"\n"):
        if returns == 0:
            defects.append("bare-lf")
        elif returns > 1:
            defects.append("bare-cr")
    elif returns:
        defects.append("bare-cr")
    if b"\r" in content:
        defects.append("bare-cr")
    if not content.isascii():
        defects.append("non-ascii")
    if b"\0" in content:
        defects.append("nul")
    digits, mark = content[:3], content[3:4]
    if not (len(digits) == 3 and digits.isdigit()):
        defects.append("no-code")
        return ReplyLine(raw, None, "", content), defects
    code = int(digits)
    if not (200 <= code < 600 and code // 10 % 10 <= 5):
        defects.append("code-out-of-range")
    if mark in (b"-", b" "):
        return ReplyLine(raw, code, mark.decode(), content[4:]), defects
    if mark:
        defects.append("missing-space")
    if mark == b"\t":
        return ReplyLine(raw, code, "\t", content[4:]), defects
    return ReplyLine(raw, code, "", content[3:]), defects
