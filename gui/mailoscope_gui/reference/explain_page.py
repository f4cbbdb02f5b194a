"""Explains a pasted error message; the text stays in this page and is kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.drop_target import local_files
from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import heading, wrapped
from mailoscope_gui.reference.finding_card import FindingCard, WordedFinding
from mailoscope_gui.reference.paste_edit import PasteEdit

if TYPE_CHECKING:
    from mailoscope_core.knowledge.pasted import Explained
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_PAUSE_MS = 250
_MOST_CARDS = 8


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is to be shown: the text as it may be seen, and the findings in words."""

    text: str
    found: tuple[WordedFinding, ...]


class ExplainPage(QWidget):
    """A box on the left, findings as cards on the right, a moment after the last key."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("explain-page")
        self._services = services
        self._errands = Errands(services.background, self)
        self._controller = controller
        self._ticket: Ticket | None = None
        self._state = "empty"
        self.headline = heading(points=5.0)
        self.sentence = wrapped()
        self.sentence.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.edit = PasteEdit()
        self.edit.setObjectName("pasted")
        self.edit.setFont(services.theme.mono())
        self.paste = QPushButton()
        self.paste.setObjectName("paste-clipboard")
        self.open = QPushButton()
        self.open.setObjectName("open-text")
        self.clear = QPushButton()
        self.clear.setObjectName("clear")
        self.status = heading(points=1.0)
        self.status.setObjectName("explain-status")
        self.hint = wrapped()
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.trees = QPushButton()
        self.trees.setObjectName("find-out")
        self.trees.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.area = QScrollArea()
        self.area.setObjectName("findings")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._explain)
        self.edit.textChanged.connect(self._pause.start)
        self.paste.clicked.connect(self._paste)
        self.clear.clicked.connect(self.edit.clear)
        self.open.clicked.connect(self._choose)
        self.trees.clicked.connect(lambda: controller.show_page("trees"))
        self.edit.file_given.connect(self.explain_file)
        controller.text_wanted.connect(self.explain)
        controller.file_wanted.connect(self.explain_file)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._dress)
        self.retranslate()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.paste)
        buttons.addWidget(self.open)
        buttons.addWidget(self.clear)
        buttons.addStretch()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 12, 18)
        column.setSpacing(8)
        column.addWidget(self.headline)
        column.addWidget(self.sentence)
        column.addWidget(self.edit, 1)
        column.addLayout(buttons)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 18, 12, 0)
        column.setSpacing(6)
        column.addWidget(self.status)
        column.addWidget(self.hint)
        column.addWidget(self.trees)
        column.addWidget(self.area, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes([420, 640])
        splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self._show_cards(())

    def explain(self, text: str) -> None:
        """Put a text into the box, without its secrets, and explain it at once."""
        from mailoscope_core.knowledge.pasted_secrets import mask_secrets

        self.edit.setPlainText(mask_secrets(text))
        self._pause.stop()
        self._explain()
        self.edit.setFocus()

    def explain_file(self, path: Path) -> None:
        """Explain a log or a bounce of any size; only what tells is kept and shown."""
        from mailoscope_core.knowledge.pasted import explain_path

        def show(answer: _Answer) -> None:
            self.edit.blockSignals(True)
            self.edit.setPlainText(answer.text)
            self.edit.blockSignals(False)
            self._found(answer)

        self._pause.stop()
        self._run(lambda: explain_path(path), show)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.open.text().replace("&", ""))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.explain_file(Path(name)))
        dialog.open()

    def _paste(self) -> None:
        files = local_files(QApplication.clipboard().mimeData())
        if files:
            self.explain_file(files[0])
        else:
            self.explain(QApplication.clipboard().text())

    def _explain(self) -> None:
        self._abandon()
        text = self.edit.toPlainText()
        if not text.strip():
            self._state = "empty"
            self._show_cards(())
            self._say()
            return
        from mailoscope_core.knowledge.pasted import explain_text

        self._run(lambda: explain_text(text), self._found)

    def _abandon(self) -> None:
        if self._ticket is not None:
            self._ticket.abandon()
            self._ticket = None

    def _run(self, explain: Callable[[], Explained], done: Callable[[_Answer], None]) -> None:
        self._abandon()
        texts = self._services.language.texts

        def find() -> _Answer:
            from mailoscope_core.knowledge.text import reproduction_words, words

            explained = explain()
            pairs = zip(explained.findings, explained.verdicts, strict=True)
            found = tuple(
                WordedFinding(each, words(each, texts), verdict, reproduction_words(verdict, texts))
                for each, verdict in pairs
            )
            return _Answer(explained.text, found)

        self._ticket = self._errands.run(find, done, name="explain")

    def _found(self, answer: _Answer) -> None:
        self._ticket = None
        found = answer.found
        self._state = "found" if found else "nothing"
        self._show_cards(found[:_MOST_CARDS])
        self._say(len(found))

    def _show_cards(self, found: tuple[WordedFinding, ...]) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 4, 8, 18)
        column.setSpacing(12)
        for each in found:
            card = FindingCard(self._services, each)
            card.code_asked.connect(self._controller.ask_record)
            card.reproduce_asked.connect(self._controller.draft_profile)
            column.addWidget(card)
        column.addStretch()
        old = self.area.takeWidget()
        self.area.setWidget(body)
        if old is not None:
            old.deleteLater()

    def _say(self, count: int = 0) -> None:
        gettext, ngettext = self._services.language.gettext, self._services.language.ngettext
        if self._state == "found":
            self.status.setText(
                ngettext("{count} finding", "{count} findings", count).format(count=count)
            )
            self.hint.setText("")
        elif self._state == "nothing":
            self.status.setText(gettext("Nothing in this text is known"))
            self.hint.setText(
                gettext(
                    "Paste more of it: the line with the three-digit code, for example "
                    "“550 5.1.1 …”, or the whole bounce message."
                )
            )
        else:
            self.status.setText(gettext("The explanation appears here"))
            self.hint.setText(
                gettext("What it means, where it was caused, who must act and what helps.")
            )
        self.hint.setVisible(bool(self.hint.text()))
        self.trees.setVisible(self._state == "nothing")

    def _dress(self) -> None:
        self.trees.setIcon(self._services.icons.icon("tree"))

    def retranslate(self) -> None:
        """Take the words of the language in use; the findings are worded anew."""
        gettext = self._services.language.gettext
        self.headline.setText(gettext("Explain an error"))
        self.sentence.setText(
            gettext(
                "A log, a bounce or the message of a mail program or library; a file can be "
                "dropped here. The text is not sent anywhere and not kept; passwords are masked."
            )
        )
        self.edit.setAccessibleName(gettext("Error message"))
        self.edit.setPlaceholderText(gettext("Paste the error here"))
        self.paste.setText(gettext("&Paste"))
        self.open.setText(gettext("&Open a file…"))
        self.clear.setText(gettext("C&lear"))
        self.trees.setText(gettext("Find out step &by step"))
        self.trees.setToolTip(gettext("Answer what you see until the cause is found"))
        self._dress()
        self._say()
        self._explain()
