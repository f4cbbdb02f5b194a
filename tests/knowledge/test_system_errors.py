"""Numbers of systems' errors are given their names."""

from __future__ import annotations

import pytest

from mailoscope_core.knowledge.system_errors import named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("connection error (os error 111)", "ECONNREFUSED"),
        ('"errno": -4039, "code": "ESOCKET"', "ETIMEDOUT"),
        ("errno: -3008", "ENOTFOUND"),
        ("[Errno 113] kein Weg zum Ziel", "EHOSTUNREACH"),
        ("Falha ao conectar ao servidor: recusada (111)", "ECONNREFUSED"),
    ],
)
def test_a_number_gets_its_name(text: str, name: str) -> None:
    assert named(text) == f"{text} ({name})"


@pytest.mark.parametrize(
    "text",
    [
        "errno: 'ETIMEDOUT'",
        "errno=0 state=error: wrong version number",
        "#3 Mailer.php(111): send()",
        "errno: -4039, code ETIMEDOUT",
        "os error 11",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert named(text) == text
