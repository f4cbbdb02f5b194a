"""What happened: the chosen reply taken apart, what it means and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.background import Ticket
from mailoscope_gui.controller import Controller
from mailoscope_gui.delegates.chip import Chip, chip_text
from mailoscope_gui.focus import focus_of
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import caption, heading
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.panels.mark_strip import MarkStrip
from mailoscope_gui.panels.sections import Sections
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_link import CodeLink
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Experiment
    from mailoscope_gui.explanation import Explanation

_ROLES = {
    "class": N_("Class"),
    "subject": N_("Subject"),
    "detail": N_("Detail"),
    "second": N_("Second digit"),
    "code": N_("Code"),
}
_SAID_LINES = 12


class Inspector(QWidget):
    """Explains the selected entry, or the newest reply while that is followed."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self.explanation: Explanation | None = None
        self._shown: tuple[object, ...] = ()
        self._ticket: Ticket | None = None
        self.caption = caption()
        self.follow = QToolButton(self)
        self.follow.setAutoRaise(True)
        self.sections = Sections(services.theme)
        self.sections.setObjectName("inspector")
        self.marked = MarkStrip(services, controller)
        self.setMinimumWidth(280)
        top = QHBoxLayout()
        top.setContentsMargins(14, 8, 8, 0)
        top.addWidget(self.caption)
        top.addStretch(1)
        top.addWidget(self.follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.marked)
        layout.addWidget(self.sections, 1)
        self.follow.clicked.connect(controller.selection.follow)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._recolour)
        controller.selection.changed.connect(self.refresh)
        controller.view.advanced.connect(self.refresh)
        controller.findings_changed.connect(self.refresh)
        controller.session_changed.connect(self.refresh)
        self._recolour()
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.caption.setText(_("What happened"))
        self.follow.setToolTip(_("Follow the newest reply"))
        self.follow.setAccessibleName(_("Follow the newest reply"))
        self._shown = ()
        self.refresh()

    def refresh(self) -> None:
        """Explain what is selected now, if that is something else than before."""
        selection, session = self._controller.selection, self._controller.session
        self.follow.setVisible(session is not None and not selection.following)
        seq = focus_of(self._controller)
        findings = session.findings if session is not None else ()
        wanted = (id(session), seq, findings, self._services.language.code)
        if wanted == self._shown:
            return
        self._shown = wanted
        if session is None or seq is None:
            self._show_nothing()
            return
        if self._ticket is not None:
            self._ticket.abandon()
        entry = session.entries[seq : seq + 1][0]
        services, texts = self._services, self._services.language.texts

        def explain() -> Explanation:
            from mailoscope_gui.explanation import explain_entry

            return explain_entry(entry, findings, services.catalogue, texts)

        self._ticket = services.background.run(explain, self._show, name="explanation")

    # --- showing ------------------------------------------------------------------------------

    def _show_nothing(self) -> None:
        self.explanation = None
        _ = self._services.language.gettext
        self.sections.begin()
        live = self._controller.session is not None
        self.sections.text(
            _("Nothing has been said yet. Step through the session, or run it to its end.")
            if live
            else _("Choose a profile, or practise, to begin.")
        )
        self.sections.end()

    def _show(self, explanation: Explanation) -> None:
        self.explanation, self._ticket = explanation, None
        sections, _ = self.sections, self._services.language.gettext
        sections.begin()
        self._head(explanation)
        if explanation.said and explanation.is_reply:
            sections.title(_("The server said"))
            sections.verbatim(explanation.said[:_SAID_LINES]).setObjectName("said")
        if explanation.meaning:
            self._title(_("What it means"), "meaning")
            for paragraph in explanation.meaning:
                sections.text(paragraph)
        self._who(explanation)
        self._fixes(explanation)
        if explanation.when_seen:
            self._title(_("When you see it"), "when_seen")
            sections.points(explanation.when_seen)
        if explanation.parts:
            sections.title(_("Taken apart"))
            sections.facts(
                (f"{_(_ROLES[part.role])} {part.value}", part.meaning) for part in explanation.parts
            )
        self._related(explanation)
        if explanation.sources:
            sections.title(_("Source"))
            sections.text(" · ".join(explanation.sources))
        sections.end()

    def _head(self, explanation: Explanation) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        if explanation.is_reply and explanation.code is None:
            chip = Chip(self._services.theme, self._services.language)
            chip.show_code(None)
            row.addWidget(chip)
        elif explanation.code is not None:
            code, enhanced = f"{explanation.code:03d}", explanation.enhanced
            words = chip_text(explanation.code, self._services.language)
            self._code_link(row, code, words).asked.connect(
                lambda _code: self._controller.ask_code(int(code))
            )
            if enhanced:
                self._code_link(row, enhanced).asked.connect(
                    lambda _code: self._controller.ask_code(int(code), enhanced)
                )
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        if explanation.is_reply:
            self.sections.add(holder)
        title = heading(explanation.title)
        title.setObjectName("inspector-title")
        self.sections.add(title)

    def _title(self, words: str, part: str) -> None:
        """Add a heading; one above English text in another language says so."""
        english = self.explanation is not None and part in self.explanation.english
        self.sections.title(worded.marked(self._services.language.texts, words, english=english))

    def _code_link(self, row: QHBoxLayout, code: str, words: str = "") -> CodeLink:
        link = CodeLink(self._services.theme, code, words=words)
        link.setToolTip(self._services.language.gettext("All about {code}").format(code=code))
        row.addWidget(link)
        return link

    def _who(self, explanation: Explanation) -> None:
        words = explanation.words
        if words is None:
            return
        _ = self._services.language.gettext
        rows = (
            (_("Reported at"), words.reported_at),
            (_("Caused at"), words.caused_at),
            (_("Who must act"), words.owner),
        )
        self.sections.column.addSpacing(6)
        self.sections.facts((name, value) for name, value in rows if value)

    def _fixes(self, explanation: Explanation) -> None:
        _, sections = self._services.language.gettext, self.sections
        if explanation.fixes:
            code = explanation.code
            fine = code is not None and code < 400
            self._title(_("What to do") if fine else _("How to fix it"), "fixes")
            sections.points(explanation.fixes, numbered=True)
        session = self._controller.session
        if explanation.experiments and session is not None and session.request is not None:
            sections.title(_("Try it: a new session with one thing changed"))
            for experiment, text in explanation.experiments:
                sections.add(self._experiment_button(experiment, text))
        if explanation.words is not None and explanation.words.dead_ends:
            self._title(_("What does not help"), "dead_ends")
            sections.points(explanation.words.dead_ends)

    def _experiment_button(self, experiment: Experiment, text: str) -> QPushButton:
        button = QPushButton(text.replace("&", "&&"))
        button.setObjectName(f"experiment-{experiment.id}")
        button.setIcon(self._services.icons.icon("run-to"))
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self._controller.fork(experiment))
        return button

    def _related(self, explanation: Explanation) -> None:
        if explanation.code is None:
            return
        _, controller = self._services.language.gettext, self._controller
        self.sections.title(_("Look up and compare"))
        holder = QWidget()
        row = FlowLayout(holder)
        seq = explanation.seq
        code, enhanced = explanation.code, explanation.enhanced
        own = self._link(_("All about {code}").format(code=f"{code:03d}"), "reference")
        own.clicked.connect(lambda: controller.ask_code(code, enhanced))
        row.addWidget(own)
        for related in explanation.related:
            text = _("{code} or {other}?").format(code=f"{code:03d}", other=related)
            button = self._link(text, "compare")
            button.setToolTip(_("Compare the two codes"))
            other = int(related)
            button.clicked.connect(
                lambda _checked=False, other=other: controller.ask_code(code, other=other)
            )
            row.addWidget(button)
        mark = self._link(_("Mark for comparison"), "compare")
        mark.setToolTip(_("Choose another reply then, and see the two side by side"))
        mark.clicked.connect(lambda: controller.selection.mark(seq))
        row.addWidget(mark)
        self.sections.add(holder)

    def _link(self, text: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setIcon(self._services.icons.icon(icon))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _recolour(self) -> None:
        self.follow.setIcon(self._services.icons.icon("follow"))
        palette = self.caption.palette()
        palette.setColor(self.caption.foregroundRole(), self._services.theme.muted)
        self.caption.setPalette(palette)
        self._shown = ()
        self.refresh()
