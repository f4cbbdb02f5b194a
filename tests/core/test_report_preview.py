"""The preview says what leaves the machine."""

from __future__ import annotations

import datetime

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.presets import load_presets
from mailoscope_core.report.document import build_document
from mailoscope_core.report.preview import preview, well_known_hosts
from mailoscope_core.report.pseudonymise import pseudonymise
from tests.core.log_builder import HOST, SENDER, SITUATIONS

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


def test_it_lists_replacements_and_contents() -> None:
    built = SITUATIONS["login_accepted"]()
    made = pseudonymise(built.header, built.entries)
    document = build_document(made.header, made.entries, (), Texts(), now=NOW, pseudonyms=True)
    shown = preview(document, made.replacements, Texts())
    replaced = {each.original: each.replacement for each in shown.replacements}
    assert replaced[HOST] == "host1.domain1.example"
    assert replaced[SENDER] == "user1@domain1.example"
    assert all(each.count > 0 for each in shown.replacements)
    assert "1 certificate of the server" in shown.contents
    assert f"{len(document.transcript)} lines of the transcript" in shown.contents
    assert [line for line in shown.contents if "os, python, openssl" in line]
    assert HOST not in "".join(shown.contents)


def test_hosts_of_providers_are_those_of_the_presets() -> None:
    hosts = well_known_hosts()
    for preset in load_presets():
        assert {endpoint.host for endpoint in preset.endpoints} <= hosts
        assert set(preset.domains) <= hosts
