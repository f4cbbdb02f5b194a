"""The message of a run that sends when the user has not written one: a ready sample."""

from __future__ import annotations

from mailoscope_core.base.texts import Texts
from mailoscope_core.message.compose import Draft
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.samples import make_sample
from mailoscope_core.message.spool import Spool
from mailoscope_core.session.request import SessionRequest

PLAIN = "plain"


def default_message(
    request: SessionRequest, spool: Spool, texts: Texts, sample: str = PLAIN
) -> PreparedMessage:
    """Write the sample with the run's addresses into the spool; call it off the GUI thread.

    Raises `UserError` as `make_sample` does, for example for a sender that is no address.
    """
    draft = Draft(sender=request.envelope_sender, to=request.envelope_recipients)
    return make_sample(sample, spool, draft, texts)
