"""The pages of the window: start, session, explain and reference, each made when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from mailoscope_gui.controller import CodeQuestion, Controller
from mailoscope_gui.services import Services

_LATER = {
    "explain": ("mailoscope_gui.reference.explain_page", "ExplainPage"),
    "trees": ("mailoscope_gui.reference.tree_page", "TreePage"),
    "reference": ("mailoscope_gui.reference.reference_page", "ReferencePage"),
    "providers": ("mailoscope_gui.reference.providers_page", "ProvidersPage"),
}


class Pages(QStackedWidget):
    """Shows one page at a time."""

    def __init__(
        self,
        services: Services,
        controller: Controller,
        start: QWidget,
        make_session: Callable[[], QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self._make_session = make_session
        self._pages = {"start": start}
        self.addWidget(start)
        controller.page_wanted.connect(self.show_page)
        controller.code_wanted.connect(self._look_up)

    @property
    def shown(self) -> str:
        """The name of the page that is shown."""
        return next(name for name, page in self._pages.items() if page is self.currentWidget())

    def show_page(self, name: str) -> None:
        """Show a page, making it first if it has not been seen."""
        before, page = self.shown, self.page(name)
        if name == "reference" and before != name:
            page.arrive(before)  # type: ignore[attr-defined]
        self.setCurrentWidget(page)

    def page(self, name: str) -> QWidget:
        """Return a page, made now if it has not been."""
        if name not in self._pages:
            self._pages[name] = self._make(name)
            self.addWidget(self._pages[name])
        return self._pages[name]

    def has(self, name: str) -> bool:
        """Tell whether a page has been made."""
        return name in self._pages

    def _make(self, name: str) -> QWidget:
        if name == "session":
            return self._make_session()
        module, kind = _LATER[name]
        page: Callable[[Services, Controller], QWidget]
        page = getattr(importlib.import_module(module), kind)
        return page(self._services, self._controller)

    def _look_up(self, question: CodeQuestion) -> None:
        """Show what is asked for; the way back leads to the page that asked."""
        page = self.page("reference")  # by name and late, so mypy knows a QWidget only
        if self.shown != "reference":
            page.arrive(self.shown, asking=True)  # type: ignore[attr-defined]
        page.answer(question)  # type: ignore[attr-defined]
        self.setCurrentWidget(page)
