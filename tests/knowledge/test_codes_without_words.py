"""What a code says when the words beside it say nothing: the meaning of its registry."""

from __future__ import annotations

import pytest

from mailoscope_core.knowledge.diagnose import Explainer, load_explainer
from mailoscope_core.knowledge.observation import Observation

ENHANCED = {
    "unknown-recipient": "5.1.0 5.1.1 5.1.3 5.1.4 5.1.6 5.1.9",
    "dns-problem": "4.1.2 5.1.2 4.4.4 5.4.4",
    "syntax-error": "5.1.7 5.5.2 5.5.4",
    "sender-rejected": "4.1.7 4.1.8 5.1.8 5.7.27",
    "recipient-disabled": "4.2.1 5.2.1 5.7.17 5.7.18",
    "mailbox-full": "4.2.2 5.2.2",
    "message-too-big": "5.2.3 5.3.4 5.7.16",
    "server-full": "4.3.1 5.3.1",
    "server-misconfigured": "5.2.4 4.3.5 5.3.5",
    "temp-failure": "4.2.0 4.3.0 4.3.2 5.3.2 4.4.1 4.4.2 4.5.0 4.7.0 4.7.1",
    "timeout": "5.4.1 5.4.2 4.4.7 5.4.7",
    "routing-loop": "4.4.6 5.4.6",
    "command-not-implemented": "5.3.3 5.5.5",
    "too-many-recipients": "4.5.3 5.5.3",
    "message-format": "5.6.0 5.6.1 5.6.2 5.6.3 5.6.5",
    "smtputf8-needed": "4.6.7 5.6.7 5.6.8 5.6.9 5.6.10",
    "recipient-restricted": "5.7.2",
    "policy-other": "5.7.0 5.7.1 5.7.7 5.7.15",
    "auth-mechanism": "5.5.6 5.7.4 5.7.9 4.7.12",
    "auth-failed": "5.7.8",
    "auth-required": "5.7.14",
    "account-blocked": "5.7.13",
    "starttls-required": "5.7.10 5.7.11",
    "tls-failure": "4.7.5 5.7.5 5.7.6 5.7.30",
    "dkim-fail": "4.7.20 5.7.20 5.7.21 5.7.22",
    "spf-fail": "4.7.23 5.7.23 4.7.24 5.7.24",
    "ptr-missing": "4.7.25 5.7.25",
    "dmarc-fail": "4.7.26 5.7.26 5.7.29",
    "rate-limited": "4.7.28 5.7.28 5.4.5",
}
CODES = {
    "temp-failure": "421 450 451",
    "auth-temp-failure": "435",
    "server-full": "431 531",
    "timeout": "441 442 447 547",
    "routing-loop": "446 546",
    "command-not-implemented": "500 502 504",
    "syntax-error": "501 555",
    "bad-sequence": "503",
    "unknown-recipient": "510 511 513 515 553",
    "dns-problem": "512 521 556",
    "sender-rejected": "517",
    "starttls-required": "523 524 538",
    "auth-required": "530",
    "auth-mechanism": "534",
    "auth-failed": "535",
    "mailbox-full": "422 552",
    "unknown": "550 554",
}


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return load_explainer()


@pytest.mark.parametrize(
    ("enhanced", "expected"),
    [(code, name) for name, codes in ENHANCED.items() for code in codes.split()],
)
def test_an_enhanced_code_alone(explainer: Explainer, enhanced: str, expected: str) -> None:
    code = 450 if enhanced.startswith("4") else 550
    seen = Observation(kind="reply", code=code, enhanced=enhanced, text="x")
    hit = explainer.judge(seen)
    assert hit is not None
    assert hit.rule.classification == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [(int(code), name) for name, codes in CODES.items() for code in codes.split()],
)
def test_a_reply_code_alone(explainer: Explainer, code: int, expected: str) -> None:
    hit = explainer.judge(Observation(kind="reply", code=code, text="x"))
    assert hit is not None
    assert hit.rule.classification == expected
    assert hit.confidence <= 0.5


@pytest.mark.parametrize("enhanced", ["5.7.4", "5.7.9", "5.7.13", "5.7.17"])
def test_words_of_a_policy_outweigh_a_code_that_providers_use_otherwise(
    explainer: Explainer, enhanced: str
) -> None:
    text = "Message rejected by our policy"
    hit = explainer.judge(Observation(kind="reply", code=554, enhanced=enhanced, text=text))
    assert hit is not None
    assert hit.rule.classification == "policy-other"
