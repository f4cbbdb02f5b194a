"""Finds a server's replies in pasted text, with the code, the enhanced code and the words."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_REPLIES = 12
MAX_WORDS = 1_000
REFUSED = 400
_GOOD = frozenset({211, 214, 220, 221, 235, 250, 251, 252, 334, 354})
_WEB_ONLY = frozenset({400, 401, 403, 404, 405, 409, 415, 422, 429})
_SIGNS = " \t<>=-:*|\"'SC[]~"
# Port numbers that look like codes; nobody has registered these as reply codes.
_WEB = frozenset({"400", "401", "403", "404", "405", "429", "500", "502", "503", "504"})
_PORTS = frozenset({443, 465, 587})

_ENHANCED = r"[245]\.\d{1,3}\.\d{1,3}"
# A code stands at the beginning of a line or after a sign, never inside a number, a path or a time.
_CODE = re.compile(
    rf"(?P<before>^|[\s\"'“(\[:;=>,|#])(?P<code>[2-5][0-9]\d)"
    rf"(?P<after>[\])\"':;,]{{0,3}}[ \t]{{1,8}}[\"']?|-|[\])\"',;:]{{1,3}}|$)"
    rf"(?P<enhanced>(?:#?{_ENHANCED})(?![\d.]\d))?",
    re.MULTILINE,
)
_BARE_ENHANCED = re.compile(r"(?:^|[\s\"'“(\[:;#=])(?P<enhanced>[45]\.[0-7]\.\d{1,3})(?![\d]|\.\d)")
_ENHANCED_LATER = re.compile(rf"(?:^|[\s(#\[]){_ENHANCED}(?![\d]|\.\d)")
# What makes a number no reply code: a line of a source file, a port, an amount.
_NO_CODE_BEFORE = re.compile(
    r"(?:\bline|\bport:?|\bpid|\bsize|\blimit|\bdelay|\bafter|\blength|\bversion|\bid|\bhttp/\d\.\d"
    r"|(?<=\w)\.[a-z]{1,6}:(?! )|\bof|\bcode 250 but got|\bthread|\btid|\bstatus|\bin|\bsocket"
    r"|\d,|\d\.|::|\btook|\bdelays)"
    r"[ =:#]{0,2}$",
    re.IGNORECASE,
)
_NO_CODE_AFTER = re.compile(
    r"\s*(?:[\s:]{0,3}[\w./\\[\]-]{1,200}\.(?:rb|py|js|php|java|go|ts)\b"
    r"|bytes?|octets|ms|sec|seconds|s\b|kb|mb|lines\b|messages\b|users\b|recipients\b|%|\d+\s*$|ok\b$"
    r"|bad gateway)",
    re.IGNORECASE,
)
# Beside a code that only web servers use; mail servers say "550 Forbidden", too.
_WEB_WORDS = re.compile(r"\s*(?:not found\b|unauthorized|forbidden)", re.IGNORECASE)
# `Outcome: Success(500 Internal Server Error)`: a name with something in brackets.
_CALL_BEFORE = re.compile(
    r"(?<!code)(?<!rror)(?<!response)(?<!reply)(?<!status)(?<!exception)(?<!refused)(?<!smtp)"
    r"(?<=[a-z])\($",
    re.IGNORECASE,
)
_OTHERS_WORDS = re.compile(r"\bsaid: |refused to talk to me: ")
_NEXT_ENTRY = re.compile(
    r" (?:<<|>>|!!) "
    r"|\b[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?= )"
)
_LETTRE = re.compile(
    r"severity: (?P<a>Permanent|Transient|Positive)\w*, category: (?P<b>\w+), detail: (?P<c>\w+)"
)
_LETTRE_A = {"Permanent": 5, "Transient": 4, "Positive": 2}
_LETTRE_B = {
    "Syntax": 0,
    "Information": 1,
    "Connections": 2,
    "Unspecified3": 3,
    "Unspecified4": 4,
    "MailSystem": 5,
}
_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True, slots=True)
class FoundReply:
    """A reply in a text; `start` is where its code stands, `words` what follows it, to `end`."""

    code: int | None
    enhanced: str | None
    words: str
    start: int
    end: int


def find_replies(text: str) -> list[FoundReply]:
    """Return the refusals (4xx, 5xx) of a cleaned text in their order; at most `MAX_REPLIES`."""
    found: list[FoundReply] = []
    skip_to = 0
    for match in _CODE.finditer(text):
        start = match.start("code")
        if len(found) >= MAX_REPLIES:
            break
        if start < skip_to:
            continue
        if not _is_code(text, match):
            continue
        code = int(match["code"])
        if code < REFUSED and code not in _GOOD:
            continue
        if code < REFUSED and text[text.rfind("\n", 0, start) + 1 : start].strip(_SIGNS):
            continue  # "expected 250 but got 530": the good code is not the one that counts
        end, words = _words(text, match.end("after"), match["code"])
        skip_to = end
        if code >= REFUSED:
            found.append(FoundReply(code, _enhanced(match["enhanced"], words), words, start, end))
    found += _lettre(text)
    return found or _bare(text)


def _is_code(text: str, match: re.Match[str]) -> bool:
    """Whether three digits are a reply code, going by what stands before and after them."""
    line_start = text.rfind("\n", 0, match.start("code")) + 1
    head = text[max(line_start, match.start("code") - 24) : match.start("code")]
    tail = text[match.end("after") : match.end("after") + 240].split("\n", 1)[0]
    if int(match["code"]) in _PORTS:
        return False
    if match["enhanced"]:
        return True
    if "http" in head.lower() and match["code"] in _WEB:
        return False
    if _NO_CODE_BEFORE.search(head) or _NO_CODE_AFTER.match(tail):
        return False
    if _CALL_BEFORE.search(head):
        return False
    if match["after"][:1] == ":" and tail[:1].isdigit():
        return False  # a line and a column
    if int(match["code"]) in _WEB_ONLY and _WEB_WORDS.match(tail):
        return False
    if match["after"] == "-" and not tail[:1].strip():
        return False
    if match["after"][:1] and match["after"][0] in "])\"',":
        if int(match["code"]) in _WEB_ONLY and not tail.strip("\"' ,"):
            return False
        return _bracketed(head, match)
    if not head.strip():
        return bool(tail.strip()) or match["after"] == ""
    return (
        match["before"] in "\"'“([:;=>|#"
        or head.rstrip()[-1:] in ":;>|\"'([-,=*.<"
        or bool(
            re.search(
                r"(?:code|error|said|response|reply|got|with|refused|rejected)\W{0,3}$", head, re.I
            )
        )
    )


def _bracketed(head: str, match: re.Match[str]) -> bool:
    """`(550)`, `[550]`, `"530"`, `(535, ...`: only where the words before speak of a code."""
    if match["before"] == "(" and match["after"].startswith(","):
        return True
    return bool(re.search(r"(?:code|error|response|status|reply|refused|smtp)\W{0,6}$", head, re.I))


def _words(text: str, start: int, code: str) -> tuple[int, str]:
    """Return where a reply's words end, and the words; continued lines of the code are joined."""
    again = re.compile(rf"\n\W{{0,12}}{code}(?:[- ]|$)")
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    while end - start < MAX_WORDS:
        more = again.match(text, end)
        wrapped = False
        if more is None:
            following = text[end + 1 : end + 200].split("\n", 1)[0]
            line = text.rfind("\n", 0, end) + 1
            wrapped = end - line >= 50 and _continues(following)
        if more is None and not wrapped:
            break
        nearest = text.find("\n", end + 1)
        end = len(text) if nearest < 0 else nearest
        if end == len(text):
            break
    after = _NEXT_ENTRY.search(text, start, end)
    if after is not None:
        end = after.start()
    words = re.sub(rf"\n\W{{0,12}}{code}(?:[- ]|$)", "\n", text[start:end])
    return end, words[:MAX_WORDS].strip()


def _continues(line: str) -> bool:
    """Whether a line reads like the rest of a sentence that was wrapped by force."""
    word = line.strip()
    return bool(word) and not re.match(
        r"\d{3}[ -]|[A-Z][\w-]{1,30}: |at |File |#|\d{4}-|[A-Z][a-z]{2} +\d|[<>*=\[-]", word
    )


def _enhanced(beside: str | None, words: str) -> str | None:
    if beside:
        return beside.lstrip("#")
    found = _ENHANCED_LATER.search(words[:400])
    return found[0].strip(" (#[\n\t") if found else None


def _lettre(text: str) -> list[FoundReply]:
    """Rust's lettre prints the three digits of a code as words."""
    found = []
    for match in _LETTRE.finditer(text):
        if match["b"] in _LETTRE_B and match["c"] in _DIGITS:
            code = 100 * _LETTRE_A[match["a"]] + 10 * _LETTRE_B[match["b"]]
            code += _DIGITS.index(match["c"])
            found.append(FoundReply(code, None, "", match.start(), match.end()))
    return [reply for reply in found if reply.code is not None and reply.code >= 400]


def _bare(text: str) -> list[FoundReply]:
    """Enhanced codes without a reply code, as some programs and bounces quote them."""
    found: list[FoundReply] = []
    for match in _BARE_ENHANCED.finditer(text):
        if len(found) >= MAX_REPLIES:
            break
        before = text[max(0, match.start("enhanced") - 12) : match.start("enhanced")].lower()
        if re.search(r"(?:version|v|php|python|java|node|ruby|/)\W{0,2}$", before):
            continue
        if before.endswith("dsn=") and not _OTHERS_WORDS.search(
            text, match.end(), match.end() + 400
        ):
            continue  # the mail server's own status: nobody has answered
        start = match.end("enhanced")
        end = text.find("\n", start)
        words = text[start : len(text) if end < 0 else end][:MAX_WORDS].strip()
        begin = match.start("enhanced")
        found.append(FoundReply(None, match["enhanced"], words, begin, start + len(words)))
    return found
