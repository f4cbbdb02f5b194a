"""The side bar: saved profiles above, past sessions below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.doors import Doors
from mailoscope_gui.models.history_model import HistoryModel
from mailoscope_gui.models.profiles_model import ProfilesModel
from mailoscope_gui.panels.entry_list import EntryList
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.storage.history import HistoryItem
    from mailoscope_core.storage.profile import Profile


class SideBar(QWidget):
    """A click opens a profile or a session; both lists are read off the GUI thread."""

    def __init__(
        self,
        services: Services,
        controller: Controller,
        doors: Doors,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._controller, self._doors = services, controller, doors
        self.profiles_model = ProfilesModel(services.language, self)
        self.history_model = HistoryModel(services.language, self)
        self.profiles = EntryList(services, self.profiles_model, "profiles", "new")
        self.history = EntryList(services, self.history_model, "history")
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.profiles)
        split.addWidget(self.history)
        split.setSizes([320, 320])
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.setMinimumWidth(170)
        self.profiles.opened.connect(self._open_profile)
        self.profiles.menu_wanted.connect(self._profile_menu)
        self.profiles.removal_wanted.connect(
            lambda index: self._delete_profile(self.profiles_model.profile(index.row()))
        )
        self.profiles.button.clicked.connect(doors.new_profile)
        self.history.opened.connect(self._open_session)
        self.history.menu_wanted.connect(self._session_menu)
        self.history.removal_wanted.connect(
            lambda index: self._delete_session(self.history_model.item(index.row()))
        )
        services.language.changed.connect(self.retranslate)
        controller.profiles_changed.connect(self.load_profiles)
        controller.history_changed.connect(self.load_history)
        controller.session_changed.connect(self._mark)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.profiles.name(_("Profiles"), _("Profiles that you save appear here."))
        self.history.name(_("History"), _("Sessions are kept here when they have begun."))
        self.profiles.button.setToolTip(_("New profile"))
        self.profiles.button.setAccessibleName(_("New profile"))

    def load(self) -> None:
        """Read both lists; called once the window has been painted."""
        self.load_profiles()
        self.load_history()

    def load_profiles(self) -> None:
        """Read the profiles again."""
        services = self._services

        def read() -> list[Profile]:
            return list(services.profiles.list())

        def show(profiles: list[Profile]) -> None:
            self.profiles_model.show_profiles(profiles)
            self._mark()
            for problem in services.profiles.problems:
                self._controller.tell(problem)

        services.background.run(read, show, name="profiles")

    def load_history(self) -> None:
        """Read the list of sessions again."""
        services = self._services

        session = self._controller.session
        new = session.path if session is not None and not session.touched else None

        def read() -> list[HistoryItem]:
            return [item for item in services.history.list() if item.path != new]

        def show(items: list[HistoryItem]) -> None:
            self.history_model.show_items(items)
            self._mark()

        services.background.run(read, show, name="history")

    # --- profiles -----------------------------------------------------------------------------

    def _open_profile(self, index: QModelIndex) -> None:
        self._controller.use_profile(self.profiles_model.profile(index.row()))

    def _profile_menu(self, index: QModelIndex, at: QPoint) -> None:
        _ = self._services.language.gettext
        profile = self.profiles_model.profile(index.row())
        menu = QMenu(self)
        for text, run in (
            (_("&Open"), lambda: self._controller.use_profile(profile)),
            (_("&Edit…"), lambda: self._doors.edit_profile(profile)),
            (_("Dupl&icate"), lambda: self._duplicate(profile)),
            (_("&Rename…"), lambda: self._doors.rename_profile(profile)),
            (_("E&xport…"), lambda: self._doors.export_profile(profile)),
            (_("I&mport…"), self._doors.import_profiles),
            (_("&Delete"), lambda: self._delete_profile(profile)),
        ):
            menu.addAction(text).triggered.connect(run)
        menu.popup(at)

    def _duplicate(self, profile: Profile) -> None:
        store = self._services.profiles
        self._change(lambda: store.duplicate(profile.id))

    def _delete_profile(self, profile: Profile) -> None:
        store, _ = self._services.profiles, self._services.language.gettext

        def deleted(gone: object) -> None:
            self._controller.profiles_changed.emit()
            text = _("The profile {name} was deleted.").format(name=profile.name)
            self._doors.offer_undo(text, lambda: self._change(lambda: store.undo_delete(gone)))  # type: ignore[arg-type]

        self._services.background.run(lambda: store.delete(profile.id), deleted, name="profiles")

    def _change(self, call: Callable[[], object]) -> None:
        """Change the store in a thread, then read the list again."""
        self._services.background.run(
            call, lambda _done: self._controller.profiles_changed.emit(), name="profiles"
        )

    # --- history ------------------------------------------------------------------------------

    def _open_session(self, index: QModelIndex) -> None:
        item = self.history_model.item(index.row())
        session = self._controller.session
        if session is not None and session.path == item.path:
            self._controller.show_page("session")
        else:
            self._controller.open_file(item.path)

    def _session_menu(self, index: QModelIndex, at: QPoint) -> None:
        _ = self._services.language.gettext
        item = self.history_model.item(index.row())
        menu = QMenu(self)
        menu.addAction(_("&Open")).triggered.connect(lambda: self._controller.open_file(item.path))
        menu.addAction(_("&Delete")).triggered.connect(lambda: self._delete_session(item))
        menu.popup(at)

    def _delete_session(self, item: HistoryItem) -> None:
        history, _ = self._services.history, self._services.language.gettext

        def restore(gone: object) -> None:
            self._services.background.run(
                lambda: history.undo_delete(gone),  # type: ignore[arg-type]
                lambda _item: self._controller.history_changed.emit(),
                name="history",
            )

        def deleted(gone: object) -> None:
            self._controller.history_changed.emit()
            self._doors.offer_undo(_("The session was deleted."), lambda: restore(gone))

        self._services.background.run(lambda: history.delete(item.path), deleted, name="history")

    def _mark(self) -> None:
        """Mark what is open."""
        profile, session = self._controller.profile, self._controller.session
        rows = range(self.profiles_model.rowCount())
        ids = [self.profiles_model.profile(row).id for row in rows]
        known = profile is not None and profile.id in ids
        self.profiles.select_row(ids.index(profile.id) if known and profile else None)
        paths = [self.history_model.item(row).path for row in range(self.history_model.rowCount())]
        path = session.path if session is not None else None
        self.history.select_row(paths.index(path) if path in paths else None)
