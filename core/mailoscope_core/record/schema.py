"""The JSON Schema of a line of a session file, made from the structs themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from mailoscope_core.record.events import Entry, Header


def line_schema() -> dict[str, Any]:
    """Return the schema: a line is the header or an entry."""
    (header, entry), components = msgspec.json.schema_components(
        (Header, Entry), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a Mailoscope session file",
        "anyOf": [header, entry],
        "$defs": components,
    }
