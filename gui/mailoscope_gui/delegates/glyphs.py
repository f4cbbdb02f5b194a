"""Small signs painted as shapes: fonts of a bare machine have neither ticks nor arrows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

# Each shape is drawn on a square of side 1.
_LINES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "check": (((0.16, 0.55), (0.40, 0.78), (0.85, 0.25)),),
    "cross": (((0.22, 0.22), (0.78, 0.78)), ((0.78, 0.22), (0.22, 0.78))),
    "arrow-right": (((0.10, 0.5), (0.88, 0.5)), ((0.58, 0.22), (0.88, 0.5), (0.58, 0.78))),
    "arrow-left": (((0.90, 0.5), (0.12, 0.5)), ((0.42, 0.22), (0.12, 0.5), (0.42, 0.78))),
    "again": (((0.5, 0.18), (0.5, 0.5), (0.74, 0.62)),),
    "bang": (((0.5, 0.12), (0.5, 0.60)), ((0.5, 0.84), (0.5, 0.86))),
    "skip": (((0.18, 0.22), (0.46, 0.5), (0.18, 0.78)), ((0.54, 0.22), (0.82, 0.5), (0.54, 0.78))),
    "dash": (((0.22, 0.5), (0.78, 0.5)),),
    "lock": (((0.3, 0.48), (0.3, 0.3), (0.5, 0.14), (0.7, 0.3), (0.7, 0.48)),),
    "info": (((0.5, 0.42), (0.5, 0.86)), ((0.5, 0.16), (0.5, 0.18))),
}

STATES = {
    "waiting": "ring",
    "next": "triangle",
    "running": "half",
    "done": "check",
    "refused": "cross",
    "failed": "bang",
    "skipped": "skip",
    "cancelled": "dash",
}
"""Which glyph stands for a step's state."""


def reply_glyph(code: int | None) -> str:
    """Return the glyph of a reply's class: yes, go on, not now, no, or against the rules."""
    first = code // 100 if code is not None else 0
    return {2: "check", 3: "arrow-right", 4: "again", 5: "cross"}.get(first, "bang")


def paint_glyph(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Paint a glyph into `rect`, which is taken as a square from its upper left corner."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = min(rect.width(), rect.height())
    painter.translate(rect.center() - QPointF(side / 2, side / 2))
    shape = _SHAPES.get(name)
    if shape is not None:
        shape(painter, side, colour)
    else:
        _stroke(painter, name, side, colour)
    painter.restore()


def _stroke(painter: QPainter, name: str, side: float, colour: QColor) -> None:
    pen = QPen(colour, max(1.4, side * 0.14))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for points in _LINES[name]:
        path = QPainterPath(QPointF(points[0][0] * side, points[0][1] * side))
        for x, y in points[1:]:
            path.lineTo(x * side, y * side)
        painter.drawPath(path)
    if name == "again":
        painter.drawEllipse(QRectF(side * 0.06, side * 0.06, side * 0.88, side * 0.88))
    if name == "lock":
        painter.fillRect(QRectF(side * 0.2, side * 0.46, side * 0.6, side * 0.42), colour)


def _ring(painter: QPainter, side: float, colour: QColor) -> None:
    painter.setPen(QPen(colour, max(1.2, side * 0.10)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(side * 0.22, side * 0.22, side * 0.56, side * 0.56))


def _half(painter: QPainter, side: float, colour: QColor) -> None:
    painter.setPen(QPen(colour, max(1.2, side * 0.10)))
    painter.setBrush(colour)
    circle = QRectF(side * 0.15, side * 0.15, side * 0.7, side * 0.7)
    painter.drawPie(circle, 90 * 16, -180 * 16)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle)


def _triangle(painter: QPainter, side: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    corners = [(0.25, 0.12), (0.88, 0.5), (0.25, 0.88)]
    painter.drawPolygon(QPolygonF([QPointF(x * side, y * side) for x, y in corners]))


def _disc(painter: QPainter, side: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(0, 0, side, side))


_SHAPES: dict[str, Callable[[QPainter, float, QColor], None]] = {
    "ring": _ring,
    "half": _half,
    "triangle": _triangle,
    "disc": _disc,
}
