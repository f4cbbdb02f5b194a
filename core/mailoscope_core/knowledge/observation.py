"""An observation: one thing that went wrong or is worth a word, ready to be matched by rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact out of a session's log or out of pasted text.

    `kind` is `reply` for a server's reply, `text` for the words of a client program, else the tag
    of an event and its own kind: `connect-failed/refused`, `tls-failed/hostname`,
    `deadline-passed/greeting`, `connection-closed/server`, `surprise/auth-not-offered`.
    `step` is where it was reported (null: not known), `text` what the server or program said.
    `tls` and `authenticated` are null when unknown. `earlier` is the step before, refused or
    undone, that may have caused this. `recovered` tells that the session went on regardless.
    `params` are for the words of the rule; they may hold server text. `evidence` are `Entry.seq`.
    """

    kind: str
    step: str | None = None
    verb: str | None = None
    code: int | None = None
    enhanced: str | None = None
    text: str = ""
    tls: bool | None = None
    authenticated: bool | None = None
    vendor: str | None = None
    client: str | None = None
    earlier: str | None = None
    attempt: int = 1
    recovered: bool = False
    pasted: bool = False
    params: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
