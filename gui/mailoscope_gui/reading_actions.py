"""Actions about what is known: look a reply up, compare, read the help."""

from __future__ import annotations

from mailoscope_gui.action_record import ActionRecord
from mailoscope_gui.i18n import N_

READING = (
    # --- what the selected reply means ---
    ActionRecord(
        "look-up",
        N_("&All about this reply"),
        N_("Open the record of the code that is explained"),
        lambda it: it.look_up(),
        "F4",
        "reference",
        lambda now: now.coded,
    ),
    ActionRecord(
        "mark",
        N_("&Mark for comparison"),
        N_("Keep the selected reply in mind, to put another one beside it"),
        lambda it: it.mark(),
        "Ctrl+M",
        "",
        lambda now: now.focused,
    ),
    ActionRecord(
        "compare-marked",
        N_("Compare with the marked reply"),
        N_("Put the selected reply beside the marked one"),
        lambda it: it.controller.compare_with_marked(),
        "Ctrl+Shift+M",
        "compare",
        lambda now: now.comparable,
    ),
    ActionRecord(
        "compare-codes",
        N_("&Compare two codes…"),
        N_("Put any two entries of the reference side by side"),
        lambda it: it.compare_codes(),
        "Ctrl+K",
        "compare",
    ),
    # --- help ---
    ActionRecord(
        "help",
        N_("&Help on this page"),
        N_("The page of the help that fits what is shown"),
        lambda it: it.help_here(),
        "F1",
        "help",
    ),
    ActionRecord(
        "help-first-session",
        N_("Your &first session"),
        N_("From an address to an answer, step by step"),
        lambda it: it.help("first-session"),
    ),
    ActionRecord(
        "help-practice",
        N_("&Practise without a server"),
        N_("How to use the servers inside the program"),
        lambda it: it.help("practice"),
    ),
    ActionRecord(
        "help-report",
        N_("&Reading a report"),
        N_("What a report says, and what it leaves out"),
        lambda it: it.help("report"),
    ),
    ActionRecord(
        "help-words",
        N_("What the &words mean"),
        N_("Reported at, caused at, who must act"),
        lambda it: it.help("words"),
    ),
    ActionRecord(
        "help-looking-up",
        N_("&Look up, explain, compare"),
        N_("Pasted errors, the reference and comparisons"),
        lambda it: it.help("looking-up"),
    ),
    ActionRecord(
        "help-keys",
        N_("&Keys"),
        N_("All actions with their keys"),
        lambda it: it.help("keys"),
    ),
)
