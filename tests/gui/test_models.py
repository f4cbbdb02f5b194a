"""The models: insertions instead of resets, what stays stays selected, filters with an index."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from mailoscope_core.base.texts import Texts
from mailoscope_core.record.events import (
    AttemptStarted,
    ControlAccepted,
    Entry,
    Event,
    PlanChanged,
    StepFinished,
    StepRecord,
    StepStarted,
)
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.ladder import LadderFold
from mailoscope_core.report.transcript import TranscriptRow
from mailoscope_gui.i18n import Language
from mailoscope_gui.models.ladder_model import RUNG_ROLE, STEP, TIME, LadderModel, duration
from mailoscope_gui.models.timing_model import PARTS_ROLE, TOTAL, TimingModel
from mailoscope_gui.models.transcript_model import TEXT, TranscriptModel, matching
from mailoscope_gui.theme import Theme

STEPS = tuple(StepRecord(id=name, kind="noop", line=name) for name in ("a", "b", "c"))


class Counter:
    """Counts what a model tells its views."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.inserted: list[tuple[int, int]] = []
        self.removed: list[tuple[int, int]] = []
        self.resets = 0
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.modelReset.connect(self._reset)

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.inserted.append((first, last))

    def _removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.removed.append((first, last))

    def _reset(self) -> None:
        self.resets += 1


def entries(*events: Event) -> list[Entry]:
    return [
        Entry(seq=seq, at=seq * 0.1, attempt=1, event=event)  # type: ignore[arg-type]
        for seq, event in enumerate(events)
    ]


@pytest.fixture
def ladder(qapp: QApplication, qtmodeltester: ModelTester) -> LadderModel:
    model = LadderModel(Language("en"))
    model.begin(LadderFold(), EventWords(Texts()))
    for entry in entries(
        AttemptStarted(number=1, why="start"), PlanChanged(revision=1, reason="x", steps=STEPS)
    ):
        model.feed(entry)
    model.flush()
    qtmodeltester.check(model)
    return model


def test_a_changed_plan_inserts_only_what_is_new(ladder: LadderModel) -> None:
    stays = QPersistentModelIndex(ladder.index(2, STEP))
    counter = Counter(ladder)
    added = StepRecord(id="new", kind="noop", line="new")
    plan = PlanChanged(revision=2, reason="inserted", steps=(*STEPS[:2], added, *STEPS[2:]))
    ladder.feed(entries(plan)[0])
    ladder.flush()
    assert counter.inserted == [(2, 2)]
    assert counter.removed == []
    assert counter.resets == 0
    assert stays.row() == 3


def test_a_step_moves_through_its_states(ladder: LadderModel) -> None:
    assert ladder.next_rung() is ladder.rungs[0]
    for entry in entries(StepStarted(step="a", kind="noop")):
        ladder.feed(entry)
    ladder.flush()
    assert ladder.rungs[0].state == "running"
    ladder.feed(
        Entry(seq=9, at=0.25, attempt=1, event=StepFinished(step="a", kind="noop", outcome="done"))
    )
    ladder.flush()
    rung = ladder.index(0, 0).data(RUNG_ROLE)
    assert rung.state == "done"
    assert ladder.index(0, TIME).data() == "250 ms"
    assert ladder.next_rung() is ladder.rungs[1]


def test_a_rung_says_aloud_what_it_is(ladder: LadderModel) -> None:
    ladder.feed(entries(ControlAccepted(control="set-breakpoint", detail="step b"))[0])
    ladder.flush()
    spoken = ladder.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "NOOP" in spoken
    assert "breakpoint" in spoken


def test_tips_do_not_take_server_text_for_mark_up(ladder: LadderModel) -> None:
    plan = (StepRecord(id="a", kind="noop", line="<b>bold</b>"), *STEPS[1:])
    ladder.feed(entries(PlanChanged(revision=2, reason="edited", steps=plan))[0])
    ladder.flush()
    assert ladder.index(0, 3).data(Qt.ItemDataRole.ToolTipRole) == "&lt;b&gt;bold&lt;/b&gt;"
    assert ladder.index(0, 3).data() == "<b>bold</b>"


@pytest.mark.parametrize(
    ("ms", "text"),
    [(None, ""), (0.2, "< 1 ms"), (12.4, "12 ms"), (1234, "1.23 s"), (185_000, "3 min 5 s")],
)
def test_durations(ms: float | None, text: str) -> None:
    assert duration(ms, Language("en")) == text


def rows(*texts: str, start: int = 0) -> list[TranscriptRow]:
    return [TranscriptRow(start + n, n / 10, 1, "note", text) for n, text in enumerate(texts)]


def test_rows_are_appended_in_one_insertion(qapp: QApplication, qtmodeltester: ModelTester) -> None:
    model = TranscriptModel(Language("en"), Theme("light"))
    counter = Counter(model)
    model.feed(rows("one", "two", "three"))
    assert model.rowCount() == 0, "shown only with the slice"
    model.flush()
    model.feed(rows("four", start=3))
    model.flush()
    assert counter.inserted == [(0, 2), (3, 3)]
    assert counter.resets == 0
    qtmodeltester.check(model)


def test_a_filter_holds_for_rows_that_come_later(qapp: QApplication) -> None:
    model = TranscriptModel(Language("en"), Theme("light"))
    model.feed(rows("EHLO a", "250 ok", "NOOP"))
    model.flush()
    snapshot = model.snapshot
    model.feed(rows("250 later", start=3))
    model.flush()
    model.show_matching("250", len(snapshot), matching(snapshot, "250"))
    assert [model.index(n, TEXT).data() for n in range(model.rowCount())] == ["250 ok", "250 later"]
    model.feed(rows("NOOP", "250 last", start=4))
    model.flush()
    assert model.rowCount() == 3
    assert model.total == 6
    assert model.row_of_entry(3) == 1
    model.show_matching("", 0, [])
    assert model.rowCount() == 6


def test_matching_ignores_case() -> None:
    assert matching(rows("Queued AS 1", "no", "queued as 2"), "QUEUED as") == [0, 2]


def test_timing_rows_come_with_the_end_of_a_step(qapp: QApplication) -> None:
    model = TimingModel(Language("en"))
    model.begin(EventWords(Texts()))
    for entry in entries(
        StepStarted(step="a", kind="noop"),
        StepFinished(step="a", kind="noop", outcome="done"),
        StepStarted(step="b", kind="noop"),
    ):
        model.feed(entry)
    model.flush()
    assert model.rowCount() == 1
    assert model.index(0, TOTAL).data() == "100 ms"
    parts, longest = model.index(0, TOTAL).data(PARTS_ROLE)
    assert sum(parts) == pytest.approx(100)
    assert longest == pytest.approx(100)


def test_unknown_rows_are_empty(ladder: LadderModel, qtbot: QtBot) -> None:
    assert ladder.index(99, 0).data() is None
