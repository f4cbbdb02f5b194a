"""Garbage with Qt objects in it is destroyed in the GUI thread, whoever allocates."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from mailoscope_gui.collector import Collector


def make_cycle(died_in: list[int]) -> None:
    """Leave an object behind that only the collector can find."""
    thing = QObject()
    thing.destroyed.connect(lambda: died_in.append(threading.get_ident()))
    thing.itself = thing  # type: ignore[attr-defined]


def test_a_worker_that_allocates_does_not_destroy_widgets(qapp: QApplication) -> None:
    died_in: list[int] = []
    collector = Collector()
    collector.start()
    make_cycle(died_in)
    worker = threading.Thread(target=lambda: [[] for _ in range(200_000)])
    worker.start()
    worker.join()
    assert died_in == []
    collector.stop()
    assert died_in == [threading.get_ident()]


def test_young_garbage_goes_without_a_full_collection(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: asked.append(generation))
    monkeypatch.setattr(gc, "get_count", lambda: (10_000, 0, 0))
    collector = Collector()
    for _ in range(60):
        collector.collect_some()
    assert asked == [1] * 59 + [2]


def test_stopping_hands_back_to_python(qapp: QApplication) -> None:
    collector = Collector()
    collector.start()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
