"""Writes what is generated from code and data: the diagram of the SMTP states, the file schemas."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import make_state_diagram

from mailoscope_core.record.schema import line_schema
from mailoscope_core.report.formats import json as report_json

ROOT = Path(__file__).parent.parent
RESOURCES = ROOT / "resources/mailoscope_resources"
SCHEMA = RESOURCES / "schema/session-line.schema.json"
REPORT_SCHEMA = RESOURCES / "templates/report.schema.json"


def main() -> int:
    """Write the files; tests fail while one of them is stale."""
    SCHEMA.write_text(json.dumps(line_schema(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    REPORT_SCHEMA.write_text(report_json.schema() + "\n", encoding="utf-8")
    return make_state_diagram.main([])


if __name__ == "__main__":
    sys.exit(main())
