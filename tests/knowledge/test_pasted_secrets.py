"""No secret of a pasted text comes out again: not shown, not in a finding, not in a profile."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.knowledge.pasted import explain_chunks, explain_text
from mailoscope_core.knowledge.pasted_secrets import mask_secrets
from mailoscope_core.knowledge.text import words

CANARY = "kT7-canary-Vq93"
ENCODED = base64.b64encode(CANARY.encode()).decode()
PLAIN = base64.b64encode(f"\0asha\0{CANARY}".encode()).decode()
LEAKS = [
    "AUTH PLAIN {plain}\n535 5.7.8 no",
    "> AUTH PLAIN {plain}\n< 535 5.7.8 authentication failed",
    (
        "CLIENT -> SERVER: AUTH LOGIN\nSERVER -> CLIENT: 334 UGFzc3dvcmQ6\n"
        "CLIENT -> SERVER: {encoded}\nSERVER -> CLIENT: 535 5.7.8 no"
    ),
    "S: 334 VXNlcm5hbWU6\nC: YXNoYQ==\nS: 334 UGFzc3dvcmQ6\nC: {encoded}\nS: 535 5.7.8 no",
    "  File \"a.py\", line 3, in x\n    server.login('asha@example.org', '{canary}')\n535 5.7.8 no",
    'smtp.PlainAuth("", "asha", "{canary}", "smtp.example.org")\n535 5.7.8 no',
    "MAIL_PASSWORD={canary}\n530 5.7.1 Authentication required",
    "'password' => '{canary}',\n530 5.7.1 Authentication required",
    '{{"user":"asha","pass":"{canary}"}} 535 5.7.8 no',
    "  password: {canary}\n535 5.7.8 no",
    "user asha\npassword {canary}\n535 5.7.8 no",
    "smtps://asha:{canary}@smtp.example.org:465 535 5.7.8 no",
    "Authorization: Bearer {canary}\n535 5.7.8 no",
    "swaks --auth-password {canary} -s mail.example.org\n<** 535 5.7.8 no",
    "535 5.7.8 no: {canary} is wrong; password='{canary}'",
]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_canary_is_masked_before_anything_is_made_of_the_text(leak: str) -> None:
    text = leak.format(canary=CANARY, encoded=ENCODED, plain=PLAIN)
    for explained in (explain_text(text), explain_chunks([text.encode()])):
        assert explained.findings, "masking does not hide the error"
        parts = [explained.text, json_line(msgspec.to_builtins(explained.findings))]
        parts += [str(words(each, Texts())) for each in explained.findings]
        parts += [str(verdict) for verdict in explained.verdicts]
        for shown in parts:
            assert CANARY not in shown
            assert ENCODED[:12] not in shown
            assert PLAIN[:16] not in shown


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
        "503 5.5.1 AUTH not available",
        "504 5.5.4 AUTH mechanism unsupported",
        "500 5.5.1 AUTH COMMAND REFUSED",
        "334 eyJzdGF0dXMiOiI0MDAifQ==\n\n535 5.7.8 Username and Password not accepted",
        "Access denied: password incorrect for user",
        "The password has expired. Password: required",
        "server.login(user, password)",
        "534-5.7.9 Application-specific password required",
    ],
)
def test_words_about_passwords_stay(text: str) -> None:
    assert mask_secrets(text) == text


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8))
def test_whatever_stands_behind_a_setting_is_masked(secret: str) -> None:
    if any(sign in secret for sign in "\"'\\") or secret.strip("*x•.#X-") == "":
        return
    text = f"MAIL_PASSWORD='{secret}'"
    masked = mask_secrets(text)
    known = mask_secrets(f"MAIL_PASSWORD='{secret}'") == text
    assert secret not in masked or known
    assert "********" in masked or known


@given(st.text(max_size=400))
def test_masking_never_raises(text: str) -> None:
    mask_secrets(text)
