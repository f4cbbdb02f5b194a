"""No form of a secret survives the redactor, and nothing else is lost."""

from __future__ import annotations

import base64
import quopri
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailoscope_core.record.events import LineSent, PlanChanged, ReplyReceived, StepRecord
from mailoscope_core.record.redactor import MASK, Redactor

secrets = st.text(min_size=8, max_size=40).filter(lambda s: len(s.encode()) >= 8)
around = st.text(alphabet=st.characters(codec="ascii", exclude_characters="*"), max_size=12)


def forms(secret: str) -> dict[str, tuple[str, str]]:
    """Return the shapes in which a careless server shows a secret, each with its secret part."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = {
        "clear": secret,
        "upper": "".join(c.upper() if c.isascii() else c for c in secret),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "url": quote(secret, safe=""),
        "quoted-printable": quopri.encodestring(raw).decode("ascii").replace("=\n", ""),
    }
    shapes = {name: (text, text) for name, text in found.items()}
    for before in (b"", b"x", b"xy", b"\0me@lab.test\0", b"user=me\1auth=Bearer "):
        text = base64.b64encode(before + raw).decode()
        whole_groups = -(-len(before) // 3) * 4  # what comes later depends on the secret alone
        shapes[f"base64 behind {before!r}"] = (text, text[whole_groups:-4])
    return shapes


def windows(text: str, size: int = 8) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


@given(secrets, around, around)
@example("correct horse battery", "535 ", " is wrong")
@example("पासवर्ड-गुप्त", "", "")
def test_no_form_is_left_and_no_run_of_an_encoded_one(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    assert redactor.learn(secret)
    for name, (form, core) in forms(secret).items():
        cleaned = redactor.clean(before + form + after)
        if len(core) >= 8:
            assert core.lower() not in cleaned.lower(), name
            if name.startswith("base64") or "hex" in name.lower():
                assert not windows(core) & windows(cleaned), name


@given(st.text(max_size=60))
def test_text_without_a_secret_is_untouched(text: str) -> None:
    assert Redactor().clean(text) == text


def test_a_short_secret_is_reported_as_not_findable() -> None:
    redactor = Redactor()
    assert not redactor.learn("abc1234")
    assert redactor.clean("abc1234 abc1234") == "abc1234 abc1234"


def test_a_secret_of_few_characters_but_many_bytes_is_found() -> None:
    redactor = Redactor()
    assert redactor.learn("गुप्त")
    assert redactor.clean("नहीं: गुप्त") == f"नहीं: {MASK}"


def test_an_echo_of_a_masked_span_is_masked_even_for_a_short_password() -> None:
    redactor = Redactor()
    payload = base64.b64encode(b"\0me@lab.test\0short").decode()
    line = f"AUTH PLAIN {payload}"
    assert redactor.mask_spans(line, [(11, len(line))]) == f"AUTH PLAIN {MASK}"
    assert payload[:12] not in redactor.clean(f"500 unknown: AUTH PLAIN {payload}")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("auth plain AG1lAHNlY3JldHNlY3JldA==", f"auth plain {MASK}"),
        ("AUTH LOGIN bWU=", f"AUTH LOGIN {MASK}"),
        ("AUTH PLAIN ‹secret›", "AUTH PLAIN ‹secret›"),
        ("AUTH PLAIN", "AUTH PLAIN"),
        ("MAIL FROM:<a@lab.test>", "MAIL FROM:<a@lab.test>"),
    ],
)
def test_typed_auth_lines_are_masked_by_position(typed: str, shown: str) -> None:
    assert Redactor().mask_typed(typed) == shown


def test_what_a_typed_line_decodes_to_is_a_secret_from_then_on() -> None:
    redactor = Redactor()
    redactor.mask_typed("AUTH PLAIN " + base64.b64encode(b"\0me\0hunter2-hunter2").decode())
    assert "hunter2" not in redactor.clean("535 hunter2-hunter2 is not right")


def test_a_line_in_an_exchange_is_masked_whole() -> None:
    redactor = Redactor()
    assert redactor.mask_typed("c2VjcmV0LXNlY3JldA==", secret=True) == MASK
    assert "secret-secret" not in redactor.clean("no secret-secret here")


def test_the_user_name_in_a_payload_is_no_secret() -> None:
    redactor = Redactor()
    redactor.spare("someone@lab.test")
    payload = base64.b64encode(b"\0someone@lab.test\0open-sesame").decode()
    redactor.mask_spans(f"AUTH PLAIN {payload}", [(11, 11 + len(payload))])
    redactor.mask_typed(base64.b64encode(b"someone@lab.test").decode(), secret=True)
    assert redactor.clean("MAIL FROM:<someone@lab.test>") == "MAIL FROM:<someone@lab.test>"
    assert redactor.clean("no open-sesame") == f"no {MASK}"


def test_a_bearer_token_in_a_payload_is_one() -> None:
    redactor = Redactor()
    payload = base64.b64encode(b"user=someone@lab.test\1auth=Bearer ya29.token-token\1\1").decode()
    redactor.mask_spans(f"AUTH XOAUTH2 {payload}", [(13, 13 + len(payload))])
    assert redactor.clean("ya29.token-token of someone@lab.test") == f"{MASK} of someone@lab.test"


def test_a_word_that_is_part_of_the_password_is_not_masked_alone() -> None:
    redactor = Redactor()
    redactor.learn("my-password-1")
    assert redactor.clean("535 bad user or password") == "535 bad user or password"


def test_events_are_scrubbed_in_every_field_and_depth() -> None:
    redactor = Redactor()
    redactor.learn("swordfish-99")
    reply = ReplyReceived(code=535, lines=("bad swordfish-99", "ok"), raw="535 swordfish-99\r\n")
    plan = PlanChanged(
        revision=1, reason="x", steps=(StepRecord(id="a", kind="raw", line="X swordfish-99"),)
    )
    assert redactor.scrub(reply).lines == (f"bad {MASK}", "ok")
    assert redactor.scrub(reply).raw == f"535 {MASK}\r\n"
    assert redactor.scrub(plan).steps[0].line == f"X {MASK}"
    clean = LineSent(verb="noop", text="NOOP", size=6)
    assert redactor.scrub(clean) is clean


def test_several_hits_in_one_text_keep_what_stands_between() -> None:
    redactor = Redactor()
    redactor.learn("abcdefgh1")
    assert redactor.clean("<abcdefgh1> and <abcdefgh1>.") == f"<{MASK}> and <{MASK}>."


def test_a_secret_cut_in_two_by_a_line_break_is_masked_in_both() -> None:
    redactor = Redactor()
    redactor.learn("Sw0rdfish-in-the-log?")
    lines = redactor.clean_lines(("you said Sw0rdf", "ish-in-the-log? and", "more"))
    assert lines == (f"you said {MASK}", f"{MASK} and", "more")


def test_letters_that_fold_to_two_hide_no_secret() -> None:
    redactor = Redactor()
    redactor.learn("Sw0rdfish-in-the-log?")
    assert redactor.clean("İstanbul: Sw0rdfish-in-the-log?") == f"İstanbul: {MASK}"


def test_a_short_word_of_long_letters_is_still_found() -> None:
    redactor = Redactor()
    assert redactor.learn("पासवर्ड")
    assert redactor.clean("पासवर्ड") == MASK


def test_the_prompts_of_login_stay_readable_and_so_tell_nothing() -> None:
    redactor = Redactor()
    redactor.learn("my-Password:1")
    redactor.learn("lab-password")
    assert redactor.clean("334 UGFzc3dvcmQ6\r\n") == "334 UGFzc3dvcmQ6\r\n"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("AUTH PLAIN ‹secret›", "AUTH PLAIN ‹secret›"),
        ("AUTH PLAIN =", "AUTH PLAIN ="),
        ("auth\tLOGIN\tYWJj", f"auth\tLOGIN\t{MASK}"),
        ("AUTHX PLAIN YWJj", f"AUTHX {MASK}"),
        ("\x01AUTH PLAIN YWJj", f"\x01AUTH {MASK}"),
        ("AUTH hunter2", f"AUTH {MASK}"),
        ("AUTH scram-sha-256", "AUTH scram-sha-256"),
        ("AUTHOR hunter2", f"AUTHOR {MASK}"),
        ("NOOP hunter2", "NOOP hunter2"),
    ],
)
def test_what_is_shown_of_a_typed_auth_line(typed: str, shown: str) -> None:
    assert Redactor().mask_typed(typed) == shown
