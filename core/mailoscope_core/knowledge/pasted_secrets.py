"""Masks the secrets of a pasted text before anything of it is shown, explained or copied.

By position: what follows AUTH, what a client answers to a 334, arguments of log-in calls, settings
named like a secret, user:password in addresses, tokens by their shape. By value: whatever was
found so is masked wherever it comes back, in the forms that `Redactor` knows.
"""

from __future__ import annotations

import re

from mailoscope_core.record.redactor import MASK, Redactor

_NAME_END = r"\w{0,24}[\"'\]]{0,3}[ \t]{0,8}"
_QUOTED = r"[bru]?(?P<quote>\\?[\"'])(?P<secret>[^\"'\n\\]{1,400})(?P=quote)"
_NAMES = (
    *("pass", "kennwort", "mot_de_passe", "contrase", "pwd", "secret", "api_key", "api-key"),
    *("apikey", "auth_token", "authtoken", "token", "client_secret", "private_key", "credential"),
)
# password = "x", 'password' => 'x', "pass": "x"; PASSWORD=x; --password x; password: x; password x
_NAMED = re.compile(
    rf"{_NAME_END}(?:=>|:=|[:=])[ \t]{{0,8}}{_QUOTED}"
    r"|\w{0,24}[ \t]{0,4}={1,2}[ \t]{0,4}(?P<bare>[^\s\"',;&<>(){}\[\]]{2,400})"
    r"|\w{0,24}[\"']?[ \t]{0,4}:[ \t]{0,4}(?P<last>[^\s\"']{3,400})[ \t]{0,4}(?=\r?\n|$)"
)
_OPTION = re.compile(r"\w{0,24}[ =](?P<secret>[^\s\"']{2,400})")
# login('user', 'secret'), PlainAuth("", "user", "secret", host), Credentials("u", "s")
_CALL = re.compile(
    r"\w{0,20}(?:::new)?\s{0,4}\((?P<first>\s{0,4}[bru]?[\"']{2}\s{0,4},)?[^,()\n]{1,200}(?:\.\w{2,16}\(\))?,\s{0,4}"
    r"[bru]?[\"'](?P<secret>[^\"'\n]{1,400})[\"']"
)
_AUTH = re.compile(
    # not the "250-AUTH PLAIN XOAUTH2" of a server
    r"(?<!\w)(?<!250[ -])\w{4}[ \t]{1,4}[A-Za-z][A-Za-z0-9-]{2,19}[ \t]{1,4}"
    r"(?P<secret>[A-Za-z0-9+/=_-]{4,8000})"
)
# "AUTH not available", "AUTH LOGIN rejected": a word of a sentence. Base64 of more than a few bytes
# mixes small letters, capitals and digits.
_SPOKEN = re.compile(r"[A-Za-z]?[a-z]{1,23}|[A-Z]{4,12}")
# What a client answers to a 334: on the next line of a transcript, behind whatever marks it.
_ANSWER = re.compile(
    r"334(?:[ -][^\n]{0,600})?\r?\n(?:[ \t]{0,8}\r?\n){0,2}"
    r"(?:[^\n]{0,80}?(?:C:|>|->|=>|:|\]))?[ \t~>\"']{0,6}"
    r"(?P<secret>[A-Za-z0-9+/]{4,8000}={0,2})[ \t\"',]{0,4}\r?(?=\n|$)"
)
_ADDRESS = re.compile(r"://[^\s:/@\"'<>]{0,200}:(?P<secret>[^\s/@\"'<>]{1,400})@")
_HEADER = re.compile(
    r"\w{13}[\"']?\s{0,3}[:=]\s{0,3}[\"']?\w{2,12}\s{1,3}(?P<secret>[^\s\"',]{4,8000})"
)
_BEARER = re.compile(r"\w{6}[ +](?P<secret>[A-Za-z0-9._~+/=-]{8,8000})")
# Tokens by their shape: Google, SendGrid, Brevo, AWS, GitHub, Slack, Mailgun, Resend, JWT.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?P<secret>ya29\.[\w-]{8,2000}|1//[\w-]{20,200}|sg\.[\w-]{8,40}\.[\w-]{16,80}"
    r"|xkeysib-[\w-]{16,120}|xsmtpsib-[\w-]{16,120}|akia[0-9a-z]{16}|gh[pousr]_\w{20,80}"
    r"|xox[abpr]-[\w-]{10,120}|key-[0-9a-f]{32}|re_\w{16,60}"
    r"|eyj[\w-]{8,2000}\.eyj[\w-]{8,4000}\.[\w-]{8,2000})",
    re.IGNORECASE,
)
_SHAPES = (
    *("ya29.", "1//", "sg.", "xkeysib-", "xsmtpsib-", "akia", "ghp_", "gho_", "ghu_", "ghs_"),
    *("ghr_", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "key-", "re_", "eyj"),
)
_BY_VALUE = 40
_CALLS = ("login", "authenticate", "auth_plain", "plainauth", "networkcredential", "basic_auth")
_PLACES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("auth ", "auth\t"), _AUTH),
    (("334",), _ANSWER),
    (_NAMES, _NAMED),
    ((*_CALLS, "credentials", "smtp_auth", "smtpauth"), _CALL),
    (("://",), _ADDRESS),
    (("authorization",), _HEADER),
    (("bearer",), _BEARER),
    (_SHAPES, _TOKEN),
)
# Words that stand where a secret might and are none: what servers and programs say of passwords.
_NO_SECRETS = frozenset(
    [
        "yes",
        "no",
        "true",
        "false",
        "none",
        "null",
        "nil",
        "undefined",
        "empty",
        "incorrect",
        "invalid",
        "wrong",
        "expired",
        "required",
        "missing",
        "is",
        "not",
        "was",
        "has",
        "the",
        "a",
        "an",
        "in",
        "on",
        "for",
        "of",
        "to",
        "ok",
        "failed",
        "failure",
        "refused",
        "rejected",
        "accepted",
        "mismatch",
        "changed",
        "error",
        "authentication",
        "command",
        "plain",
        "login",
        "str",
        "string",
        "password",
        "user",
        "username",
        "secret",
        "token",
        "smtp",
        "self.password",
        "self._password",
        "settings.email_host_password",
        "process.env",
        "quit",
        "rset",
        "noop",
        "password)",
        "env",
        "***",
    ]
)
_WORD = re.compile(r"\w*")
_ASCII_LOWER = {upper: upper + 32 for upper in range(65, 91)}
_MASKED = re.compile(r"[*x•.#X-]+|\*.*|<[^>]*>|\[[^\]]*\]|\$\{?\w+\}?|%\w+%|\{\{?.*")


def mask_secrets(text: str) -> str:
    """Return the text with its secrets masked; the same text when there are none."""
    spans = _spans(text)
    if not spans:
        return text
    redactor = Redactor()
    # Each one found is masked; by value those that come first, which bounds the work.
    for secret in list(dict.fromkeys(text[start:end] for start, end in spans))[:_BY_VALUE]:
        redactor.learn_span(secret)
        redactor.learn(secret)
    return redactor.clean(_masked(text, spans))


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where secrets stand by position: patterns are tried only behind their literals."""
    folded = _lowered(text)
    spans: list[tuple[int, int]] = []
    for literals, pattern in _PLACES:
        for literal in literals:
            at = folded.find(literal)
            while at >= 0:
                found = _tried(text, folded, pattern, literal, at)
                spans += found
                after = found[0][1] if found else _next(text, pattern, literal, at)
                at = folded.find(literal, after)
    return spans


def _tried(
    text: str, folded: str, pattern: re.Pattern[str], literal: str, at: int
) -> list[tuple[int, int]]:
    start = at + len(literal) if pattern is _NAMED else at
    found = pattern.match(text, start)
    if found is None and pattern is _NAMED and _is_option(folded, at):
        found = _OPTION.match(text, start)
    if found is None:
        return []
    name = next(name for name in ("secret", "bare", "last") if found.groupdict().get(name))
    if pattern is _AUTH and _SPOKEN.fullmatch(found[name]):
        return []
    return [found.span(name)] if _is_secret(found[name]) else []


def _next(text: str, pattern: re.Pattern[str], literal: str, at: int) -> int:
    """Return where to look on: an answer stands after its line, a name is not within a word."""
    if pattern is _ANSWER:
        end = text.find("\n", at)
        return end if end >= 0 else len(text)
    word = _WORD.match(text, at + len(literal))
    return word.end() if word else at + len(literal)


def _is_option(folded: str, at: int) -> bool:
    """Whether a name stands behind dashes, or begins a line as in netrc and msmtprc."""
    line = folded[max(folded.rfind("\n", 0, at) + 1, at - 40) : at]
    return line.endswith("-") or (not line.strip() and folded.startswith("pass", at))


def _lowered(text: str) -> str:
    """Return small letters without a change of length."""
    folded = text.lower()
    return folded if len(folded) == len(text) else text.translate(_ASCII_LOWER)


def _is_secret(text: str) -> bool:
    word = text.strip().strip("\"'").lower()
    return bool(word) and word not in _NO_SECRETS and not _MASKED.fullmatch(text.strip())


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start < at:
            continue
        pieces += [text[at:start], MASK]
        at = end
    return "".join(pieces) + text[at:]
