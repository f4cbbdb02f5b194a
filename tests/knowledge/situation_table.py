"""The table of situations of the field: texts as people paste them, and sessions that show them.

One file a family in `situations/`. In each `[[situation]]`:

- `texts`: pasted text, class, "reported at < caused at", owner. Every wording that differs has one.
- `near`: a text that is close and means something else, with the class it has.
- `sessions`: what a session concludes, in the same way. `lab:NAME` is a lab scenario run through
  the real session, `net:NAME` the real session against a condition of the network, `log:NAME` a
  log of `situation_logs` (where neither a server nor loopback can bring it about).
- `near_sessions`: a session that is close, with the class it has.
- `no_server`: why no scenario of a server can show it; given where there is none.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import msgspec

from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.knowledge.finding import Finding, Owner, Severity
from tests.knowledge.lab_runs import run, run_against_a_closed_port, run_against_a_silent_port
from tests.knowledge.situation_logs import LOGS

NUMBERS = range(1, 57)
_AT_A_PORT = {"closed-port": run_against_a_closed_port, "silent-port": run_against_a_silent_port}
Row = tuple[str, str, str, Owner]


class Situation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One situation; see the module's own words."""

    number: int
    name: str
    texts: tuple[Row, ...]
    near: tuple[tuple[str, str], ...]
    sessions: tuple[Row, ...]
    near_sessions: tuple[tuple[str, str], ...]
    no_server: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    situation: tuple[Situation, ...]


@functools.cache
def situations() -> tuple[Situation, ...]:
    """Return all situations by number."""
    folder = Path(__file__).with_name("situations")
    files = [
        msgspec.toml.decode(path.read_bytes(), type=_File) for path in sorted(folder.glob("*.toml"))
    ]
    return tuple(sorted((each for file in files for each in file.situation), key=_number))


@functools.cache
def conclude(session: str) -> tuple[Finding, ...]:
    """Return the findings of a session of the table; it runs once."""
    kind, _, name = session.partition(":")
    if kind == "log":
        built = LOGS[name]()
        return diagnose(built.entries, built.header)
    if kind == "net":
        return _AT_A_PORT[name]()
    assert kind == "lab"
    with tempfile.TemporaryDirectory() as folder:
        return run(name, Path(folder))


def chief(findings: tuple[Finding, ...]) -> Finding | None:
    """Return the finding that matters: the first error, else that the message was accepted."""
    errors = [each for each in findings if each.severity is Severity.ERROR]
    accepted = [each for each in findings if each.classification == "accepted"]
    return next(iter((*errors, *accepted)), None)


def _number(situation: Situation) -> int:
    return situation.number
