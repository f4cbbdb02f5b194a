"""A report as JSON for programs: the fields of `ReportDocument`, described by a JSON Schema.

The schema is `templates/report.schema.json` of the resources. Within one value of `schema` fields
are only added.
"""

from __future__ import annotations

import msgspec

from mailoscope_core.base.texts import Texts
from mailoscope_core.report.document import ReportDocument


def to_json(document: ReportDocument, texts: Texts) -> str:
    """Return the report as indented JSON; the words in it are in the document's language."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def schema() -> str:
    """Return the JSON Schema (2020-12) of a report, from the types themselves."""
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mailoscope report",
        **msgspec.json.schema(ReportDocument),
    }
    return msgspec.json.format(msgspec.json.encode(described, order="sorted"), indent=2).decode()
