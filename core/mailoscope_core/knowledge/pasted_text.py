"""Brings pasted text into a readable form: without escapes, markup and control characters."""

from __future__ import annotations

import html
import re

_HEAD, _TAIL = 16_000, 8_000

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_TAG = re.compile(
    r"</?(?:a|b|br|code|div|em|h[1-6]|i|li|p|pre|span|strong|table|td|th|tr|ul)(?:[\s/][^<>]{0,200})?>",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"<(?:br|/p|/tr|/li|/div|/h[1-6])(?:[\s/][^<>]{0,40})?>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:https?:|mailto:)[^()\s]{1,400}\)")
_BYTES = re.compile(r"\bb(?=['\"])")
_UNICODE_ESCAPE = re.compile(r"\\u00([0-7][0-9a-fA-F])")
_QUOTE_MARK = re.compile(r"^(?:> ?)+", re.MULTILINE)
_NEW_ENTRY = re.compile(
    r"\s*(?:$|at\s|File\s|from\s|#|\d{1,4}[-/:.]\d|\[|\d{3}[ -]|-{2,}|={2,}|[<>]{1,3}|->"
    r"|[A-Z][a-z]{2} \d|[A-Za-z-]{3,30}: |[\w.$]{3,80}(?:Error|Exception)\b|\*|•|Caused by)"
)
# What container engines put before each line: `web_1  | 2020-01-31T14:57:05Z `.
_SERVICE = re.compile(
    r"^[\w.-]{1,60} {0,40}\|(?:\w{1,40} {0,20}\|)? ?(?:\d{4}-\d\d-\d\dT[\d:.]{8,20}Z? )?",
    re.MULTILINE,
)
_WRAPPED_FROM = 50


def clean(text: str) -> str:
    """Return the text bounded, lines ended by LF, escapes, tags and quotation marks undone."""
    if len(text) > _HEAD + _TAIL:
        text = text[:_HEAD] + "\n" + text[-_TAIL:]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = _CONTROL.sub("", _ANSI.sub("", text))
    text = text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\r", " ")
    text = text.replace('\\"', '"').replace("\\'", "'").replace("\\t", " ")
    if "\\u00" in text:
        text = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", _BREAKS.sub("\n", text))
    if "](" in text:
        text = _MARKDOWN_LINK.sub(r"\1", text)
    text = _BYTES.sub("", text)
    if len(_SERVICE.findall(text[:4_000])) > 2:
        text = _SERVICE.sub("", text)
    return _QUOTE_MARK.sub("", text) if text.count("\n>") > 2 or text.startswith(">") else text


def logical_lines(text: str) -> list[str]:
    """Return the lines of a cleaned text, with those that were wrapped by force put together."""
    lines: list[str] = []
    last = 0
    for line in text.split("\n"):
        joins = last >= _WRAPPED_FROM and not _NEW_ENTRY.match(line)
        if joins and lines and len(lines[-1]) < 2_000:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        last = len(line)
    return lines
