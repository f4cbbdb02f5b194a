"""The words on the button of an experiment."""

from __future__ import annotations

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.finding import Experiment


def experiment_words(experiment: Experiment, texts: Texts) -> str:
    """Return what the experiment changes, for example `Port: 465`."""
    _ = texts.gettext
    labels = {
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
        "sender": _("Sender"),
        "recipients": _("Recipients"),
        "use_mx": _("Ask for the mail servers of the domain (MX)"),
    }
    label = labels.get(experiment.field, experiment.field)
    return _("{setting}: {value}").format(setting=label, value=_value(experiment, texts))


def _value(experiment: Experiment, texts: Texts) -> str:
    _ = texts.gettext
    if experiment.field == "tls":
        words = {
            "starttls": _("STARTTLS, required"),
            "implicit": _("TLS from the first byte"),
            "optional": _("STARTTLS if offered"),
            "none": _("none"),
        }
        return words.get(experiment.value, experiment.value)
    if experiment.field == "family":
        words = {"4": _("IPv4 only"), "6": _("IPv6 only"), "any": _("both")}
        return words.get(experiment.value, experiment.value)
    if experiment.value in ("true", "false"):
        return _("on") if experiment.value == "true" else _("off")
    return experiment.value or "–"
