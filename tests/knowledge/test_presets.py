"""Presets are found by an address and grow stale after a year."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.presets import Presets, for_address, load_presets
from mailoscope_core.storage.profile import TlsMode


@pytest.fixture
def presets() -> Presets:
    return load_presets()


def test_there_are_enough(presets: Presets) -> None:
    assert len(presets) >= 14


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
