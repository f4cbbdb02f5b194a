"""The end of a walk through a decision tree: a finding or an experiment, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mailoscope_gui.labels import caption, plain, wrapped
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.reference.code_link import CodeLink
from mailoscope_gui.reference.finding_card import FindingCard, WordedFinding
from mailoscope_gui.start.card import Card, set_default_look

if TYPE_CHECKING:
    from mailoscope_core.knowledge.tree_text import LeafText
    from mailoscope_core.knowledge.trees import Leaf
    from mailoscope_gui.services import Services


class LeafView(QWidget):
    """Built for one leaf in one language; `profile` is the name of the profile in use, if any."""

    code_asked = Signal(str)
    experiment_wanted = Signal(object)
    settings_wanted = Signal()
    practice_wanted = Signal(str)

    def __init__(
        self,
        services: Services,
        leaf: Leaf,
        text: LeafText,
        profile: str | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._leaf, self._text = services, leaf, text
        self.setObjectName(f"leaf-{leaf.id}")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.button: QPushButton | None = None
        """The first thing to press, where there is one."""
        if leaf.kind == "experiment":
            self._experiment(profile)
        else:
            card = FindingCard(services, WordedFinding(text.finding, text.words))
            card.code_asked.connect(self.code_asked)
            self._column.addWidget(card)
        self._codes()
        self._practice()
        if leaf.rule:
            _ = services.language.gettext
            self._column.addWidget(_muted(wrapped(_("Rule: {rule}").format(rule=leaf.rule))))

    def _experiment(self, profile: str | None) -> None:
        _, text = self._services.language.gettext, self._text
        card = Card(self._services.theme)
        card.setObjectName("experiment")
        card.set_words(_("Experiment: {title}").format(title=text.words.title), text.words.cause)
        card.column.addSpacing(2)
        if text.words.fallback:
            card.column.addWidget(_muted(wrapped(_("Parts of this are not translated yet."))))
        card.column.addWidget(caption(_("What it shows")))
        points = QGridLayout()
        points.setHorizontalSpacing(8)
        points.setVerticalSpacing(4)
        points.setColumnStretch(1, 1)
        for row, result in enumerate(text.results):
            points.addWidget(_muted(plain("–")), row, 0, Qt.AlignmentFlag.AlignTop)
            points.addWidget(wrapped(result), row, 1)
        card.column.addLayout(points)
        card.column.addSpacing(2)
        card.column.addWidget(caption(_("Who must act")))
        card.column.addWidget(wrapped(text.words.owner))
        card.column.addSpacing(4)
        self._try_it(card, profile)
        self._column.addWidget(card)

    def _try_it(self, card: Card, profile: str | None) -> None:
        _ = self._services.language.gettext
        experiment = self._text.finding.experiments[0]
        if profile is None:
            hint = _(
                "This needs your settings. Enter them first and come back: the way to this place "
                "is kept."
            )
            button = self._button(_("Enter my settings…"), "home")
            button.clicked.connect(self.settings_wanted)
        else:
            hint = _(
                "A new session with the profile “{profile}” in which this one thing is changed. "
                "It waits before its first step."
            ).format(profile=profile)
            button = self._button(self._text.change, "run-to")
            button.clicked.connect(lambda: self.experiment_wanted.emit(experiment))
        button.setObjectName("try-it")
        set_default_look(button)
        self.button = button
        change = _("Change one thing: {change}").format(change=self._text.change)
        card.column.addWidget(caption(change))
        card.column.addWidget(_muted(wrapped(hint)))
        card.column.addWidget(button)

    def _codes(self) -> None:
        if not self._leaf.see:
            return
        holder = QWidget()
        row = FlowLayout(holder)
        label = _muted(plain(self._services.language.gettext("Look up:")))
        label.setMinimumHeight(CodeLink(self._services.theme, "0").sizeHint().height())
        row.addWidget(label)
        for code in self._leaf.see:
            link = CodeLink(self._services.theme, code)
            link.asked.connect(self.code_asked)
            row.addWidget(link)
        self._column.addWidget(holder)

    def _practice(self) -> None:
        scenario = self._leaf.scenario
        if not scenario:
            return
        _ = self._services.language.gettext
        button = self._button(_("Practise this"), "practice")
        button.setObjectName("practise-this")
        button.setToolTip(_("Meet this trouble on a server inside Mailoscope"))
        button.clicked.connect(lambda: self.practice_wanted.emit(scenario))
        self.button = self.button or button
        self._column.addWidget(button)

    def _button(self, text: str, icon: str) -> QPushButton:
        button = QPushButton(text.replace("&", "&&"))
        button.setIcon(self._services.icons.icon(icon))
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return button


def _muted(label: QLabel) -> QLabel:
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
