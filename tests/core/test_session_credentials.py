"""Where credentials may go, how often, and that they are seen nowhere."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.session import control
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.spent import SpentSecrets
from tests.core.session_driver import Driver, lab_session, services_with
from tests.fakes import Act, ScriptedConnection, answers, opens, says

SECRET = "Sw0rdfish-größer"
FAR = "192.0.2.25"


@contextlib.contextmanager
def far_session(
    *script: Act, secret: str | None = SECRET, spent: SpentSecrets | None = None, **profile: object
) -> Iterator[tuple[Driver, list[ScriptedConnection]]]:
    """Run a session against a scripted server that is not on this machine, without TLS."""
    made: list[ScriptedConnection] = []

    def connection() -> ScriptedConnection:
        made.append(ScriptedConnection(*opens("192.0.2.1"), *script))
        return made[-1]

    services = replace(services_with(secret, spent=spent), connection=connection)
    values: dict[str, object] = {"tls": TlsMode.NONE, "user": "me@lab.test", **profile}
    request = SessionRequest(Profile(name="far", host=FAR, port=587, **values))  # type: ignore[arg-type]
    with Driver(request, services, None) as session:
        yield session, made


OFFERS = (*says("220 hi"), *answers("EHLO", "250-hi", "250 AUTH PLAIN LOGIN"))


@pytest.mark.parametrize("tls", [TlsMode.NONE, TlsMode.OPTIONAL])
def test_credentials_never_go_out_in_clear_unasked(tls: TlsMode) -> None:
    with far_session(*OFFERS, tls=tls) as (session, made):
        session.post(control.RunToEnd())
        asked = session.event(events.ConfirmationNeeded)
        assert asked.kind == "cleartext-credentials"
        assert asked.params["host"] == FAR
        assert b"AUTH" not in made[-1].written
        session.post(control.Confirm("cleartext-credentials", False))
        session.paused("trouble")
        assert b"AUTH" not in made[-1].written
        assert session.all(events.Surprise)[-1].rule == "credentials-held-back"


def test_a_confirmation_holds_for_this_session() -> None:
    script = (*OFFERS, *answers("AUTH PLAIN", "535 5.7.8 no"), *answers("AUTH PLAIN", "235 yes"))
    with far_session(*script) as (session, _):
        session.post(control.RunToEnd())
        session.event(events.ConfirmationNeeded)
        session.post(control.Confirm("cleartext-credentials", True))
        session.paused("trouble")
        session.post(control.Repeat("auth"))
        asked = session.event(events.ConfirmationNeeded)
        assert asked.kind == "spent-secret"


def test_hand_typed_log_in_lines_are_guarded_too() -> None:
    with far_session(*OFFERS, auth=False) as (session, made):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        typed = "auth plain " + base64.b64encode(b"\0me\0hand-typed-1").decode()
        session.post(control.SendRaw(typed, force=True))
        assert session.event(events.ConfirmationNeeded).kind == "cleartext-credentials"
        session.post(control.Confirm("cleartext-credentials", False))
        session.paused("trouble")
        assert b"auth" not in bytes(made[-1].written).lower().replace(b"auth plain login", b"")
        assert "hand-typed" not in repr(list(session.log))


def test_a_refused_secret_is_not_sent_again_unasked_in_any_way() -> None:
    spent = SpentSecrets()
    with lab_session("auth-rejected", spent=spent) as (session, lab):
        session.run_to_end()
        tried = session.all(events.LoginTried)[-1]
        assert (tried.outcome, tried.attempts) == ("refused", 1)
        for again in (control.Repeat("auth"), control.Restart(run_to="quit")):
            session.post(again)
            asked = session.event(events.ConfirmationNeeded, kind="spent-secret")
            assert asked.params["attempts"] == "1"
            session.post(control.Confirm("spent-secret", False))
            session.paused("trouble")
        session.finish()
        logins = [seen for seen in lab.events if seen.data.startswith(b"AUTH")]
        assert len(logins) == 1
    with lab_session("auth-rejected", spent=spent, mechanism="LOGIN") as (session, _):
        session.post(control.RunToEnd())
        session.event(events.ConfirmationNeeded, kind="spent-secret")
        session.post(control.Confirm("spent-secret", True))
        session.paused("trouble")
        assert session.all(events.LoginTried)[-1].attempts == 2


def test_another_secret_may_be_tried_at_once() -> None:
    with lab_session("auth-rejected", secret=None) as (session, lab):
        session.post(control.RunToEnd())
        needed = session.event(events.SecretNeeded)
        assert needed.problem == "no-backend"
        session.post(control.ProvideSecret(Secret("wrong-wrong")))
        session.paused("trouble")
        right = lab.scenario.server.users["lab@lab.test"]
        session.post(control.Repeat("auth"))
        session.event(events.SecretNeeded)
        session.post(control.ProvideSecret(Secret(right)))
        assert session.event(events.LoginTried).outcome == "accepted"


def test_no_secret_at_all_ends_the_log_in() -> None:
    with lab_session("submission", secret=None) as (session, lab):
        session.post(control.RunTo("mail"))
        session.event(events.SecretNeeded)
        session.post(control.ProvideSecret(None))
        session.paused("trouble")
        assert not any(seen.data.startswith(b"AUTH") for seen in lab.events)


def test_a_mechanism_that_is_not_offered_is_not_tried() -> None:
    with lab_session("submission", mechanism="XOAUTH2", secret="password-only") as (session, _):
        session.run_to_end()
    with lab_session("auth-not-offered") as (session, lab):
        session.run_to_end()
        assert session.all(events.Surprise)[-1].rule == "auth-not-offered"
        assert not any(seen.data.startswith(b"AUTH") for seen in lab.events)


def spellings(secret: str) -> set[str]:
    """Return every form that the log must not hold, in lower case."""
    raw = secret.encode()
    found = {secret, raw.hex(), raw.decode("latin-1")}
    for shift in range(3):
        found.add(base64.b64encode(b"\0" * shift + raw).decode()[4:-4])
    return {form.lower() for form in found}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("scenario", ["echo", "submission", "auth-rejected"])
def test_the_secret_is_in_no_log_and_no_file(
    tmp_path: Path, scenario: str, mechanism: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    secret = "Sw0rdfish-in-the-log?"
    with lab_session(scenario, secret=secret, mechanism=mechanism, path=path) as (session, _):
        session.run_to_end()
        session.post(control.Restart(run_to="ehlo"))
        session.paused("step", step="ehlo")
        for line in ("EHLO me", f"NOOP {secret}", f"{secret}"):
            session.post(control.SendRaw(line, force=True))
            session.event(events.StepFinished)
            session.event(events.Paused)
        memory = repr(list(session.log))
    everything = (memory + path.read_text("utf-8") + "".join(capfd.readouterr())).lower()
    for form in spellings(secret):
        assert form not in everything, form
    assert any(line.text.startswith("AUTH") for line in session.all(events.LineSent))


def test_a_typed_exchange_is_masked_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    with lab_session("submission", stage=Stage.LOGIN, auth=False, path=path) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        for line in ("AUTH LOGIN", "bGFiQGxhYi50ZXN0", base64.b64encode(b"typed-pass-1").decode()):
            session.post(control.SendRaw(line))
            session.event(events.StepFinished)
            session.event(events.Paused)
        assert session.codes()[-1] == 535
        assert session.all(events.LoginTried)[-1].outcome == "refused"
    text = path.read_text()
    assert "dHlwZWQtcGFzcy0x" not in text
    assert "typed-pass-1" not in text


def test_a_short_secret_is_told() -> None:
    with lab_session("submission", secret="short") as (session, _):
        session.run_to_end()
        assert "short-secret" in [surprise.rule for surprise in session.all(events.Surprise)]
