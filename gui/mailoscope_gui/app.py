"""The composition root: makes every object of the window and hands each what it needs."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from mailoscope_core.base.texts import languages
from mailoscope_core.storage.directories import Directories
from mailoscope_gui.background import Background
from mailoscope_gui.collector import Collector
from mailoscope_gui.controller import Controller
from mailoscope_gui.first_look import FirstLook, first_look, system_language
from mailoscope_gui.fonts import provide_fonts, provide_hindi
from mailoscope_gui.i18n import Language
from mailoscope_gui.launcher import Launcher
from mailoscope_gui.main_window import MainWindow
from mailoscope_gui.options import Options
from mailoscope_gui.services import Services
from mailoscope_gui.theme import Choice, Theme

NAME = "mailoscope"
# What a first session needs and takes long to load; loaded by a thread once the window stands.
_WARM = (
    "mailoscope_core.session.launch",
    "mailoscope_core.session.runner",
    "mailoscope_core.report.admin_note",
    "mailoscope_gui.explanation",
    "mailoscope_gui.lab",
)


# Qt connects to a method of an object through a weak reference to it.
@dataclass(slots=True, weakref_slot=True)
class Application:
    """One window with everything that belongs to it."""

    qt: QApplication
    services: Services
    controller: Controller
    window: MainWindow
    collector: Collector

    def warm_up(self) -> None:
        """Load what the first session will need, away from the GUI thread; fonts within it."""
        provide_hindi()
        threading.Thread(target=_import_all, name="warm-up", daemon=True).start()


def make_qt(arguments: Sequence[str] = ()) -> QApplication:
    """Return the Qt application; there is one for each process."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QApplication.setApplicationName(NAME)
    QApplication.setApplicationDisplayName("Mailoscope")
    QApplication.setDesktopFileName(NAME)
    # One look everywhere: it follows the palette in every part, which native styles do not. Said
    # here because setStyle() returns a QStyle, and Python then makes all of its enumerations.
    return QApplication([NAME, "-style", "fusion", *arguments])


def build(
    qt: QApplication,
    options: Options,
    *,
    directories: Directories | None = None,
    launcher: Launcher | None = None,
) -> Application:
    """Put the window together; nothing is read but two preferences, nothing is started."""
    directories = directories or Directories.of_this_user()
    look = first_look(directories)
    language = Language(_language(options, look))
    provide_fonts(language.texts.own_name)
    language.install()
    language.changed.connect(lambda: provide_fonts(language.texts.own_name))
    services = Services(language, Theme(_theme(options, look)), Background(), directories)
    controller = Controller(services, launcher)
    window = MainWindow(services, controller)
    collector = Collector(window)
    collector.start()
    return Application(qt, services, controller, window, collector)


def begin(application: Application, options: Options) -> None:
    """Do what the command line asks for, once the window has been painted."""
    controller = application.controller
    if sys.platform == "darwin":  # every event of the window passes through it
        from mailoscope_gui.file_open import FileOpenFilter

        application.qt.installEventFilter(FileOpenFilter(controller.open_file, application.qt))
    if options.session is not None:
        controller.open_file(options.session)
    elif options.practice:
        controller.practise(options.practice)
    elif options.profile:
        profiles = application.services.profiles
        application.services.background.run(
            lambda: profiles.find(options.profile), controller.use_profile, name="profile"
        )


def _language(options: Options, look: FirstLook) -> str:
    known = languages()
    for wanted in (options.language, look.language):
        if wanted in known:
            return wanted
    return system_language(known)


def _theme(options: Options, look: FirstLook) -> Choice:
    wanted = options.theme or look.theme  # from a file: any text; mypy does not narrow by `in`
    return wanted if wanted in ("light", "dark") else "system"  # type: ignore[return-value]


def _import_all() -> None:
    import importlib

    for name in _WARM:
        importlib.import_module(name)
    # What is loaded now stays. Out of the collector's sight it does not add to the pauses in which
    # the collector looks through a long session.
    gc.freeze()
