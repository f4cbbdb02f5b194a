"""Puts a session together from the real parts: what both the window and the command line start."""

from __future__ import annotations

import datetime
import functools
import socket
import uuid
from pathlib import Path

import msgspec

from mailoscope_core import __version__
from mailoscope_core.base.environment import environment_facts
from mailoscope_core.net import resolve, tls
from mailoscope_core.net.poller import Poller
from mailoscope_core.net.sockets import SocketConnection
from mailoscope_core.record.events import SCHEMA_VERSION, CertificateFacts, Header
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session.request import Names, Services, SessionRequest
from mailoscope_core.storage.credentials import CredentialStore
from mailoscope_core.storage.profile import IpFamily
from mailoscope_core.storage.spent import SpentSecrets


def real_services(
    credentials: CredentialStore, spent: SpentSecrets, *, compare_dns: bool = True
) -> Services:
    """Return the services of the real world: sockets, the system's resolver, the keyring.

    `credentials` and `spent` outlive the session, so that a refused secret stays refused in the
    next one; contexts are built once for each set of trust settings.
    """
    contexts: dict[tls.TrustSettings, tls.SSLContext] = {}
    environment = functools.cache(environment_facts)

    def build_context(trust: tls.TrustSettings) -> tls.SSLContext:
        if trust not in contexts:
            contexts[trust] = tls.build_context(trust)
        return contexts[trust]

    def look_up_os(host: str, port: int, family: IpFamily) -> list[str]:
        return resolve.resolve_os(host, port, family.value)

    def look_up_dns(host: str, family: IpFamily) -> list[str]:
        return resolve.resolve_dns(host, family.value)

    return Services(
        connection=SocketConnection,
        waker=Poller,
        names=Names(os=look_up_os, dns=look_up_dns if compare_dns else None, mx=resolve.resolve_mx),
        build_context=build_context,
        describe_trust=tls.trust_description,
        certificate_facts=_facts,
        fetch_secret=lambda profile: credentials.get(profile.id, profile.user),
        hostname=socket.gethostname,
        environment=environment,
        spent=spent,
    )


def new_header(
    request: SessionRequest,
    now: datetime.datetime,
    *,
    parent: str | None = None,
    change: dict[str, str] | None = None,
) -> Header:
    """Return the first line of a session that begins `now` (an aware time)."""
    return Header(
        schema=SCHEMA_VERSION,
        session=str(uuid.uuid4()),
        started=now.isoformat(timespec="milliseconds"),
        app=f"Mailoscope {__version__}",
        title=request.title or request.profile.name,
        settings=request.settings(),
        parent=parent,
        change=change,
    )


def new_log(
    request: SessionRequest,
    path: Path | None,
    *,
    parent: str | None = None,
    change: dict[str, str] | None = None,
) -> SessionLog:
    """Open the log of a new session; `path` null keeps it in memory."""
    now = datetime.datetime.now().astimezone()
    return SessionLog(new_header(request, now, parent=parent, change=change), path)


def _facts(der: bytes) -> CertificateFacts:
    return msgspec.convert(
        tls.certificate_facts(der), CertificateFacts, from_attributes=True, strict=False
    )
