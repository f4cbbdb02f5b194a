"""Groups the practice scenarios by where the failure shows, in the order of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailoscope_core.practice.spec import Scenario

WORKS, ANYWHERE = "works", "anywhere"
_GROUP_OF_STEP = {
    "connect": "connection",
    "greeting": "connection",
    "ehlo": "hello",
    "starttls": "hello",
    "tls": "tls",
    "auth": "login",
    "mail": "envelope",
    "rcpt": "envelope",
    "data": "message",
    "body-end": "message",
}
# What may come at any step stands apart, whatever step the scenario has chosen for it.
_ANYTIME = frozenset({"timeout", "not-smtp"})
GROUPS = (WORKS, "connection", "hello", "tls", "login", "envelope", "message", ANYWHERE)


def group_of(scenario: Scenario) -> str:
    """Return the group a scenario belongs to."""
    if not scenario.expect_class:
        return WORKS
    if scenario.expect_class.startswith("auth-"):
        # A log-in that is not offered shows in the reply to EHLO already.
        return "login"
    if scenario.expect_class in _ANYTIME and scenario.reported_at != "greeting":
        return ANYWHERE
    return _GROUP_OF_STEP.get(scenario.reported_at, ANYWHERE)


def group_names(gettext: Callable[[str], str]) -> dict[str, str]:
    """Return the headings, in the language that `gettext` speaks."""
    return {
        WORKS: gettext("It works"),
        "connection": gettext("Connection and greeting"),
        "hello": gettext("EHLO and STARTTLS"),
        "tls": gettext("TLS and certificate"),
        "login": gettext("Log-in"),
        "envelope": gettext("Sender and recipients"),
        "message": gettext("Message"),
        ANYWHERE: gettext("At any step"),
    }
