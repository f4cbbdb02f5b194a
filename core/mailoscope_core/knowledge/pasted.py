"""Explains what was pasted or dropped: findings, whether they can be reproduced here, safe text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.diagnose import Explainer, product_explainer
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.knowledge.mail_digest import digest_stream, digest_text, pieces_of
from mailoscope_core.knowledge.pasted_secrets import mask_secrets
from mailoscope_core.knowledge.reproduce import Verdict, verdict


@dataclass(frozen=True, slots=True)
class Explained:
    """`text` is what may be shown: condensed where it was a mail, its secrets masked.

    `verdicts` go with `findings`, one each. `kind` is who wrote it, see `origin`.
    """

    text: str
    findings: tuple[Finding, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    kind: str = ""


def explain_text(text: str, explainer: Explainer | None = None) -> Explained:
    """Explain a pasted text; never raises."""
    digest = digest_text(text)
    return _explained(mask_secrets(digest.text), digest.notes, explainer)


def explain_chunks(chunks: Iterable[bytes], explainer: Explainer | None = None) -> Explained:
    """Explain a stream of any length in bounded memory: a mail's status part, a log's two ends."""
    digest = digest_stream(chunks)
    return _explained(mask_secrets(digest.text), digest.notes, explainer)


def explain_file(file: BinaryIO, explainer: Explainer | None = None) -> Explained:
    """Explain an open binary file, as `explain_chunks` does."""
    return explain_chunks(pieces_of(file), explainer)


def explain_path(path: Path, explainer: Explainer | None = None) -> Explained:
    """Explain a file; raises `UserError` input-unreadable where it cannot be read."""
    try:
        with path.open("rb") as file:
            return explain_file(file, explainer)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("input-unreadable", path=path, detail=detail) from error


def _explained(text: str, notes: tuple[str, ...], explainer: Explainer | None) -> Explained:
    explainer = explainer or product_explainer()
    paste = explainer.reader.read(text, notes)
    findings = explainer.explain_seen(paste.observations)
    verdicts = tuple(verdict(finding, paste.kind, paste.facts) for finding in findings)
    return Explained(text, findings, verdicts, paste.kind)
