"""What is known about a prepared message: size, line endings, and what is unusual about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from mailoscope_gui.dialogs.rule_words import RuleWords
from mailoscope_gui.labels import caption, plain, wrapped

if TYPE_CHECKING:
    from mailoscope_core.message.lint import LintFinding
    from mailoscope_core.message.prepared import PreparedMessage
    from mailoscope_gui.services import Services

_GLYPHS = {"error": "✗", "warning": "!", "note": "·"}
_SEVERITIES = {"error": "error", "warning": "warning", "note": "info"}


class MessageResult(QScrollArea):
    """Empty until a message is prepared; an error stands here as well."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message-result")
        self._services = services
        self._words = RuleWords("lint")
        self._message: PreparedMessage | None = None
        self._findings: tuple[LintFinding, ...] = ()
        self._error = ""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(110)
        services.theme.changed.connect(self.retranslate)
        self.retranslate()

    def show_message(self, message: PreparedMessage, findings: tuple[LintFinding, ...]) -> None:
        """Show a prepared message."""
        self._message, self._findings, self._error = message, findings, ""
        self.retranslate()

    def show_error(self, text: str) -> None:
        """Show why there is no message."""
        self._message, self._findings, self._error = None, (), text
        self.retranslate()

    def clear(self) -> None:
        """Show nothing: what was prepared no longer holds."""
        self._message, self._findings, self._error = None, (), ""
        self.retranslate()

    def retranslate(self) -> None:
        """Write everything in the language in use."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        if self._error:
            column.addWidget(self._coloured(wrapped(f"✗ {self._error}"), "error"))
        elif self._message is None:
            note = wrapped(self._services.language.gettext("The message has not been checked yet."))
            note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            column.addWidget(note)
        else:
            column.addWidget(caption(self._facts(self._message)))
            column.addLayout(self._list())
        column.addStretch()
        old = self.takeWidget()
        self.setWidget(body)
        if old is not None:
            old.deleteLater()

    def _facts(self, message: PreparedMessage) -> str:
        gettext, ngettext = self._services.language.gettext, self._services.language.ngettext
        facts = [
            ngettext("{count} octet", "{count} octets", message.size).format(
                count=f"{message.size:,}"
            ),
            gettext("longest line {length}").format(length=message.longest_line),
        ]
        if message.as_is:
            facts.append(gettext("byte for byte as it is"))
        elif message.source == "eml":
            changed = message.lines_changed
            facts.append(
                ngettext(
                    "{count} line ending made CRLF", "{count} line endings made CRLF", changed
                ).format(count=changed)
            )
        if message.needs_8bit:
            facts.append(gettext("needs 8BITMIME"))
        if message.needs_smtputf8:
            facts.append(gettext("needs SMTPUTF8"))
        return "  ·  ".join(facts)

    def _list(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        texts = self._services.language.texts
        if not self._findings:
            text = self._services.language.gettext("Nothing unusual was found.")
            grid.addWidget(wrapped(text), 0, 1)
        for row, each in enumerate(self._findings):
            mark = self._coloured(plain(_GLYPHS[each.level]), _SEVERITIES[each.level])
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            title = self._words.title(texts, each.rule, each.params)
            text = self._words.text(texts, each.rule, each.params)
            grid.addWidget(wrapped(f"{title}\n{text}".strip()), row, 1)
        return grid

    def _coloured(self, label: QLabel, severity: str) -> QLabel:
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._services.theme.severity(severity))
        label.setPalette(palette)
        return label
