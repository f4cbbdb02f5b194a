"""The main job without a screen: the same window runs a lab session and leaves its proof behind."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer

from mailoscope_core.base.errors import UserError
from mailoscope_gui.app import Application, build, make_qt
from mailoscope_gui.options import Options

SCENARIO = "submission"
_PATIENCE_MS = 60_000
_SETTLE_MS, _REST_MS = 5_000, 250
_OK, _FAILED = 0, 40
_STOPS = ("trouble", "secret", "confirmation")


def run_headless(options: Options) -> int:
    """Run a scenario to its end in the window, print it explained, write three files.

    Returns 0 when the session did all it was armed for and everything could be written, else 40.
    """
    qt = make_qt()
    application = build(qt, options)
    troubles: list[Exception] = []
    application.controller.troubled.connect(troubles.append)
    application.window.show()
    application.warm_up()
    try:
        return _run(application, options, troubles)
    except UserError as error:
        return _fail(application.services.language.error(error))
    except OSError as error:
        named = error.filename or options.out
        text = application.services.language.gettext("{path} cannot be written: {detail}")
        return _fail(text.format(path=named, detail=error.strerror))
    finally:
        application.window.close()


def _run(application: Application, options: Options, troubles: list[Exception]) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    _drive(application, options.practice or SCENARIO, troubles)
    if troubles:
        error = troubles[0]
        if isinstance(error, UserError):
            raise error
        return _fail(f"{type(error).__name__}")
    report = options.out / "report.html"
    session = options.out / "session.mailoscope.jsonl"
    picture = options.out / "window.png"
    good = _write(application, report, session)
    _settle(application)
    application.window.grab().save(str(picture))
    for path in (report, session, picture):
        print(path)
    state = application.controller.state
    whole = state is not None and state.waiting == "end"
    return _OK if good and whole else _FAILED


def _drive(application: Application, scenario: str, troubles: list[Exception]) -> None:
    """Step as a person would: practise, run to the end, wait until all has been shown."""
    controller, loop = application.controller, QEventLoop()
    started = False

    def look() -> None:
        nonlocal started
        state, session = controller.state, controller.session
        if troubles:
            loop.quit()
        if state is None or session is None or controller.request is None:
            return
        if not started and state.waiting == "start":
            started = True
            controller.run_to_end()
        over = state.finished or state.waiting == "end"
        if started and (over or (state.waiting in _STOPS and session.findings)):
            loop.quit()

    controller.state_changed.connect(look)
    controller.findings_changed.connect(look)
    controller.troubled.connect(loop.quit)
    QTimer.singleShot(_PATIENCE_MS, loop.quit)
    controller.practise(scenario)
    loop.exec()


def _settle(application: Application) -> None:
    """Let the window show what is still being explained, and lay itself out."""
    deadline = QDeadlineTimer(_SETTLE_MS)
    flags = QEventLoop.ProcessEventsFlag
    application.qt.processEvents(flags.AllEvents)
    while application.services.background.busy and not deadline.hasExpired():
        application.qt.processEvents(flags.AllEvents | flags.WaitForMoreEvents)
    # Layouts and scroll bars come to rest over several turns of the event loop.
    rest = QEventLoop()
    QTimer.singleShot(_REST_MS, rest.quit)
    rest.exec()


def _write(application: Application, report: Path, session_file: Path) -> bool:
    """Print the transcript, write report and session; return whether all went well."""
    from mailoscope_core.knowledge.diagnose import diagnose
    from mailoscope_core.record.log import save_session
    from mailoscope_core.report.document import build_document
    from mailoscope_core.report.formats.html import to_html
    from mailoscope_core.report.formats.text import to_text

    session = application.controller.session
    if session is None:
        return False
    entries = session.entries[:]
    texts = application.services.language.texts
    now = datetime.datetime.now().astimezone()
    findings = diagnose(entries, session.header)
    document = build_document(session.header, entries, findings, texts, now=now)
    print(to_text(document, texts))
    report.write_text(to_html(document, texts), encoding="utf-8")
    save_session(session_file, session.header, entries)
    return document.summary.good


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return _FAILED
