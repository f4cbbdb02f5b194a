"""`check`: one session with a server, explained line by line."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace

from mailoscope_core.cli.check_options import (
    check_parser,
    make_profile,
    make_request,
    read_secret_source,
)
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.drive import Drive
from mailoscope_core.cli.findings import print_summary
from mailoscope_core.cli.json_lines import print_entry, print_findings
from mailoscope_core.cli.live import LiveTranscript
from mailoscope_core.cli.secret_source import SecretSource, read_descriptor
from mailoscope_core.cli.verdict import exit_code
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.message.spool import Spool
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record.events import Entry
from mailoscope_core.record.log import SessionLog
from mailoscope_core.report.document import build_document
from mailoscope_core.report.exporters import exporter, format_of, write_report
from mailoscope_core.report.plain import visible
from mailoscope_core.session.launch import new_log, real_services
from mailoscope_core.session.request import Services, SessionRequest
from mailoscope_core.session.runner import SessionRunner
from mailoscope_core.storage.credentials import CredentialStore, SecretResult, SpentSecrets
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.profile import Profile
from mailoscope_core.storage.profiles import ProfileStore


def run(arguments: Sequence[str], console: Console) -> int:
    """Run the session that the options ask for and return its exit code."""
    options = check_parser(console.texts).parse_args(arguments)
    source = read_secret_source(options)
    if options.report is not None:
        format_of(options.report)  # said before anything is done, not after it
    directories = Directories.of_this_user()
    profile = make_profile(options, ProfileStore(directories.profiles))
    with Spool(directories.spool) as spool:
        request = make_request(options, profile, spool, console.texts)
        return _run(request, source, options, console)


def _run(
    request: SessionRequest, source: SecretSource, options: argparse.Namespace, console: Console
) -> int:
    secret = read_descriptor(source.fd) if source.kind == "fd" else None
    log = new_log(request, options.save)
    try:
        runner = SessionRunner(request, log, _services(source, saved=bool(options.profile)))
        if not options.json:
            _announce(request, console)
        drive = Drive(
            runner,
            log,
            console,
            _display(options, console),
            stop_before=options.stop_before,
            step=options.step,
            secret=secret,
            asks_secret=source.asks,
        )
        result = drive.run()
    finally:
        log.close()
    _report(log, options, console)
    return exit_code(log[:], result)


def _services(source: SecretSource, *, saved: bool) -> Services:
    """Return the real services; the keyring is asked for a saved profile alone, when it may be."""
    services = real_services(CredentialStore(), SpentSecrets())
    if source.kind == "keyring" or (source.kind == "auto" and saved):
        return services
    return replace(services, fetch_secret=_no_secret)


def _no_secret(profile: Profile) -> SecretResult:
    return SecretResult(None, None, "not-stored")


def _announce(request: SessionRequest, console: Console) -> None:
    """Say what will be done, recipients included, before anything is done."""
    _ = console.texts.gettext
    profile = request.profile
    place = f"{profile.host}:{profile.port} ({profile.tls.value})"
    recipients = ", ".join(request.envelope_recipients)
    if request.stage is Stage.SEND:
        text = _("{place}: ONE MESSAGE WILL BE SENT from {sender} to {recipients}")
    elif request.stage is Stage.ASK:
        text = _("{place}: asks about {sender} and {recipients}, sends nothing")
    elif profile.auth and profile.user:
        text = _("{place}: logs in as {user} and stops")
    else:
        text = _("{place}: looks at the server, no log-in")
    line = text.format(
        place=place,
        sender=f"<{request.envelope_sender}>",
        recipients=recipients,
        user=profile.user,
    )
    console.say(console.styled(visible(line), "strong"))


def _display(options: argparse.Namespace, console: Console) -> Callable[[Entry], None]:
    if options.json:
        return lambda entry: print_entry(console, entry)
    return LiveTranscript(console, load_catalogue()).show


def _report(log: SessionLog, options: argparse.Namespace, console: Console) -> None:
    """Print the findings and write the report."""
    entries = log[:]
    findings = diagnose(entries, log.header)
    if options.json:
        print_findings(console, findings)
    else:
        print_summary(entries, findings, console)
    if options.report is not None:
        now = datetime.datetime.now().astimezone()
        document = build_document(log.header, entries, findings, console.texts, now=now)
        content = exporter(format_of(options.report))(document, console.texts)
        write_report(options.report, content)
