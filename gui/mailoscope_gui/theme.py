"""Light and dark: palettes of our own, and the colours that say how a reply is meant."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Choice = Literal["light", "dark", "system"]

# Contrast of at least 4.6 on the base colour; told apart in deutan and protan sight.
_REPLIES = {
    "light": {2: "#197f6c", 3: "#0b385c", 4: "#a46806", 5: "#631207"},
    "dark": {2: "#9ef4ce", 3: "#abcafb", 4: "#f0af16", 5: "#e1655d"},
}
_VIOLATION = {"light": "#ca06d7", "dark": "#e423fd"}
_MUTED = {"light": "#5b6673", "dark": "#a3adb8"}
_BORDER = {"light": "#d3d9e0", "dark": "#363d46"}
_PANEL = {"light": "#fbfcfd", "dark": "#1b1f24"}

_MONO = (
    "Noto Sans Mono",
    "DejaVu Sans Mono",
    "Cascadia Mono",
    "Consolas",
    "SF Mono",
    "Menlo",
    "Liberation Mono",
    "Ubuntu Mono",
)

_ROLES = {
    "light": {
        QPalette.ColorRole.Window: "#f2f4f7",
        QPalette.ColorRole.WindowText: "#17202a",
        QPalette.ColorRole.Base: "#ffffff",
        QPalette.ColorRole.AlternateBase: "#f7f9fb",
        QPalette.ColorRole.Text: "#17202a",
        QPalette.ColorRole.Button: "#fafbfc",
        QPalette.ColorRole.ButtonText: "#17202a",
        QPalette.ColorRole.BrightText: "#ffffff",
        QPalette.ColorRole.ToolTipBase: "#ffffff",
        QPalette.ColorRole.ToolTipText: "#17202a",
        QPalette.ColorRole.PlaceholderText: "#66717e",
        QPalette.ColorRole.Highlight: "#1f5f83",
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.Link: "#0b5c8a",
        QPalette.ColorRole.LinkVisited: "#5b4a8a",
        QPalette.ColorRole.Light: "#ffffff",
        QPalette.ColorRole.Midlight: "#e9edf1",
        QPalette.ColorRole.Mid: "#c3cad2",
        QPalette.ColorRole.Dark: "#9aa4af",
        QPalette.ColorRole.Shadow: "#5d6771",
    },
    "dark": {
        QPalette.ColorRole.Window: "#20252b",
        QPalette.ColorRole.WindowText: "#e6eaee",
        QPalette.ColorRole.Base: "#171b20",
        QPalette.ColorRole.AlternateBase: "#1c2126",
        QPalette.ColorRole.Text: "#e6eaee",
        QPalette.ColorRole.Button: "#2b3138",
        QPalette.ColorRole.ButtonText: "#e6eaee",
        QPalette.ColorRole.BrightText: "#ffffff",
        QPalette.ColorRole.ToolTipBase: "#2b3138",
        QPalette.ColorRole.ToolTipText: "#e6eaee",
        QPalette.ColorRole.PlaceholderText: "#98a3ae",
        QPalette.ColorRole.Highlight: "#2f6f96",
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.Link: "#8cc4ee",
        QPalette.ColorRole.LinkVisited: "#b9a7e8",
        QPalette.ColorRole.Light: "#3a424b",
        QPalette.ColorRole.Midlight: "#323941",
        QPalette.ColorRole.Mid: "#262c33",
        QPalette.ColorRole.Dark: "#14181c",
        QPalette.ColorRole.Shadow: "#0d1013",
    },
}
_DISABLED = {"light": "#8a949f", "dark": "#6d7783"}


class Theme(QObject):
    """The palette in use; views with colours of their own follow `changed`."""

    changed = Signal()

    def __init__(self, choice: Choice = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice: Choice = choice
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self._follow_system)
        self._apply()

    @property
    def dark(self) -> bool:
        """True when the dark palette is in use."""
        if self.choice == "system":
            return self._hints.colorScheme() is Qt.ColorScheme.Dark
        return self.choice == "dark"

    @property
    def name(self) -> str:
        """`light` or `dark`."""
        return "dark" if self.dark else "light"

    def use(self, choice: Choice) -> None:
        """Take a palette, or follow the system's choice."""
        self.choice = choice
        self._apply()
        self.changed.emit()

    def reply(self, code: int | None) -> QColor:
        """Return the colour of a reply; one without a usable code breaks the protocol."""
        colour = _REPLIES[self.name].get(code // 100 if code is not None else 0)
        return QColor(colour or _VIOLATION[self.name])

    def severity(self, word: str) -> QColor:
        """Return the colour of a finding: `info`, `warning` or `error`."""
        return self.reply({"info": 354, "warning": 450}.get(word, 550))

    def state(self, word: str) -> QColor:
        """Return the colour of a step's state."""
        codes = {"done": 250, "next": 354, "running": 354, "refused": 550, "failed": 550}
        return self.reply(codes[word]) if word in codes else self.muted

    @property
    def violation(self) -> QColor:
        """What breaks the protocol."""
        return QColor(_VIOLATION[self.name])

    @property
    def muted(self) -> QColor:
        """Text of less weight, still readable."""
        return QColor(_MUTED[self.name])

    @property
    def border(self) -> QColor:
        """Hair lines between panels."""
        return QColor(_BORDER[self.name])

    @property
    def panel(self) -> QColor:
        """The ground of panels that are neither window nor list."""
        return QColor(_PANEL[self.name])

    @property
    def on_chip(self) -> QColor:
        """Text on a filled chip."""
        return QColor("#10151a" if self.dark else "#ffffff")

    def mono(self, points: float = 0.0) -> QFont:
        """Return the font for what goes over the wire, `points` larger than usual."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        # By name where possible: what "monospace" stands for depends on the language, and for Hindi
        # it may be a font that is not.
        known = next((family for family in _MONO if QFontDatabase.hasFamily(family)), font.family())
        font.setFamilies([known, font.family(), *QApplication.font().families()])
        font.setPointSizeF(max(7.0, QApplication.font().pointSizeF() + points))
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def _follow_system(self) -> None:
        if self.choice == "system":
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        QApplication.setPalette(palette(self.name))


def palette(name: str) -> QPalette:
    """Return the palette `light` or `dark`."""
    made = QPalette()
    for role, colour in _ROLES[name].items():
        made.setColor(role, QColor(colour))
    disabled = QColor(_DISABLED[name])
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.HighlightedText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    made.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(_BORDER[name]))
    return made
