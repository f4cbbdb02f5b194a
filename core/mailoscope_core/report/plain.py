"""Makes text of a server safe to show anywhere: controls become visible, nothing else changes."""

from __future__ import annotations

import re

# C0 and C1 controls, line separators, and the marks that reorder what is read (UAX #9).
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return the text with every control shown as a sign: escape sequences and reordering end here.

    A tab becomes a space; zero-width joiners stay, scripts need them.
    """
    return _CONTROLS.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    number = ord(found[0])
    if found[0] == "\t":
        return " "
    if number < 0x20:
        return chr(0x2400 + number)
    return "␡" if number == 0x7F else f"‹U+{number:04X}›"
