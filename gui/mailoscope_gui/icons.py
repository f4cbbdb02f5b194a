"""Our own line icons, drawn from SVG in the colour of the palette."""

from __future__ import annotations

from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mailoscope_gui.theme import Theme

_SIZES = (16, 32)
_INK = b"currentColor"


class Icons:
    """Makes icons by name and keeps them until the palette changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._made: dict[tuple[str, str], QIcon] = {}

    def icon(self, name: str) -> QIcon:
        """Return the icon `name` of the resources, for the palette in use."""
        key = (name, self._theme.name)
        if key not in self._made:
            self._made[key] = self._make(name)
        return self._made[key]

    def application(self) -> QIcon:
        """Return the program's own icon, which has colours of its own."""
        icon = QIcon()
        for side in (16, 32, 48, 64, 128, 256):
            icon.addPixmap(_pixmap(_svg("mailoscope"), side))
        return icon

    def _make(self, name: str) -> QIcon:
        palette = QGuiApplication.palette()
        icon = QIcon()
        for mode, group in (
            (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
            (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
        ):
            ink = palette.color(group, QPalette.ColorRole.ButtonText)
            svg = _inked(_svg(name), ink)
            for side in _SIZES:
                icon.addPixmap(_pixmap(svg, side), mode)
        return icon


def _svg(name: str) -> bytes:
    return resources.files("mailoscope_resources").joinpath(f"icons/{name}.svg").read_bytes()


def _inked(svg: bytes, ink: QColor) -> bytes:
    return svg.replace(_INK, ink.name().encode())


def _pixmap(svg: bytes, side: int) -> QPixmap:
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap
