"""The exit codes of the command line: those of swaks where it has one, ours from 40."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts


class Exit(enum.IntEnum):
    """What the process returns; `descriptions` says it in words."""

    OK = 0
    OPTIONS = 1
    CONNECT = 2
    CLOSED = 6
    GREETING = 21
    EHLO = 22
    MAIL = 23
    RECIPIENTS = 24
    DATA = 25
    AFTER_DATA = 26
    QUIT = 27
    AUTH = 28
    TLS = 29
    EHLO_AFTER_TLS = 32
    INPUT_FILE = 40
    PROFILE = 41
    CONFIRMATION = 42
    NO_SECRET = 43
    UNKNOWN = 44
    OUTPUT_FILE = 45
    PRACTICE = 46
    COMMAND = 47
    INTERNAL = 70
    CANCELLED = 130


STEP_EXITS = {
    "dns": Exit.CONNECT,
    "connect": Exit.CONNECT,
    "greeting": Exit.GREETING,
    "ehlo": Exit.EHLO,
    "helo": Exit.EHLO,
    "starttls": Exit.TLS,
    "tls": Exit.TLS,
    "auth": Exit.AUTH,
    "mail": Exit.MAIL,
    "rcpt": Exit.RECIPIENTS,
    "data": Exit.DATA,
    "body-end": Exit.AFTER_DATA,
    "quit": Exit.QUIT,
}

# Beginnings of the codes of `UserError`, with what they mean for the process.
_ERROR_EXITS = (
    ("report-unwritable", Exit.OUTPUT_FILE),
    ("session-file-exists", Exit.OUTPUT_FILE),
    ("session-file-unwritable", Exit.OUTPUT_FILE),
    ("session-file", Exit.INPUT_FILE),
    ("input-", Exit.INPUT_FILE),
    ("batch-", Exit.INPUT_FILE),
    ("eml-", Exit.INPUT_FILE),
    ("message-", Exit.INPUT_FILE),
    ("attachment-", Exit.INPUT_FILE),
    ("spool-", Exit.OUTPUT_FILE),
    ("ca-file", Exit.INPUT_FILE),
    ("client-certificate", Exit.INPUT_FILE),
    ("profile", Exit.PROFILE),
    ("secret-", Exit.NO_SECRET),
    ("keyring", Exit.NO_SECRET),
    ("code-unknown", Exit.UNKNOWN),
    ("entry-unknown", Exit.UNKNOWN),
    ("help-unknown", Exit.UNKNOWN),
    ("provider-", Exit.UNKNOWN),
    ("lab-", Exit.PRACTICE),
    ("scenario-", Exit.PRACTICE),
)


def exit_of_error(error: UserError) -> Exit:
    """Return the exit code for an error that ended a command."""
    for beginning, code in _ERROR_EXITS:
        if error.code.startswith(beginning):
            return code
    return Exit.OPTIONS


def descriptions(texts: Texts) -> Sequence[tuple[Exit, str]]:
    """Return what each exit code means, in the user's language."""
    _ = texts.gettext
    return (
        (Exit.OK, _("everything asked for succeeded")),
        (Exit.OPTIONS, _("the options are not right")),
        (Exit.CONNECT, _("name look-up or connection failed")),
        (Exit.CLOSED, _("the server closed the connection in between")),
        (Exit.GREETING, _("the greeting failed")),
        (Exit.EHLO, _("EHLO or HELO failed")),
        (Exit.MAIL, _("the sender was refused (MAIL)")),
        (Exit.RECIPIENTS, _("no recipient was accepted (RCPT)")),
        (Exit.DATA, _("DATA failed")),
        (Exit.AFTER_DATA, _("the message was refused, or its fate is unknown")),
        (Exit.QUIT, _("QUIT failed")),
        (Exit.AUTH, _("the log-in failed")),
        (Exit.TLS, _("TLS failed")),
        (Exit.EHLO_AFTER_TLS, _("EHLO inside TLS failed")),
        (Exit.INPUT_FILE, _("a file could not be read or is not what it should be")),
        (Exit.PROFILE, _("the profile is missing or not usable")),
        (Exit.CONFIRMATION, _("a yes was needed and not given")),
        (Exit.NO_SECRET, _("no password or token was there")),
        (Exit.UNKNOWN, _("nothing is known about the code or the text")),
        (Exit.OUTPUT_FILE, _("a file could not be written")),
        (Exit.PRACTICE, _("the practice server could not start")),
        (Exit.COMMAND, _("another command was refused")),
        (Exit.INTERNAL, _("a fault of Mailoscope itself")),
        (Exit.CANCELLED, _("cancelled with Ctrl-C")),
    )
