"""Every error code that is raised has its sentence, and the sentence has its placeholders."""

from __future__ import annotations

import re
import string
import tomllib

from mailoscope_core.base.errors import UserError
from tests.checkout import PRODUCT, ROOT, python_files

SENTENCES = tomllib.loads(
    (ROOT / "resources/mailoscope_resources/text/errors.toml").read_text("utf-8")
)
RAISED = re.compile(r"UserError\(\s*\"([a-z0-9-]+)\"")


def test_every_code_in_the_program_has_a_sentence() -> None:
    codes = {
        code for file in python_files(*PRODUCT) for code in RAISED.findall(file.read_text("utf-8"))
    }
    assert codes
    assert codes <= set(SENTENCES)


def test_sentences_are_sentences() -> None:
    for code, entry in SENTENCES.items():
        text = entry["text"]
        assert text[0].isupper() or text[0] in "{“‘-", code
        ends_with_a_command = ": openssl " in text
        assert text.rstrip()[-1] in ".?" or ends_with_a_command, code
        assert [field for _, field, _, _ in string.Formatter().parse(text) if field == ""] == []


def test_an_error_for_developers_names_code_and_parameters() -> None:
    error = UserError("profile-newer", path="x.toml", version=9)
    assert str(error) == "profile-newer(path='x.toml', version=9)"
    assert error.params == {"path": "x.toml", "version": 9}
