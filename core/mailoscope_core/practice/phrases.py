"""The words the lab server says: reply texts by id, filled in, as bytes for the wire."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ENHANCED = re.compile(r"^(\d{3}[ -])[245]\.\d{1,3}\.\d{1,3} ")
# What a client said comes back as printable text: a reply must not grow lines by it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@cache
def base_replies() -> Mapping[str, tuple[str, ...]]:
    """Return the ordinary reply texts: id to lines, from the resources."""
    source = resources.files("mailoscope_resources").joinpath("scenarios/_replies.toml")
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return MappingProxyType({key: tuple(lines) for key, lines in table.items()})


class Phrases:
    """Renders replies for one scenario: its own texts before the base ones.

    With `enhanced` off the enhanced status codes are left out, as a server without
    ENHANCEDSTATUSCODES (RFC 2034) does.
    """

    def __init__(self, overrides: Mapping[str, tuple[str, ...]], *, enhanced: bool) -> None:
        lines = {**base_replies(), **overrides}
        self._lines = lines if enhanced else {key: _plain(each) for key, each in lines.items()}
        self._fixed = {
            key: encode(each) for key, each in self._lines.items() if not _has_placeholder(each)
        }

    def reply(self, reply_id: str, values: Callable[[], Mapping[str, str]]) -> bytes:
        """Return the reply `reply_id` with CRLF line ends; `values` is asked only if need be."""
        fixed = self._fixed.get(reply_id)
        return fixed if fixed is not None else render(self._lines[reply_id], values())


def render(lines: tuple[str, ...], values: Mapping[str, str]) -> bytes:
    """Fill `{name}` from `values` (an unknown name stays as it is) and add CRLF line ends."""
    return encode(tuple(fill(line, values) for line in lines))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill `{name}` from `values`, control characters of a value shown as spaces."""
    if "{" not in text:
        return text
    return _PLACEHOLDER.sub(
        lambda found: _CONTROL.sub(" ", values[found[1]]) if found[1] in values else found[0], text
    )


def encode(lines: tuple[str, ...]) -> bytes:
    """Return `lines` as UTF-8 with CRLF line ends."""
    return b"".join(line.encode("utf-8", "surrogateescape") + b"\r\n" for line in lines)


def _has_placeholder(lines: tuple[str, ...]) -> bool:
    return any(_PLACEHOLDER.search(line) for line in lines)


def _plain(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_ENHANCED.sub(r"\1", line) for line in lines)
