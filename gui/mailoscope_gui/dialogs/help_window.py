"""The help in a window of its own, so that it can be read beside what it tells about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from mailoscope_gui.actions import ACTIONS
from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import heading, wrapped
from mailoscope_gui.menus import MENUS
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.panels.sections import Sections

if TYPE_CHECKING:
    from mailoscope_core.knowledge.help_pages import HelpPage, HelpSection, WordedPage
    from mailoscope_gui.services import Services

KEYS = "keys"
"""The page that is made of the actions."""
_NAME_ROLE = Qt.ItemDataRole.UserRole + 1
_SIZE = (900, 680)
_LIST_WIDTH = 210
_TEXT_WIDTH = 660
"""Longer lines are hard to read."""


class HelpWindow(QDialog):
    """Pages on the left, the one that is read on the right; actions of the window as buttons."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help-window")
        self._services = services
        self._errands = Errands(services.background, self)
        self._pages: dict[str, WordedPage] = {}
        self._wanted = ""
        self.list = QListWidget()
        self.list.setObjectName("help-pages")
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setSpacing(4)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = Sections(services.theme)
        self.text.setObjectName("help-text")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.resize(*_SIZE)
        self.setMinimumSize(560, 400)
        self.list.currentItemChanged.connect(self._chosen)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._write)
        self.retranslate()

    def show_page(self, name: str) -> None:
        """Show a page."""
        self._wanted = name
        for row in range(self.list.count()):
            if self.list.item(row).data(_NAME_ROLE) == name:
                self.list.setCurrentRow(row)

    @property
    def shown(self) -> str:
        """The name of the page that is shown."""
        item = self.list.currentItem()
        return str(item.data(_NAME_ROLE)) if item is not None else ""

    def retranslate(self) -> None:
        """Read the pages in the language in use."""
        gettext, texts = self._services.language.gettext, self._services.language.texts
        self.setWindowTitle(gettext("Help – Mailoscope"))
        self.list.setAccessibleName(gettext("Pages of the help"))
        self.text.setAccessibleName(gettext("Page of the help"))

        def read() -> list[WordedPage]:
            from mailoscope_core.knowledge.help_pages import in_words, load_help_pages

            return [in_words(page, texts) for page in load_help_pages()]

        self._errands.run(read, self._use, name="help")

    def _use(self, pages: list[WordedPage]) -> None:
        wanted = self._wanted or self.shown
        self._pages = {each.page.name: each for each in pages}
        titles = {name: each.page.title for name, each in self._pages.items()}
        titles[KEYS] = self._services.language.gettext("Keys")
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for name, title in titles.items():
            item = QListWidgetItem(title)
            item.setData(_NAME_ROLE, name)
            self.list.addItem(item)
        self.list.setCurrentRow(max(0, list(titles).index(wanted) if wanted in titles else 0))
        self.list.blockSignals(blocked)
        self._write()

    def _chosen(self) -> None:
        self._wanted = self.shown
        self._write()

    # --- the page -----------------------------------------------------------------------------

    def _write(self) -> None:
        name = self.shown
        if not name:
            return
        self.text.begin()
        self.text.column.setContentsMargins(30, 22, 26, 26)
        self.text.column.setSpacing(8)
        worded = self._pages.get(name)
        if worded is not None:
            self._write_page(worded.page, english=worded.english)
        else:
            self._write_keys()
        self.text.end()
        body = self.text.widget()
        if body is not None:
            body.setMaximumWidth(_TEXT_WIDTH + 56)
        self.text.verticalScrollBar().setValue(0)

    def _write_page(self, page: HelpPage, *, english: bool) -> None:
        self.text.add(heading(page.title, points=6.0))
        if english:
            gettext = self._services.language.gettext
            self._quiet(gettext("Parts of this are not translated yet."))
        self._paragraph(page.lead)
        for section in page.sections:
            self._write_section(section)

    def _write_section(self, section: HelpSection) -> None:
        self._heading(section.heading)
        for paragraph in section.paragraphs:
            self._paragraph(paragraph)
        if section.steps:
            self.text.points(section.steps, numbered=True)
        if section.points:
            self.text.points(section.points)
        self._buttons(section.actions)
        if section.commands:
            self._quiet(self._services.language.gettext("On the command line:"))
            self.text.verbatim(section.commands)

    def _write_keys(self) -> None:
        gettext = self._services.language.gettext
        self.text.add(heading(gettext("Keys"), points=6.0))
        self._paragraph(
            gettext(
                "Everything can be done without a mouse: Tab goes on, the arrows move in lists."
            )
        )
        by_id = {record.id: record for record in ACTIONS}
        for title, names in MENUS:
            known = [by_id[name] for name in names if name in by_id and by_id[name].key]
            if not known:
                continue
            self._heading(gettext(title).replace("&", ""))
            self.text.facts(
                (_native(record.key), gettext(record.text).replace("&", "")) for record in known
            )

    def _buttons(self, names: tuple[str, ...]) -> None:
        """Offer actions of the window; they are on and off as they are there."""
        window = self.parent()
        found = [window.findChild(QAction, name) for name in names] if window else []
        actions = [action for action in found if isinstance(action, QAction)]
        if not actions:
            return
        holder = QWidget()
        flow = FlowLayout(holder)
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            flow.addWidget(button)
        self.text.add(holder)

    def _heading(self, words: str) -> None:
        self.text.column.addSpacing(8)
        self.text.add(heading(words, points=2.0))

    def _paragraph(self, words: str) -> QLabel:
        label = wrapped(words)
        self.text.add(label)
        return label

    def _quiet(self, words: str) -> None:
        self._paragraph(words).setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line between the list and the page."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(self._services.theme.border, 1.0))
        line = QRectF(self.list.geometry())
        painter.drawLine(line.topRight(), line.bottomRight())
        painter.end()


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
