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
            "",
            "look-up",
            "mark",
            "compare-marked",
        ),
    ),
    (
        N_("&View"),
        (
            "page-start",
            "page-session",
            "page-explain",
            "page-reference",
            "compare-codes",
            "page-trees",
            "page-providers",
            "",
            "practise",
            "",
            "focus-line",
            "find",
            "follow",
        ),
    ),
    (
        N_("&Help"),
        (
            "help",
            "",
            "help-first-session",
            "help-practice",
            "help-report",
            "help-words",
            "help-looking-up",
            "help-keys",
            "",
            "about",
        ),
    ),
)
"""The menu bar: titles with ids of actions; an empty id is a line, `commands` the command menu."""

REPLY_MENU = ("look-up", "mark", "compare-marked")
"""What can be done with a reply, in the menu of a row."""

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
