"""Every record says what a help desk needs; extensions, mechanisms and verbs are all there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.records import SCOPES, CodeRecord
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.protocol.sasl import SUPPORTED

FOLDERS = ("codes", "enhanced", "vendors", "extensions", "mechanisms", "verbs")
WRITTEN = (
    "id",
    "code",
    "name",
    "description",
    "steps",
    "when_seen",
    "how_to_fix",
    "who",
    "related",
)


def words(text: str) -> list[str]:
    return text.split()


EXTENSIONS = words(
    """
    SEND SOML SAML EXPN HELP VRFY TURN 8BITMIME SIZE VERB ONEX CHUNKING BINARYMIME CHECKPOINT
    DELIVERBY PIPELINING DSN ETRN ATRN ENHANCEDSTATUSCODES STARTTLS NO-SOLICITING MTRK SUBMITTER
    AUTH BURL CONPERM CONNEG FUTURERELEASE UTF8SMTP SMTPUTF8 MT-PRIORITY RRVS REQUIRETLS LIMITS
"""
)
PRIVATE = words(
    """
    XCLIENT XFORWARD XVERP X-EXPS X-ANONYMOUSTLS XEXCH50 XEXPS X-LINK2STATE XRDST X-RCPTLIMIT
    XSHADOW XOORG XMTP-AUTH PRDR CLIENTID AUTH=LOGIN
"""
)
MECHANISMS = words(
    """
    PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS
    EXTERNAL GSSAPI GS2-KRB5 OAUTHBEARER ANONYMOUS OTP
"""
)
NO_RFC = ["SCRAM-SHA-512", "NTLM", "XOAUTH2", "CRAM-SHA1"]
VERBS = ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT"]
NON_STANDARD = words(
    """
    101 111 200 353 420 431 441 442 446 447 449 456 471 499 510 511 512 513 520 540 541 557 571
"""
)
NAMED = ["422", "430", "523", "524", "525", "533"]


def raw_records() -> Iterator[tuple[str, dict[str, Any]]]:
    root = data_files.knowledge_root()
    for folder in FOLDERS:
        for file in data_files.toml_files(root.joinpath(folder)):
            for record in tomllib.loads(file.read_text(encoding="utf-8"))["record"]:
                yield f"{folder}/{file.name}", record


RAW = tuple(raw_records())


@pytest.mark.parametrize(("file", "raw"), RAW, ids=[raw["id"] for _, raw in RAW])
def test_every_record_is_complete(file: str, raw: dict[str, Any]) -> None:
    """`steps` and `who` may be empty (any step, nobody), but only on purpose: they are written."""
    assert [field for field in WRITTEN if field not in raw] == [], file
    for field in ("name", "description", "when_seen", "how_to_fix", "related"):
        assert raw[field], field
    assert raw.get("rfc") or raw.get("source")
    assert len(raw["description"].split()) >= 8
    assert raw["id"].partition(".")[0] in SCOPES


def test_nobody_has_to_act_only_where_nothing_is_wrong() -> None:
    for record in load_catalogue().records():
        refuses = record.permanent is not None or record.code[:1] in ("4", "5")
        assert record.who or not refuses, record.id


def test_a_record_is_where_its_id_says() -> None:
    catalogue = load_catalogue()
    for file, raw in RAW:
        found = catalogue.record(raw["id"])
        assert found is not None, (file, raw["id"])
        assert found.code == raw["code"]


def test_every_record_is_found_by_what_people_write() -> None:
    catalogue = load_catalogue()
    for record in catalogue.records():
        if record.scope != "vendor":
            assert catalogue.record(record.code) == record
            assert catalogue.record(record.code.lower()) == record


@pytest.mark.parametrize("keyword", EXTENSIONS)
def test_registered_extensions(keyword: str) -> None:
    record = recorded(keyword)
    assert record.id == f"extension.{keyword.lower()}"
    assert record.standard
    assert record.rfc


@pytest.mark.parametrize("keyword", PRIVATE)
def test_private_extensions_are_marked(keyword: str) -> None:
    record = recorded(keyword)
    assert record.scope == "extension"
    assert not record.standard


@pytest.mark.parametrize("name", [*MECHANISMS, *NO_RFC])
def test_mechanisms(name: str) -> None:
    record = recorded(name)
    assert record.id == f"mechanism.{name.lower()}"
    assert record.steps == ("auth",)
    assert record.standard == (name not in NO_RFC)


def test_every_mechanism_that_can_be_used_is_described() -> None:
    for name in SUPPORTED:
        assert recorded(name).scope == "mechanism"


def test_what_has_no_rfc_is_said_to_have_none() -> None:
    assert "no RFC" in recorded("SCRAM-SHA-512").name


@pytest.mark.parametrize("name", VERBS)
def test_verbs(name: str) -> None:
    assert recorded(name).id == f"verb.{name.lower()}"


@pytest.mark.parametrize("code", [*NON_STANDARD, *NAMED])
def test_codes_seen_in_the_field(code: str) -> None:
    assert recorded(code).standard == (code in NAMED)


def test_a_vendors_record_names_a_known_vendor_and_its_source() -> None:
    known = {vendor.id.removeprefix("vendor.") for vendor in load_vendors().records}
    for file, raw in RAW:
        if file.startswith("vendors/"):
            assert raw["vendor"] in known
            assert file == f"vendors/{raw['vendor']}.toml"
            assert raw["source"].startswith("https://")


def test_spans_of_one_vendor_do_not_overlap() -> None:
    taken: set[str] = set()
    for _, raw in RAW:
        if raw["id"].startswith("vendor.") and "-" in raw["code"]:
            head, _, last = raw["code"].partition("-")
            prefix, _, first = head.rpartition(".")
            codes = {f"{prefix}.{number}" for number in range(int(first), int(last) + 1)}
            assert not codes & taken, raw["id"]
            taken |= codes


def test_looking_one_code_up_reads_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = data_files.read

    def noting(file: Path, shape: type[object]) -> object:
        read.append(file.name)
        return original(file, shape)

    monkeypatch.setattr(data_files, "read", noting)
    catalogue = load_catalogue()
    assert catalogue.record(354) is not None
    assert read == ["3xx.toml"]
    assert catalogue.explain_text("354").level == "code"
    assert read == ["3xx.toml", "classes.toml"]


def recorded(code: str) -> CodeRecord:
    record = load_catalogue().record(code)
    assert record is not None, code
    return record
