"""Fonts for a machine that has none, or none for Hindi: the bundled Noto families."""

from __future__ import annotations

from importlib import resources

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

_SANS, _HINDI = "Noto Sans", "Noto Sans Devanagari"
_LATIN = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansMono-Regular.ttf")
_DEVANAGARI = ("NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf")
_POINTS = 10.0


def provide_fonts(language: str) -> None:
    """Add what the system lacks; may be called again when the language changes.

    `language` is the language's own name: its letters tell which script is needed.
    """
    devanagari = any("\u0900" <= letter <= "\u097f" for letter in language)
    # fontconfig lists its aliases even where there is no font behind them.
    bare = not QFontInfo(QApplication.font()).family()
    if bare:
        _load(_LATIN)
    if devanagari and not QFontDatabase.families(_DEVANAGARI_SCRIPT):
        _load(_DEVANAGARI)
    if bare or _is_ours():
        font = QFont()
        # The font of the language first: asking one for a script that it lacks gives warnings.
        font.setFamilies([_HINDI, _SANS] if devanagari else [_SANS, _HINDI])
        font.setPointSizeF(_POINTS)
        QApplication.setFont(font)


def provide_hindi() -> None:
    """Add the letters of Hindi for texts in it within another language, such as saved titles."""
    if QFontDatabase.families(_DEVANAGARI_SCRIPT):
        return
    _load(_DEVANAGARI)
    font = QApplication.font()
    font.setFamilies([*(font.families() or [font.family()]), _HINDI])
    QApplication.setFont(font)


def _is_ours() -> bool:
    return bool({_SANS, _HINDI} & set(QApplication.font().families()))


def _load(names: tuple[str, ...]) -> None:
    folder = resources.files("mailoscope_resources").joinpath("fonts")
    for name in names:
        QFontDatabase.addApplicationFontFromData(folder.joinpath(name).read_bytes())


_DEVANAGARI_SCRIPT = QFontDatabase.WritingSystem.Devanagari
