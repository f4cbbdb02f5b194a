"""The conversations of `tests/transcripts`, replayed through the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.core.playbook import Transcript

FILES = sorted((ROOT / "tests/transcripts").glob("*.smtp"))


def test_there_are_transcripts() -> None:
    assert len(FILES) >= 12


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_transcript_plays_as_written(file: Path) -> None:
    Transcript(file.read_text(encoding="utf-8")).replay()


def test_the_message_of_a_transcript_is_stuffed() -> None:
    transcript = Transcript((ROOT / "tests/transcripts/submission.smtp").read_text())
    transcript.replay()
    assert transcript.body == b"Subject: hello\r\n\r\n..a line with a dot\r\n.\r\n"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("S: 220 hi\n= greeting 221\n", "line 2"),
        ("S: 220 hi\n", "not mentioned"),
        ("S: 220 hi\n= greeting 220\nC: MAIL FROM:<>\n", "line 3"),
        ("S: 220 hi\n= greeting 220\nC? needs-mail NOOP\n", "DID NOT RAISE"),
        ("S: 220 hi\n= greeting 220\n@ tls=yes\n", "line 3"),
        ("= greeting 220\n", "nothing has happened"),
        ("X: what\n", "what is"),
    ],
)
def test_a_wrong_transcript_fails(wrong: str, why: str) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception), match=why):
        Transcript(wrong).replay()
