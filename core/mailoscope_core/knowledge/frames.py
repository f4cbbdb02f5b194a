"""Reads the frames of a program's trace: the innermost one tells at which step it stood.

Python prints the innermost frame last, everybody else first. A frame that only reads says nothing
by itself; its caller does: `getreply` under `connect` waits for the greeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

MAX_FRAMES = 120

_PYTHON = re.compile(
    r"""File ["'](?P<path>[^"'\n]{1,400})["'], line \d{1,6}, in (?P<name>[\w<>.]{1,80})"""
    r"""(?:\n[ \t]{0,40}(?P<source>[^\n]{0,200}))?"""
)
_OTHERS = re.compile(
    r"^[^\n]{0,60}?(?:\bat |#\d{1,3} (?:[^\n()]{1,200}\(\d{1,6}\): )?|\bfrom )"
    r"(?P<call>[\w$.<>\\/:\[\]@ `'-]{2,260}(?:->)?[^\n]{0,80})",
    re.MULTILINE,
)
_RUBY = re.compile(
    r"(?P<path>net/(?:smtp|protocol)|mail/network/delivery_methods/smtp\w{0,12}|socket|resolv)\.rb"
    r"(?::\d{1,5}| ->)(?P<call>[^\n]{0,100})"
)


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a function's name (small letters) and its step.

    `reading` is the step when the program was waiting for a reply there.
    """

    name: str
    step: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the frames tell: the step of the innermost known one."""

    step: str


def trace_of(text: str, table: tuple[Frame, ...]) -> Trace | None:
    """Return what the frames in a text tell, or null where there are none that are known."""
    calls = list(_python(text))
    if calls:
        calls.reverse()
    else:
        calls = list(_ruby(text)) or list(_others(text))
    step = _innermost(calls, table)
    return Trace(step) if step else None


def _innermost(calls: list[str], table: tuple[Frame, ...]) -> str:
    reading = False
    for place, call in enumerate(calls):
        frame = _known(call, table)
        if frame is None:
            continue
        if frame.step == "reading":
            reading = True
            continue
        step = frame.reading if reading and frame.reading else frame.step
        if step == "tls" and any(
            known.step == "starttls"
            for known in (_known(outer, table) for outer in calls[place + 1 :])
            if known is not None
        ):
            return "starttls"
        return step
    return ""


def _known(call: str, table: tuple[Frame, ...]) -> Frame | None:
    """Return the entry for a call: the one that stands last in it, then the longest."""
    best: tuple[int, int] | None = None
    found = None
    for frame in table:
        at = call.rfind(frame.name)
        if at >= 0 and (best is None or (at + len(frame.name), len(frame.name)) > best):
            best, found = (at + len(frame.name), len(frame.name)), frame
    return found


def _python(text: str) -> Iterator[str]:
    if "line " not in text:
        return
    for number, match in enumerate(_PYTHON.finditer(text)):
        if number >= MAX_FRAMES:
            return
        file = re.split(r"[\\/]", match["path"])[-1]
        # `data` waits twice: for the 354 and after the message; only the source line tells.
        awaits = "|354" if "repl) = self.getreply" in (match["source"] or "") else ""
        yield f"{file}:{match['name']}{awaits} ".lower()


def _ruby(text: str) -> Iterator[str]:
    if ".rb" not in text:
        return
    for number, match in enumerate(_RUBY.finditer(text)):
        if number >= MAX_FRAMES:
            return
        yield f"{match['path']}.rb {match['call']} ".lower()


def _others(text: str) -> Iterator[str]:
    for number, match in enumerate(_OTHERS.finditer(text)):
        if number >= MAX_FRAMES:
            return
        call = match["call"]
        # Arguments hold the names of types; PHP's first argument is the command that was sent.
        head, _, rest = call.partition("(")
        yield f"{head}({rest[:12] if rest[:1] in chr(39) + chr(34) else ''}".lower()
