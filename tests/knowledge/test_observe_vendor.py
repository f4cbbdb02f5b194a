"""Whose server it is follows from the best evidence of a session: names before words."""

from __future__ import annotations

import pytest

from mailoscope_core.knowledge.observe import Observer
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.record import events as e
from mailoscope_core.record.events import Entry

VENDORS = load_vendors()
POSTFIX = "mx.example.org ESMTP Postfix"
MICROSOFT = "5.7.3 Authentication unsuccessful [X.INDP287.PROD.OUTLOOK.COM]"


def connected(host: str = "mail.example.in") -> e.Connected:
    return e.Connected(
        host=host,
        address="192.0.2.1",
        port=587,
        local_address="192.0.2.2",
        local_port=4000,
        ms=1.0,
    )


def chain(subject: str, *names: str) -> tuple[e.CertificateFacts, ...]:
    leaf = e.CertificateFacts(
        subject=subject,
        issuer="CN=R3,O=Let's Encrypt,C=US",
        serial="1",
        not_before="2026-01-01T00:00:00Z",
        not_after="2027-01-01T00:00:00Z",
        dns_names=names,
    )
    return (leaf,)


def tls(subject: str, *names: str) -> e.TlsEstablished:
    return e.TlsEstablished(
        version="TLSv1.3", cipher="X", bits=256, verified=True, chain=chain(subject, *names)
    )


def mx(*hosts: str) -> e.NamesFound:
    return e.NamesFound(host="example.in", source="mx", addresses=hosts, ms=1.0)


def said(text: str, step: str, code: int = 220) -> e.ReplyReceived:
    return e.ReplyReceived(code=code, lines=tuple(text.split("\n")), step=step, verb=None)


def vendor_after(*events: object) -> str | None:
    """Return the vendor of a refusal that comes after these events."""
    observer = Observer(VENDORS)
    refusal = said("5.0.0 no", "mail", 550)
    for seq, event in enumerate((*events, refusal)):
        observer.feed(Entry(seq=seq, at=float(seq), attempt=1, event=event))  # type: ignore[arg-type]
    return observer.observations[-1].vendor


@pytest.mark.parametrize(
    ("events", "vendor"),
    [
        ((connected(),), None),
        ((connected("smtp.gmail.com"),), "google"),
        ((connected(), tls("CN=mail.example.in", "mail.example.in")), None),
        ((connected(), tls("CN=secure.emailsrvr.com", "*.emailsrvr.com")), "rackspace"),
        ((connected(), said(POSTFIX, "greeting")), "postfix"),
        ((connected(), said("smtp.sendgrid.net", "ehlo", 250)), "sendgrid"),
        ((mx("aspmx.l.google.com", "alt1.aspmx.l.google.com"), connected("192.0.2.1")), "google"),
        ((mx("10 mx.zoho.in.", "20 mx2.zoho.in."), connected("192.0.2.1")), "zoho"),
        ((mx("mx.zoho.in", "aspmx.l.google.com"), connected("192.0.2.1")), None),
        ((connected(), said(MICROSOFT, "auth", 535)), "microsoft"),
        # names come before words, and services before software
        ((connected("smtp.gmail.com"), said(POSTFIX, "greeting")), "google"),
        ((connected("smtp.gmail.com"), said(MICROSOFT, "auth", 535)), "google"),
        ((connected(), said(POSTFIX, "greeting"), said(MICROSOFT, "auth", 535)), "microsoft"),
        ((connected(), said(MICROSOFT, "auth", 535), said(POSTFIX, "ehlo", 250)), "microsoft"),
        (
            (connected(), said(POSTFIX, "greeting"), tls("CN=x", "mail.protonmail.ch")),
            "proton",
        ),
        ((mx("mx.zoho.in"), connected("mx1.mimecast.com")), "mimecast"),
        # a new connection begins anew
        ((connected("smtp.gmail.com"), e.AttemptStarted(number=2, why="restart")), None),
    ],
)
def test_the_best_evidence_counts(events: tuple[object, ...], vendor: str | None) -> None:
    assert vendor_after(*events) == vendor


def test_a_certificate_that_did_not_verify_still_tells_whose_server_it_is() -> None:
    failed = e.TlsFailed(
        kind="hostname", chain=chain("CN=*.emailsrvr.com"), server_name="mail.example.in"
    )
    observer = Observer(VENDORS)
    for seq, event in enumerate((connected(), failed)):
        observer.feed(Entry(seq=seq, at=float(seq), attempt=1, event=event))
    assert observer.observations[-1].kind == "tls-failed/hostname"
    assert observer.observations[-1].vendor == "rackspace"
