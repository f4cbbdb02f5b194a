"""Everything the user can do, as records; those about reading stand in a module of their own."""

from __future__ import annotations

from mailoscope_gui.action_record import ActionRecord
from mailoscope_gui.i18n import N_
from mailoscope_gui.reading_actions import READING
from mailoscope_gui.situation import Situation


def _live(now: Situation) -> bool:
    return now.live


def _shown(now: Situation) -> bool:
    return now.shown


def _can_speak(now: Situation) -> bool:
    return now.live and now.connected and now.idle


ACTIONS = (
    *READING,
    # --- file ---
    ActionRecord(
        "new-profile",
        N_("&New profile…"),
        N_("Describe another mail server and log-in"),
        lambda it: it.new_profile(),
        "Ctrl+N",
        "new",
    ),
    ActionRecord(
        "open",
        N_("&Open session…"),
        N_("Look at a saved session again, explained anew"),
        lambda it: it.open_session(),
        "Ctrl+O",
        "open",
    ),
    ActionRecord(
        "save",
        N_("&Save session as…"),
        N_("Keep this session in a file that can be opened again"),
        lambda it: it.save_session(),
        "Ctrl+S",
        "save",
        _shown,
    ),
    ActionRecord(
        "export",
        N_("&Export report…"),
        N_("Write a report for somebody else, with or without real names"),
        lambda it: it.export(),
        "Ctrl+E",
        "export",
        _shown,
    ),
    ActionRecord(
        "preferences",
        N_("&Preferences…"),
        N_("Language, colours, how long to wait"),
        lambda it: it.preferences(),
        "Ctrl+,",
        "settings",
    ),
    ActionRecord("quit", N_("&Quit"), N_("Close Mailoscope"), lambda it: it.quit(), "Ctrl+Q"),
    # --- session ---
    ActionRecord(
        "step",
        N_("&Step"),
        N_("Do the next step, then stop"),
        lambda it: it.controller.step(),
        "F10",
        "step",
        lambda now: now.can_step,
    ),
    ActionRecord(
        "step-into",
        N_("Step &into the log-in"),
        N_("Do the next step, but stop inside the log-in after each 334 as well"),
        lambda it: it.step_into(),
        "F11",
        "step-into",
        lambda now: now.can_step,
    ),
    ActionRecord(
        "run",
        N_("&Run to end"),
        N_("Go on until the end, a breakpoint, a question or trouble"),
        lambda it: it.controller.run_to_end(),
        "F5",
        "run",
        lambda now: now.can_step,
    ),
    ActionRecord(
        "run-to",
        N_("Run &to here"),
        N_("Go on until just before the selected step"),
        lambda it: it.run_to_chosen(),
        "Ctrl+F10",
        "run-to",
        lambda now: now.can_step and now.chosen_ahead,
    ),
    ActionRecord(
        "pause",
        N_("&Pause"),
        N_("Stop before anything more is sent"),
        lambda it: it.pause(),
        "F6",
        "pause",
        lambda now: now.running and not now.asked,
    ),
    ActionRecord(
        "skip",
        N_("S&kip step"),
        N_("Leave the selected step out, or the next one; again takes it back in"),
        lambda it: it.skip(),
        "F8",
        "skip",
        lambda now: now.chosen_ahead or (now.can_step and now.chosen is None),
    ),
    ActionRecord(
        "repeat",
        N_("R&epeat line"),
        N_("Send the selected step's line again, now"),
        lambda it: it.repeat(),
        "Ctrl+R",
        "repeat",
        lambda now: now.chosen_done,
    ),
    ActionRecord(
        "insert",
        N_("&Insert into plan"),
        N_("Put the typed line into the plan before the selected step, or the next one"),
        lambda it: it.insert(),
        "Ctrl+I",
        "insert",
        lambda now: now.live and not now.at_end,
    ),
    ActionRecord(
        "breakpoint",
        N_("&Breakpoint here"),
        N_("Stop before the selected step; again clears it"),
        lambda it: it.toggle_breakpoint(),
        "F9",
        "breakpoint",
        lambda now: now.live and now.chosen is not None,
    ),
    ActionRecord(
        "breakpoints",
        N_("Break&points…"),
        N_("Stop after a class of replies, a code or a text"),
        lambda it: it.edit_breakpoints(),
        "Ctrl+F9",
        "",
        _live,
    ),
    ActionRecord(
        "drop",
        N_("&Drop connection"),
        N_("Cut the connection without QUIT; the session stays and can be restarted"),
        lambda it: it.drop(),
        "Ctrl+D",
        "drop",
        lambda now: now.live and (now.connected or now.running),
    ),
    ActionRecord(
        "restart",
        N_("Re&start"),
        N_("Begin again with a new connection; edits and breakpoints stay"),
        lambda it: it.restart(),
        "Ctrl+Shift+F5",
        "restart",
        _live,
    ),
    ActionRecord(
        "restart-to",
        N_("Restart and run to &here"),
        N_("Begin again with a new connection and go on until the selected step"),
        lambda it: it.restart_to_chosen(),
        "Ctrl+Shift+F10",
        "restart",
        lambda now: now.live and now.chosen is not None,
    ),
    ActionRecord(
        "again",
        N_("New session, same &settings"),
        N_("Begin the same run as a new session with a log of its own"),
        lambda it: it.controller.restart_anew(),
        "Ctrl+T",
        "",
        lambda now: now.forkable,
    ),
    ActionRecord(
        "cancel",
        N_("&Cancel session"),
        N_("End the session now"),
        lambda it: it.cancel(),
        "Shift+F5",
        "cancel",
        _live,
    ),
    ActionRecord(
        "copy-admin",
        N_("Copy for your &admin"),
        N_("Put a note with the facts that an admin asks for on the clipboard"),
        lambda it: it.copy_for_admin(),
        "Ctrl+Shift+C",
        "copy",
        _shown,
    ),
    # --- lines that are sent at once ---
    ActionRecord(
        "say-rset",
        "RSET",
        N_("Give up the message begun"),
        lambda it: it.say("RSET"),
        when=_can_speak,
    ),
    ActionRecord(
        "say-noop", "NOOP", N_("Ask for a sign of life"), lambda it: it.say("NOOP"), when=_can_speak
    ),
    ActionRecord(
        "say-help",
        "HELP",
        N_("Ask what the server knows"),
        lambda it: it.say("HELP"),
        when=_can_speak,
    ),
    ActionRecord(
        "say-vrfy",
        "VRFY …",
        N_("Ask about an address; type it into the line"),
        lambda it: it.draft("VRFY "),
        when=_can_speak,
    ),
    ActionRecord(
        "say-expn",
        "EXPN …",
        N_("Ask about a list; type its name into the line"),
        lambda it: it.draft("EXPN "),
        when=_can_speak,
    ),
    ActionRecord("say-quit", "QUIT", N_("Say goodbye"), lambda it: it.say("QUIT"), when=_can_speak),
    # --- view ---
    ActionRecord(
        "page-start",
        N_("&Start page"),
        N_("Test settings, explain an error, practise"),
        lambda it: it.controller.show_page("start"),
        "Ctrl+1",
        "home",
    ),
    ActionRecord(
        "page-session",
        N_("S&ession"),
        N_("The session that is open"),
        lambda it: it.controller.show_page("session"),
        "Ctrl+2",
        "session",
        _shown,
    ),
    ActionRecord(
        "page-explain",
        N_("&Explain an error"),
        N_("Paste an error message and have it explained"),
        lambda it: it.controller.show_page("explain"),
        "Ctrl+3",
        "explain",
    ),
    ActionRecord(
        "page-reference",
        N_("&Reply codes"),
        N_("Look codes up and compare them"),
        lambda it: it.controller.show_page("reference"),
        "Ctrl+4",
        "reference",
    ),
    ActionRecord(
        "page-trees",
        N_("Find out step &by step"),
        N_("Answer what you see until the cause is found"),
        lambda it: it.controller.show_page("trees"),
        "Ctrl+5",
        "tree",
    ),
    ActionRecord(
        "page-providers",
        N_("Mail pro&viders"),
        N_("See how providers take mail, and use their settings"),
        lambda it: it.controller.show_page("providers"),
        "Ctrl+6",
        "providers",
    ),
    ActionRecord(
        "practise",
        N_("Pra&ctise…"),
        N_("Try faults on a server inside this program"),
        lambda it: it.practise(),
        "Ctrl+P",
        "practice",
    ),
    ActionRecord(
        "focus-line",
        N_("Go to the next &line"),
        N_("Put the cursor into the line that would be sent"),
        lambda it: it.focus_line(),
        "Ctrl+L",
        "",
        _shown,
    ),
    ActionRecord(
        "find",
        N_("&Find"),
        N_("Search the transcript, or the reference when it is shown"),
        lambda it: it.find(),
        "Ctrl+F",
        "search",
    ),
    ActionRecord(
        "follow",
        N_("Follow the &newest reply"),
        N_("Explain whatever the server says next"),
        lambda it: it.controller.selection.follow(),
        "Ctrl+End",
        "follow",
        _shown,
    ),
    ActionRecord(
        "about", N_("&About Mailoscope"), N_("Version and licence"), lambda it: it.about()
    ),
)
