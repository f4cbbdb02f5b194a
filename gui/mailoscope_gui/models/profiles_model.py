"""The saved profiles, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from mailoscope_gui.i18n import Language
from mailoscope_gui.models.table import Index, ReadOnlyTable

if TYPE_CHECKING:
    from mailoscope_core.storage.profile import Profile

_ROOT = QModelIndex()
DETAIL_ROLE = Qt.ItemDataRole.UserRole + 1


class ProfilesModel(ReadOnlyTable):
    """One row a profile: its name, and server and mode below it."""

    headers = ("",)

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self._rows: list[Profile] = []

    def show_profiles(self, profiles: list[Profile]) -> None:
        """Show these instead."""
        keys = ([each.id for each in self._rows], [each.id for each in profiles])
        self.replace_rows(self._rows, profiles, keys)

    def profile(self, row: int) -> Profile:
        """Return the profile of a row."""
        return self._rows[row]

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of profiles."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        profile = self._rows[row]
        server = f"{profile.host}:{profile.port}"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return profile.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{profile.name}, {server}"
            case _ if role == DETAIL_ROLE:
                return server
        return None
