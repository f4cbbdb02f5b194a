"""Vendors are told by host, greeting, EHLO, certificate and replies, and by nothing less."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.presets import load_presets
from mailoscope_core.knowledge.records import VendorRecord
from mailoscope_core.knowledge.vendors import Evidence, Vendors, load_vendors

VENDORS = load_vendors()
MOST_SECONDS = 0.05


@pytest.mark.parametrize(
    ("host", "vendor"),
    [
        ("smtp.gmail.com", "google"),
        ("ASPMX.L.GOOGLE.COM.", "google"),
        ("smtp-relay.gmail.com", "google"),
        ("example-in.mail.protection.outlook.com", "microsoft"),
        ("smtp.office365.com", "microsoft"),
        ("smtp.hve.mx.microsoft", "microsoft"),
        ("mta5.am0.yahoodns.net", "yahoo"),
        ("smtp.mail.yahoo.com", "yahoo"),
        ("mx01.mail.icloud.com", "apple"),
        ("smtp.mail.me.com", "apple"),
        ("email-smtp.ap-south-1.amazonaws.com", "amazon-ses"),
        ("inbound-smtp.us-east-1.amazonaws.com", "amazon-ses"),
        ("smtp.yandex.com", "yandex"),
        ("mx.yandex.ru", "yandex"),
        ("mx.zoho.in", "zoho"),
        ("eu-smtp-inbound-1.mimecast.com", "mimecast"),
        ("mx0a-00123.pphosted.com", "proofpoint"),
        ("mx1-us1.ppe-hosted.com", "proofpoint"),
        ("d12345a.ess.barracudanetworks.com", "barracuda"),
        ("mx1.hc123-45.eu.iphmx.com", "cisco-ironport"),
        ("cluster1.eu.messagelabs.com", "symantec"),
        ("example.in.tmes.trendmicro.com", "trend-micro"),
        ("mx-01-eu-west-1.prod.hydra.sophos.com", "sophos"),
        ("mail.gmx.net", "united-internet"),
        ("mx00.kundenserver.de", "united-internet"),
        ("fwd76.aul.t-online.de", "t-online"),
        ("in1-smtp.messagingengine.com", "fastmail"),
        ("newxmesmtplogicsvrszc5-0.smtp.qq.com", "qq"),
        ("smtp.vip.163.com", "netease"),
        ("mxs.mail.ru", "mail-ru"),
        ("ssl0.ovh.net", "ovh"),
        ("mx1.titan.email", "hostinger"),
        ("secure.emailsrvr.com", "rackspace"),
        ("smtpout.secureserver.net", "godaddy"),
        ("smtp.email.ap-mumbai-1.oci.oraclecloud.com", "oracle"),
        ("smtp.azurecomm.net", "azure-communication"),
        ("route1.mx.cloudflare.net", "cloudflare"),
        ("mxa.mailgun.org", "mailgun"),
    ],
)
def test_a_host_name_tells_its_service(host: str, vendor: str) -> None:
    assert VENDORS.of_host(host) == vendor


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "notgmail.com",
        "gmail.com.example.org",
        "mail.example.org",
        "192.0.2.1",
        "2001:db8::1",
        # machines of customers below a provider's domain are the customers'
        "ec2-192-0-2-1.compute-1.amazonaws.com",
        "static.1.2.0.192.clients.your-server.de",
        "vps-1a2b3c4d.vps.ovh.net",
        "ip-192-0-2-1.ip.secureserver.net",
        "p1234567.dip0.t-ipconnect.de",
        "1.2.0.192.bc.googleusercontent.com",
        "srv12345.hstgr.cloud",
        "smtp.example.mail.ru.example.org",
    ],
)
def test_other_hosts_tell_nothing(host: str) -> None:
    assert VENDORS.of_host(host) is None


@pytest.mark.parametrize(
    ("banner", "vendor"),
    [
        ("220 smtp.gmail.com ESMTP d9443c01a7336-1ff0f6d31f7sm12345 - gsmtp", "google"),
        ("250-smtp.gmail.com at your service, [192.0.2.1]\n250-SIZE 35882577", "google"),
        ("mx.google.com ESMTP x - gsmtp", "google"),
        (
            "220 PN3P287CA0012.outlook.office365.com Microsoft ESMTP MAIL Service ready at Sat, 28",
            "microsoft",
        ),
        (
            "220 DB5EUR01FT012.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready",
            "microsoft",
        ),
        ("220 exch01.example.org Microsoft ESMTP MAIL Service ready at Sat, 28 Nov", "exchange"),
        ("250-exch01.example.org Hello [192.0.2.1]\n250-X-EXPS GSSAPI NTLM", "exchange"),
        ("220 smtp.mail.yahoo.com ESMTP ready", "yahoo"),
        ("250-smtp429.mail.ir2.yahoo.com Hello 7 [192.0.2.1])", "yahoo"),
        ("220 p00-icloudmta-asmtp-us-east-1a-60-percent-7 ESMTP", "apple"),
        ("220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-ABCDEFG xyz", "amazon-ses"),
        ("220 SG ESMTP service ready at ismtpd0013p1las1.sendgrid.net", "sendgrid"),
        ("220 Mailgun Influx ready", "mailgun"),
        ("220 2.0.0 smtp.sparkpostmail.com ESMTP ecelerity 4.2.31.59603 r(Core)", "sparkpost"),
        ("250-b.mta1vsmtp.cc.aws-usw2b.prd.sparkpost says EHLO to 192.0.2.1:4447", "sparkpost"),
        ("220 gmx.net (mrgmx105) Nemesis ESMTP Service ready", "united-internet"),
        ("220 web.de (mrweb105) Nemesis ESMTP Service ready", "united-internet"),
        ("220 newxmesmtplogicsvrszb6-0.qq.com XMail Esmtp QQ Mail Server.", "qq"),
        ("220 163.com Anti-spam GT for Coremail System (163com[20141201])", "netease"),
        ("220 example.edu.cn Anti-spam GT for Coremail System (icmhosting[2017])", "coremail"),
        ("220 mailin28.aul.t-online.de T-Online ESMTP receiver ssmtpd ready.", "t-online"),
        ("220 mx.cloudflare.net Cloudflare Email ESMTP Service ready", "cloudflare"),
        ("220 mx.example.org ESMTP Postfix (Debian/GNU)", "postfix"),
        ("220 mx.example.org ESMTP Exim 4.96 Sat, 28 Nov 2026 10:00:00 +0000", "exim"),
        ("220 mx.example.org ESMTP Sendmail 8.17.1/8.17.1; Sat, 28 Nov 2026", "sendmail"),
        ("220 mx.example.org ESMTP OpenSMTPD", "opensmtpd"),
        ("220 mx.example.org ESMTP Haraka 2.8.27 ready", "haraka"),
        (
            "250-mx.example.org Hello c.example.org [192.0.2.1], Haraka is at your service.",
            "haraka",
        ),
        ("250-mx.example.org you had me at EHLO", "stalwart"),
        ("220 mx.example.org ESMTP MDaemon 20.0.0; Sat, 28 Nov 2026", "mdaemon"),
        ("220 mx.example.org Kerio Connect 9.2.5 ESMTP ready", "kerio"),
        ("220 mx.example.org ESMTP MailEnable Service, Version: 10.43-- ready", "mailenable"),
        ("220 mx.example.org ESMTP CommuniGate Pro 6.2.13", "communigate"),
        ("220 mx.example.org ESMTP Service (HCL Domino Release 12.0) ready", "domino"),
        ("250-mx.example.org Ok.\n250-XVERP=Courier\n250-8BITMIME", "courier"),
        ("220 mailhog.example ESMTP MailHog", "mailhog"),
        ("220 mx.example.org Python SMTP 1.4.4", "aiosmtpd"),
        # the service on whose host other people's software runs is the service
        ("220 mailin012.protonmail.ch ESMTP Postfix", "proton"),
        ("220 mail.smtp2go.com ESMTP Exim 4.96.1-S2G", "smtp2go"),
    ],
)
def test_a_greeting_or_ehlo_reply_tells_its_vendor(banner: str, vendor: str) -> None:
    assert VENDORS.of_banner(banner) == vendor


@pytest.mark.parametrize(
    "banner",
    [
        "",
        "220",
        "220 mx.example.org ESMTP ready",
        "220 ********************************",
        # the client's name stands in an EHLO reply as well
        "250-mx.example.org Hello mail-ed1-f41.google.com [192.0.2.1], pleased to meet you",
        "250-mx.example.org Hello smtp.gmail.com",
        "220 mx.example.org ESMTP; no mail for user@hotmail.com here",
        "220 postfix.example.org ESMTP",
        "220 sendmail-to-go.example.org SMTP",
    ],
)
def test_other_greetings_tell_nothing(banner: str) -> None:
    assert VENDORS.of_banner(banner) is None


@pytest.mark.parametrize(
    ("subject", "issuer", "names", "vendor"),
    [
        ("CN=smtp.gmail.com", "CN=WR2,O=Google Trust Services,C=US", ("smtp.gmail.com",), "google"),
        ("CN=mail.example.in", "CN=R3", ("mail.example.in",), None),
        ("CN=outlook.com,O=Microsoft Corporation", "CN=DigiCert", ("*.outlook.com",), "microsoft"),
        ("CN=secure.emailsrvr.com", "CN=R3", ("*.emailsrvr.com", "example.org"), "rackspace"),
        ("CN=127.0.0.1,OU=Proton Mail,O=Proton AG,C=CH", "CN=127.0.0.1", (), "proton"),
        ("CN=zimbra.example.org", "OU=Zimbra Collaboration Server,O=CA", (), "zimbra"),
        ("CN=Cisco Appliance Demo Certificate,O=Cisco", "CN=Cisco", (), "cisco-ironport"),
        # a public authority serves everybody
        ("CN=mail.example.org", "CN=WR2,O=Google Trust Services,C=US", ("mail.example.org",), None),
        ("CN=mx.example.org", "CN=Amazon RSA 2048 M02,O=Amazon", ("mx.example.org",), None),
        ("CN=mail.example.org", "CN=Microsoft Azure RSA TLS Issuing CA", (), None),
        # names of two vendors tell nothing
        ("CN=shared.example.org", "CN=R3", ("smtp.gmail.com", "smtp.zoho.com"), None),
        ("", "", (), None),
    ],
)
def test_a_certificate_tells_for_whom_it_was_made(
    subject: str, issuer: str, names: tuple[str, ...], vendor: str | None
) -> None:
    assert VENDORS.of_certificate(subject, issuer, names) == vendor


@pytest.mark.parametrize(
    ("reply", "vendor"),
    [
        (
            (
                "535-5.7.8 Username and Password not accepted. For more information, go to\n"
                "535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp"
            ),
            "google",
        ),
        ("550 5.4.5 Daily user sending quota exceeded.", "google"),
        (
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
                "the Tenant. Visit https://aka.ms/smtp_auth_disabled [PN2.INDP287.PROD.OUTLOOK.COM]"
            ),
            "microsoft",
        ),
        (
            (
                "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. "
                "Please contact "
                "your Internet service provider since part of their network is on our "
                "block list (S3140)."
            ),
            "microsoft",
        ),
        ("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", "microsoft"),
        (
            (
                "550 5.4.1 Recipient address rejected: Access denied. [DB5EUR01FT012."
                "eop-EUR01.prod.protection.outlook.com 2026-11-28T10:00:00Z]"
            ),
            "microsoft",
        ),
        (
            (
                "553 5.7.2 [TSS09] All messages from 192.0.2.25 will be permanently deferred; see "
                "https://postmaster.yahooinc.com/error-codes"
            ),
            "yahoo",
        ),
        (
            "550 5.7.1 Your message was rejected. See https://support.apple.com/en-us/HT204137",
            "apple",
        ),
        ("554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc", "yandex"),
        ("550 Blocked. https://community.mimecast.com/docs/DOC-1369#550 [a1b2.uk12]", "mimecast"),
        (
            "554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation",
            "barracuda",
        ),
        ("550 #5.1.0 Address rejected.", "cisco-ironport"),
        ("554 IP=192.0.2.1 - A problem occurred. Contact tosa@rx.t-online.de (BL)", "t-online"),
        ("554 For explanation visit https://postmaster.1und1.de/de/case?c=hi", "united-internet"),
        ("550 From: Domain is invalid. Provide a valid From: IB506", "godaddy"),
        ("550 Mailbox not found. http://service.exmail.qq.com/cgi-bin/help?id=1", "qq"),
        ("554 DT:SPM 163 smtp. see http://mail.163.com/help/help_spam_16.htm?ip=1", "netease"),
        ("554 xx.comcast.net Comcast block. http://postmaster.comcast.net/x#BL000000", "comcast"),
        ("571 5.7.1 Message refused, DMARC verification Failed. LPN007_517", "orange"),
        (
            (
                "554 Message rejected: Email address is not verified. The following "
                "identities failed the check in region AP-SOUTH-1: a@example.in"
            ),
            "amazon-ses",
        ),
        ("451 Authentication failed: Maximum credits exceeded", "sendgrid"),
        ("550 5.7.1 <a@example.org>: Recipient address rejected: Access denied", "postfix"),
        (
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            "postfix",
        ),
        ("550 5.1.1 <a@example.org>... User unknown", "sendmail"),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "qmail"),
        ("554 5.7.0 Reject, id=09876-39 - spam", "amavis"),
        # who speaks in a log or a bounce is the host that it names
        ("status=bounced (host mx.zoho.in[192.0.2.1] said: 550 5.1.1 User unknown)", "zoho"),
        (
            "relay=eu-smtp-inbound-1.mimecast.com[192.0.2.1]:25, dsn=5.0.0, status=bounced",
            "mimecast",
        ),
        ("Remote-MTA: dns; gmail-smtp-in.l.google.com\nDiagnostic-Code: smtp; 550 5.1.1", "google"),
        ("** a@example.org H=mx1.seznam.cz [192.0.2.1]: SMTP error: 550 no", "seznam"),
        ("SMTP connect() to smtp.zoho.eu:465 failed: 535 Authentication Failed", "zoho"),
        ("Error: Invalid login: 535 Login Fail at smtp.exmail.qq.com", "qq"),
        ("S: 220 mx.example.org ESMTP Exim 4.96 Sat\nC: EHLO x\nS: 550 no", "exim"),
    ],
)
def test_a_reply_or_what_holds_one_tells_its_vendor(reply: str, vendor: str) -> None:
    assert VENDORS.of_reply(reply) == vendor


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "550 no",
        "550 5.1.1 <user@hotmail.com> recipient rejected",
        "550 5.1.1 user@outlook.com is unknown here",
        "550 <someone@yandex.ru> not accepted",
        "550 5.1.1 asha@gmail.com: no such user, said mail.example.org",
        "550 5.7.1 mail from user@zoho.com refused",
        "mail(): sh: 1: /usr/sbin/sendmail: not found",
        "PHP Warning: mail(): Could not execute mail delivery program 'sendmail -t -i'",
        "Could not instantiate mail function; is postfix installed?",
        "Received: by smtp.gmail.com with ESMTPSA id x",
        "Received: from mail-sor-f41.google.com (mail-sor-f41.google.com [192.0.2.1])",
        "554 5.7.1 <mail-db5eur01lp2050.outbound.protection.outlook.com[192.0.2.1]>: blocked",
        "550 Client host mail-ed1-f41.google.com[192.0.2.1] is listed",
        "452 temporarily deferred, 220 messages waiting",
        "The library is 5.7.1 years old and 550 #pages long",
        "IB506 is a flight from Madrid",
    ],
)
def test_other_texts_tell_nothing(reply: str) -> None:
    assert VENDORS.of_reply(reply) is None


@pytest.mark.parametrize(
    ("vendor", "code", "enhanced", "reply"),
    [
        (
            "google",
            534,
            "5.7.9",
            (
                "534-5.7.9 Application-specific password required. Learn more at\n"
                "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp"
            ),
        ),
        (
            "google",
            534,
            "5.7.14",
            (
                "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via "
                "your web browser and then try again.\n534 5.7.14 x - gsmtp"
            ),
        ),
        ("google", 550, "5.4.5", "550 5.4.5 Daily user sending limit exceeded. x - gsmtp"),
        (
            "microsoft",
            550,
            "5.4.1",
            (
                "550 5.4.1 Recipient address rejected: Access denied. "
                "[AM1EUR01FT012.eop-EUR01.prod.protection.outlook.com]"
            ),
        ),
        (
            "microsoft",
            550,
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        ("microsoft", 535, "5.7.3", "535 5.7.3 Authentication unsuccessful"),
        (
            "microsoft",
            530,
            "5.7.57",
            "530 5.7.57 Client not authenticated to send mail. [PN1.INDP287.PROD.OUTLOOK.COM]",
        ),
        (
            "yahoo",
            554,
            "5.7.9",
            (
                "554 5.7.9 Message not accepted for policy reasons. See "
                "https://postmaster.yahooinc.com/error-codes"
            ),
        ),
    ],
)
def test_a_code_that_means_something_else_there_gets_the_vendors_record(
    vendor: str, code: int, enhanced: str, reply: str
) -> None:
    found = VENDORS.of_reply(reply)
    assert found == vendor
    answer = load_catalogue().explain_code(code, enhanced, found)
    assert answer.level == "vendor"
    assert answer.record is not None
    assert answer.record.vendor == vendor


def test_every_vendor_with_meanings_of_its_own_can_be_recognised() -> None:
    ids = {record.id.removeprefix("vendor.") for record in VENDORS.records}
    with_meanings = {each.vendor for each in load_catalogue().records() if each.vendor}
    assert with_meanings <= ids


def test_each_provider_is_recognised_by_its_own_hosts() -> None:
    for preset in load_presets():
        if preset.vendor and preset.host != "127.0.0.1":
            found = {VENDORS.of_host(each.host) for each in preset.endpoints}
            assert found == {preset.vendor}, preset.id


def test_a_service_weighs_more_than_software() -> None:
    assert VENDORS.weight("google", Evidence.REPLY) is Evidence.REPLY
    assert VENDORS.weight("postfix", Evidence.GREETING) is Evidence.SOFTWARE_GREETING
    assert VENDORS.weight("postfix", Evidence.REPLY) is Evidence.SOFTWARE_REPLY
    assert Evidence.REPLY < Evidence.SOFTWARE_GREETING


def test_signs_are_specific() -> None:
    """No sign is so short or so common that it stands in another vendor's signs."""
    signs: dict[str, str] = {}
    for record in VENDORS.records:
        vendor = record.id.removeprefix("vendor.")
        for sign in (*record.banner, *record.ehlo, *record.certificate):
            assert len(sign) >= 5, (vendor, sign)
            signs[sign] = vendor
        for sign in record.reply:
            literal = sign if isinstance(sign, str) else sign.literal
            if isinstance(sign, str):
                assert len(literal) >= 7, (vendor, literal)
                signs[literal] = vendor
            else:
                assert sign.regex, (vendor, literal)
    for sign, vendor in signs.items():
        assert sign == sign.lower()
        for other, owner in signs.items():
            assert owner == vendor or sign not in other, (sign, vendor, other, owner)


def test_there_are_enough_and_ids_are_unique() -> None:
    assert len(VENDORS.records) >= 60
    assert max(Counter(record.id for record in VENDORS.records).values()) == 1
    endings = Counter(ending for record in VENDORS.records for ending in record.hosts)
    assert max(endings.values()) == 1


def test_a_wrong_sign_is_an_error_of_the_data() -> None:
    broken = VendorRecord(id="vendor.x", name="X", hosts=("x.example",))
    assert Vendors((broken,)).of_host("mx.x.example") == "x"
    with pytest.raises(UserError):
        load_vendors(_Nowhere())


class _Nowhere:
    """A folder without files."""

    name = "nowhere"

    def joinpath(self, *_names: str) -> _Nowhere:
        return self

    def read_bytes(self) -> bytes:
        raise FileNotFoundError


@given(st.text(max_size=400))
def test_nothing_raises(text: str) -> None:
    for answer in (
        VENDORS.of_reply(text),
        VENDORS.of_banner(text),
        VENDORS.of_host(text),
        VENDORS.of_certificate(text, text, (text,)),
    ):
        assert answer is None or isinstance(answer, str)


@pytest.mark.parametrize(
    "seed",
    [
        "host ",
        "host a.b [",
        "smtp.",
        "smtp-smtp.a.",
        "a.b.",
        "220 ",
        "<a@b>... ",
        "550 #5.1.1 ",
        "resolver.",
        ":25",
        "a.b:25 ",
        "aup#",
        " ib",
        "h=a.b [",
        "relay=a.b[",
        "1.a-",
        "id=",
        "\u0130",
        "remote-mta: dns; a",
        "[tss",
        ".prod.outlook.com",
        "is on our block list (",
        "x",
    ],
)
def test_no_text_takes_long(seed: str) -> None:
    text = (seed * 65536)[:65536]
    took = []
    for _ in range(3):  # the first run may have to warm up
        began = time.thread_time()
        VENDORS.of_reply(text)
        VENDORS.of_banner(text)
        took.append(time.thread_time() - began)
    assert min(took) < MOST_SECONDS
