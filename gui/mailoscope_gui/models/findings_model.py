"""The findings of a session, the most important first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from mailoscope_gui.i18n import N_, Language
from mailoscope_gui.models.table import Index, ReadOnlyTable

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Finding, FindingWords

SEVERITY, TITLE, CODE, REPORTED, CAUSED, OWNER = range(6)
FINDING_ROLE = Qt.ItemDataRole.UserRole + 1

_SEVERITIES = {"info": N_("note"), "warning": N_("warning"), "error": N_("error")}
_ROOT = QModelIndex()


class FindingsModel(ReadOnlyTable):
    """One row a finding, with its words."""

    headers = (
        N_("Severity"),
        N_("Finding"),
        N_("Code"),
        N_("Reported at"),
        N_("Caused at"),
        N_("Who must act"),
    )

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self._rows: list[tuple[Finding, FindingWords]] = []

    def show_findings(self, rows: list[tuple[Finding, FindingWords]]) -> None:
        """Show these instead; what stays is not inserted anew."""
        keys = ([_key(row) for row in self._rows], [_key(row) for row in rows])
        self.replace_rows(self._rows, rows, keys)

    def finding(self, row: int) -> Finding:
        """Return the finding of a row."""
        return self._rows[row][0]

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of findings."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        finding, words = self._rows[row]
        if role == FINDING_ROLE:
            return finding
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        match column:
            case 0:
                return self.language.gettext(_SEVERITIES[finding.severity.value])
            case 1:
                return words.title
            case 2:
                return codes_of(finding)
            case 3:
                return words.reported_at
            case 4:
                return words.caused_at
        return words.owner


def codes_of(finding: Finding) -> str:
    """Return a finding's codes as they are written: `550 5.7.1`."""
    code = f"{finding.code:03d}" if finding.code is not None else ""
    return " ".join(filter(None, (code, finding.enhanced)))


def _key(row: tuple[Finding, FindingWords]) -> tuple[str, tuple[int, ...]]:
    return row[0].rule, row[0].evidence
