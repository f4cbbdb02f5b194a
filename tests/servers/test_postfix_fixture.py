"""The Postfix of the tests does what its description says, probed with smtplib."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.servers.certificates import LabCertificates
from tests.servers.greylist import Greylist
from tests.servers.postfix import REFUSED_RECIPIENTS, Postfix, running_postfix
from tests.servers.process import accepts
from tests.servers.smtp_sink import SmtpSink, running_smtp_sink

pytestmark = pytest.mark.servers


@pytest.fixture
def trusting(lab_certificates: LabCertificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(lab_certificates.ca_file))


@pytest.fixture
def mx(postfix: Postfix) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(postfix.host, postfix.smtp, "probe.lab.test", timeout=10) as client:
        client.ehlo()
        yield client


def test_the_mx_offers_tls_but_no_log_in(mx: smtplib.SMTP) -> None:
    assert mx.has_extn("starttls")
    assert not mx.has_extn("auth")


def test_the_mx_denies_relay(mx: smtplib.SMTP) -> None:
    mx.mail("probe@example.com")
    code, text = mx.rcpt("someone@example.org")
    assert (code, b"Relay access denied" in text) == (554, True)


@pytest.mark.parametrize("recipient", REFUSED_RECIPIENTS)
def test_recipients_that_are_refused(mx: smtplib.SMTP, recipient: str) -> None:
    mx.mail("probe@example.com")
    code, text = mx.rcpt(recipient)
    words = REFUSED_RECIPIENTS[recipient]
    assert str(code) == words[:3]
    assert words.split(" ", 2)[2] in text.decode()


def test_mail_arrives(mx: smtplib.SMTP, postfix: Postfix) -> None:
    mark = uuid.uuid4().hex
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "bob@lab.test", mark
    message.set_content("arrives")
    assert mx.send_message(message) == {}

    def arrived() -> bool:
        return any(mark in path.read_text() for path in postfix.delivered("bob"))

    postfix.wait_until(arrived, "delivery")


def test_submission_wants_tls_first(postfix: Postfix, trusting: ssl.SSLContext) -> None:
    with smtplib.SMTP(postfix.host, postfix.submission, "probe.lab.test", timeout=10) as client:
        client.ehlo()
        assert client.mail("alice@lab.test")[0] == 530
        client.starttls(context=trusting)
        client.ehlo()
        assert client.mail("alice@lab.test")[0] == 250
        assert client.rcpt("bob@lab.test")[0] == 554, "no relay without a log-in"
        client.rset()
        mechanisms = set(client.esmtp_features["auth"].split())
        assert {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"} <= mechanisms
        assert client.login(postfix.user, postfix.password)[0] == 235
        assert client.mail("alice@lab.test")[0] == 250
        assert client.rcpt("someone@example.org")[0] == 250


def test_a_wrong_password_is_refused(postfix: Postfix, trusting: ssl.SSLContext) -> None:
    with smtplib.SMTP(postfix.host, postfix.submission, "probe.lab.test", timeout=10) as client:
        client.starttls(context=trusting)
        with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
            client.login(postfix.user, "wrong")
    assert refusal.value.smtp_code == 535


def test_implicit_tls(postfix: Postfix, trusting: ssl.SSLContext) -> None:
    with smtplib.SMTP_SSL(
        postfix.host, postfix.smtps, "probe.lab.test", timeout=10, context=trusting
    ) as client:
        assert client.login(postfix.user, postfix.password)[0] == 235


def test_greylisting_clears_when_told(postfix: Postfix, greylist: Greylist) -> None:
    with smtplib.SMTP(postfix.host, postfix.grey, "probe.lab.test", timeout=10) as client:
        client.ehlo()
        client.mail("probe@example.com")
        assert client.rcpt("alice@lab.test")[0] == 450
        assert client.rcpt("alice@lab.test")[0] == 450, "not before the time is over"
        greylist.release()
        assert client.rcpt("alice@lab.test")[0] == 250


def test_an_expired_certificate(
    lab_certificates: LabCertificates, trusting: ssl.SSLContext
) -> None:
    with running_postfix(lab_certificates, "expired") as postfix:
        with smtplib.SMTP(postfix.host, postfix.smtp, "probe.lab.test", timeout=10) as client:
            with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
                client.starttls(context=trusting)
        port = postfix.smtp
    assert not accepts(port), "it is gone when the context is left"


def test_the_sink_takes_mail(smtp_sink: SmtpSink) -> None:
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, "probe.lab.test", timeout=10) as client:
        assert client.sendmail("a@lab.test", ["b@lab.test"], b"Subject: x\r\n\r\nbody\r\n") == {}


def test_the_sink_hangs_up_on_demand() -> None:
    with running_smtp_sink("-Q", "rcpt") as sink:
        with smtplib.SMTP(sink.host, sink.port, "probe.lab.test", timeout=10) as client:
            client.ehlo()
            client.mail("a@lab.test")
            assert client.rcpt("b@lab.test")[0] == 421
