"""Keeps the languages of one test from the next: Qt's words and formats are the process's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from PySide6.QtCore import QCoreApplication, QLocale
from shiboken6 import isValid

from mailoscope_gui.i18n import Language


@contextmanager
def no_language_left() -> Iterator[None]:
    """Take back what any `Language` installs inside, whether or not it was switched back."""
    formats = QLocale()
    spoken: list[Language] = []
    install = Language.install

    def noted(language: Language) -> None:
        spoken.append(language)
        install(language)

    with patch.object(Language, "install", noted):
        try:
            yield
        finally:
            for language in spoken:
                stock = language.__dict__["_stock"]
                if isValid(stock):  # one that Qt has deleted is out of use already
                    QCoreApplication.removeTranslator(stock)
            QLocale.setDefault(formats)
