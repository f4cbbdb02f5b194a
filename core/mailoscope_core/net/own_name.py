"""The name this machine gives in EHLO when the profile names none (RFC 5321 section 4.1.1.1)."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal

# What ends like this is known to one machine or one network only, whatever it looks like.
_LOCAL_ENDINGS = (
    "localhost",
    "localdomain",
    "localdomain4",
    "localdomain6",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "lan",
    "home",
    "arpa",
    "invalid",
)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_MAX_NAME = 253


def ehlo_name(local_address: str, hostname: str) -> tuple[str, Literal["fqdn", "address-literal"]]:
    """Return the EHLO name and where it comes from; nothing is looked up, so nothing blocks.

    `hostname` is what the machine calls itself (`socket.gethostname()`): it is taken if it is a
    fully qualified name of the public kind. Otherwise the name is the address literal (RFC 5321
    section 4.1.3) of `local_address`, the connection's own end. Raises `ValueError` if that is
    needed and no IP address.
    """
    name = hostname.strip().rstrip(".")
    if is_public_name(name):
        return name, "fqdn"
    return address_literal(local_address), "address-literal"


def is_public_name(name: str) -> bool:
    """Whether `name` has the form of a host name that others could know."""
    labels = name.split(".")
    return (
        len(labels) > 1
        and len(name) <= _MAX_NAME
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and labels[-1].lower() not in _LOCAL_ENDINGS
        and labels[0].lower() != "localhost"
    )


def address_literal(address: str) -> str:
    """Return `[192.0.2.1]` or `[IPv6:2001:db8::1]`; a scope id is left out, it is local."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return f"[IPv6:{parsed.compressed}]"
        parsed = parsed.ipv4_mapped
    return f"[{parsed}]"
