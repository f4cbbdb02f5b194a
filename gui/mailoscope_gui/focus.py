"""Which entry of the log is explained: the chosen one, or the newest that is worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailoscope_gui.controller import Controller

_WORTH_EXPLAINING = frozenset(
    {
        "reply-received",
        "connect-failed",
        "tls-failed",
        "lookup-failed",
        "connection-closed",
        "surprise",
        "deadline-passed",
        "names-differ",
    }
)


def focus_of(controller: Controller) -> int | None:
    """Return the entry to explain, by its number: of a step, its last reply or failure."""
    selection, session = controller.selection, controller.session
    if session is None:
        return None
    if selection.following:
        return controller.view.last_focus
    seq = selection.seq
    while seq is not None and seq >= 0:
        entries = session.entries[seq : seq + 1]
        if not entries:
            return None
        tag = str(entries[0].event.__struct_config__.tag)
        if tag in _WORTH_EXPLAINING:
            return seq
        if tag == "step-started":
            return None
        seq -= 1
    return None


def codes_at(controller: Controller, seq: int | None) -> tuple[int | None, str | None]:
    """Return reply code and enhanced code of an entry, null where it is no reply or has none."""
    session = controller.session
    entries = session.entries[seq : seq + 1] if session is not None and seq is not None else ()
    event = entries[0].event if entries else None
    return getattr(event, "code", None), getattr(event, "enhanced", None)
