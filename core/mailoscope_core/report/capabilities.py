"""What the server offered before and after TLS, and the difference, as folds of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mailoscope_core.record.events import CapabilitiesSeen, Entry


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """One EHLO keyword; its parameters before and after TLS, null where it was not offered."""

    keyword: str
    clear: str | None
    tls: str | None
    change: Literal["same", "added", "removed", "changed", "only"]


@dataclass(frozen=True, slots=True)
class CapabilityView:
    """The last EHLO replies of an attempt; a phase that never came is null."""

    attempt: int
    clear_name: str | None
    tls_name: str | None
    rows: tuple[CapabilityRow, ...]


def capabilities(entries: Iterable[Entry]) -> CapabilityView | None:
    """Return what the last attempt that got so far was offered, null if none did.

    `change` compares the two phases; it is `only` when there was just one to look at.
    """
    attempt = 0
    seen: dict[str, CapabilitiesSeen] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, CapabilitiesSeen):
            if entry.attempt != attempt:
                attempt = entry.attempt
                seen.clear()
            seen[event.phase] = event
    if not seen:
        return None
    clear, tls = seen.get("clear"), seen.get("tls")
    return CapabilityView(
        attempt,
        clear.greeting_name if clear else None,
        tls.greeting_name if tls else None,
        _rows(_keywords(clear), _keywords(tls)),
    )


def _keywords(seen: CapabilitiesSeen | None) -> dict[str, str] | None:
    if seen is None:
        return None
    return {keyword.upper(): parameters for keyword, parameters in seen.keywords}


def _rows(clear: dict[str, str] | None, tls: dict[str, str] | None) -> tuple[CapabilityRow, ...]:
    words = dict.fromkeys((*(clear or {}), *(tls or {})))
    return tuple(
        CapabilityRow(
            word,
            clear.get(word) if clear is not None else None,
            tls.get(word) if tls is not None else None,
            _change(word, clear, tls),
        )
        for word in words
    )


def _change(
    word: str, clear: dict[str, str] | None, tls: dict[str, str] | None
) -> Literal["same", "added", "removed", "changed", "only"]:
    if clear is None or tls is None:
        return "only"
    if word not in clear:
        return "added"
    if word not in tls:
        return "removed"
    return "same" if clear[word] == tls[word] else "changed"
