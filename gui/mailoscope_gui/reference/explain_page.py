"""Explains a pasted error message; the text stays in this page and is kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import heading, wrapped
from mailoscope_gui.reference.finding_card import FindingCard, WordedFinding

if TYPE_CHECKING:
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_PAUSE_MS = 250
_MOST_CARDS = 8


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
        self.edit = QPlainTextEdit()
        self.edit.setObjectName("pasted")
        self.edit.setFont(services.theme.mono())
        self.edit.setTabChangesFocus(True)
        self.paste = QPushButton()
        self.paste.setObjectName("paste-clipboard")
        self.clear = QPushButton()
        self.clear.setObjectName("clear")
        self.status = heading(points=1.0)
        self.status.setObjectName("explain-status")
        self.hint = wrapped()
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
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
        controller.text_wanted.connect(self.explain)
        services.language.changed.connect(self.retranslate)
        self.retranslate()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.paste)
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
        """Put a text into the box and explain it at once."""
        self.edit.setPlainText(text)
        self._pause.stop()
        self._explain()
        self.edit.setFocus()

    def _paste(self) -> None:
        self.explain(QApplication.clipboard().text())

    def _explain(self) -> None:
        if self._ticket is not None:
            self._ticket.abandon()
            self._ticket = None
        text = self.edit.toPlainText()
        if not text.strip():
            self._state = "empty"
            self._show_cards(())
            self._say()
            return
        texts = self._services.language.texts

        def find() -> tuple[WordedFinding, ...]:
            from mailoscope_core.knowledge.diagnose import explain
            from mailoscope_core.knowledge.text import words

            return tuple(WordedFinding(each, words(each, texts)) for each in explain(text))

        self._ticket = self._errands.run(find, self._found, name="explain")

    def _found(self, found: tuple[WordedFinding, ...]) -> None:
        self._ticket = None
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
            card.code_asked.connect(self._ask)
            column.addWidget(card)
        column.addStretch()
        old = self.area.takeWidget()
        self.area.setWidget(body)
        if old is not None:
            old.deleteLater()

    def _ask(self, code: str) -> None:
        if code.isdecimal():
            self._controller.ask_code(int(code))
        else:
            self._controller.ask_code(None, code)

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

    def retranslate(self) -> None:
        """Take the words of the language in use; the findings are worded anew."""
        gettext = self._services.language.gettext
        self.headline.setText(gettext("Explain an error"))
        self.sentence.setText(
            gettext(
                "A log, a bounce or the message of a mail program or library. The text is not "
                "sent anywhere and not kept."
            )
        )
        self.edit.setAccessibleName(gettext("Error message"))
        self.edit.setPlaceholderText(gettext("Paste the error here"))
        self.paste.setText(gettext("&Paste"))
        self.clear.setText(gettext("C&lear"))
        self._say()
        self._explain()
