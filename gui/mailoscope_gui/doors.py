"""Opens the dialogs, each loaded on first use, and hands their results to the controller."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.dialogs.help_window import HelpWindow

_SUFFIX = ".mailoscope.jsonl"


class Doors(QObject):
    """Everything that opens a dialog. `undo_offered` asks the window to show a way back."""

    undo_offered = Signal(str, object)

    def __init__(self, services: Services, controller: Controller, window: QWidget) -> None:
        super().__init__(window)
        self._services, self._controller, self._window = services, controller, window
        self.help_window: HelpWindow | None = None
        controller.door_wanted.connect(self.open)
        controller.profile_wanted.connect(self.edit_profile)

    def open(self, name: str) -> None:
        """Open a dialog by its name, as pages ask for it."""
        doors: dict[str, Callable[[], object]] = {
            "profile-new": self.new_profile,
            "profile-edit": self.edit_current_profile,
            "message": self.edit_message,
            "export": self.export,
            "preferences": self.preferences,
            "practice": self.practise,
            "open-file": self.open_session,
            "breakpoints": self.breakpoints,
        }
        doors[name]()

    # --- profiles -----------------------------------------------------------------------------

    def new_profile(self) -> None:
        """Describe another server."""
        from mailoscope_core.storage.profile import Profile

        self.edit_profile(Profile(name="", host=""))

    def edit_current_profile(self) -> None:
        """Change the profile that is open."""
        if self._controller.profile is not None:
            self.edit_profile(self._controller.profile)

    def edit_profile(self, profile: Profile) -> QDialog:
        """Change a profile, or make a new one."""
        editor = self._make("profile_editor", "ProfileEditor", profile)

        def done() -> None:
            changed = editor.profile()
            self._controller.save_profile(changed)
            self._controller.use_profile(changed)

        editor.accepted.connect(done)
        return self._show(editor)

    def rename_profile(self, profile: Profile) -> None:
        """Give a profile another name."""
        from PySide6.QtWidgets import QInputDialog

        _ = self._services.language.gettext
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(_("Rename the profile"))
        dialog.setLabelText(_("New name"))
        dialog.setTextValue(profile.name)
        store = self._services.profiles

        def rename(name: str) -> None:
            self._services.background.run(
                lambda: store.rename(profile.id, name.strip()),
                lambda _profile: self._controller.profiles_changed.emit(),
                name="profiles",
            )

        dialog.textValueSelected.connect(rename)
        self._show(dialog)

    def export_profile(self, profile: Profile) -> None:
        """Write a profile without its secret to a file."""
        _ = self._services.language.gettext
        store = self._services.profiles

        def write(name: str) -> None:
            path = Path(name)
            text = _("The profile was written to {path}, without its password.")
            self._services.background.run(
                lambda: store.export(profile, path),
                lambda _none: self._controller.noticed.emit(text.format(path=path)),
                name="profiles",
            )

        title = _("Export the profile")
        self._ask_file(title, write, save=f"{profile.name}.toml", filters="*.toml")

    def import_profiles(self) -> None:
        """Read profiles from a file."""
        store = self._services.profiles

        def read(name: str) -> None:
            self._services.background.run(
                lambda: store.import_(Path(name)),
                lambda _profiles: self._controller.profiles_changed.emit(),
                name="profiles",
            )

        self._ask_file(self._services.language.gettext("Import profiles"), read, filters="*.toml")

    def offer_undo(self, text: str, undo: Callable[[], None]) -> None:
        """Show that something was deleted, with the way back."""
        self.undo_offered.emit(text, undo)

    # --- sessions -----------------------------------------------------------------------------

    def edit_message(self) -> None:
        """Write or choose the message of a run that sends."""
        profile = self._controller.profile
        if profile is None:
            return
        editor = self._make("message_editor", "MessageEditor", profile)
        editor.accepted.connect(lambda: self._controller.set_message(editor.prepared()))
        self._show(editor)

    def export(self) -> None:
        """Write a report."""
        session = self._controller.session
        if session is not None:
            self._show(self._make("export_dialog", "ExportDialog", session))

    def breakpoints(self) -> None:
        """Show and change the breakpoints."""
        self._show(self._make("breakpoints_dialog", "BreakpointsDialog", self._controller))

    def practise(self) -> None:
        """Choose a scenario of the lab server."""
        dialog = self._make("practice_dialog", "PracticeDialog")
        dialog.accepted.connect(lambda: self._controller.practise(dialog.scenario()))
        self._show(dialog)

    def preferences(self) -> None:
        """Show the preferences."""
        self._show(self._make("preferences_dialog", "PreferencesDialog"))

    def open_session(self) -> None:
        """Choose a session file and replay it."""
        title = self._services.language.gettext("Open a session")
        self._ask_file(title, lambda name: self._controller.open_file(Path(name)))

    def save_session(self) -> None:
        """Choose where the session goes."""
        session = self._controller.session
        if session is None:
            return
        started = session.header.started[:16].replace(":", "").replace("T", "-")
        title = self._services.language.gettext("Save the session")
        self._ask_file(
            title,
            lambda name: self._controller.save_as(Path(name)),
            save=f"{started}{_SUFFIX}",
        )

    def help(self, name: str) -> None:
        """Show a page of the help in its own window, beside this one."""
        from mailoscope_gui.dialogs.help_window import HelpWindow

        window = self.help_window
        if window is None:
            window = HelpWindow(self._services, parent=self._window)
            self.help_window = window
        window.show_page(name)
        window.show()
        window.raise_()
        window.activateWindow()

    def about(self) -> None:
        """Say what this is, plainly."""
        from PySide6.QtWidgets import QMessageBox

        from mailoscope_core import __version__

        _ = self._services.language.gettext
        box = QMessageBox(self._window)
        box.setWindowTitle(_("About Mailoscope"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIconPixmap(self._services.icons.application().pixmap(64, 64))
        box.setText(_("Mailoscope {version}").format(version=__version__))
        words = _(
            "Finds out why mail will not send. Nothing leaves this machine but what you "
            "send.\n\n"
            "MIT licence; the bundled Noto fonts are under the SIL Open Font Licence."
        )
        qt = _("Qt and Qt for Python are used under the GNU LGPL, version 3.")
        box.setInformativeText(f"{words}\n{qt}")
        self._show(box)

    # --- how ----------------------------------------------------------------------------------

    def _make(self, module: str, name: str, *arguments: object) -> Any:
        """Make a dialog of the package `dialogs`, which is loaded only now."""
        loaded = importlib.import_module(f"mailoscope_gui.dialogs.{module}")
        return getattr(loaded, name)(self._services, *arguments, parent=self._window)

    def _show(self, dialog: QDialog) -> QDialog:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def _ask_file(
        self,
        title: str,
        use: Callable[[str], None],
        *,
        save: str = "",
        filters: str = f"*{_SUFFIX}",
    ) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self._window, title)
        _ = self._services.language.gettext
        dialog.setNameFilters([f"{_('Mailoscope files')} ({filters})", f"{_('All files')} (*)"])
        if save:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.selectFile(save)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(use)
        self._show(dialog)
