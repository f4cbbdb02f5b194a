"""Which breakpoints a session has, as a fold of its log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailoscope_core.record.events import Entry

_VALID = {"class": r"[1-5]", "code": r"[1-5]\d\d", "text": r".+", "step": r".+"}


def breakpoints_of(entries: Iterable[Entry]) -> dict[str, tuple[str, str]]:
    """Return each breakpoint's id with its kind and value.

    The log tells of a new one as `<kind> <value>` and of a cleared one by its id, which the
    window makes of the two, joined by a colon.
    """
    found: dict[str, tuple[str, str]] = {}
    for entry in entries:
        event = entry.event
        if str(event.__struct_config__.tag) != "control-accepted":
            continue
        detail = getattr(event, "detail", "")
        match getattr(event, "control", ""):
            case "set-breakpoint":
                kind, _, value = detail.partition(" ")
                if kind in _VALID:
                    found[f"{kind}:{value}"] = (kind, value)
            case "clear-breakpoint":
                found.pop(detail, None)
    return found


def valid_value(kind: str, value: str) -> bool:
    """Tell whether a value makes sense for a kind: a digit, a code, any text."""
    return re.fullmatch(_VALID.get(kind, r"(?!)"), value, re.DOTALL) is not None
