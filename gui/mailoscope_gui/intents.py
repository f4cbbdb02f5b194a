"""What actions do where it takes more than the controller: selections, typed lines, dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from mailoscope_gui.controller import CodeQuestion, Controller
from mailoscope_gui.doors import Doors
from mailoscope_gui.focus import codes_at, focus_of

if TYPE_CHECKING:
    from mailoscope_core.report.ladder import Rung
    from mailoscope_gui.pages import Pages
    from mailoscope_gui.panels.session_page import SessionPage


_HELP = {
    "start": "first-session",
    "session": "first-session",
    "practice": "practice",
    "explain": "looking-up",
    "reference": "looking-up",
}
"""Which page of the help fits a page of the window."""


class Intents:
    """The receiver of all action records; `page` gives the session's page, `pages` all of them."""

    def __init__(
        self,
        window: QWidget,
        controller: Controller,
        doors: Doors,
        page: Callable[[], SessionPage],
        pages: Callable[[], Pages],
    ) -> None:
        self.controller: Controller = controller
        self._window, self._doors, self._page, self._pages = window, doors, page, pages

    # --- dialogs ------------------------------------------------------------------------------

    def new_profile(self) -> None:
        """Describe another server."""
        self._doors.new_profile()

    def open_session(self) -> None:
        """Choose a session file."""
        self._doors.open_session()

    def save_session(self) -> None:
        """Choose where to save this session."""
        self._doors.save_session()

    def export(self) -> None:
        """Open the export dialog."""
        self._doors.export()

    def preferences(self) -> None:
        """Open the preferences."""
        self._doors.preferences()

    def practise(self) -> None:
        """Choose a scenario."""
        self._doors.practise()

    def edit_breakpoints(self) -> None:
        """Open the list of breakpoints."""
        self._doors.breakpoints()

    def help(self, name: str) -> None:
        """Open a page of the help."""
        self._doors.help(name)

    def help_here(self) -> None:
        """Open the page of the help that fits what is shown."""
        shown = self._pages().shown
        session = self.controller.session
        if shown == "session" and session is not None and session.header.settings.get("scenario"):
            shown = "practice"
        self._doors.help(_HELP.get(shown, "looking-up"))

    def about(self) -> None:
        """Say what this is."""
        self._doors.about()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    # --- controls -----------------------------------------------------------------------------

    def step_into(self) -> None:
        """Step, also inside a log-in."""
        from mailoscope_core.session.control import StepInto

        self.controller.selection.follow()
        self.controller.post(StepInto())

    def run_to_chosen(self) -> None:
        """Run to the selected step."""
        from mailoscope_core.session.control import RunTo

        rung = self._page().ladder.chosen_rung
        if rung is not None:
            self.controller.selection.follow()
            self.controller.post(RunTo(rung.step))

    def pause(self) -> None:
        """Stop."""
        from mailoscope_core.session.control import Pause

        self.controller.post(Pause())

    def skip(self) -> None:
        """Leave a step out, or take it back in."""
        from mailoscope_core.session.control import Skip

        rung = self._target()
        if rung is not None:
            self.controller.post(Skip(rung.step, self.controller.view.revision))

    def repeat(self) -> None:
        """Send the selected line again."""
        from mailoscope_core.session.control import Repeat

        rung = self._page().ladder.chosen_rung
        if rung is not None:
            self.controller.selection.follow()
            self.controller.post(Repeat(rung.step))

    def insert(self) -> None:
        """Put the typed line into the plan."""
        from mailoscope_core.session.control import Insert

        command = self._page().command
        rung = self._target()
        if not command.dirty or not command.line.text().strip():
            self.controller.noticed.emit(
                self.controller.services.language.gettext(
                    "Type the line into the field “Next line” first, then insert it."
                )
            )
            command.line.setFocus()
            return
        before = rung.step if rung else None
        line = command.line.text()
        control = Insert(before, self.controller.view.revision, line, command.force.isChecked())
        self.controller.post(control)
        command.revert()

    def toggle_breakpoint(self) -> None:
        """Set or clear a breakpoint on the selected step."""
        self._page().ladder.toggle_chosen_breakpoint()

    def drop(self) -> None:
        """Cut the connection."""
        from mailoscope_core.session.control import Drop

        self.controller.post(Drop())

    def restart(self) -> None:
        """Begin again."""
        from mailoscope_core.session.control import Restart

        self.controller.selection.follow()
        self.controller.post(Restart())

    def restart_to_chosen(self) -> None:
        """Begin again and run to the selected step."""
        from mailoscope_core.session.control import Restart

        rung = self._page().ladder.chosen_rung
        if rung is not None:
            self.controller.selection.follow()
            self.controller.post(Restart(rung.step))

    def cancel(self) -> None:
        """End the session."""
        from mailoscope_core.session.control import Cancel

        self.controller.post(Cancel())

    def say(self, line: str) -> None:
        """Send a line now."""
        self.controller.say(line)

    def draft(self, text: str) -> None:
        """Put the beginning of a line into the field for the user to complete."""
        self._page().command.draft(text)

    # --- views --------------------------------------------------------------------------------

    def focus_line(self) -> None:
        """Put the cursor into the next line."""
        self.controller.show_page("session")
        self._page().command.line.setFocus()
        self._page().command.line.selectAll()

    def find(self) -> None:
        """Put the cursor into the search field of the page, or of the reference where none is."""
        if self.controller.session is None or self._pages().shown == "reference":
            self.controller.show_page("reference")
            # The page is made by name and late, so mypy knows a QWidget only.
            self._pages().page("reference").start_search()  # type: ignore[attr-defined]
            return
        self.controller.show_page("session")
        self._page().find_in_transcript()

    def look_up(self) -> None:
        """Open the record of the reply that is explained."""
        self.controller.ask_code(*codes_at(self.controller, focus_of(self.controller)))

    def mark(self) -> None:
        """Keep the reply that is explained for a comparison."""
        self.controller.selection.mark(focus_of(self.controller))

    def compare_codes(self) -> None:
        """Begin a comparison of two codes."""
        self.controller.code_wanted.emit(CodeQuestion(two=True))

    def copy_for_admin(self) -> None:
        """Put the note for the admin on the clipboard."""
        session = self.controller.session
        if session is None:
            return
        texts = self.controller.services.language.texts

        def make() -> str:
            from mailoscope_core.report.admin_note import admin_note

            return admin_note(session.header, session.entries[:], texts)

        def copy(note: str) -> None:
            QGuiApplication.clipboard().setText(note)
            self.controller.noticed.emit(
                texts.gettext("The note for your admin is on the clipboard.")
            )

        self.controller.services.background.run(make, copy, name="admin-note")

    def _target(self) -> Rung | None:
        """Return the step to change: the selected one if it is ahead, else the next."""
        rung = self._page().ladder.chosen_rung
        if rung is not None and rung.state in ("waiting", "next"):
            return rung
        return self.controller.view.ladder.next_rung()
