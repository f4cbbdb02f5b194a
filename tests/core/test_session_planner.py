"""The plan: what it holds before anything is known, and how EHLO's offer fits it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.protocol.capabilities import Capabilities
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.session.planner import (
    ADDRESS_SLOT,
    fit_to_capabilities,
    make_plan,
    renew,
    with_ehlo_name,
    with_helo,
)
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.session.steps import SECRET_SLOT, Plan, Step, StepKind
from mailoscope_core.storage.profile import Profile, TlsMode

MESSAGE = PreparedMessage(Path("x"), 4321, "0", "composed", needs_8bit=True)


def request(stage: Stage = Stage.LOGIN, **profile: object) -> SessionRequest:
    values: dict[str, object] = {
        "user": "me",
        "sender": "me@lab.test",
        "recipients": ("a@lab.test", "b@lab.test"),
        **profile,
    }
    return SessionRequest(
        Profile(name="p", host="h", **values),  # type: ignore[arg-type]
        stage=stage,
        message=MESSAGE if stage is Stage.SEND else None,
    )


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def line(plan: Plan, step: str) -> str | None:
    found = plan.find(step)
    assert found is not None
    return found.line


def offering(*keywords: str) -> Capabilities:
    parts = [keyword.partition(" ") for keyword in keywords]
    return Capabilities("mail.lab.test", tuple((name, rest) for name, _, rest in parts))


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        (TlsMode.NONE, "dns connect greeting ehlo auth quit"),
        (TlsMode.IMPLICIT, "dns connect tls greeting ehlo auth quit"),
        (TlsMode.STARTTLS, "dns connect greeting ehlo starttls tls ehlo-tls auth quit"),
        (TlsMode.OPTIONAL, "dns connect greeting ehlo starttls tls ehlo-tls auth quit"),
    ],
)
def test_a_new_profile_logs_in_and_stops(tls: TlsMode, expected: str) -> None:
    assert ids(make_plan(request(tls=tls), "me.lab.test")) == expected.split()


def test_the_stages_add_the_envelope_and_the_body() -> None:
    ask = ids(make_plan(request(Stage.ASK), "x"))
    send = ids(make_plan(request(Stage.SEND), "x"))
    assert ask[-5:] == ["mail", "rcpt-1", "rcpt-2", "rset", "quit"]
    assert send[-6:] == ["mail", "rcpt-1", "rcpt-2", "data", "body", "quit"]


def test_the_ehlo_name_is_filled_in_once_our_address_is_known() -> None:
    plan = make_plan(request(), None)
    assert line(plan, "ehlo") == f"EHLO {ADDRESS_SLOT}"
    named = with_ehlo_name(plan, "[192.0.2.1]")
    assert line(named, "ehlo") == line(named, "ehlo-tls") == "EHLO [192.0.2.1]"


def test_mail_takes_the_parameters_that_are_offered() -> None:
    plan = make_plan(request(Stage.SEND, tls=TlsMode.NONE), "x")
    offer = offering("SIZE 1000", "8BITMIME", "AUTH LOGIN")
    fitted = fit_to_capabilities(plan, request(Stage.SEND), offer, frozenset(), encrypted=False)
    assert line(fitted, "mail") == "MAIL FROM:<me@lab.test> SIZE=4321 BODY=8BITMIME"
    assert line(fitted, "auth") == "AUTH LOGIN"
    bare = fit_to_capabilities(plan, request(Stage.SEND), offering(), frozenset(), encrypted=False)
    assert line(bare, "mail") == "MAIL FROM:<me@lab.test>"
    assert line(bare, "auth") == f"AUTH PLAIN {SECRET_SLOT}"


def test_a_wanted_mechanism_stays_and_the_log_in_waits_for_tls() -> None:
    wanting = request(mechanism="CRAM-MD5")
    plan = make_plan(wanting, "x")
    clear = fit_to_capabilities(
        plan, wanting, offering("STARTTLS", "AUTH PLAIN"), frozenset({"ehlo"}), encrypted=False
    )
    assert line(clear, "auth") == "AUTH CRAM-MD5"
    tokens = request(secret_kind="token")
    plan = make_plan(tokens, "x")
    secure = fit_to_capabilities(
        plan,
        tokens,
        offering("AUTH PLAIN XOAUTH2"),
        frozenset({"ehlo", "starttls", "tls", "ehlo-tls"}),
        encrypted=True,
    )
    assert line(secure, "auth") == f"AUTH XOAUTH2 {SECRET_SLOT}"


def test_if_offered_drops_the_tls_steps_and_required_keeps_them() -> None:
    for tls, kept in ((TlsMode.OPTIONAL, False), (TlsMode.STARTTLS, True)):
        plan = make_plan(request(tls=tls), "x")
        fitted = fit_to_capabilities(
            plan, request(tls=tls), offering(), frozenset({"ehlo"}), encrypted=False
        )
        assert ("starttls" in ids(fitted)) is kept


def test_what_the_user_touched_is_not_remade() -> None:
    asking = request(Stage.ASK, tls=TlsMode.NONE)
    plan = make_plan(asking, "x")
    steps = tuple(
        step.with_line("MAIL FROM:<>") if step.id == "mail" else step for step in plan.steps
    )
    fitted = fit_to_capabilities(
        Plan(steps), asking, offering("SMTPUTF8"), frozenset(), encrypted=False
    )
    assert line(fitted, "mail") == "MAIL FROM:<>"


def test_smtputf8_is_asked_for_when_an_address_needs_it() -> None:
    asking = request(Stage.ASK, tls=TlsMode.NONE, recipients=("डाक@lab.test",))
    plan = make_plan(asking, "x")
    fitted = fit_to_capabilities(plan, asking, offering("SMTPUTF8"), frozenset(), encrypted=False)
    assert (line(fitted, "mail") or "").endswith(" SMTPUTF8")


def test_helo_stands_behind_the_refused_ehlo_and_needs_no_extension() -> None:
    tls = TlsMode.OPTIONAL
    plan = with_helo(make_plan(request(tls=tls), "x"), "ehlo", "x", tls=tls)
    assert ids(plan) == ["dns", "connect", "greeting", "ehlo", "helo", "auth", "quit"]


def test_helo_leaves_required_tls_in_the_plan() -> None:
    tls = TlsMode.STARTTLS
    plan = with_helo(make_plan(request(tls=tls), "x"), "ehlo", "x", tls=tls)
    assert ids(plan)[3:7] == ["ehlo", "helo", "starttls", "tls"]


def test_fitting_to_capabilities_keeps_what_is_skipped() -> None:
    plan = make_plan(request(Stage.ASK, tls=TlsMode.NONE), "x")
    steps = tuple(replace(step, skip=step.id == "mail") for step in plan.steps)
    offered = Capabilities("mx", (("SIZE", "1000"),))
    fitted = fit_to_capabilities(
        Plan(steps), request(Stage.ASK), offered, frozenset(), encrypted=False
    )
    assert [step.id for step in fitted.steps if step.skip] == ["mail"]


def test_a_restart_takes_edits_insertions_and_removals_along() -> None:
    fresh = make_plan(request(Stage.ASK, tls=TlsMode.NONE), "x")
    added = Step("added-1", StepKind.NOOP, "NOOP", edited=True, auto=False)
    ad_hoc = Step("added-2", StepKind.NOOP, "NOOP", edited=True, auto=False, note="ad-hoc")
    steps = [
        step.with_line("MAIL FROM:<>") if step.id == "mail" else step
        for step in fresh.steps
        if step.id != "rset"
    ]
    place = [step.id for step in steps].index("mail")
    steps[place:place] = [added, ad_hoc]
    renewed = renew(Plan(tuple(steps), 7), fresh, frozenset({"rset"}))
    assert line(renewed, "mail") == "MAIL FROM:<>"
    assert ids(renewed)[ids(renewed).index("mail") - 1] == "added-1"
    assert "added-2" not in ids(renewed)
    assert "rset" not in ids(renewed)
    assert renewed.revision == 8


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (SessionRequest(Profile(name="p", host=" ")), "host-missing"),
        (request(Stage.ASK, recipients=()), "recipients-missing"),
        (
            request(Stage.ASK, recipients=tuple(f"{n}@lab.test" for n in range(11))),
            "too-many-recipients",
        ),
        (request(Stage.ASK, recipients=("a@b>\r\nDATA",)), "address-injection"),
        (request(Stage.ASK, sender="a\0@b"), "address-injection"),
        (
            SessionRequest(
                Profile(name="p", host="h", recipients=("a@b",)), stage=Stage.SEND, message=None
            ),
            "message-missing",
        ),
    ],
)
def test_a_request_that_no_run_may_serve_is_refused(asked: SessionRequest, code: str) -> None:
    with pytest.raises(UserError) as refused:
        asked.checked()
    assert refused.value.code == code


def test_the_settings_of_the_header_hold_no_addresses_for_a_log_in_alone() -> None:
    assert "recipients" not in request(Stage.LOGIN).settings()
    assert request(Stage.ASK).settings()["recipients"] == "a@lab.test, b@lab.test"
