"""Writes a report of the session, after showing what leaves the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.errands import Errands
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import plain, wrapped

if TYPE_CHECKING:
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.dialogs.report_job import Preview, ReportSource
    from mailoscope_gui.services import Services
    from mailoscope_gui.shown_session import ShownSession

_FORMATS = (
    ("html", N_("HTML: one page for every browser, prints well")),
    ("pdf", N_("PDF, with the data as an attachment")),
    ("md", N_("Markdown, for an issue or a ticket")),
    ("txt", N_("Plain text")),
    ("json", N_("JSON, for programs")),
)
_KINDS = {
    "address": N_("mail address"),
    "user": N_("user name"),
    "host": N_("host"),
    "domain": N_("domain"),
    "ip": N_("IP address"),
    "message-id": N_("Message-ID"),
    "organisation": N_("organisation"),
    "folder": N_("folder"),
}
_KIB = 1024


class ExportDialog(QDialog):
    """Stays open after writing, so that the result can be read and another format chosen."""

    def __init__(
        self, services: Services, session: ShownSession, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export-dialog")
        self._services = services
        self._errands = Errands(services.background, self)
        self._session = session
        self._ticket: Ticket | None = None
        self._confirmed: Path | None = None
        self._named_by_user = False
        self.format = QComboBox()
        self.format.setObjectName("format")
        for name, words in _FORMATS:
            self.format.addItem(words, name)
        self.own = QRadioButton()
        self.own.setObjectName("for-own-admin")
        self.public = QRadioButton()
        self.public.setObjectName("for-public")
        self.public.setChecked(True)
        self.audience = QButtonGroup(self)
        for button in (self.own, self.public):
            self.audience.addButton(button)
        self.audience_note = wrapped()
        self.audience_note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.path = QLineEdit()
        self.path.setObjectName("path")
        self.browse = QPushButton()
        self.browse.setAutoDefault(False)
        self.text = QPlainTextEdit()
        self.text.setObjectName("preview")
        self.text.setReadOnly(True)
        self.text.setFont(services.theme.mono(-1.0))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.table = QTableWidget(0, 4)
        self.table.setObjectName("replacements")
        self.tabs = QTabWidget()
        self.notice = wrapped()
        self.notice.setObjectName("notice")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Close
        )
        self._format_label, self._audience_label, self._path_label = plain(), plain(), plain()
        self._lay_out()
        self._connect()
        self.retranslate()
        self._suggest_path()

    def _lay_out(self) -> None:
        self._set_up_table()
        self.tabs.addTab(self.text, "")
        self.tabs.addTab(self.table, "")
        audience = QVBoxLayout()
        audience.setSpacing(3)
        for widget in (self.public, self.own, self.audience_note):
            audience.addWidget(widget)
        target = QHBoxLayout()
        target.addWidget(self.path, 1)
        target.addWidget(self.browse)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        self._format_label.setBuddy(self.format)
        self._path_label.setBuddy(self.path)
        form.addRow(self._format_label, self.format)
        form.addRow(self._audience_label, audience)
        form.addRow(self._path_label, target)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.notice)
        column.addWidget(self.buttons)
        self.resize(820, 640)

    def _set_up_table(self) -> None:
        table = self.table
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._suggest_path)
        self.audience.buttonClicked.connect(self._change_audience)
        self.browse.clicked.connect(self._choose)
        self.path.textEdited.connect(self._name)
        self.buttons.accepted.connect(self._write)
        self.buttons.rejected.connect(self.reject)
        self._services.language.changed.connect(self.retranslate)

    @property
    def save_button(self) -> QPushButton:
        """The button that writes the file."""
        return self.buttons.button(QDialogButtonBox.StandardButton.Save)

    # --- preview ------------------------------------------------------------------------------

    def _source(self) -> ReportSource:
        from mailoscope_gui.dialogs.report_job import ReportSource

        session = self._session
        entries = tuple(session.entries[:])
        return ReportSource(
            session.header, entries, session.findings, self._services.language.texts
        )

    def _refresh(self) -> None:
        if self._ticket is not None:
            self._ticket.abandon()
        source, public = self._source(), self.public.isChecked()

        def make() -> Preview:
            from mailoscope_gui.dialogs.report_job import preview

            return preview(source, public=public)

        self._ticket = self._errands.run(
            make, self._show_preview, self._failed, name="report-preview"
        )

    def _show_preview(self, made: Preview) -> None:
        gettext = self._services.language.gettext
        self.text.setPlainText(made.text)
        self.table.setRowCount(len(made.replacements))
        for row, each in enumerate(made.replacements):
            cells = (gettext(_KINDS[each.kind]), each.original, each.replacement, str(each.count))
            for column, cell in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(cell))
        count = len(made.replacements)
        title = gettext("What is replaced ({count})").format(count=count)
        self.tabs.setTabText(1, title)
        self.tabs.setTabEnabled(1, self.public.isChecked())

    def _change_audience(self) -> None:
        self._say_audience()
        self._suggest_path()
        self._refresh()

    # --- the file -----------------------------------------------------------------------------

    def _suggest_path(self) -> None:
        """Name a file; a name of the user's own keeps all but its ending."""
        suffix = str(self.format.currentData())
        self._ask_again()
        if self._named_by_user and self.path.text():
            self.path.setText(str(Path(self.path.text()).with_suffix(f".{suffix}")))
            return
        kind = QStandardPaths.StandardLocation.DocumentsLocation
        folder = Path(QStandardPaths.writableLocation(kind) or Path.home())
        if not folder.is_dir():  # named by the system, but nobody has made it
            folder = Path.home()
        host = self._session.header.settings.get("host", "")
        known = "" if self.public.isChecked() or not host else f"-{_safe(host)}"
        day = self._session.header.started[:10]
        self.path.setText(str(folder / f"mailoscope{known}-{day}.{suffix}"))

    def _name(self) -> None:
        self._named_by_user = True
        self._ask_again()

    def _ask_again(self) -> None:
        self._confirmed = None
        self.notice.clear()
        self.save_button.setText(self._services.language.gettext("&Save"))

    def _choose(self) -> None:
        suffix = str(self.format.currentData())
        dialog = QFileDialog(self, self.windowTitle(), self.path.text(), f"*.{suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(self.path.text())
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def _take(self, chosen: str) -> None:
        self.path.setText(chosen)
        self._name()
        self._confirmed = Path(chosen)  # the file dialog has asked

    def _write(self) -> None:
        gettext = self._services.language.gettext
        path = Path(self.path.text()).expanduser()
        if path.exists() and self._confirmed != path:
            self._confirmed = path
            self._say(
                gettext("{path} exists already. Press Replace to write over it.").format(path=path)
            )
            self.save_button.setText(gettext("&Replace"))
            return
        source, form = self._source(), str(self.format.currentData())
        public = self.public.isChecked()
        self.save_button.setEnabled(False)
        self._say(gettext("Writing {path} …").format(path=path))

        def write() -> int:
            from mailoscope_gui.dialogs.report_job import write

            return write(source, path, form, public=public)

        def written(size: int) -> None:
            self.save_button.setEnabled(True)
            self._ask_again()
            kib = max(1, round(size / _KIB))
            self._say(
                gettext("The report was written to {path} ({kib} KiB).").format(path=path, kib=kib)
            )

        self._errands.run(write, written, self._failed, name="report")

    def _failed(self, error: Exception) -> None:
        from mailoscope_core.base.errors import UserError

        self.save_button.setEnabled(True)
        language = self._services.language
        if isinstance(error, UserError):
            self._say(language.error(error), bad=True)
            return
        text = language.gettext("The report could not be made: {detail}")
        self._say(text.format(detail=f"{type(error).__name__}: {error}"), bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        palette = self.notice.palette()
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        theme = self._services.theme
        palette.setColor(QPalette.ColorRole.WindowText, theme.severity("error") if bad else ink)
        self.notice.setPalette(palette)
        self.notice.setText(f"✗ {text}" if bad else text)

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use; the preview is made anew in it."""
        gettext = self._services.language.gettext
        self.setWindowTitle(gettext("Export a report"))
        self._format_label.setText(gettext("&Format"))
        self._audience_label.setText(gettext("Who will read it"))
        self._path_label.setText(gettext("F&ile"))
        for index, (_name, words) in enumerate(_FORMATS):
            self.format.setItemText(index, gettext(words))
        self.public.setText(gettext("The &public: a forum, an issue, a chat"))
        self.own.setText(gettext("My &own administrator or provider"))
        self.browse.setText(gettext("Browse…"))
        self.format.setAccessibleName(gettext("Format"))
        self.path.setAccessibleName(gettext("File"))
        self.text.setAccessibleName(gettext("What leaves this machine"))
        self.table.setAccessibleName(gettext("What is replaced"))
        self.tabs.setTabText(0, gettext("What leaves this machine"))
        self.table.setHorizontalHeaderLabels(
            [gettext("Kind"), gettext("Name"), gettext("Stands there instead"), gettext("Times")]
        )
        self.save_button.setText(gettext("&Save"))
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setText(gettext("&Close"))
        self._say_audience()
        self._refresh()

    def _say_audience(self) -> None:
        gettext = self._services.language.gettext
        if self.public.isChecked():
            text = gettext(
                "Addresses, hosts, the EHLO name, Message-IDs and IP addresses are replaced. "
                "Passwords are never in a report."
            )
        else:
            text = gettext("All names stand as they are. Passwords are never in a report.")
        self.audience_note.setText(text)


def _safe(host: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in host)[:60]
