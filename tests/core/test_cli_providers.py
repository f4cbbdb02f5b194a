"""`providers`: lists, shows one in full, finds by address; says what is stale."""

from __future__ import annotations

import datetime
import json

import pytest

from mailoscope_core.cli import providers
from mailoscope_core.cli.__main__ import main
from mailoscope_core.cli.exits import Exit
from mailoscope_core.knowledge.presets import load_presets

Captured = pytest.CaptureFixture[str]


def test_without_a_word_all_are_listed(capsys: Captured) -> None:
    assert main(["providers"]) == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(load_presets())
    assert all(len(line.split("\t")) >= 3 for line in lines)


def test_one_provider_is_shown_in_full(capsys: Captured) -> None:
    assert main(["providers", "gmail"]) == Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("Gmail (gmail)")
    for fact in (
        "1. smtp.gmail.com:465 (implicit TLS)",
        "an app password",
        "500 messages a day",
        "XOAUTH2",
        "https://support.google.com/accounts/answer/185833",
        "the provider's own page",
        "2026-11-28",
        "Also found: ",
        "google-relay",
    ):
        assert fact in out


def test_several_hits_are_listed(capsys: Captured) -> None:
    assert main(["providers", "netease"]) == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["netease-126", "netease-163"]


def test_a_single_hit_is_shown_in_full(capsys: Captured) -> None:
    assert main(["providers", "smtp.rediffmail.com"]) == Exit.OK
    assert "Rediffmail (rediffmail)" in capsys.readouterr().out


def test_an_address_finds_its_provider(capsys: Captured) -> None:
    assert main(["providers", "--for", "asha@zoho.in"]) == Exit.OK
    assert "smtp.zoho.in:465" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--for", "asha@example.in"], ["no", "such", "one"]])
def test_nobody_known_is_said_with_a_way_on(capsys: Captured, arguments: list[str]) -> None:
    assert main(["providers", *arguments]) == Exit.UNKNOWN
    told = capsys.readouterr()
    assert told.out == ""
    assert arguments[-1] in told.err


def test_json_is_one_object_a_line(capsys: Captured) -> None:
    assert main(["providers", "--json", "zoho", "--lang", "hi"]) == Exit.OK
    only = json.loads(capsys.readouterr().out)
    assert only["id"] == "preset.zoho"
    assert only["stale"] is False
    assert only["endpoints"][0] == {"host": "smtp.zoho.com", "port": 465, "tls": "implicit"}
    assert main(["providers", "--json"]) == Exit.OK
    assert len(capsys.readouterr().out.splitlines()) == len(load_presets())


def test_stale_facts_are_marked_in_list_and_full(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Later:
            return cls(2028, 1, 1, tzinfo=tz)

    monkeypatch.setattr(providers.datetime, "datetime", Later)
    assert main(["providers", "netease"]) == Exit.OK
    assert capsys.readouterr().out.count("more than 12 months ago") == 2
    assert main(["providers", "gmail"]) == Exit.OK
    assert "! Seen on 2026-11-28, more than 12 months ago" in capsys.readouterr().out
    assert main(["providers", "gmail", "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["stale"] is True
