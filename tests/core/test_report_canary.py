"""A canary: one secret goes through whole sessions, and is sought in all that they leave behind."""

from __future__ import annotations

import base64
import datetime
import quopri
from pathlib import Path
from urllib.parse import quote

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.record.log import load_session
from mailoscope_core.report.admin_note import admin_note
from mailoscope_core.report.document import build_document
from mailoscope_core.report.exporters import exporters
from mailoscope_core.session import control
from tests.core.session_driver import lab_session

CANARY = "Kanarienvogel=7/प ü"


def forms(secret: str) -> dict[str, str]:
    """Return the shapes in which the canary could sing, in lower case."""
    raw = secret.encode()
    shapes = {
        "clear": secret,
        "bytes as latin-1": raw.decode("latin-1"),
        "hex": raw.hex(),
        "url": quote(secret, safe=""),
        "quoted-printable": quopri.encodestring(raw).decode("ascii").strip(),
    }
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        shapes[f"base64, {shift} bytes in"] = encoded[4:-4]
    return {name: shape.lower() for name, shape in shapes.items()}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("scenario", ["echo", "auth-rejected", "submission"])
def test_the_canary_is_in_nothing_that_a_session_leaves(
    scenario: str, mechanism: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    with lab_session(scenario, secret=CANARY, mechanism=mechanism, path=path) as (session, lab):
        session.run_to_end()
        session.post(control.SendRaw(f"VRFY {CANARY}", force=True))
        session.finish()
    heard = b"".join(seen.data for seen in lab.events if seen.direction == "client")
    if mechanism != "CRAM-MD5":
        known = forms(CANARY)
        assert any(shape in heard.decode("latin-1").lower() for shape in known.values())
    loaded = load_session(path)
    findings = diagnose(loaded.entries, loaded.header)
    left = {"file": path.read_text("utf-8"), "name": path.name, "debug": repr(list(session.log))}
    now = datetime.datetime.now(datetime.UTC)
    for language in ("en", "hi"):
        texts = Texts(language)
        document = build_document(loaded.header, loaded.entries, findings, texts, now=now)
        for name, export in exporters().items():
            left[f"{name} {language}"] = export(document, texts)
        left[f"note {language}"] = admin_note(loaded.header, loaded.entries, texts)
    left["output"] = "".join(capfd.readouterr())
    for where, text in left.items():
        for name, shape in forms(CANARY).items():
            assert shape not in text.lower(), f"{name} in {where}"
