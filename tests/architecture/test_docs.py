"""What is drawn from data is not older than the data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checkout import ROOT, packaging_tool

make_state_diagram: Any = packaging_tool("make_state_diagram")


def test_the_diagram_of_the_states_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert make_state_diagram.main(["--check"]) == 0, capsys.readouterr().out


def test_architecture_shows_the_diagram() -> None:
    assert ROOT / "ARCHITECTURE.md" in make_state_diagram.outputs(), "the marks are gone"
