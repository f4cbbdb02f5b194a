"""The body step: the message streams from its spool file, then the dot (RFC 5321 4.1.1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailoscope_core.protocol.content import DotStuffer
from mailoscope_core.record.events import BodyProgress, BodySent, BodyStarted
from mailoscope_core.session.stepping import Outcome, StepFailed, Stepping, outcome_of
from mailoscope_core.session.steps import Step

CHUNK = 256 * 1024
# Enough queued to keep the network busy, little enough to stay within a flat memory bound.
_QUEUED = 2 * CHUNK
_PROGRESS_EVERY_S = 0.25


def send_body(run: Stepping, step: Step) -> Outcome:
    """Send the message, then wait for the one reply that says whether it was taken over."""
    message = run.request.message
    if message is None or run.link.machine.state.envelope != "data":
        run.surprise("no-data-phase", step)
        return "failed"
    run.log.append(BodyStarted(size=message.size, how="data"))
    began = run.services.clock()
    before = run.link.bytes_written
    _stream(run, step, message.path, message.size)
    run.link.body_sent()
    ms = round((run.services.clock() - began) * 1000, 3)
    run.log.append(BodySent(sent=run.link.bytes_written - before, ms=ms))
    reply, _ = run.reply(step, what="final-dot", seconds=run.request.profile.timeouts.final_dot)
    return outcome_of(reply)


def _stream(run: Stepping, step: Step, path: Path, size: int) -> None:
    """Write the stuffed message; raises `StepFailed` when the connection goes under it."""
    link, pilot, clock = run.link, run.pilot, run.services.clock
    stuffer = DotStuffer()
    told = clock()
    sent = 0
    for chunk in _chunks(run, step, path, size):
        pilot.hold(step)
        link.send_body(stuffer.feed(chunk))
        sent += len(chunk)
        if link.connection.unsent > _QUEUED or link.replies:
            pilot.wait(
                lambda: link.connection.unsent <= _QUEUED or not link.is_open,
                "body",
                run.command_seconds,
                step,
            )
        if not link.is_open:
            raise StepFailed
        if clock() - told >= _PROGRESS_EVERY_S:
            told = clock()
            run.log.append(BodyProgress(sent=sent, size=size))
    pilot.hold(step)
    link.end_body(stuffer.finish())
    pilot.wait(
        lambda: not link.connection.unsent or not link.is_open, "body", run.command_seconds, step
    )
    if not link.is_open:
        raise StepFailed


def _chunks(run: Stepping, step: Step, path: Path, size: int) -> Iterator[bytes]:
    """Yield the spooled message; when it is not what was prepared, cut the connection.

    Nothing else keeps the server from delivering a part of it: the dot would end it.
    """
    left = size
    try:
        with path.open("rb") as file:
            while left and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
            changed = bool(left or file.read(1))
    except OSError as error:
        detail = error.strerror or type(error).__name__
        run.surprise("message-unreadable", step, path=str(path), detail=detail)
    else:
        if not changed:
            return
        run.surprise("message-changed", step, path=str(path), size=str(size))
    run.link.close()
    raise StepFailed
