"""A report as one self-contained HTML page, for reading and for printing."""

from __future__ import annotations

from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from mailoscope_core.base.texts import Texts
from mailoscope_core.report.document import ReportDocument
from mailoscope_core.report.event_words import (
    CLASS_GLYPHS,
    STATE_GLYPHS,
    EventWords,
    digit_of,
)
from mailoscope_core.report.labels import (
    certificate_facts,
    change_labels,
    environment_labels,
    handshake_facts,
    labelled,
    setting_labels,
)
from mailoscope_core.report.summary import Summary
from mailoscope_core.report.transcript import TranscriptRow

_CODE_CLASSES = {"2": "yes", "3": "go", "4": "later", "5": "no", "none": "odd"}
_STATE_CLASSES = {
    "done": "yes",
    "accepted": "yes",
    "running": "go",
    "info": "go",
    "deferred": "later",
    "warning": "later",
    "cancelled": "later",
    "unanswered": "later",
    "refused": "no",
    "failed": "no",
    "error": "no",
}
_MARKS = {"sent": "C", "received": "S"}


def to_html(document: ReportDocument, texts: Texts) -> str:
    """Return the page for a browser: light and dark, and it prints well."""
    return _render(document, texts, "report.css")


def html_for_print(document: ReportDocument, texts: Texts) -> str:
    """Return the page in the simple CSS that Qt's text documents know, in light colours."""
    return _render(document, texts, "report_print.css")


def _render(document: ReportDocument, texts: Texts, style: str) -> str:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(_template),
        trim_blocks=False,
        lstrip_blocks=True,
    )
    words = EventWords(texts)
    return environment.get_template("report.html.j2").render(
        document=document,
        # Our own file, and the only thing in the page that is not escaped.
        style=Markup(_template(style)),
        _=texts.gettext,
        summary_state=summary_state(document.summary),
        settings=list(labelled(document.session.settings, setting_labels(texts))),
        environment=list(labelled(document.environment, environment_labels(texts))),
        change_labels=change_labels(texts),
        handshake_facts=lambda view: handshake_facts(view, texts),
        certificate_facts=lambda view: certificate_facts(view, texts),
        **_lookups(words, texts),
    )


def summary_state(summary: Summary) -> str:
    """Return the state whose glyph and colour stand before the headline."""
    if summary.good:
        return "done"
    if summary.kind in ("refused", "failed", "cancelled"):
        return summary.kind
    return "next" if summary.kind == "unfinished" else "warning"


def _lookups(words: EventWords, texts: Texts) -> dict[str, Any]:
    yes = texts.gettext("yes")
    return {
        "step_word": words.step,
        "outcome_word": words.outcome,
        "code_word": words.reply_class,
        "code_class": lambda code: _CODE_CLASSES[digit_of(code)],
        "code_glyph": lambda code: CLASS_GLYPHS[digit_of(code)],
        "state_class": lambda state: _STATE_CLASSES.get(state, "faint"),
        "state_glyph": lambda state: STATE_GLYPHS.get(state, "·"),
        "mark": lambda direction: _MARKS.get(direction, "*"),
        "row_class": _row_class,
        "offered": lambda parameters: "–" if parameters is None else parameters or yes,
    }


def _row_class(row: TranscriptRow) -> str:
    if row.direction == "received":
        return _CODE_CLASSES[digit_of(row.code)]
    return {"problem": "odd", "note": "faint", "tls": "faint"}.get(row.direction, "")


def _template(name: str) -> str:
    source = resources.files("mailoscope_resources").joinpath(f"templates/{name}")
    return source.read_text(encoding="utf-8")
