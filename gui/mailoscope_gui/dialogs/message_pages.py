"""The three ways to a message: written here, taken from a file, ready made.

Each page describes itself as a job that runs off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mailoscope_core.message.compose import Draft, compose
from mailoscope_core.message.eml import load_eml
from mailoscope_core.message.samples import (
    DEFAULT_MEGABYTES,
    MAX_MEGABYTES,
    list_samples,
    make_sample,
)
from mailoscope_gui.dialogs.fields import CheckField, FileField, LinesField, NotesField, TextField
from mailoscope_gui.dialogs.form import FormPage
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import plain, wrapped

if TYPE_CHECKING:
    from mailoscope_core.message.prepared import PreparedMessage
    from mailoscope_core.message.samples import Sample
    from mailoscope_core.message.spool import Spool
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.i18n import Language

Job = Callable[["Spool"], "PreparedMessage"]


class ComposePage(FormPage):
    """From, To, Subject, text, HTML, attachments."""

    def __init__(self, language: Language, profile: Profile) -> None:
        super().__init__()
        self._language = language
        self.add("from", TextField("Name <name@example.org>"), N_("&From"))
        self.add("to", LinesField(46), N_("&To"), N_("One address a line."))
        self.add("subject", TextField(), N_("&Subject"))
        self.add("text", NotesField(86), N_("T&ext"))
        self.add("html", NotesField(46), N_("&HTML"), N_("If there is a text too, both are sent."))
        self.add(
            "eight_bit",
            CheckField(N_("Send other scripts as &8-bit text (needs 8BITMIME)")),
            "",
        )
        self.files = QListWidget()
        self.files.setObjectName("attachments")
        self.files.setMaximumHeight(64)
        self.files_label = plain()
        self.files_label.setBuddy(self.files)
        self.attach = QPushButton()
        self.attach.setObjectName("attach")
        self.attach.setAutoDefault(False)
        self.detach = QPushButton()
        self.detach.setObjectName("detach")
        self.detach.setAutoDefault(False)
        buttons = QVBoxLayout()
        buttons.addWidget(self.attach)
        buttons.addWidget(self.detach)
        buttons.addStretch()
        row = QHBoxLayout()
        row.addWidget(self.files, 1)
        row.addLayout(buttons)
        self.column.addWidget(self.files_label)
        self.column.addLayout(row)
        self.fill({"from": profile.sender, "to": profile.recipients, "subject": "", "text": ""})
        self.attach.clicked.connect(self._choose)
        self.detach.clicked.connect(self._remove)
        self.files.currentRowChanged.connect(lambda _row: self._enable())
        self._enable()

    def add_files(self, paths: list[str]) -> None:
        """Attach files."""
        for path in paths:
            item = QListWidgetItem(Path(path).name)
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(path)
            self.files.addItem(item)
        self.changed.emit()

    def draft(self) -> Draft:
        """Return what was written."""
        values = self.values()
        rows = range(self.files.count())
        attachments = (self.files.item(row).data(Qt.ItemDataRole.UserRole) for row in rows)
        return Draft(
            sender=values["from"],
            to=values["to"],
            subject=values["subject"],
            text=values["text"],
            html=values["html"],
            eight_bit=values["eight_bit"],
            attachments=tuple(Path(each) for each in attachments),
        )

    def job(self) -> Job:
        """Return what writes the message."""
        draft, texts = self.draft(), self._language.texts
        return lambda spool: compose(draft, spool, texts)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.attach.text().replace("&", ""))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.add_files)
        dialog.open()

    def _remove(self) -> None:
        self.files.takeItem(self.files.currentRow())
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        self.detach.setEnabled(self.files.currentRow() >= 0)

    def reword(self) -> None:
        """Take the words of the language in use."""
        gettext = self._language.gettext
        self.retranslate(gettext)
        self.files_label.setText(gettext("Attach&ments"))
        self.files.setAccessibleName(gettext("Attachments"))
        self.attach.setText(gettext("&Attach…"))
        self.detach.setText(gettext("&Remove"))


class FilePage(FormPage):
    """A message from a file, with line endings made right or left as they are."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self.add(
            "path",
            FileField("*.eml *.txt;;* (*)"),
            N_("Message &file"),
            N_("A whole message as a mail program saves it (.eml). Its content is not changed."),
        )
        self.add(
            "as_is",
            CheckField(N_("&Byte for byte as it is: leave line endings that are not CRLF")),
            "",
            N_(
                "Only to find out how a server takes broken line endings. Servers may refuse such "
                "a message, or read two messages out of one (SMTP smuggling)."
            ),
        )
        self.column.addStretch()

    def job(self) -> Job:
        """Return what takes the message in."""
        values = self.values()
        path, as_is = Path(values["path"]).expanduser(), bool(values["as_is"])
        return lambda spool: load_eml(path, spool, as_is=as_is)

    def reword(self) -> None:
        """Take the words of the language in use."""
        self.retranslate(self._language.gettext)


class SamplePage(QWidget):
    """The ready samples; the large one asks how large, two of them want a word of warning."""

    changed = Signal()

    def __init__(self, language: Language, profile: Profile) -> None:
        super().__init__()
        self._language = language
        self._profile = profile
        self._samples = list_samples()
        self.list = QListWidget()
        self.list.setObjectName("samples")
        self.list.setSpacing(1)
        self.text = wrapped()
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.megabytes_label = plain()
        self.megabytes = QSpinBox()
        self.megabytes.setObjectName("sample-size")
        self.megabytes.setRange(1, MAX_MEGABYTES)
        self.megabytes.setValue(DEFAULT_MEGABYTES)
        self.megabytes_label.setBuddy(self.megabytes)
        self.warning = wrapped()
        self.agreed = QCheckBox()
        self.agreed.setObjectName("sample-agreed")
        row = QHBoxLayout()
        row.addWidget(self.megabytes_label)
        row.addWidget(self.megabytes)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(8)
        column.addWidget(self.list, 1)
        column.addWidget(self.text)
        column.addLayout(row)
        column.addWidget(self.warning)
        column.addWidget(self.agreed)
        self.list.currentRowChanged.connect(self._chosen)
        self.megabytes.valueChanged.connect(self.changed)
        self.agreed.toggled.connect(self.changed)

    @property
    def sample(self) -> Sample:
        """The chosen sample."""
        return self._samples[max(0, self.list.currentRow())]

    @property
    def ready(self) -> bool:
        """False while a sample that scanners stop was not agreed to."""
        return not self.sample.warning or self.agreed.isChecked()

    def job(self) -> Job:
        """Return what writes the sample."""
        chosen, texts = self.sample, self._language.texts
        name = f"{chosen.id}:{self.megabytes.value()}" if chosen.takes_size else chosen.id
        draft = Draft(sender=self._profile.sender, to=self._profile.recipients)
        return lambda spool: make_sample(name, spool, draft, texts)

    def _chosen(self) -> None:
        self.agreed.setChecked(False)
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        chosen = self.sample
        self.warning.setVisible(bool(chosen.warning))
        self.agreed.setVisible(bool(chosen.warning))
        self.megabytes.setVisible(chosen.takes_size)
        self.megabytes_label.setVisible(chosen.takes_size)
        self.text.setText(self._words(chosen, "text"))

    def _words(self, sample: Sample, field: str) -> str:
        texts = self._language.texts
        return texts.record(f"sample.{sample.id}", field, getattr(sample, field))

    def reword(self) -> None:
        """Take the words of the language in use."""
        gettext = self._language.gettext
        row = max(0, self.list.currentRow())
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for sample in self._samples:
            self.list.addItem(self._words(sample, "title"))
        self.list.setCurrentRow(row)
        self.list.blockSignals(blocked)
        self.list.setAccessibleName(gettext("Ready messages"))
        self.megabytes_label.setText(gettext("Si&ze in MiB"))
        self.megabytes.setAccessibleName(gettext("Size in MiB"))
        self.warning.setText(
            gettext("! Scanners are meant to stop this message, and a server may note who sent it.")
        )
        self.agreed.setText(gettext("I send it to the la&b or to my own address only"))
        self._describe()
