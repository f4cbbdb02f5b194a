"""Older files brought up to date: one pure function for each step of the version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Table = dict[str, Any]
Step = Callable[[Table], Table]


def migrate(table: Table, steps: Mapping[int, Step], version: int) -> Table:
    """Return `table` at `version`: `steps[n]` makes version n + 1 out of version n.

    A table without `schema_version` is of version 0. A table of a newer version is not for here.
    """
    current = schema_version(table)
    while current < version:
        table = {**steps[current](dict(table)), "schema_version": current + 1}
        current += 1
    return table


def schema_version(table: Table) -> int:
    """Return the version a table claims; raises `ValueError` when that is no number."""
    version = table.get("schema_version", 0)
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise ValueError("schema_version")
    return version


def profile_0_to_1(table: Table) -> Table:
    """Version 0, of the first drafts, had `security` with ssl or none and one `recipient`."""
    modes = {"ssl": "implicit", "starttls": "starttls", "none": "none", "auto": "optional"}
    if "security" in table:
        table["tls"] = modes.get(str(table.pop("security")), "starttls")
    if "recipient" in table:
        recipient = table.pop("recipient")
        table["recipients"] = [recipient] if recipient else []
    return table


PROFILE_STEPS: Mapping[int, Step] = {0: profile_0_to_1}
