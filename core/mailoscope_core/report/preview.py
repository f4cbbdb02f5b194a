"""What a report would give away: the names it replaces and what it holds, before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.presets import load_presets
from mailoscope_core.report.document import ReportDocument
from mailoscope_core.report.pseudonyms import Replacement


@dataclass(frozen=True, slots=True)
class Preview:
    """`contents` are sentences: all that leaves this machine if the report does."""

    replacements: tuple[Replacement, ...]
    contents: tuple[str, ...]


def preview(document: ReportDocument, replacements: Iterable[Replacement], texts: Texts) -> Preview:
    """Return what a report holds; hand in what `pseudonymise` replaced, or nothing."""
    _, count = texts.gettext, texts.ngettext
    chain = sum(len(view.chain) for view in document.certificates)
    lines, steps = len(document.transcript), len(document.ladder)
    contents = [
        document.summary.headline,
        count("{n} finding", "{n} findings", len(document.findings)).format(
            n=len(document.findings)
        ),
        count("{n} step with its time", "{n} steps with their times", steps).format(n=steps),
        count("{n} line of the transcript", "{n} lines of the transcript", lines).format(n=lines),
    ]
    if chain:
        text = count("{n} certificate of the server", "{n} certificates of the server", chain)
        contents.append(text.format(n=chain))
    if document.environment:
        contents.append(
            _("Facts about this machine: {facts}").format(facts=", ".join(document.environment))
        )
    contents.append(_("Passwords, tokens and the text of messages are not in it."))
    return Preview(tuple(replacements), tuple(contents))


def well_known_hosts() -> frozenset[str]:
    """Return the hosts and domains of providers, which may stay recognisable among pseudonyms."""
    presets = load_presets()
    hosts = {endpoint.host for preset in presets for endpoint in preset.endpoints}
    return frozenset(hosts | {domain for preset in presets for domain in preset.domains})
