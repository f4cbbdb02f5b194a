"""Where the actions stand: the menu bar, the menu of commands, the row of controls."""

from __future__ import annotations

from mailoscope_gui.i18n import N_

COMMANDS = ("say-rset", "say-noop", "say-help", "say-vrfy", "say-expn", "say-quit")
"""Lines of the command menu."""

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("&File"), ("new-profile", "open", "save", "export", "", "preferences", "", "quit")),
    (
        N_("&Session"),
        (
            "step",
            "step-into",
            "run",
            "run-to",
            "pause",
            "",
            "skip",
            "repeat",
            "insert",
            "commands",
            "",
            "breakpoint",
            "breakpoints",
            "",
            "restart",
            "restart-to",
            "again",
            "drop",
            "cancel",
            "",
            "copy-admin",
        ),
    ),
    (
        N_("&View"),
        (
            "page-start",
            "page-session",
            "page-explain",
            "page-reference",
            "page-providers",
            "",
            "practise",
            "",
            "focus-line",
            "find",
            "follow",
        ),
    ),
    (N_("&Help"), ("about",)),
)
"""The menu bar: titles with ids of actions; an empty id is a line, `commands` the command menu."""

TOOLS = (
    "step",
    "run",
    "run-to",
    "pause",
    "",
    "skip",
    "repeat",
    "insert",
    "commands",
    "",
    "restart",
    "drop",
    "cancel",
)
"""The row of controls below the next line."""
