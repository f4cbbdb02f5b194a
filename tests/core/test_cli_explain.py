"""`explain` on the command line: files, bounces, what can be reproduced, batches."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli import explain
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from tests.knowledge.bounces import bounce

CANARY = "kT7-canary-Vq93"
PASTED = f"Error: Invalid login: 535 5.7.8 no\n host: 'smtp.example.org', pass: '{CANARY}'"


def asked(arguments: list[str], text: str = "") -> tuple[int, str]:
    out = io.StringIO()
    where = Console(Texts(), out, io.StringIO(), io.StringIO(text), False, False)
    return explain.run(arguments, where), out.getvalue()


def as_json(arguments: list[str], text: str = "") -> dict[str, Any]:
    result: dict[str, Any] = json.loads(asked([*arguments, "--json"], text)[1])
    return result


def test_a_bounce_is_read_from_a_file_and_from_the_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "bounce.eml"
    path.write_bytes(bounce())
    code, printed = asked(["--file", str(path)])
    assert code == Exit.OK
    assert "bob@example.org" in printed
    assert "Not reproducible here: this bounce was issued elsewhere" in " ".join(printed.split())
    assert asked(["-"], bounce().decode())[1] == printed


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        asked(["--file", str(tmp_path / "none.eml")])


def test_it_is_said_how_to_reproduce_a_finding() -> None:
    assert "mailoscope-cli check smtp.example.org --port 587" in asked([PASTED])[1]
    reproduce = as_json([PASTED])["findings"][0]["reproduce"]
    assert reproduce["possible"]
    assert reproduce["profile"]["host"] == "smtp.example.org"


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_secret_is_printed(form: list[str]) -> None:
    assert CANARY not in asked([PASTED, *form])[1]


def test_the_printed_lines_hold_no_control_characters() -> None:
    printed = asked(["host: smtp.example.org 535 5.7.8 \x1b[31mno\x1b[0m <b>x</b>"])[1]
    assert "\x1b" not in printed


def test_a_success_claims_no_class_in_a_batch(tmp_path: Path) -> None:
    text = "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0"
    path = tmp_path / "batch.jsonl"
    path.write_text(json.dumps({"id": 7, "text": text}) + "\n", encoding="utf-8")
    answer = json.loads(asked(["--batch", str(path)])[1])
    assert set(answer) == {"id", "class", "confidence", "rule", "findings"}
    assert answer["class"] is None
    assert answer["rule"] == "rule.bounce-delivered"
    assert set(answer["findings"][0]) == {
        *("class", "owner", "reported_at", "caused_at", "code", "enhanced"),
        *("fix_tags", "rule", "confidence"),
    }
