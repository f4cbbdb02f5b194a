"""Composing: what was written is what a mail program reads, and nothing can be smuggled in."""

from __future__ import annotations

import datetime
import email
import email.policy
import os
import re
import socket
import string
from email.message import EmailMessage, MIMEPart
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.message import header_writer, mailboxes, mime
from mailoscope_core.message.compose import TEST_HEADER, Draft, compose
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.spool import Spool

WHEN = datetime.datetime(
    2026, 11, 23, 10, 15, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))
)
ALICE = Draft("Alice <alice@lab.test>", ("bob@lab.test",), subject="Test", text="Hello\n")

# What a person can type on one line; control characters are refused, see below.
line = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from('आशा देवी =?_"\\,'),
    max_size=120,
)
body = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=300)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def read(message: PreparedMessage) -> EmailMessage:
    raw = message.path.read_bytes()
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(part: MIMEPart | None) -> str:
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@given(line)
@example("यह एक " * 30)
@example("=?utf-8?q?not_encoded?=")
@example("two  blanks and a very" + "long" * 30 + "word")
def test_a_subject_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, subject: str
) -> None:
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        message = compose(Draft("a@lab.test", subject=subject), spool)
        raw = message.path.read_bytes()
        assert message.subject == subject.strip()
        assert (
            str(
                email.header.make_header(
                    email.header.decode_header(email.message_from_bytes(raw).get("Subject", ""))
                )
            )
            == subject.strip()
        )
        assert max(map(len, raw.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
        assert raw.isascii()


@given(line.filter(lambda name: not set(name) & set('<>()[]:;@\\",')), st.booleans())
@example("आशा देवी " * 12, False)
@example("O'Neill Jr.", False)
def test_a_display_name_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str, quoted: bool
) -> None:
    typed = f'"{name}, x" <a@lab.test>' if quoted else f"{name} <a@lab.test>"
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        message = compose(Draft(typed, (typed, "b@lab.test")), spool)
        assert message.sender == "a@lab.test"
        assert message.recipients == ("a@lab.test", "b@lab.test")
        assert message.path.read_bytes().isascii()
        written = email.message_from_bytes(message.path.read_bytes())["From"]
        shown, address = email.utils.parseaddr(written)
        decoded = str(email.header.make_header(email.header.decode_header(shown)))
        assert address == "a@lab.test"
        expected = f"{name}, x" if quoted else name
        assert " ".join(decoded.split()) == " ".join(expected.split())


@given(body, st.booleans())
@example("x" * 2000, False)
@example(".\n..\n.x\n", False)
def test_a_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, text: str, eight_bit: bool
) -> None:
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        message = compose(Draft("a@lab.test", text=text, eight_bit=eight_bit), spool)
        content, _, footer = text_of(read(message)).rpartition("-- \n")
        assert content.rstrip() == text.rstrip()
        assert "Mailoscope" in footer
        assert message.longest_line <= 998
        assert message.lines_changed == message.bare_lf == message.bare_cr == 0
        if not eight_bit:
            assert not message.needs_8bit
        assert [each.rule for each in message.findings if each.level == "error"] == []


def test_a_message_says_what_it_is(spool: Spool) -> None:
    message = read(compose(ALICE, spool))
    assert message[TEST_HEADER].startswith("yes; made with Mailoscope ")
    assert "test message made with Mailoscope" in text_of(message)
    assert "sent by alice@lab.test" in text_of(message)


def test_date_and_message_id_can_be_given(spool: Spool) -> None:
    draft = Draft("a@lab.test", date=WHEN, message_id="<id-1@lab.test>")
    message = compose(draft, spool)
    assert message.message_id == "<id-1@lab.test>"
    assert read(message)["Date"] == "Mon, 23 Nov 2026 10:15:00 +0530"


def test_date_and_message_id_are_chosen_without_a_look_up(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocking(*_: object) -> str:
        raise AssertionError("asked the resolver")

    monkeypatch.setattr(socket, "getfqdn", blocking)
    monkeypatch.setattr(socket, "gethostname", blocking)
    first, second = compose(ALICE, spool), compose(ALICE, spool)
    assert first.message_id != second.message_id
    assert re.fullmatch(r"<[0-9a-f-]{36}@lab\.test>", first.message_id)
    assert first.findings == ()


def test_text_and_html(spool: Spool) -> None:
    page = "<html><body><p>Hello &amp; नमस्ते</p></body></html>"
    message = read(compose(Draft("a@lab.test", text="Hello", html=page), spool))
    assert message.get_content_type() == "multipart/alternative"
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert text_of(plain).startswith("Hello\n")
    assert "<p>Hello &amp; नमस्ते</p>" in text_of(rich)
    assert text_of(rich).rstrip().endswith("</p>\n</body></html>")
    assert "Mailoscope" in text_of(rich)
    assert [part["MIME-Version"] for part in message.iter_parts()] == [None, None]


def test_html_alone(spool: Spool) -> None:
    message = read(compose(Draft("Alice & <a@lab.test>", html="<p>Hi"), spool))
    assert message.get_content_type() == "text/html"
    assert "Mailoscope" in text_of(message)


@given(st.binary(max_size=400), st.binary(max_size=3))
def test_an_attachment_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, other: bytes
) -> None:
    folder = tmp_path_factory.mktemp("files")
    first, second = folder / "रिपोर्ट 1.pdf", folder / "b.eml"
    first.write_bytes(content)
    second.write_bytes(other)
    with Spool(folder / "spool") as spool:
        draft = Draft("a@lab.test", text="See there", attachments=(first, second))
        message = compose(draft, spool)
        assert (message.lines_changed, message.needs_8bit) == (0, False)
        parsed = read(message)
        assert parsed.get_content_type() == "multipart/mixed"
        found = [
            (part.get_filename(), part.get_content_type(), part.get_content())
            for part in parsed.iter_attachments()
        ]
        assert found == [
            ("रिपोर्ट 1.pdf", "application/pdf", content),
            ("b.eml", "application/octet-stream", other),
        ]
        assert text_of(parsed.get_body(("plain",))).startswith("See there\n")
        assert not parsed.defects


def test_long_attachments_have_lines_of_76(tmp_path: Path, spool: Spool) -> None:
    file = tmp_path / "data.bin"
    file.write_bytes(os.urandom(500_000))
    message = compose(Draft("a@lab.test", attachments=(file,)), spool)
    [part] = read(message).iter_attachments()
    assert part.get_content() == file.read_bytes()
    encoded = message.path.read_bytes().partition(b"filename=")[2].split(b"\r\n")[2:-3]
    assert {len(each) for each in encoded[:-2]} == {76}


@pytest.mark.parametrize(
    ("file", "code"),
    [("none", "attachment-missing"), ("", "attachment-not-file"), ("a\nb", "header-injection")],
)
def test_attachments_that_cannot_be_attached(
    tmp_path: Path, spool: Spool, file: str, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        compose(Draft("a@lab.test", attachments=(tmp_path / file,)), spool)
    assert caught.value.code == code
    assert "{" not in Texts().error(caught.value)


def test_an_attachment_that_goes_while_it_is_read(tmp_path: Path, spool: Spool) -> None:
    attachment = mime.Attachment("x.bin", lambda: (tmp_path / "gone").open("rb"))
    with pytest.raises(UserError) as caught:
        spool.store(
            mime.mixed_parts(mime.text_part("x", "plain", eight_bit=False), [attachment]), "x"
        )
    assert caught.value.code == "attachment-unreadable"
    assert not list(spool.directory.rglob("*.eml"))


@pytest.mark.parametrize("bad", ["\r", "\n", "\0", "\x0b", "\x1c", "\x7f", "\x85", "\u2028"])
@pytest.mark.parametrize("field", ["From", "To", "Cc", "Subject", "Message-ID"])
def test_nothing_is_smuggled_into_the_header(spool: Spool, field: str, bad: str) -> None:
    text = f"ab{bad}Bcc: victim@lab.test"
    draft = Draft(
        text if field == "From" else "a@lab.test",
        (text,) if field == "To" else (),
        (text,) if field == "Cc" else (),
        subject=text if field == "Subject" else "",
        message_id=text if field == "Message-ID" else "",
    )
    with pytest.raises(UserError) as caught:
        compose(draft, spool)
    assert caught.value.code == "header-injection"
    assert caught.value.params["field"] == field
    assert caught.value.params["position"] == 3
    assert "{" not in Texts().error(caught.value)


@given(st.text(max_size=40), st.text(string.printable, max_size=40))
def test_no_header_field_is_added_by_any_text(
    tmp_path_factory: pytest.TempPathFactory, text: str, printable: str
) -> None:
    expected = {"from", "to", "subject", "date", "message-id", TEST_HEADER.lower(), "mime-version"}
    expected |= {"content-type", "content-transfer-encoding"}
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        for value in (text, printable):
            for draft in (
                Draft("a@lab.test", subject=value, text="x"),
                Draft(value, text="x"),
                Draft("a@lab.test", (value,), text="x"),
            ):
                try:
                    message = compose(draft, spool)
                except UserError:
                    continue
                names = {
                    name.lower() for name in email.message_from_bytes(message.path.read_bytes())
                }
                assert names <= expected


@pytest.mark.parametrize(
    "address",
    [
        "alice",
        "@lab.test",
        "alice@",
        "a@b@c",
        "a@x, b@y",
        "",
        "<>",
        "a@lab test",
        "a b",
        "a @ lab.test x",
    ],
)
def test_addresses_that_are_none(spool: Spool, address: str) -> None:
    with pytest.raises(UserError) as caught:
        compose(Draft("a@lab.test", (address,)), spool)
    assert caught.value.code == "draft-address"
    assert caught.value.params == {"field": "To", "address": address}


def test_a_sender_is_needed(spool: Spool) -> None:
    with pytest.raises(UserError) as caught:
        compose(Draft(" "), spool)
    assert caught.value.code == "draft-no-sender"


@pytest.mark.parametrize("message_id", ["id", "<id>", "<a b@c>", "<a@b> <c@d>"])
def test_a_message_id_that_is_none(spool: Spool, message_id: str) -> None:
    with pytest.raises(UserError) as caught:
        compose(Draft("a@lab.test", message_id=message_id), spool)
    assert caught.value.code == "draft-message-id"


@pytest.mark.parametrize("field", ["text", "html", "subject"])
def test_half_a_character(spool: Spool, field: str) -> None:
    with pytest.raises(UserError) as caught:
        compose(Draft("a@lab.test", **{field: "ab\ud83d"}), spool)  # type: ignore[arg-type]
    assert caught.value.code == "draft-not-unicode"
    assert caught.value.params["position"] == 3


def test_a_domain_in_another_script_needs_no_smtputf8(spool: Spool) -> None:
    message = compose(Draft("a@उदाहरण.भारत", ("b@lab.test",), text="x"), spool)
    assert message.sender == "a@xn--p1b6ci4b4b3a.xn--h2brj9c"
    assert (message.needs_smtputf8, message.needs_8bit) == (False, False)
    assert message.findings == ()


def test_a_local_part_in_another_script_does(spool: Spool) -> None:
    draft = Draft("आशा देवी <आशा@उदाहरण.भारत>", ("b@lab.test",), text="x", subject="नमस्ते")
    message = compose(draft, spool)
    assert message.needs_smtputf8
    assert [finding.rule for finding in message.findings] == ["header-utf8"]
    assert "<आशा@उदाहरण.भारत>".encode() in message.path.read_bytes()
    assert message.sender == "आशा@उदाहरण.भारत"
    assert message.subject == "नमस्ते"


def test_the_parts_of_a_mailbox() -> None:
    mailbox = mailboxes.read_mailbox("To", '"Doe, Jane" <"jane doe"@lab.test>')
    assert (mailbox.name, mailbox.address) == ("Doe, Jane", '"jane doe"@lab.test')
    written = header_writer.address_field("To", [mailbox, mailboxes.Mailbox("", "b@lab.test")])
    assert written == b'To: "Doe, Jane" <"jane doe"@lab.test>,\r\n b@lab.test\r\n'
