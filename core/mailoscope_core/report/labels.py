"""Labels of the reports in the user's language, by the ids that the log uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailoscope_core.base.texts import Texts
from mailoscope_core.report.certificates import CertificateView


def setting_labels(texts: Texts) -> dict[str, str]:
    """Return the labels of `Header.settings`, in the order in which they are shown."""
    _ = texts.gettext
    return {
        "profile": _("Profile"),
        "host": _("Host"),
        "port": _("Port"),
        "tls": _("TLS"),
        "family": _("Address family"),
        "server_name": _("Name to verify (SNI)"),
        "ca_file": _("CA file"),
        "ehlo_name": _("EHLO name"),
        "auth": _("Log-in"),
        "mechanism": _("Mechanism"),
        "user": _("User"),
        "stage": _("Stage"),
        "sender": _("Sender"),
        "recipients": _("Recipients"),
        "preset": _("Preset"),
        "scenario": _("Practice scenario"),
    }


def environment_labels(texts: Texts) -> dict[str, str]:
    """Return the labels of the facts of `EnvironmentNoted`, in the order they are shown in."""
    _ = texts.gettext
    return {
        "os": _("Operating system"),
        "machine": _("Machine"),
        "container": _("Container"),
        "python": _("Python"),
        "program": _("Program"),
        "openssl": _("OpenSSL"),
        "libraries": _("Libraries"),
        "trust-store": _("Trust store"),
        "trust-variables": _("Trust variables"),
        "proxy": _("Proxy"),
        "utc-offset": _("Offset from UTC"),
    }


def change_labels(texts: Texts) -> dict[str, str]:
    """Return the words for how a capability differs before and after TLS."""
    _ = texts.gettext
    return {
        "same": _("same"),
        "added": _("only with TLS"),
        "removed": _("only before TLS"),
        "changed": _("changed"),
        "only": "",
    }


def labelled(facts: Mapping[str, str], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (label, value): known facts in the order of the labels, then the others by their id."""
    for key, label in labels.items():
        if facts.get(key):
            yield label, facts[key]
    for key, value in facts.items():
        if key not in labels and value:
            yield key, value


def handshake_facts(view: CertificateView, texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield (label, value) for one handshake."""
    _ = texts.gettext
    yield _("Name to verify"), view.server_name or "–"
    yield _("Trusted"), view.trust or "–"
    if view.problem:
        yield _("Failed"), f"{view.problem} {view.detail}".strip()
    else:
        yield _("Version"), view.version
        bits = _("{bits} bits").format(bits=view.bits)
        yield _("Cipher"), f"{view.cipher}, {bits}"
    verdicts = {True: _("yes"), False: _("NO"), None: _("no verdict")}
    yield _("Verified"), verdicts[view.verified]


def certificate_facts(view: CertificateView, texts: Texts) -> Iterator[list[tuple[str, str]]]:
    """Yield a list of (label, value) for each certificate of a chain, leaf first."""
    _ = texts.gettext
    for facts in view.chain:
        names = ", ".join((*facts.dns_names, *facts.ip_addresses))
        rows = [
            (_("Subject"), facts.subject),
            (_("Issuer"), facts.issuer),
            (_("Names"), names),
            (_("Valid from"), facts.not_before),
            (_("Valid until"), facts.not_after),
            (_("Key"), facts.key),
            (_("Signature"), facts.signature),
            (_("Serial number"), facts.serial),
            (_("SHA-256"), facts.sha256),
        ]
        yield [(label, value) for label, value in rows if value]
