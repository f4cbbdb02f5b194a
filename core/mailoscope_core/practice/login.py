"""The AUTH dialogue of one session (RFC 4954): what may be begun when, challenges, and the end."""

from __future__ import annotations

from base64 import b64encode

from mailoscope_core.practice.auth import Accounts, Exchange, Verdict, decode, start
from mailoscope_core.practice.spec import ServerSpec
from mailoscope_core.practice.transaction import Answer, Client

# The next challenge as a reply line, an ordinary refusal, or the mechanism's verdict.
Step = bytes | Answer | Verdict


class Login:
    """Runs one exchange at a time."""

    def __init__(self, spec: ServerSpec, client: Client, accounts: Accounts) -> None:
        self._spec = spec
        self._client = client
        self._accounts = accounts
        self._exchange: Exchange | None = None

    @property
    def expects_response(self) -> bool:
        """Whether the client's next line answers a 334."""
        return self._exchange is not None

    def begin(self, argument: str, *, in_transaction: bool) -> Step:
        """Take `AUTH argument`."""
        refusal = self._refusal(in_transaction=in_transaction)
        if refusal:
            return Answer(refusal)
        name, _, rest = argument.partition(" ")
        mechanism = name.upper()
        if not mechanism:
            return Answer("auth-no-mechanism")
        initial = None
        if rest:
            initial = decode(rest.encode("utf-8", "surrogateescape"))
            if initial is None:
                return Answer("auth-bad-base64")
        offered = mechanism in self._spec.mechanisms
        self._exchange = start(mechanism, initial, self._accounts) if offered else None
        if self._exchange is None:
            return Answer("auth-unknown-mechanism", {"mechanism": name})
        return self._advance(self._exchange, None)

    def respond(self, line: bytes) -> Step:
        """Take the line after a 334."""
        exchange = self._exchange
        response = decode(line)
        if exchange is None or line == b"*" or response is None:
            self.abandon()
            return Answer("auth-cancelled" if line == b"*" else "auth-bad-base64")
        return self._advance(exchange, response)

    def abandon(self) -> None:
        """Forget an exchange that is under way."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None

    def _advance(self, exchange: Exchange, response: bytes | None) -> Step:
        try:
            # A generator is begun by sending it None.
            challenge = next(exchange) if response is None else exchange.send(response)
        except StopIteration as stop:
            self._exchange = None
            verdict: Verdict = stop.value
            return verdict
        return b"334 " + b64encode(challenge) + b"\r\n"

    def _refusal(self, *, in_transaction: bool) -> str:
        """Return the id of the reply that says why AUTH is not possible now, or ""."""
        if not self._spec.mechanisms:
            return "auth-off"
        if self._spec.auth_needs_tls and not self._client.tls:
            return "auth-needs-tls"
        if not self._client.esmtp:
            return "auth-before-ehlo"
        if self._client.user:
            return "auth-twice"
        return "auth-in-transaction" if in_transaction else ""
