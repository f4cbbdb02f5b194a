"""Findings and headlines in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from mailoscope_core.cli.console import Console
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.knowledge.text import words
from mailoscope_core.record.events import Entry
from mailoscope_core.report.document import FindingBlock
from mailoscope_core.report.formats.text import finding_lines
from mailoscope_core.report.plain import visible
from mailoscope_core.report.summary import summary

_STYLES = {"error": "no", "warning": "later", "info": "go"}


def print_summary(entries: Sequence[Entry], findings: Sequence[Finding], console: Console) -> None:
    """Print the headline of a session, then its findings."""
    made = summary(entries, findings, console.texts)
    console.say()
    console.say(console.styled(made.headline, "yes" if made.good else "no"))
    for finding in findings:
        console.say()
        print_finding(finding, console)


def print_finding(finding: Finding, console: Console) -> None:
    """Print one finding: what, why, who must act, what to do and what will not help."""
    block = FindingBlock(finding, words(finding, console.texts))
    for number, line in enumerate(finding_lines(block, console.texts)):
        style = _STYLES[finding.severity.value] if number == 0 else ""
        console.say(console.styled(visible(line), style))
