"""Pseudonyms: consistent, complete in every format, and honest about what they replace."""

from __future__ import annotations

import base64
import datetime
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.record.events import (
    EhloNameChosen,
    EnvironmentNoted,
    Header,
    LineSent,
    LoginTried,
    PlanChanged,
    ReplyReceived,
    StepRecord,
    Surprise,
    UnknownEvent,
)
from mailoscope_core.report.document import build_document
from mailoscope_core.report.exporters import exporters
from mailoscope_core.report.identifiers import (
    ip_of,
    is_host,
    pattern_for,
    registered_domain,
    spellings,
)
from mailoscope_core.report.pseudonymise import CHALLENGE, WITHHELD, Pseudonymised, pseudonymise
from mailoscope_core.report.pseudonyms import Pseudonyms
from mailoscope_core.report.views import fold_views
from tests.core.log_builder import LOGIN_PLAN, SITUATIONS, BuiltSession, LogBuilder

ORIGINALS = (
    "corp-a",
    "far.test",
    "asha",
    "bela",
    "nobody@",
    "laptop",
    "office.test",
    "198.51.100.7",
    "203.0.113.50",
    "10.1.2.3",
    "abc.123",
    "Corp A Works",
    "Pune",
    "0a1b2c",
    "ABABAB",
)
NOW = datetime.datetime(2026, 11, 23, 21, 30, tzinfo=datetime.UTC)


def of_text(text: str, *learnt: str) -> str:
    names = Pseudonyms()
    for name in learnt:
        names.learn("address" if "@" in name else "host", name)
    return names.text(text)


def everything(session: Pseudonymised) -> str:
    """All formats of the report, and the entries themselves."""
    texts = Texts()
    document = build_document(
        session.header, session.entries, session.findings, texts, now=NOW, pseudonyms=True
    )
    reports = [export(document, texts) for export in exporters().values()]
    return "\n".join((*reports, repr(session.header), repr(session.entries)))


@pytest.mark.parametrize("name", [name for name in SITUATIONS if name != "hostile_server"])
def test_no_original_survives_in_any_format(name: str) -> None:
    built = SITUATIONS[name]()
    findings = diagnose(built.entries, built.header)
    text = everything(pseudonymise(built.header, built.entries, findings)).casefold()
    assert [original for original in ORIGINALS if original.casefold() in text] == []
    assert "host1.domain1.example" in text


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_session_stays_the_same_but_for_names(name: str) -> None:
    built = SITUATIONS[name]()
    made = pseudonymise(built.header, built.entries)
    assert [entry.event.__class__ for entry in made.entries] == [
        entry.event.__class__ for entry in built.entries
    ]
    before = fold_views(built.entries, (), Texts())
    after = fold_views(made.entries, (), Texts())
    assert [rung.state for rung in after.ladder] == [rung.state for rung in before.ladder]
    assert [rung.code for rung in after.ladder] == [rung.code for rung in before.ladder]
    assert after.summary.kind == before.summary.kind
    assert len(after.transcript) == len(before.transcript)


LABEL = st.from_regex(r"[a-z][a-z0-9]{4,9}", fullmatch=True).map(lambda text: f"zq{text}")
HOSTS = st.builds(lambda a, b: f"{a}.{b}.test", LABEL, LABEL)
ADDRESSES = st.builds(lambda a, b: f"{a}@{b}", LABEL, HOSTS)
IPS = st.one_of(
    st.ip_addresses(v=4, network="198.18.128.0/17"), st.ip_addresses(v=6, network="2a00::/16")
).map(str)
FRAMES = st.sampled_from(
    [
        "{}",
        "<{}>",
        "[{}]",
        "({})",
        "550 5.7.1 <{}>: refused",
        "see https://help.invalid/?q={}&x=1",
        "a={}; b",
        '"{}"',
        "{}, and {}",
        "rejected: {}.",
    ]
)


@settings(max_examples=40)  # each makes four reports
@given(
    host=HOSTS,
    address=ADDRESSES,
    ip=IPS,
    name=LABEL,
    frames=st.lists(FRAMES, min_size=4, max_size=4),
    upper=st.booleans(),
)
def test_whatever_the_server_says_about_us_is_replaced(
    host: str, address: str, ip: str, name: str, frames: list[str], upper: bool
) -> None:
    originals = (host, address, ip, name)
    said = [
        frame.format(*[original] * 2) for frame, original in zip(frames, originals, strict=True)
    ]
    if upper:
        said = [line.upper() for line in said]
    log = LogBuilder(host=host, user=address, sender=address).begin(*LOGIN_PLAN)
    log.add(EhloNameChosen(name=name, why="profile"))
    log.send("ehlo", "ehlo", f"EHLO {name}").reply("ehlo", "ehlo", 550, *said)
    log.add(Surprise(rule="sasl-error-detail", params={"detail": " ".join(said)}))
    log.add(UnknownEvent(raw=json.dumps({"type": "new", "text": address})))
    made = pseudonymise(log.header, log.entries)
    text = everything(made).casefold()
    local, _, domain = address.partition("@")
    for original in (*originals, local, domain):
        assert original.casefold() not in text
    assert {replacement.original for replacement in made.replacements} >= {host, address}


def test_the_same_name_always_becomes_the_same_one() -> None:
    names = Pseudonyms()
    first = names.text("asha@mail.corp.test via mail.corp.test (203.0.113.9)")
    assert first == "user1@host1.domain1.example via host1.domain1.example (192.0.2.1)"
    assert names.text("Asha@MAIL.corp.test") == "user1@host1.domain1.example"
    assert names.text("smtp.corp.test, corp.test") == "host2.domain1.example, domain1.example"
    counts = {each.original: each.count for each in names.replacements}
    assert counts["asha@mail.corp.test"] == 2


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        (
            "MAIL FROM:<a.b@c.test> AUTH=<x@c.test>",
            "MAIL FROM:<user1@domain1.example> AUTH=<user2@domain1.example>",
        ),
        ("ORCPT=rfc822;bob@c.test", "ORCPT=rfc822;user1@domain1.example"),
        ("AUTH=bob@c.test ok", "AUTH=user1@domain1.example ok"),
        ("?e=bob%40c.test&r=1", "?e=user1%40domain1.example&r=1"),
        ("55.2.0.192.zen.blocklist.test", "host1.domain1.example"),
        ("ec2-198-51-100-9.cloud.test", "host1.domain1.example"),
        ("[IPv6:2001:4860::8]", "[IPv6:2001:db8::1]"),
        ("from fe80::1%eth0: refused", "from 2001:db8::1: refused"),
        ("version 5.7.1 at 12:30:45", "version 5.7.1 at 12:30:45"),
        ("TLSv1.3, OpenSSL 3.0.15", "TLSv1.3, OpenSSL 3.0.15"),
        ("denied.Please wait", "denied.Please wait"),
        ("/session/link.py:33", "/session/link.py:33"),
        ("/etc/live/mail.c.test/chain.pem", "/etc/live/host1.domain1.example/chain.pem"),
        ("/home/asha/ca.pem", "/home/folder1/ca.pem"),
        ("C:\\Users\\Asha\\ca.pem", "C:\\Users\\folder1\\ca.pem"),
        ("no_proxy=.c.test,localhost", "no_proxy=.domain1.example,localhost"),
        ("127.0.0.1 and ::1 stay", "127.0.0.1 and ::1 stay"),
        ("कर@उदाहरण.भारत", "user1@domain1.example"),
        ("", ""),
    ],
)
def test_forms_of_names(text: str, replaced: str) -> None:
    assert of_text(text) == replaced


def test_learnt_names_are_found_in_their_other_spellings() -> None:
    learnt = "bob@xn--bcher-kva.test"
    for form in ("bob@bücher.test", "bob=xn--bcher-kva.test", "bob%40xn--bcher-kva.test"):
        assert "bcher" not in of_text(f"for {form}!", learnt)
        assert "bücher" not in of_text(f"for {form}!", learnt)
    assert of_text("user bob unknown", "bob@c.test") == "user user1 unknown"
    assert of_text("bobsled", "bob@c.test") == "bobsled"


def test_words_of_the_protocol_stay_even_if_a_machine_is_called_like_them() -> None:
    names = LogBuilder(user="mail").begin(*LOGIN_PLAN)
    names.add(EhloNameChosen(name="mail", why="profile"))
    names.send("ehlo", "ehlo", "EHLO mail").send("mail", "mail", "MAIL FROM:<>")
    names.add(LoginTried(mechanism="PLAIN", user="mail", outcome="refused"))
    made = pseudonymise(names.header, names.entries)
    sent = [entry.event.text for entry in made.entries if isinstance(entry.event, LineSent)]
    assert sent[1] == "MAIL FROM:<>"
    assert re.fullmatch(r"EHLO host\d", sent[0])
    assert made.header.settings["user"] == "user1"


def test_providers_may_stay_recognisable_their_customers_not() -> None:
    names = Pseudonyms(keep=("smtp.provider.test", "provider.test"))
    text = "asha@provider.test at smtp.provider.test, corp-x.mail.provider.test"
    assert names.text(text) == "user1@provider.test at smtp.provider.test, host1.domain1.example"


def test_challenges_and_base64_that_name_somebody_are_withheld() -> None:
    hidden = base64.b64encode(b"<17.42@mail.corp-a.test>").decode()
    log = LogBuilder().begin(*LOGIN_PLAN)
    log.reply("auth", "auth", 334, hidden).reply("auth", "auth", 334, "VXNlcm5hbWU6")
    log.reply("auth", "auth", 535, f"token {hidden} is bad")
    replies = [
        entry.event
        for entry in pseudonymise(log.header, log.entries).entries
        if isinstance(entry.event, ReplyReceived)
    ]
    assert [reply.lines for reply in replies] == [
        (CHALLENGE,),
        ("VXNlcm5hbWU6",),
        (f"token {WITHHELD} is bad",),
    ]
    assert not [reply for reply in replies if hidden in reply.raw]


def test_raw_bytes_keep_their_form() -> None:
    log = LogBuilder().begin(*LOGIN_PLAN)
    raw = "250-grüße mail.corp-a.test\r\n250 \xff mail.corp-a.test\r\n"
    wire = raw.replace("\xff", "").encode().decode("latin-1")
    log.add(ReplyReceived(code=250, lines=("x",), raw=wire + "250 \xff mail.corp-a.test\n"))
    made = pseudonymise(log.header, log.entries).entries[-1].event
    assert isinstance(made, ReplyReceived)
    assert made.raw.count("host1.domain1.example") == 3
    assert made.raw.endswith("250 \xff host1.domain1.example\n")


def test_free_words_of_the_user_are_left_out() -> None:
    built = SITUATIONS["login_accepted"]()
    assert built.header.title == "Asha's work mail"
    assert pseudonymise(built.header, built.entries).header.title == "host1.domain1.example"


def test_a_proxy_is_a_host() -> None:
    log = LogBuilder()
    log.add(EnvironmentNoted(facts={"proxy": "https_proxy=http://gatekeeper:3128"}))
    log.add(Surprise(rule="x", params={"text": "refused by gatekeeper now"}))
    made = pseudonymise(log.header, log.entries)
    assert "gatekeeper" not in repr(made.entries)


def test_lines_of_the_plan_keep_their_verbs() -> None:
    log = LogBuilder()
    steps = (
        StepRecord(id="a", kind="rcpt", line="RCPT TO:<asha@corp-a.test>"),
        StepRecord(id="b", kind="dns"),
    )
    log.add(PlanChanged(revision=1, reason="initial", steps=steps))
    event = pseudonymise(log.header, log.entries).entries[0].event
    assert isinstance(event, PlanChanged)
    assert [step.line for step in event.steps] == ["RCPT TO:<user1@domain1.example>", None]


def test_a_header_alone_can_be_pseudonymised() -> None:
    header = Header(schema=1, session="s", started="t", app="a", change={"host": "x.corp.test"})
    made = pseudonymise(header, ())
    assert made.header.change == {"host": "host1.domain1.example"}
    assert made.entries == ()


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    assert isinstance(of_text(text, "asha@corp.test"), str)


@pytest.mark.parametrize(
    "text", ["a" * 65536, "a-" * 32768, "a." * 32768, "1:" * 32768, "@" * 65536]
)
def test_long_text_does_not_stall(text: str) -> None:
    assert of_text(text)


def test_identifiers() -> None:
    assert registered_domain("a.b.co.uk") == "b.co.uk"
    assert registered_domain("a.b.test") == "b.test"
    assert is_host("mail.test")
    assert not is_host("wait.Please")
    assert ip_of("fe80::1%eth0") is not None
    assert ip_of("1.2.3") is None
    assert "bob%40c.test" in spellings("bob@c.test")
    assert re.compile(pattern_for(())).search("no names here") is None


def test_many_addresses_stay_within_those_for_documentation() -> None:
    names = Pseudonyms()
    made = {names.text(f"10.0.{number // 250}.{number % 250 + 1}") for number in range(800)}
    assert len(made) == 800
    assert all(ip.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "198.18.")) for ip in made)


def test_built_sessions_are_what_the_product_writes() -> None:
    built: BuiltSession = SITUATIONS["message_accepted"]()
    assert [entry.seq for entry in built.entries] == list(range(len(built.entries)))
