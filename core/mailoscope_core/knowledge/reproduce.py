"""Whether this machine can see the same error itself, with which profile, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from mailoscope_core.knowledge import origin
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.knowledge.paste_facts import PasteFacts
from mailoscope_core.storage.profile import Profile, TlsMode

# The classes that depend on who is asking: the address, its names in DNS, its reputation.
_SENDERS_ADDRESS = frozenset(
    {
        "ip-blocklisted",
        "bad-reputation",
        "ptr-missing",
        "spf-fail",
        "dkim-fail",
        "dmarc-fail",
        "greylisted",
        "banned-here",
    }
)
_INSIDE = frozenset({"client-config"})
_NOT_AT_ALL = frozenset({"not-smtp"})
_DONE = frozenset({"accepted"})
_LOCAL_STEPS = frozenset({"dns", "connect", "greeting", "ehlo", "starttls", "tls", "auth"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`profile` where it can be reproduced here, else `reason`, the end of a term's id
    (`reproduce.<reason>`). `caveat` is such an id, too: why the outcome may differ."""

    profile: Profile | None
    reason: str = ""
    caveat: str = ""

    @property
    def possible(self) -> bool:
        """Whether a profile can be opened for it."""
        return self.profile is not None


REASONS = (
    "bounce",
    "receiving",
    "relay",
    "after",
    "not-smtp",
    "web-api",
    "inside-program",
    "inside-device",
    "nothing-failed",
)
CAVEATS = ("", "other-address", "other-network", "no-server")


def verdict(finding: Finding, kind: str, facts: PasteFacts) -> Verdict:
    """Return whether a finding of a text can be reproduced; `kind` is that of `origin`."""
    reason = _reason(finding, kind)
    if reason:
        return Verdict(None, reason)
    return Verdict(_profile(facts), caveat=_caveat(finding, kind, facts))


def _reason(finding: Finding, kind: str) -> str:
    trouble, step = finding.classification, finding.reported_at
    if trouble in _DONE:
        return "nothing-failed"
    if trouble in _NOT_AT_ALL:
        return "web-api" if kind == origin.WEB_API else "not-smtp"
    if kind == origin.BOUNCE:
        return "after" if step == "after" else "bounce"
    if kind == origin.RECEIVING:
        return "receiving"
    if step == "after":
        return "after"
    if kind == origin.RELAY:
        return "relay"
    if trouble in _INSIDE or (trouble == "unknown" and step is None and kind == origin.DEVICE):
        return "inside-device" if kind == origin.DEVICE else "inside-program"
    return ""


def _caveat(finding: Finding, kind: str, facts: PasteFacts) -> str:
    if not facts.host:
        return "no-server"
    if finding.classification in _SENDERS_ADDRESS:
        return "other-address"
    if kind == origin.DEVICE or finding.caused_at in _LOCAL_STEPS:
        return "other-network"
    return ""


def _profile(facts: PasteFacts) -> Profile:
    tls = facts.tls or TlsMode.STARTTLS
    port = facts.port or (465 if tls is TlsMode.IMPLICIT else 587)
    return Profile(
        name=facts.host, host=facts.host, port=port, tls=tls, auth=port != 25, user=facts.user
    )
