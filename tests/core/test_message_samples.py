"""The ready-made messages and loaded files: each is what it says, each mistake has its sentence."""

from __future__ import annotations

import ast
import email
import email.policy
import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.message import eml
from mailoscope_core.message import samples as module
from mailoscope_core.message.compose import TEST_HEADER, Draft
from mailoscope_core.message.eml import load_eml
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.samples import MEGABYTE, list_samples, make_sample
from mailoscope_core.message.spool import Spool
from tests.checkout import ROOT, files

DRAFT = Draft("alice@lab.test", ("bob@lab.test",))
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def rules(message: PreparedMessage) -> list[str]:
    return [finding.rule for finding in message.findings]


def read(message: PreparedMessage) -> EmailMessage:
    raw = message.path.read_bytes()
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_all_that_were_promised() -> None:
    assert [sample.id for sample in list_samples()] == [
        "plain",
        "hindi",
        "html",
        "leading-dots",
        "long-lines",
        "eight-bit",
        "bare-lf",
        "large",
        "gtube",
        "eicar",
    ]
    assert all(sample.title and sample.text for sample in list_samples())
    assert [sample.id for sample in list_samples() if sample.takes_size] == ["large"]
    assert [sample.id for sample in list_samples() if sample.as_is] == ["bare-lf"]
    assert [sample.warning for sample in list_samples() if sample.warning] == ["gtube", "eicar"]


@pytest.mark.parametrize("sample", [sample.id for sample in list_samples()])
def test_each_says_that_it_is_a_test(spool: Spool, sample: str) -> None:
    name = "large:1" if sample == "large" else sample
    message = make_sample(name, spool, DRAFT)
    assert message.source == f"sample:{sample}"
    assert message.sender == "alice@lab.test"
    assert message.recipients == ("bob@lab.test",)
    parsed = read(message)
    assert parsed[TEST_HEADER]
    body = parsed.get_body(("plain", "html"))
    assert body is not None
    assert "test message made with Mailoscope" in str(body.get_content())


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("plain", []),
        ("hindi", []),
        ("html", []),
        ("leading-dots", []),
        ("long-lines", ["line-too-long"]),
        ("eight-bit", ["eight-bit"]),
        ("bare-lf", ["as-is", "bare-lf"]),
        ("large:1", []),
        ("gtube", []),
        ("eicar", []),
    ],
)
def test_each_breaks_the_rule_it_is_for_and_no_other(
    spool: Spool, sample: str, expected: list[str]
) -> None:
    message = make_sample(sample, spool, DRAFT)
    assert rules(message) == expected
    assert message.needs_8bit is (sample == "eight-bit")
    assert message.lines_changed == 0


def test_plain_is_plain(spool: Spool) -> None:
    message = make_sample("plain", spool, DRAFT)
    assert read(message)["Content-Transfer-Encoding"] == "7bit"


def test_hindi_is_hindi(spool: Spool) -> None:
    message = make_sample("hindi", spool, DRAFT)
    assert message.subject == "मेलोस्कोप का परीक्षण संदेश"
    assert "नमस्ते" in str(read(message).get_content())
    assert message.path.read_bytes().isascii()


def test_html_is_both(spool: Spool) -> None:
    assert read(make_sample("html", spool, DRAFT)).get_content_type() == "multipart/alternative"


def test_dots_lead(spool: Spool) -> None:
    raw = make_sample("leading-dots", spool, DRAFT).path.read_bytes()
    lines = raw.split(b"\r\n")
    at = lines.index(b".")
    assert [len(each) - len(each.lstrip(b".")) for each in lines[at : at + 7]] == [
        1,
        2,
        3,
        1,
        2,
        0,
        1,
    ]


def test_bare_line_feeds_stay(spool: Spool) -> None:
    message = make_sample("bare-lf", spool, DRAFT)
    header, _, body = message.path.read_bytes().partition(b"\r\n\r\n")
    assert message.bare_lf == body.count(b"\n") == 5
    assert b"\r" not in body
    assert header.count(b"\n") == header.count(b"\r\n")


@pytest.mark.parametrize("megabytes", [1, 3])
def test_large_has_exactly_that_size(spool: Spool, megabytes: int) -> None:
    message = make_sample(f"large:{megabytes}", spool, DRAFT)
    assert message.size == megabytes * MEGABYTE
    assert message.path.stat().st_size == message.size
    assert message.longest_line < 200


def test_large_has_a_usual_size(spool: Spool) -> None:
    assert make_sample("large", spool, DRAFT).size == 10 * MEGABYTE


def test_tests_of_scanners(spool: Spool) -> None:
    spam = make_sample("gtube", spool, DRAFT)
    assert spam.warning == "gtube"
    assert GTUBE in str(read(spam).get_content()).splitlines()
    virus = make_sample("eicar", spool, DRAFT)
    assert virus.warning == "eicar"
    [part] = read(virus).iter_attachments()
    assert part.get_content() == EICAR.encode()


def test_no_scanner_flags_the_program() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    constants = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    assert not [value for value in constants if isinstance(value, str) and GTUBE in value]
    for file in files(ROOT):
        content = file.read_bytes()
        assert GTUBE.encode() not in content, file
        assert EICAR.encode() not in content, file


def test_the_subject_can_be_chosen(spool: Spool) -> None:
    draft = Draft("alice@lab.test", subject="Ticket 17", message_id="<17@lab.test>")
    message = make_sample("plain", spool, draft)
    assert (message.subject, message.message_id) == ("Ticket 17", "<17@lab.test>")


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        ("none", "sample-unknown"),
        ("", "sample-unknown"),
        ("plain:3", "sample-unknown"),
        ("large:", "sample-size"),
        ("large:0", "sample-size"),
        ("large:1025", "sample-size"),
        ("large:1.5", "sample-size"),
        ("large:-1", "sample-size"),
        ("large:²", "sample-size"),
    ],
)
def test_samples_that_are_none(spool: Spool, sample: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        make_sample(sample, spool, DRAFT)
    assert caught.value.code == code
    assert "{" not in Texts().error(caught.value)


def test_a_file_is_loaded_with_crlf(tmp_path: Path, spool: Spool) -> None:
    file = tmp_path / "unix.eml"
    file.write_bytes(b"From: a@lab.test\nDate: Mon, 23 Nov 2026 10:00:00 +0530\n\n.x\ny\n")
    message = load_eml(file, spool)
    assert message.path.read_bytes() == file.read_bytes().replace(b"\n", b"\r\n")
    assert (message.source, message.lines_changed) == ("eml", 5)
    assert "lines-changed" in rules(message)
    forced = load_eml(file, spool, as_is=True)
    assert forced.path.read_bytes() == file.read_bytes()
    assert rules(forced)[:2] == ["as-is", "bare-lf"]
    assert file.exists()


def test_a_file_is_unchanged_by_a_loaded_message(tmp_path: Path) -> None:
    file = tmp_path / "x.eml"
    file.write_bytes(b"From: a@lab.test\r\n\r\nx\r\n")
    with Spool(tmp_path / "spool") as spool:
        assert load_eml(file, spool).path != file
    assert file.read_bytes() == b"From: a@lab.test\r\n\r\nx\r\n"


def loading(path: Path, spool: Spool) -> dict[str, object]:
    with pytest.raises(UserError) as caught:
        load_eml(path, spool)
    sentence = Texts().error(caught.value)
    assert str(path) in sentence
    assert "{" not in sentence
    return {"code": caught.value.code, **caught.value.params}


def test_files_that_are_no_messages(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loading(tmp_path / "none.eml", spool)["code"] == "eml-missing"
    assert loading(tmp_path, spool)["code"] == "eml-not-file"
    assert loading(tmp_path / "a\0b", spool)["code"] == "eml-unreadable"
    (tmp_path / "empty.eml").touch()
    assert loading(tmp_path / "empty.eml", spool)["code"] == "eml-empty"
    with (tmp_path / "huge.eml").open("wb") as file:
        file.truncate(eml.MAX_OCTETS + 1)
    assert loading(tmp_path / "huge.eml", spool)["size"] == eml.MAX_OCTETS + 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes of this kind")
def test_a_pipe_is_not_waited_for(tmp_path: Path, spool: Spool) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert loading(tmp_path / "pipe", spool)["code"] == "eml-not-file"


@pytest.mark.parametrize("sample", ["plain", "leading-dots", "gtube", "long-lines", "large:1"])
def test_a_hindi_interface_does_not_change_how_a_sample_is_encoded(
    spool: Spool, sample: str
) -> None:
    message = make_sample(sample, spool, DRAFT, Texts("hi"))
    assert b"base64" not in message.path.read_bytes().split(b"\r\n\r\n")[0]
    assert not message.needs_8bit
    if sample == "leading-dots":
        assert b"\r\n." in message.path.read_bytes()
