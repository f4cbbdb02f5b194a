"""Finds the cause by questions: the trees to choose from, then one question at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPalette, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import heading, wrapped
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.tree_leaf import LeafView
from mailoscope_gui.reference.tree_rows import ChoiceRow, GivenRow

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Experiment
    from mailoscope_core.knowledge.text import Wording
    from mailoscope_core.knowledge.tree_text import TreeText
    from mailoscope_core.knowledge.trees import Leaf, Node, Tree, Trees, Walk
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_WIDTH = 860
_KEYS = range(1, 10)


class TreePage(QWidget):
    """Shows the list, a question or a leaf; `walk` is null while the list is shown."""

    moved = Signal()
    """Something else is shown now: the list, a question, a leaf."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tree-page")
        self._services, self._controller = services, controller
        self._errands = Errands(services.background, self)
        self._trees: Trees | None = None
        self._wording: Wording | None = None
        self.walk: Walk | None = None
        self.leaf: LeafView | None = None
        self.choices: tuple[ChoiceRow, ...] = ()
        self.given: tuple[GivenRow, ...] = ()
        self.back_button = QPushButton()
        self.back_button.setObjectName("tree-back")
        self.list_button = QPushButton()
        self.list_button.setObjectName("tree-list")
        self.headline = heading(points=5.0)
        self.headline.setObjectName("tree-headline")
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self._take_keys()
        self.back_button.clicked.connect(self.back)
        self.list_button.clicked.connect(self.show_list)
        controller.session_changed.connect(self._session_changed)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._dress)
        self._dress()
        self.retranslate()
        self._load()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.list_button)
        buttons.addStretch()
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(20, 18, 20, 0)
        column.setSpacing(10)
        column.addLayout(buttons)
        column.addWidget(self.headline)
        column.addWidget(self.area, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(middle, 100)
        outer.addStretch(1)

    def _take_keys(self) -> None:
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for number in _KEYS:
            key = QShortcut(QKeySequence(str(number)), self, context=within)
            key.activated.connect(lambda number=number: self.pick(number))
        for sequence in ("Backspace", "Alt+Left"):
            key = QShortcut(QKeySequence(sequence), self, context=within)
            key.activated.connect(self.back)

    def _load(self) -> None:
        def load() -> tuple[Trees, Wording]:
            from mailoscope_core.knowledge.text import load_wording
            from mailoscope_core.knowledge.trees import load_trees

            return load_trees(), load_wording()

        def loaded(both: tuple[Trees, Wording]) -> None:
            self._trees, self._wording = both
            self._show()
            if self.isVisible():
                self._focus()

        self._errands.run(load, loaded, name="trees")

    # --- walking ------------------------------------------------------------------------------

    def pick(self, number: int) -> None:
        """Take the answer, or on the list the tree, of that number; there may be none."""
        if 1 <= number <= len(self.choices):
            self.choices[number - 1].click()

    def open_tree(self, tree: Tree) -> None:
        """Begin at a tree's first question."""
        from mailoscope_core.knowledge.trees import Walk

        self._go(Walk(tree))

    def back(self) -> None:
        """Return to the question before, and from the first one to the list."""
        if self.walk is not None:
            self._go(self.walk.back() if self.walk.answers else None)

    def show_list(self) -> None:
        """Return to the list."""
        self._go(None)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keyboard: numbers pick an answer."""
        super().showEvent(event)
        self._focus()

    def _go(self, walk: Walk | None) -> None:
        self.walk = walk
        self._show()
        self._focus()
        self.moved.emit()

    # --- showing ------------------------------------------------------------------------------

    def _show(self) -> None:
        gettext = self._services.language.gettext
        body = _Body()
        column = QVBoxLayout(body)
        column.setContentsMargins(2, 2, 10, 20)
        column.setSpacing(8)
        self.choices, self.given, self.leaf = (), (), None
        self.back_button.setVisible(self.walk is not None)
        self.list_button.setVisible(self.walk is not None)
        if self.walk is None:
            self.headline.setText(gettext("Find out step by step"))
            self._show_list(column)
        else:
            text = self._text(self.walk.tree)
            self.headline.setText(text.title)
            self._show_walk(self.walk, text, column)
        column.addStretch()
        old = self.area.takeWidget()
        self.area.setWidget(body)
        if old is not None:
            old.deleteLater()

    def _show_list(self, column: QVBoxLayout) -> None:
        gettext = self._services.language.gettext
        column.addWidget(
            _muted(
                gettext(
                    "What does not work? Answer what you see, one question at a time. Each way "
                    "ends in a finding, or in an experiment that decides."
                )
            )
        )
        column.addSpacing(4)
        for number, tree in enumerate(self._trees or (), 1):
            text = self._text(tree)
            detail = worded.marked(
                self._services.language.texts, text.description, english=text.is_english()
            )
            row = ChoiceRow(self._services.theme, str(number), text.title, detail)
            row.setObjectName(f"tree-{tree.id}")
            row.clicked.connect(lambda _checked=False, tree=tree: self.open_tree(tree))
            self.choices = (*self.choices, row)
            column.addWidget(row)
        column.addSpacing(8)
        column.addWidget(
            _muted(gettext("If you have the server's words, it is quicker to paste them."))
        )
        button = QPushButton(gettext("&Explain an error"))
        button.setObjectName("tree-explain")
        button.setIcon(self._services.icons.icon("explain"))
        button.clicked.connect(lambda: self._controller.show_page("explain"))
        row_of_button = QHBoxLayout()
        row_of_button.addWidget(button)
        row_of_button.addStretch()
        column.addLayout(row_of_button)

    def _show_walk(self, walk: Walk, text: TreeText, column: QVBoxLayout) -> None:
        from mailoscope_core.knowledge.trees import Node

        gettext = self._services.language.gettext
        for index, answer in enumerate(walk.answers):
            question = text.question(answer.node)
            given = GivenRow(
                self._services.theme, question, text.choices(answer.node)[answer.number - 1]
            )
            given.setObjectName(f"given-{index}")
            given.setToolTip(gettext("Back to this question"))
            count = len(walk.answers) - index
            given.clicked.connect(lambda _checked=False, count=count: self._go(walk.back(count)))
            self.given = (*self.given, given)
            column.addWidget(given)
        if walk.answers:
            column.addSpacing(6)
        place = walk.current
        if isinstance(place, Node):
            self._show_question(walk, place, text, column)
        else:
            self._show_leaf(place, text, column)

    def _show_question(self, walk: Walk, node: Node, text: TreeText, column: QVBoxLayout) -> None:
        question = heading(text.question(node), points=3.0)
        question.setObjectName("tree-question")
        column.addWidget(question)
        if node.hint:
            column.addWidget(_muted(text.hint(node)))
        if text.is_english(node):
            said = self._services.language.gettext("Parts of this are not translated yet.")
            column.addWidget(_muted(said))
        column.addSpacing(4)
        for number, words in enumerate(text.choices(node), 1):
            row = ChoiceRow(self._services.theme, str(number), words)
            row.setObjectName(f"choice-{number}")
            row.clicked.connect(lambda _checked=False, number=number: self._go(walk.choose(number)))
            self.choices = (*self.choices, row)
            column.addWidget(row)
        # The focus goes to the first answer: what is read out there must say the question.
        self.choices[0].setAccessibleDescription(question.text())

    def _show_leaf(self, leaf: Leaf, text: TreeText, column: QVBoxLayout) -> None:
        request = self._controller.request
        profile = request.profile.name if request is not None else None
        view = LeafView(self._services, leaf, text.leaf(leaf), profile)
        view.code_asked.connect(self._controller.ask_record)
        view.experiment_wanted.connect(self._try)
        view.settings_wanted.connect(lambda: self._controller.show_page("start"))
        view.practice_wanted.connect(self._controller.practise)
        self.leaf = view
        column.addWidget(view)

    def _text(self, tree: Tree) -> TreeText:
        from mailoscope_core.knowledge.tree_text import TreeText

        assert self._wording is not None  # trees and wording come together
        return TreeText(tree, self._wording, self._services.language.texts)

    def _focus(self) -> None:
        if self.choices:
            self.choices[0].setFocus()
        elif self.leaf is not None and self.leaf.button is not None:
            self.leaf.button.setFocus()
        else:
            self.area.setFocus()

    # --- what a leaf offers -------------------------------------------------------------------

    def _try(self, experiment: Experiment) -> None:
        self._controller.fork(experiment)

    def _session_changed(self) -> None:
        """Another profile may be in use now: an experiment names it."""
        if self.leaf is not None:
            self._show()

    def _dress(self) -> None:
        icons = self._services.icons
        self.back_button.setIcon(icons.icon("undo"))
        self.list_button.setIcon(icons.icon("tree"))

    def retranslate(self) -> None:
        """Take the words of the language in use; the way walked stays."""
        gettext = self._services.language.gettext
        self.back_button.setText(gettext("&Back"))
        self.back_button.setToolTip(gettext("The question before (Backspace or Alt+Left)"))
        self.list_button.setText(gettext("&All trees"))
        self.list_button.setToolTip(gettext("Begin with something else"))
        self._show()


class _Body(QWidget):
    """As high as its words need in the width it gets: wrapped labels alone would ask for more."""

    def minimumSizeHint(self) -> QSize:
        """Leave the height to `heightForWidth`."""
        return QSize(super().minimumSizeHint().width(), 0)


def _muted(text: str) -> QLabel:
    label = wrapped(text)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
