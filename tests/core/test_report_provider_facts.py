"""A provider's facts are labelled text that says where and when they were seen."""

from __future__ import annotations

import datetime

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.presets import Endpoint, Limit, Preset, load_presets
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.report.provider_facts import ProviderWords
from mailoscope_core.storage.profile import TlsMode

TODAY = datetime.date(2026, 11, 28)
SEEN = datetime.date(2025, 11, 1)
OLD = Preset(
    id="preset.old",
    name="Old",
    endpoints=(
        Endpoint(host="smtp.old.example", port=465, tls=TlsMode.IMPLICIT),
        Endpoint(host="smtp.old.example", port=587, tls=TlsMode.STARTTLS),
    ),
    source="https://old.example/help",
    seen=SEEN,
)


@pytest.fixture
def words() -> ProviderWords:
    return ProviderWords(Texts("en"), TODAY, load_vendors())


def values(words: ProviderWords, preset: Preset) -> dict[str, tuple[str, ...]]:
    return {fact.label: fact.values for fact in words.facts(preset)}


def test_servers_stand_in_the_order_to_try(words: ProviderWords) -> None:
    servers = next(fact for fact in words.facts(OLD) if fact.ordered)
    assert servers.values == (
        "smtp.old.example:465 (implicit TLS)",
        "smtp.old.example:587 (STARTTLS)",
    )


def test_source_and_date_are_always_there(words: ProviderWords) -> None:
    for preset in load_presets():
        said = values(words, preset)
        assert said["Source"] == (preset.source,)
        assert said["Seen on"] == (preset.seen.isoformat(),)
        assert "page" in said["Kind of source"][0]


def test_somebody_elses_page_is_marked(words: ProviderWords) -> None:
    presets = load_presets()
    own, other = presets.get("resend"), presets.get("posteo")
    assert own is not None
    assert other is not None
    assert values(words, own)["Kind of source"] != values(words, other)["Kind of source"]


def test_stale_facts_carry_a_warning_with_the_date(words: ProviderWords) -> None:
    assert "2025-11-01" in words.stale(OLD)
    assert "12 months" in words.stale(OLD)
    assert words.stale(OLD) in words.plain_text(OLD)
    fresh = ProviderWords(Texts("en"), SEEN)
    assert fresh.stale(OLD) == ""


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(of="message-size", number=25, unit="MB"), "a message of at most 25 MB"),
        (Limit(of="recipients-per-message", number=1), "1 recipient a message"),
        (Limit(of="recipients-per-message", number=100), "100 recipients a message"),
        (Limit(of="messages", number=10000, per="day"), "10,000 messages a day"),
        (Limit(of="recipients", number=35, per="hour"), "35 recipients an hour"),
        (Limit(of="messages", number=1, per="minute"), "1 message a minute"),
        (Limit(of="messages", number=9, per="month"), "9 messages a month"),
    ],
)
def test_limits_are_words(words: ProviderWords, limit: Limit, text: str) -> None:
    assert words.limit(limit) == text


def test_what_the_greeting_holds_comes_from_the_vendor(words: ProviderWords) -> None:
    gmail = load_presets().get("gmail")
    assert gmail is not None
    assert values(words, gmail)["Its greeting holds"] == ("- gsmtp",)
    assert "Its greeting holds" not in values(ProviderWords(Texts("en"), TODAY), gmail)


def test_everything_is_said_in_hindi_too() -> None:
    english, hindi = (ProviderWords(Texts(tongue), TODAY) for tongue in ("en", "hi"))
    for preset in load_presets():
        assert hindi.user(preset) != english.user(preset)
        assert hindi.secret(preset) != english.secret(preset)
        assert hindi.kind(preset) != english.kind(preset)
        assert not preset.note or hindi.note(preset) != english.note(preset)
    labels = zip(english.facts(OLD), hindi.facts(OLD), strict=True)
    assert all(one.label != other.label for one, other in labels if one.label != "OAuth")
