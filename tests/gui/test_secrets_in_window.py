"""The password of a session is nowhere in the window, whatever the server does with it."""

from __future__ import annotations

import base64

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from mailoscope_core.base.secret import Secret
from tests.gui.person import Person

CANARY = "canary-Pässwort-2026"
FORMS = (
    CANARY,
    base64.b64encode(CANARY.encode()).decode()[:-4],
    base64.b64encode(b"\0lab@lab.test\0" + CANARY.encode()).decode(),
    CANARY.encode().hex(),
)


def texts_of(window: QWidget) -> list[str]:
    """Everything that the window shows or reads aloud."""
    found = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        found += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QLineEdit | QAbstractButton):
            found.append(widget.text())
        elif isinstance(widget, QPlainTextEdit):
            found.append(widget.toPlainText())
        elif isinstance(widget, QTableView) and widget.model() is not None:
            model = widget.model()
            found += [
                str(model.index(row, column).data(role) or "")
                for row in range(model.rowCount())
                for column in range(model.columnCount())
                for role in (
                    Qt.ItemDataRole.DisplayRole,
                    Qt.ItemDataRole.ToolTipRole,
                    Qt.ItemDataRole.AccessibleTextRole,
                )
            ]
    return [text for text in found if text]


@pytest.mark.parametrize("scenario", ["auth-rejected", "echo"])
def test_the_password_is_never_shown(person: Person, scenario: str) -> None:
    person.practise(scenario)
    profile = person.application.controller.profile
    assert profile is not None
    credentials = person.application.services.credentials
    credentials.keep_for_session(profile.id, profile.user, Secret(CANARY))
    person.press("run")
    person.wait_for_stop("trouble", "end")
    shown = texts_of(person.application.window)
    assert any("AUTH" in text for text in shown), "the log-in is in the window"
    for form in FORMS:
        assert not [text for text in shown if form in text], form
    assert person.session.path is not None
    kept = person.session.path.read_text(encoding="utf-8")
    assert not [form for form in FORMS if form in kept]


def test_a_typed_secret_leaves_the_window_when_it_is_used(person: Person) -> None:
    person.practise("submission")
    profile = person.application.controller.profile
    assert profile is not None
    person.application.services.credentials.delete(profile.id, profile.user)
    person.press("run")
    person.wait_for_stop("secret")
    person.wait(person.page.question.isVisible)
    person.page.question.secret.setText(CANARY)
    person.click(person.page.question.yes)
    person.wait_for_stop("trouble")
    shown = texts_of(person.application.window)
    for form in FORMS:
        assert not [text for text in shown if form in text], form
