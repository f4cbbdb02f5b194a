"""A language is its catalogue files and nothing else; what it lacks is English, and said so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from tests.checkout import ROOT, packaging_tool

catalogues: Any = packaging_tool("catalogues")
LANGUAGE = "mr"
KNOWLEDGE = {
    "rule.starttls-required.title": "आधी STARTTLS हवे",
    "code.354.name": "संदेश पाठवा",
}
INTERFACE = {
    ("the name of this language in itself", "English"): "मराठी",
    (None, "Who must act"): "कोणी करायचे",
}
COMMAND_LINE = "import sys; from mailoscope_core.cli.__main__ import main; sys.exit(main())"
PREFERENCES = """
from mailoscope_gui.app import build, make_qt
from mailoscope_gui.options import Options
from mailoscope_gui.dialogs.preferences_dialog import PreferencesDialog
qt = make_qt()
application = build(qt, Options(language="mr"))
dialog = PreferencesDialog(application.services)
field = dialog.page.field("language").box
print(application.services.language.code, [field.itemText(n) for n in range(field.count())])
"""


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the resources with a Marathi that knows a handful of words."""
    root = tmp_path_factory.mktemp("resources")
    package = root / "mailoscope_resources"
    shutil.copytree(ROOT / "resources/mailoscope_resources", package)
    folder = package / "locale" / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for domain, words in (
        ("knowledge", KNOWLEDGE),
        ("mailoscope", INTERFACE),
    ):
        catalogue = Catalog(locale=LANGUAGE, domain=domain, fuzzy=False)
        template = catalogues.extract(ROOT, domain)
        for message in template:
            wanted = message.context if domain == "knowledge" else (message.context, message.id)
            if message.id and wanted in words:
                catalogue.add(message.id, words[wanted], context=message.context)
        assert len(catalogue) == len(words)
        with (folder / f"{domain}.po").open("wb") as file:
            write_po(file, catalogue)
        (folder / f"{domain}.mo").write_bytes(catalogues.compiled(folder / f"{domain}.po"))
    return root


def run(resources: Path, program: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(resources), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_command_line_speaks_it_and_says_what_it_lacks(resources: Path) -> None:
    said = run(resources, COMMAND_LINE, "--lang", LANGUAGE, "explain", "530 Must issue a STARTTLS")
    assert KNOWLEDGE["rule.starttls-required.title"] in said
    assert INTERFACE[None, "Who must act"] in said
    assert "Parts of this are not translated yet." in said, "the causes are in English"


def test_the_system_locale_finds_it(resources: Path) -> None:
    said = run(resources, COMMAND_LINE, "--lang=mr_IN", "code", "354")
    assert KNOWLEDGE["code.354.name"] in said


def test_the_window_offers_it_by_its_own_name(resources: Path) -> None:
    assert run(resources, PREFERENCES).split("\n")[0] == "mr ['English', 'हिन्दी', 'मराठी']"
