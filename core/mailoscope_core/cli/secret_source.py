"""Where a password or token of the command line comes from: never from the command line itself."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.secret import Secret

FORMS = "keyring|prompt|fd:N"


@dataclass(frozen=True, slots=True)
class SecretSource:
    """`auto` takes the keyring of a saved profile, then asks on a terminal."""

    kind: Literal["auto", "keyring", "prompt", "fd"] = "auto"
    fd: int = -1

    @property
    def asks(self) -> bool:
        """True when a person may be asked."""
        return self.kind in ("auto", "prompt")


def read_source(text: str) -> SecretSource:
    """Return the source for the value of `--password-from`. Raises `UserError` secret-source."""
    if text == "keyring":
        return SecretSource("keyring")
    if text == "prompt":
        return SecretSource("prompt")
    found = re.fullmatch(r"fd:(\d{1,6})", text)
    if found is None:
        raise UserError("option-secret-source", forms=FORMS)
    return SecretSource("fd", int(found[1]))


def read_descriptor(fd: int) -> Secret:
    """Read the first line of an open file descriptor as a secret.

    Raises `UserError` secret-descriptor or secret-descriptor-empty.
    """
    try:
        with os.fdopen(fd, encoding="utf-8", closefd=fd > 2) as file:
            line = file.readline().rstrip("\r\n")
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise UserError("secret-descriptor", fd=fd, detail=detail) from None
    if not line:
        raise UserError("secret-descriptor-empty", fd=fd)
    return Secret(line)
