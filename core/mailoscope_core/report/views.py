"""All views of a session at once: `fold_views(live) == fold_views(load(save))`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.record.events import Entry, EnvironmentNoted
from mailoscope_core.report.capabilities import CapabilityRow, CapabilityView, capabilities
from mailoscope_core.report.certificates import CertificateView, certificates
from mailoscope_core.report.ladder import LadderChange, LadderFold, Rung, ladder
from mailoscope_core.report.recipients import RecipientRow, recipients
from mailoscope_core.report.state import SessionState, StateFold, state_of
from mailoscope_core.report.summary import Summary, summary
from mailoscope_core.report.timing import TimingRow, timing
from mailoscope_core.report.trace_tokens import queue_id, trace_token
from mailoscope_core.report.transcript import TranscriptFold, TranscriptRow, transcript

__all__ = [
    "CapabilityRow",
    "CapabilityView",
    "CertificateView",
    "LadderChange",
    "LadderFold",
    "RecipientRow",
    "Rung",
    "SessionState",
    "StateFold",
    "Summary",
    "TimingRow",
    "TranscriptFold",
    "TranscriptRow",
    "Views",
    "capabilities",
    "certificates",
    "environment",
    "fold_views",
    "ladder",
    "queue_id",
    "recipients",
    "state_of",
    "summary",
    "timing",
    "trace_token",
    "transcript",
]


@dataclass(frozen=True, slots=True)
class Views:
    """What the window and the reports show of a session."""

    summary: Summary
    state: SessionState
    ladder: tuple[Rung, ...]
    transcript: tuple[TranscriptRow, ...]
    recipients: tuple[RecipientRow, ...]
    timing: tuple[TimingRow, ...]
    capabilities: CapabilityView | None
    certificates: tuple[CertificateView, ...]
    environment: dict[str, str]


def fold_views(entries: Sequence[Entry], findings: Sequence[Finding], texts: Texts) -> Views:
    """Return all views of these entries; nothing else goes into them."""
    return Views(
        summary(entries, findings, texts),
        state_of(entries),
        ladder(entries),
        transcript(entries, texts),
        recipients(entries),
        timing(entries),
        capabilities(entries),
        certificates(entries),
        environment(entries),
    )


def environment(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the facts about the machine that the session ran on, as first noted."""
    for entry in entries:
        if isinstance(entry.event, EnvironmentNoted):
            return dict(entry.event.facts)
    return {}
