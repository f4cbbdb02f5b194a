"""The lay-out of a page with a list on the left and what is chosen in it on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

_SIZES = [320, 700]


def lay_beside(page: QWidget, chooser: QWidget, *shown: QWidget) -> None:
    """Fill a page: the list keeps its width, the last part of what is shown gets the room."""
    right = QWidget()
    column = QVBoxLayout(right)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in shown:
        column.addWidget(part)
    column.setStretchFactor(shown[-1], 1)
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.addWidget(chooser)
    splitter.addWidget(right)
    splitter.setStretchFactor(1, 1)
    splitter.setSizes(_SIZES)
    splitter.setChildrenCollapsible(False)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(splitter)
