"""Bounces for the tests, as bytes; every name in them is reserved for examples."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator

STATUS = (
    b"Reporting-MTA: dns; mx.example.net\n\n"
    b"Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n"
    b"Remote-MTA: dns; mx.example.org\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 <bob@example.org>: Recipient address\n"
    b"    rejected: User unknown\n\n"
    b"Final-Recipient: rfc822; eve@example.com\nAction: failed\nStatus: 5.2.2\n"
    b"Diagnostic-Code: smtp; 552 5.2.2 Mailbox is full\n"
)
PROSE = b"This is the mail system at host mx.example.net.\n\nIt could not be delivered.\n"
RETURNED = (
    b"Received: from a.example.net\nFrom: asha@example.net\nTo: bob@example.org\n"
    b"Subject: hello\n\n550 5.7.1 This line is the message's own and says nothing.\n"
)


def part(kind: bytes, body: bytes, encoding: bytes = b"") -> bytes:
    """Return a part with its headers."""
    head = b"Content-Type: " + kind + b"\n"
    if encoding == b"base64":
        body = base64.encodebytes(body)
    elif encoding == b"quoted-printable":
        body = quopri.encodestring(body)
    if encoding:
        head += b"Content-Transfer-Encoding: " + encoding + b"\n"
    return head + b"\n" + body


def mail(*parts: bytes, boundary: bytes = b"b/1", headers: bytes = b"") -> bytes:
    """Return a multipart/report of these parts."""
    head = (
        b"From: MAILER-DAEMON@mx.example.net\nTo: asha@example.net\n"
        b"Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        + headers
        + b'Content-Type: multipart/report; report-type=delivery-status;\n boundary="'
        + boundary
        + b'"\n\n'
    )
    body = b"".join(b"--" + boundary + b"\n" + each + b"\n" for each in parts)
    return head + body + b"--" + boundary + b"--\n"


def bounce(status: bytes = STATUS, encoding: bytes = b"") -> bytes:
    """Return a whole bounce."""
    return mail(
        part(b"text/plain; charset=utf-8", PROSE, encoding),
        part(b"message/delivery-status", status, encoding),
        part(b"message/rfc822", RETURNED),
    )


def huge_bounce(size: int) -> Iterator[bytes]:
    """Yield a bounce that returns an attachment of `size` bytes, piece by piece."""
    whole = bounce()
    at = whole.rindex(b"\n--b/1--")
    yield whole[:at]
    line = b"QUJD" * 19 + b"\n"
    piece = line * 850
    for _ in range(size // len(piece)):
        yield piece
    yield whole[at:]
