"""What is wrong with a host name before anybody is asked: commas, prefixes, ports, spaces."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PORT_AFTER = re.compile(r"(?P<host>.+?):(?P<port>\d{1,5})", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_MAX_NAME, _MAX_LABEL = 253, 63  # RFC 1035 section 2.3.4, without the root's dot
# Zero-width characters, the byte order mark, directional marks: they come along with a paste.
_INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e"
)


@dataclass(frozen=True, slots=True)
class HostCheck:
    """What was found out about a host name. `name` is what may be looked up or dialled.

    `problem` is empty or one of: empty, surrounding-space, inner-space, invisible-character,
    trailing-comma, protocol-prefix, path, email-address, port-glued, brackets, bad-address,
    bad-character, empty-label, label-too-long, name-too-long, not-idna. `suggestion` is what was
    probably meant and `port` the port found glued on. `unicode` is the form for people where it
    differs from `name`. `note` is empty or `this-machine`, for localhost and its addresses.
    """

    name: str
    problem: str = ""
    is_literal: bool = False
    suggestion: str = ""
    port: int | None = None
    unicode: str = ""
    note: str = ""


def check_host(text: str) -> HostCheck:
    """Look at a host name as it was typed or pasted; nothing is looked up and nothing raised."""
    problem = _shape_problem(text)
    if problem:
        meant = _meant(text)
        return HostCheck(text, problem, suggestion=meant.name if meant else "", port=_port_in(text))
    literal = _literal(text)
    if literal is not None:
        note = "this-machine" if ipaddress.ip_address(_unscoped(literal)).is_loopback else ""
        return HostCheck(literal, is_literal=True, note=note)
    return _check_name(text)


def _shape_problem(text: str) -> str:
    """Name what shows that more than a host name, or less, was entered."""
    if not text.strip():
        return "empty"
    if any(character in _INVISIBLE or not character.isprintable() for character in text.strip()):
        return "invisible-character"
    if text != text.strip():
        return "surrounding-space"
    if text[-1] in ",;":
        return "trailing-comma"
    if any(character.isspace() for character in text):
        return "inner-space"
    if _PREFIX.match(text):
        return "protocol-prefix"
    if "@" in text:
        return "email-address"
    if "/" in text or "\\" in text:
        return "path"
    if _literal(text) is None and _port_in(text) is not None:
        return "port-glued"
    if "[" in text or "]" in text:
        return "" if _literal(text) is not None else "brackets"
    if ":" in text and _literal(text) is None:
        return "bad-address"
    return ""


def _meant(text: str) -> HostCheck | None:
    """Return the host that is left when everything around it is peeled off, if one is."""
    peeled = "".join(c for c in text if c not in _INVISIBLE and c.isprintable()).strip(" ,;\t")
    peeled = _PREFIX.sub("", peeled, count=1)
    peeled = re.split(r"[/\\]", peeled, maxsplit=1)[0].rpartition("@")[2]
    if _literal(peeled) is None and (found := _PORT_AFTER.fullmatch(peeled)):
        peeled = found["host"]
    if peeled == text or _shape_problem(peeled):
        return None
    checked = check_host(peeled)
    return None if checked.problem else checked


def _port_in(text: str) -> int | None:
    rest = re.split(r"[/\\]", _PREFIX.sub("", text.strip(), count=1), maxsplit=1)[0]
    found = _PORT_AFTER.fullmatch(rest)
    # More than one colon outside brackets is an IPv6 address that is not finished.
    if found is None or (":" in found["host"] and not found["host"].endswith("]")):
        return None
    port = int(found["port"])
    return port if 0 < port < 65536 else None


def _literal(text: str) -> str | None:
    """Return the plain form of an address, with or without the brackets of RFC 5321 4.1.3."""
    inner = text
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1]
        if inner.lower().startswith("ipv6:"):
            inner = inner[5:]
    try:
        ipaddress.ip_address(inner)
    except ValueError:
        return None
    return inner


def _unscoped(address: str) -> str:
    return address.partition("%")[0]


def _check_name(text: str) -> HostCheck:
    name, shown = text, ""
    if not text.isascii():
        ascii_name = _to_ascii(text)
        if ascii_name is None:
            return HostCheck(text, "not-idna")
        name, shown = ascii_name, text
    elif "xn--" in text.lower():
        shown = _to_unicode(text)
    labels = name.removesuffix(".").split(".")
    problem = _label_problem(name, labels)
    if problem:
        return HostCheck(text, problem)
    this_machine = labels[-1].lower() == "localhost"
    return HostCheck(name, unicode=shown, note="this-machine" if this_machine else "")


def _label_problem(name: str, labels: list[str]) -> str:
    if not all(labels):
        return "empty-label"
    if any(len(label) > _MAX_LABEL for label in labels):
        return "label-too-long"
    if len(name.removesuffix(".")) > _MAX_NAME:
        return "name-too-long"
    if not all(_LABEL.fullmatch(label) for label in labels):
        return "bad-character"
    if labels[-1].isdigit():
        return "bad-address"  # 192.168.1 or 300.1.1.1: no top-level domain is a number
    return ""


def _to_ascii(text: str) -> str | None:
    import idna

    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None


def _to_unicode(text: str) -> str:
    import idna

    try:
        shown = idna.decode(text)
    except idna.IDNAError:
        return ""
    return "" if shown == text else shown
