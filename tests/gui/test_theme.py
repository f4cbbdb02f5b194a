"""Colours: readable on their ground, distinguishable, and the same in every part of the window."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mailoscope_gui.theme import Theme, palette

CODES = (250, 354, 450, 550, None)


def luminance(colour: QColor) -> float:
    def channel(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(v) for v in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Theme:
    return Theme(request.param)


@pytest.mark.parametrize("code", CODES)
def test_reply_colours_are_readable(theme: Theme, code: int | None) -> None:
    made = palette(theme.name)
    assert contrast(theme.reply(code), made.color(QPalette.ColorRole.Base)) >= 4.6
    # Outside the lists these colours are only those of signs: WCAG 1.4.11 wants 3 there.
    for ground in (made.color(QPalette.ColorRole.Window), theme.panel):
        assert contrast(theme.reply(code), ground) >= 3
    assert contrast(theme.on_chip, theme.reply(code)) >= 4.5


def test_text_is_readable(theme: Theme) -> None:
    made = palette(theme.name)
    for text, ground in (
        (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
        (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
        (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Button),
        (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight),
        (QPalette.ColorRole.PlaceholderText, QPalette.ColorRole.Base),
        (QPalette.ColorRole.Link, QPalette.ColorRole.Base),
    ):
        assert contrast(made.color(text), made.color(ground)) >= 4.5, (text, ground)
    assert contrast(theme.muted, made.color(QPalette.ColorRole.Window)) >= 4.5


def test_a_forced_theme_is_used_and_told(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme("light")
    light = QApplication.palette().color(QPalette.ColorRole.Base)
    with qtbot.waitSignal(theme.changed):
        theme.use("dark")
    dark = QApplication.palette().color(QPalette.ColorRole.Base)
    assert luminance(dark) < 0.1 < luminance(light)
    assert theme.dark
    theme.use("light")
    assert QApplication.palette().color(QPalette.ColorRole.Base) == light


def test_an_unknown_code_is_a_violation(theme: Theme) -> None:
    assert theme.reply(None) == theme.violation
    assert theme.reply(999) == theme.violation
