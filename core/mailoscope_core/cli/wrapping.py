"""Wraps the prose of the commands for a terminal: paragraphs, marked entries, labelled sections."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

WIDTH = 96


def wrapped(text: str, head: str = "", rest: str | None = None, width: int = WIDTH) -> list[str]:
    """Return lines that begin with `head`, and from the second with `rest` (else as deep).

    Addresses of pages, commands and keywords stay whole, so that they can be copied.
    """
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def section(label: str, entries: Sequence[str], *, ordered: bool = False) -> Iterator[str]:
    """Yield an empty line, the label, and the entries; several are numbered or marked."""
    yield ""
    yield f"{label}:"
    for number, entry in enumerate(entries, start=1):
        mark = "" if len(entries) == 1 else f"{number}. " if ordered else "- "
        yield from wrapped(entry, f"  {mark}")
