"""The options of `check`, and the session request that they make."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.secret_source import FORMS, SecretSource, read_source
from mailoscope_core.cli.target import Target, default_port, default_tls, read_target
from mailoscope_core.message.compose import Draft
from mailoscope_core.message.eml import load_eml
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.samples import make_sample
from mailoscope_core.message.spool import Spool
from mailoscope_core.protocol import sasl
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.session.planner import make_plan
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import IpFamily, Profile, Timeouts, TlsMode
from mailoscope_core.storage.profiles import ProfileStore

_TOKEN_MECHANISMS = frozenset({"XOAUTH2", "OAUTHBEARER"})


def check_parser(texts: Texts) -> CommandParser:
    """Return the parser of `check`."""
    _ = texts.gettext
    description = _(
        "Connects to a mail server, logs in and stops; every reply is explained. With --from and "
        "--to it asks about the addresses and takes them back. Only --send sends a message."
    )
    parser = CommandParser("check", description, texts, epilog=exit_code_help(texts))
    parser.given.add_argument(
        "target", nargs="?", metavar="HOST[:PORT]", help=_("the server (else the profile's)")
    )
    add = parser.options.add_argument
    add("--profile", metavar=_("NAME"), help=_("a saved profile; other options override it"))
    modes = [mode.value for mode in TlsMode]
    add(
        "--tls",
        choices=modes,
        help=_("when TLS begins (default: implicit on 465, optional on 25, else starttls)"),
    )
    families = parser.options.add_mutually_exclusive_group()
    families.add_argument("-4", dest="family", action="store_const", const="4", help=_("IPv4 only"))
    families.add_argument("-6", dest="family", action="store_const", const="6", help=_("IPv6 only"))
    add("--ehlo", metavar=_("NAME"), help=_("the name to say in EHLO"))
    add("--sni", metavar=_("NAME"), help=_("the name that the certificate must be for"))
    add("--ca-file", metavar=_("FILE"), help=_("trust the CA certificates in this PEM file"))
    add("--client-cert", metavar=_("FILE"), help=_("certificate and key of this client, PEM"))
    known = ", ".join(sasl.SUPPORTED)
    add(
        "--auth",
        metavar=_("MECH"),
        help=_("the SASL mechanism: {names} (default: the best one offered)").format(names=known),
    )
    add("--user", metavar=_("USER"), help=_("the user to log in as; without one nobody logs in"))
    secrets = parser.options.add_mutually_exclusive_group()
    secrets.add_argument(
        "--password-from",
        metavar=FORMS,
        help=_("where the password comes from; it is never taken from the command line"),
    )
    secrets.add_argument(
        "--token-from",
        metavar=FORMS,
        help=_("where the OAuth token comes from; it is never taken from the command line"),
    )
    add("--from", dest="sender", metavar=_("ADDRESS"), help=_("ask about this sender"))
    add(
        "--to",
        dest="recipients",
        action="append",
        metavar=_("ADDRESS"),
        help=_("ask about this recipient; may be given up to 10 times"),
    )
    add("--send", action="store_true", help=_("really send one message"))
    add("--eml", metavar=_("FILE"), help=_("the message for --send (default: a test message)"))
    _add_run_options(parser, texts)
    return parser


def _add_run_options(parser: CommandParser, texts: Texts) -> None:
    _ = texts.gettext
    add = parser.options.add_argument
    add(
        "--stop-before",
        metavar=_("STEP"),
        help=_("stop before a step: dns, connect, ehlo, starttls, tls, auth, mail, rcpt, data ..."),
    )
    add("--step", action="store_true", help=_("ask before each line"))
    add(
        "--timeout",
        metavar=_("SECONDS"),
        type=float,
        help=_("give up when a wait lasts so long (default: 20 to connect, 60, 600 after the dot)"),
    )
    add("--json", action="store_true", help=_("print events and findings as JSON, one a line"))
    add("--save", metavar=_("FILE"), type=Path, help=_("keep the session (.mailoscope.jsonl)"))
    add("--report", metavar=_("FILE"), type=Path, help=_("write a report: .html .md .txt .json"))


def read_secret_source(options: argparse.Namespace) -> SecretSource:
    """Return where the secret comes from. Raises `UserError` option-secret-source."""
    given = options.password_from or options.token_from
    source = read_source(given) if given else SecretSource()
    if source.kind == "keyring" and not options.profile:
        raise UserError("option-keyring-profile")
    return source


def make_profile(options: argparse.Namespace, store: ProfileStore) -> Profile:
    """Return the profile of this run: the saved one, or a new one, with the options over it.

    Raises `UserError`: option-target-missing, target-empty, port-invalid, option-timeout,
    option-mechanism, option-user-missing, profile-not-found.
    """
    target = read_target(options.target) if options.target else None
    base = _base_profile(options, store, target)
    changes: dict[str, object] = {}
    if target is not None:
        changes["host"] = target.host
        changes["port"] = target.port or base.port
    for option, field in (
        ("ehlo", "ehlo_name"),
        ("sni", "server_name"),
        ("ca_file", "ca_file"),
        ("client_cert", "client_certificate"),
    ):
        if getattr(options, option) is not None:
            changes[field] = getattr(options, option)
    if options.tls:
        changes["tls"] = TlsMode(options.tls)
    if options.family:
        changes["family"] = IpFamily(options.family)
    if options.timeout is not None:
        changes["timeouts"] = _timeouts(options.timeout)
    changes |= _login(options, base)
    return msgspec.structs.replace(base, **changes)


def _base_profile(
    options: argparse.Namespace, store: ProfileStore, target: Target | None
) -> Profile:
    if options.profile:
        return store.find(options.profile)
    if target is None:
        raise UserError("option-target-missing")
    wanted = TlsMode(options.tls) if options.tls else None
    port = target.port or default_port(wanted)
    return Profile(
        name=target.host, host=target.host, port=port, tls=wanted or default_tls(port), auth=False
    )


def _timeouts(seconds: float) -> Timeouts:
    if not 0 < seconds < 86_400:
        raise UserError("option-timeout", seconds=f"{seconds:g}")
    return Timeouts(connect=seconds, command=seconds, final_dot=seconds)


def _login(options: argparse.Namespace, base: Profile) -> dict[str, object]:
    """Return the changes for the log-in; without a user there is none."""
    changes: dict[str, object] = {}
    user = base.user if options.user is None else options.user
    if options.user is not None:
        changes |= {"user": user, "auth": bool(user)}
    if options.auth is not None:
        mechanism = options.auth.upper()
        if mechanism not in sasl.SUPPORTED:
            known = ", ".join(sasl.SUPPORTED)
            raise UserError("option-mechanism", mechanism=options.auth, known=known)
        changes |= {"mechanism": mechanism, "auth": True}
        if mechanism in _TOKEN_MECHANISMS:
            changes["secret_kind"] = "token"
    if options.token_from:
        changes["secret_kind"] = "token"
    if not user and (options.auth or options.password_from or options.token_from):
        raise UserError("option-user-missing")
    return changes


def make_request(
    options: argparse.Namespace, profile: Profile, spool: Spool, texts: Texts
) -> SessionRequest:
    """Return the request; the stage is what the options arm, and a message only with `--send`.

    Raises `UserError` option-sender-missing, option-eml-send, option-stop-step and those of
    `SessionRequest.checked` and of the message.
    """
    if options.eml and not options.send:
        raise UserError("option-eml-send")
    stage = Stage.LOGIN
    if options.send:
        stage = Stage.SEND
    elif options.sender is not None or options.recipients:
        stage = Stage.ASK
    request = SessionRequest(
        profile=profile,
        stage=stage,
        sender=_sender(options, profile) if stage > Stage.LOGIN else None,
        recipients=tuple(options.recipients) if options.recipients else None,
        title=profile.name,
    )
    if stage is Stage.SEND:
        message = _message(options, request, spool, texts)
        request = SessionRequest(
            profile=profile,
            stage=stage,
            sender=request.sender,
            recipients=request.recipients,
            message=message,
            title=profile.name,
        )
    request.checked()
    _check_stop(options.stop_before, request)
    return request


def _sender(options: argparse.Namespace, profile: Profile) -> str:
    """Return the envelope's sender: the option, the profile's, or the user that is an address."""
    if options.sender is not None:
        return str(options.sender)
    if profile.sender:
        return profile.sender
    if "@" in profile.user:
        return profile.user
    raise UserError("option-sender-missing")


def _message(
    options: argparse.Namespace, request: SessionRequest, spool: Spool, texts: Texts
) -> PreparedMessage:
    if options.eml:
        return load_eml(Path(options.eml), spool)
    draft = Draft(sender=request.envelope_sender, to=request.envelope_recipients)
    return make_sample("plain", spool, draft, texts)


def _check_stop(wanted: str | None, request: SessionRequest) -> None:
    """Refuse a step that this run will never come to."""
    if wanted is None:
        return
    steps = make_plan(request, None).steps
    known = dict.fromkeys([step.kind.value for step in steps] + [step.id for step in steps])
    if wanted not in known:
        raise UserError("option-stop-step", step=wanted, steps=", ".join(known))
