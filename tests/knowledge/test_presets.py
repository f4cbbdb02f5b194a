"""Presets are found by an address and grow stale after a year."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.presets import (
    Preset,
    PresetIndex,
    Presets,
    for_address,
    load_presets,
)
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.storage.profile import TlsMode


@pytest.fixture
def presets() -> Presets:
    return load_presets()


def test_there_are_enough(presets: Presets) -> None:
    assert len(presets) >= 60
    assert sum(preset.kind == "relay" for preset in presets) >= 15


@pytest.mark.parametrize(
    ("address", "host", "port", "tls"),
    [
        ("asha@gmail.com", "smtp.gmail.com", 465, TlsMode.IMPLICIT),
        (" Asha.B@GMAIL.com. ", "smtp.gmail.com", 465, TlsMode.IMPLICIT),
        ("a@outlook.com", "smtp-mail.outlook.com", 587, TlsMode.STARTTLS),
        ("a@icloud.com", "smtp.mail.me.com", 587, TlsMode.STARTTLS),
        ("a@zoho.in", "smtp.zoho.in", 465, TlsMode.IMPLICIT),
        ('"odd@name"@yahoo.com', "smtp.mail.yahoo.com", 465, TlsMode.IMPLICIT),
    ],
)
def test_an_address_finds_its_provider(address: str, host: str, port: int, tls: TlsMode) -> None:
    preset = for_address(address)
    assert preset is not None
    assert (preset.host, preset.port, preset.tls) == (host, port, tls)


@pytest.mark.parametrize("address", ["", "gmail.com", "a@", "a@mygmail.com", "a@example.org"])
def test_other_addresses_find_none(presets: Presets, address: str) -> None:
    assert presets.for_address(address) is None


def test_facts_grow_stale_after_twelve_months(presets: Presets) -> None:
    gmail = presets.get("preset.gmail")
    assert gmail is not None
    assert not gmail.stale(gmail.seen + datetime.timedelta(days=365))
    assert gmail.stale(gmail.seen + datetime.timedelta(days=366))


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[preset]]\nid = "preset.x"\n', encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_presets(tmp_path)
    assert caught.value.params["file"] == "mine.toml"


def test_facts_say_where_they_come_from(presets: Presets) -> None:
    for preset in presets:
        links = (preset.limits_source, preset.secret_url, preset.help_url)
        assert preset.source.startswith("https://"), preset.id
        assert all(link.startswith("https://") for link in links if link), preset.id
        assert not (preset.limits_source and not preset.limits), preset.id
        assert not (preset.limits and preset.limits_source == preset.source), preset.id


def test_limits_have_the_unit_that_fits(presets: Presets) -> None:
    for preset in presets:
        for limit in preset.limits:
            assert limit.number > 0
            assert bool(limit.unit) == (limit.of == "message-size"), preset.id
            assert bool(limit.per) == (limit.of in ("messages", "recipients")), preset.id


def test_vendors_of_presets_exist(presets: Presets) -> None:
    known = {record.id.removeprefix("vendor.") for record in load_vendors().records}
    assert {preset.vendor for preset in presets if preset.vendor} <= known


def test_endpoints_are_ones_that_can_be_tried(presets: Presets) -> None:
    for preset in presets:
        assert len(set(preset.endpoints)) == len(preset.endpoints), preset.id
        for endpoint in preset.endpoints:
            assert endpoint.tls in (TlsMode.IMPLICIT, TlsMode.STARTTLS), preset.id
            assert endpoint.port != 465 or endpoint.tls is TlsMode.IMPLICIT, preset.id


def test_a_preset_is_found_by_its_id_in_either_form(presets: Presets) -> None:
    gmail = presets.get("gmail")
    assert gmail is not None
    assert gmail == presets.get("preset.gmail")
    assert gmail.short_id == "gmail"
    assert presets.get("nobody") is None


@pytest.mark.parametrize(
    ("preset_id", "user"),
    [
        ("gmail", "asha@example.in"),
        ("free-fr", "asha"),
        ("sendgrid", "apikey"),
        ("amazon-ses", ""),
        ("google-relay", ""),
    ],
)
def test_the_user_name_follows_from_the_address(
    presets: Presets, preset_id: str, user: str
) -> None:
    preset = presets.get(preset_id)
    assert preset is not None
    assert preset.user_for("asha@example.in") == user


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("gmail", "gmail"),
        ("GMX", "gmx"),
        ("asha@yahoo.co.in", "yahoo"),
        ("smtp.zoho.in", "zoho-in"),
        ("rediff", "rediffmail"),
        ("sandbox mumbai", "amazon-ses"),
        ("2525 mandrill", "mandrill"),
        ("cram-md5", "mailtrap-sandbox"),
    ],
)
def test_a_search_finds_name_domain_host_and_words(presets: Presets, text: str, first: str) -> None:
    found = PresetIndex(presets).search(text)
    assert found
    assert found[0].short_id == first


def test_a_search_for_nothing_finds_all_and_for_nonsense_none(presets: Presets) -> None:
    index = PresetIndex(presets)
    assert set(index.search(" ")) == set(presets)
    names = [preset.name.casefold() for preset in index.search("")]
    assert names == sorted(names)
    assert index.search("xyzzy") == ()


def test_notes_are_searched_in_every_language(presets: Presets) -> None:
    found: tuple[Preset, ...] = PresetIndex(presets).search(
        "\u092a\u093e\u0938\u0935\u0930\u094d\u0921"
    )
    assert "gmail" in {preset.short_id for preset in found}
