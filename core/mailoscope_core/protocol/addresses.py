"""Addresses in the envelope: quoting, the null sender, IDNA and what needs SMTPUTF8."""

from __future__ import annotations

import re
from dataclasses import dataclass

LOCAL_PART_OCTETS = 64
DOMAIN_OCTETS = 255
PATH_OCTETS = 256

# RFC 5322 dot-atom with the non-ASCII characters of RFC 6532: needs no quotes.
_DOT_ATOM = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
    r"(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+)*"
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TO_QUOTE = re.compile(r'["\\]')


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart; both forms of the domain are there to be shown side by side.

    `local` is quoted where RFC 5321 section 4.1.2 wants it. `domain_ascii` has A-labels,
    `domain_unicode` U-labels (RFC 5890); both are the domain as given when IDNA refuses it.
    `problems` are rule ids: no-domain, not-idna, local-part-not-ascii, local-part-too-long,
    domain-too-long, path-too-long.
    """

    local: str
    domain: str
    domain_ascii: str
    domain_unicode: str
    problems: tuple[str, ...]

    @property
    def needs_smtputf8(self) -> bool:
        """True when the address cannot be written in ASCII: a local part has no ASCII form."""
        return not self.local.isascii()

    @property
    def path(self) -> str:
        """The path as MAIL and RCPT take it, `<>` for the null sender.

        An ASCII local part goes with A-labels, which every server knows; beside a local part that
        needs SMTPUTF8 the domain stays as given.
        """
        domain = self.domain if self.needs_smtputf8 else self.domain_ascii
        return f"<{self.local}@{domain}>" if domain else f"<{self.local}>"


def read_address(text: str) -> Address:
    """Take an address apart, with or without its angle brackets; never raises."""
    bare = text.strip()
    if bare.startswith("<") and bare.endswith(">"):
        bare = bare[1:-1].strip()
    if bare.startswith("@") and ":" in bare:  # a source route (RFC 5321 appendix C) stays as it is
        return Address(bare, "", "", "", ())
    local, at, domain = bare.rpartition("@")
    if not at:
        local, domain = bare, ""
    problems = []
    if bare and not domain and bare.lower() != "postmaster":
        problems.append("no-domain")
    ascii_form, unicode_form = domain, domain
    if domain and not domain.startswith("["):
        import idna  # its tables take a while to load, and most domains are ASCII

        try:
            ascii_form = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
            unicode_form = idna.decode(ascii_form) if "xn--" in ascii_form.lower() else domain
        except idna.IDNAError:
            problems.append("not-idna")
    if not local.isascii():
        problems.append("local-part-not-ascii")
    local = _quoted(local)
    if len(local.encode("utf-8", "surrogateescape")) > LOCAL_PART_OCTETS:
        problems.append("local-part-too-long")
    if len(ascii_form.encode("utf-8", "surrogateescape")) > DOMAIN_OCTETS:
        problems.append("domain-too-long")
    address = Address(local, domain, ascii_form, unicode_form, tuple(problems))
    if len(address.path.encode("utf-8", "surrogateescape")) > PATH_OCTETS:
        problems.append("path-too-long")
        return Address(local, domain, ascii_form, unicode_form, tuple(problems))
    return address


def envelope_path(text: str) -> str:
    """Return an address as MAIL and RCPT write it: `<a@example.com>`, `<>` for the null sender."""
    return read_address(text).path


def _quoted(local: str) -> str:
    """Return a local part in quotes if it needs them and has none (RFC 5321 section 4.1.2)."""
    if not local or _DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local):
        return local
    return '"' + _TO_QUOTE.sub(lambda found: "\\" + found.group(), local) + '"'
