"""Fonts for a machine that has none, or none for Hindi: the bundled Noto families."""

from __future__ import annotations

from importlib import resources

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

_LATIN = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansMono-Regular.ttf")
_DEVANAGARI = ("NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf")
_POINTS = 10.0


def provide_fonts(*, devanagari: bool) -> None:
    """Add what the system lacks; `devanagari` is only looked at when it is about to be shown."""
    if not QFontDatabase.families():
        _load(_LATIN)
        _load(_DEVANAGARI)
        font = QFont()
        font.setFamilies(["Noto Sans", "Noto Sans Devanagari"])
        font.setPointSizeF(_POINTS)
        QApplication.setFont(font)
    elif devanagari and not QFontDatabase.families(QFontDatabase.WritingSystem.Devanagari):
        _load(_DEVANAGARI)


def _load(names: tuple[str, ...]) -> None:
    folder = resources.files("mailoscope_resources").joinpath("fonts")
    for name in names:
        QFontDatabase.addApplicationFontFromData(folder.joinpath(name).read_bytes())
