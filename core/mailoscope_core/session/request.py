"""What a session is asked to do, and the services it does it with."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mailoscope_core.base.errors import UserError
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.net.connection import Connection
from mailoscope_core.net.tls import TrustSettings
from mailoscope_core.protocol.commands import InjectionRefused, RcptTo
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record.events import CertificateFacts
from mailoscope_core.storage.credentials import SecretResult
from mailoscope_core.storage.profile import IpFamily, Profile
from mailoscope_core.storage.spent import SpentSecrets

MAX_RECIPIENTS = 10


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """One run against one profile. `stage` is armed for this run alone, never saved.

    `sender` and `recipients` default to the profile's. `verify_tls` false and `initial_response`
    null (as the mechanism allows), true or false are choices of this run. `title` is for people.
    """

    profile: Profile
    stage: Stage = Stage.LOGIN
    sender: str | None = None
    recipients: tuple[str, ...] | None = None
    message: PreparedMessage | None = None
    verify_tls: bool = True
    initial_response: bool | None = None
    title: str = ""

    @property
    def envelope_sender(self) -> str:
        """The address for MAIL FROM."""
        return self.profile.sender if self.sender is None else self.sender

    @property
    def envelope_recipients(self) -> tuple[str, ...]:
        """The addresses for RCPT TO, in order, each once."""
        chosen = self.profile.recipients if self.recipients is None else self.recipients
        return tuple(dict.fromkeys(chosen))

    def checked(self) -> SessionRequest:
        """Return the request, or raise `UserError` when it asks for what no run may do.

        Codes: host-missing, too-many-recipients, recipients-missing, message-missing,
        address-injection (with the place of the control character).
        """
        if not self.profile.host.strip():
            raise UserError("host-missing", profile=self.profile.name)
        if self.stage is Stage.LOGIN:
            return self
        count = len(self.envelope_recipients)
        if count > MAX_RECIPIENTS:
            raise UserError("too-many-recipients", count=count, limit=MAX_RECIPIENTS)
        if not count:
            raise UserError("recipients-missing")
        for address in (self.envelope_sender, *self.envelope_recipients):
            _check_address(address)
        if self.stage is Stage.SEND and self.message is None:
            raise UserError("message-missing")
        return self

    def trusting_unverified(self) -> SessionRequest:
        """Return the same request with the certificate no longer held against the server."""
        return replace(self, verify_tls=False)

    def settings(self) -> dict[str, str]:
        """Return the facts for the session's header, without any secret."""
        profile = self.profile
        facts = {
            "profile": profile.name,
            "host": profile.host,
            "port": str(profile.port),
            "tls": profile.tls.value,
            "family": profile.family.value,
            "server_name": profile.server_name,
            "ca_file": profile.ca_file,
            "ehlo_name": profile.ehlo_name,
            "auth": "yes" if profile.auth else "no",
            "mechanism": profile.mechanism,
            "user": profile.user if profile.auth else "",
            "stage": self.stage.name.lower(),
            "sender": self.envelope_sender if self.stage > Stage.LOGIN else "",
            "recipients": ", ".join(self.envelope_recipients) if self.stage > Stage.LOGIN else "",
            "preset": profile.preset,
            "scenario": profile.scenario,
        }
        return {name: value for name, value in facts.items() if value}


def _check_address(address: str) -> None:
    try:
        RcptTo(address).encode()
    except InjectionRefused as error:
        shown = address.encode("unicode_escape").decode("ascii")
        raise UserError("address-injection", address=shown, position=error.position + 1) from None


class Waker(Protocol):
    """One select over a socket and a wake socket; see `net.poller.Poller`."""

    def wait(
        self, connection_fileno: int, want_read: bool, want_write: bool, timeout_s: float | None
    ) -> tuple[bool, bool]:
        """Wait and return (socket is ready, somebody called `wake`)."""

    def wake(self) -> None:
        """End the wait from any thread."""

    def close(self) -> None:
        """Give the file descriptors back."""


class MxAnswer(Protocol):
    """Hosts that take mail for a domain; see `net.resolve.MxAnswer`."""

    @property
    def hosts(self) -> Sequence[str]:
        """Host names in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Names:
    """Look-ups, each blocking and each raising `net.resolve.LookupProblem`.

    `dns` null leaves the comparison of the operating system's answer with DNS out.
    """

    os: Callable[[str, int, IpFamily], Sequence[str]]
    dns: Callable[[str, IpFamily], Sequence[str]] | None
    mx: Callable[[str], MxAnswer]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a session needs of the world; tests pass their own."""

    connection: Callable[[], Connection]
    waker: Callable[[], Waker]
    names: Names
    build_context: Callable[[TrustSettings], ssl.SSLContext]
    describe_trust: Callable[[TrustSettings], str]
    certificate_facts: Callable[[bytes], CertificateFacts]
    fetch_secret: Callable[[Profile], SecretResult]
    hostname: Callable[[], str]
    environment: Callable[[], dict[str, str]]
    spent: SpentSecrets = field(default_factory=SpentSecrets)
    clock: Callable[[], float] = time.monotonic
