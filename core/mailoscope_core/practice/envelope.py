"""Reads the arguments of MAIL and RCPT (RFC 5321 section 4.1.2) and keeps the envelope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# Source routes (@a,@b:) are accepted and ignored, as RFC 5321 appendix C asks.
_PATH = re.compile(r"<(?:@[^:>]*:)?((?:\"(?:[^\"\\]|\\.)*\"|[^<>\s\"])*)>(?: +(.*))?")
_ADDRESS = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|[^\s@<>\"]+)@(?:\[[^\]\s]+\]|[^\s@<>\[\]]+)")


@dataclass(frozen=True, slots=True)
class Path:
    """An address of the envelope ("" is the null sender) and its parameters, keys upper case."""

    address: str
    parameters: Mapping[str, str]

    @property
    def domain(self) -> str:
        """What follows the last @, lower case."""
        return self.address.rpartition("@")[2].lower()


@dataclass(slots=True)
class Envelope:
    """The mail transaction under way."""

    sender: Path
    recipients: list[str] = field(default_factory=list)
    refused: int = 0


def parse_path(argument: str, keyword: str) -> Path | None:
    """Parse `FROM:<...> params` or `TO:<...> params`; None where the syntax is wrong.

    A space after the colon is wrong too, as strict servers have it.
    """
    if argument[: len(keyword) + 1].upper() != keyword + ":":
        return None
    found = _PATH.fullmatch(argument[len(keyword) + 1 :].rstrip())
    if not found:
        return None
    words = (found[2] or "").split()
    pairs = (word.partition("=") for word in words)
    return Path(found[1], {key.upper(): value for key, _, value in pairs})


def is_address(text: str) -> bool:
    """Tell whether `text` is local part, @, domain; `postmaster` alone is one (section 4.5.1)."""
    return bool(_ADDRESS.fullmatch(text)) or text.lower() == "postmaster"
