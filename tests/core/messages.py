"""Small messages for session tests, already in their spool file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mailoscope_core.message.compose import Draft
from mailoscope_core.message.prepared import PreparedMessage

PLAIN = b"From: lab@lab.test\r\nTo: friend@lab.test\r\nSubject: hello\r\n\r\n.dot first\r\nbye\r\n"


def prepared(folder: Path, content: bytes = PLAIN) -> PreparedMessage:
    """Return a spool file with exactly this content."""
    path = folder / "message.eml"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return PreparedMessage(path=path, size=len(content), sha256=digest, source="composed")


def draft(sender: str, recipients: tuple[str, ...]) -> Draft:
    """Return the envelope of a sample message."""
    return Draft(sender=sender, to=recipients)
