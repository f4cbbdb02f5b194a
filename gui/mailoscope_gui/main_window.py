"""The main window: side bar, pages, menus; it puts the parts together and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QVBoxLayout, QWidget

from mailoscope_gui.action_set import ActionSet
from mailoscope_gui.actions import ACTIONS
from mailoscope_gui.controller import Controller
from mailoscope_gui.doors import Doors
from mailoscope_gui.drop_target import accept_drag, take_drop
from mailoscope_gui.focus import codes_at, focus_of
from mailoscope_gui.intents import Intents
from mailoscope_gui.menus import COMMANDS, MENUS, REPLY_MENU
from mailoscope_gui.pages import Pages
from mailoscope_gui.panels.notice_bar import NoticeBar
from mailoscope_gui.panels.side_bar import SideBar
from mailoscope_gui.services import Services
from mailoscope_gui.situation import situation
from mailoscope_gui.start.start_page import StartPage

if TYPE_CHECKING:
    from mailoscope_gui.panels.session_page import SessionPage

_SIZE = (1320, 860)
_LADDER_MENU = (
    "run-to",
    "restart-to",
    "",
    "skip",
    "repeat",
    "insert",
    "",
    "breakpoint",
    "",
    *REPLY_MENU,
)


class MainWindow(QMainWindow):
    """`painted` is emitted once, after the complete window has been painted for the first time."""

    painted = Signal()

    def __init__(self, services: Services, controller: Controller) -> None:
        super().__init__()
        self.services, self.controller = services, controller
        self._painted = False
        self._menus: list[tuple[str, QMenu]] = []
        self.actions_by_id = ActionSet(services, self)
        actions = self.actions_by_id.by_id
        self.doors = Doors(services, controller, self)
        self.start_page = StartPage(services, controller)
        self.pages = Pages(services, controller, self.start_page, self._make_session_page)
        self.side_bar = SideBar(services, controller, self.doors)
        self.notice = NoticeBar(services)
        self._intents = Intents(
            self, controller, self.doors, lambda: self.session_page, lambda: self.pages
        )
        self.setAcceptDrops(True)
        self._lay_out()
        self._build_menus(actions)
        self._connect(actions)
        self.retranslate()
        self.follow()

    @property
    def session_page(self) -> SessionPage:
        """The page of the session; made when it is first asked for."""
        page = self.pages.page("session")
        assert type(page).__name__ == "SessionPage"
        return cast("SessionPage", page)

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self.services.language.gettext
        self.actions_by_id.retranslate()
        for title, menu in self._menus:
            menu.setTitle(_(title))
        self._commands_menu.setTitle(_("Send a &command"))
        self._title()

    def follow(self) -> None:
        """Switch actions on and off as the session goes on."""
        controller = self.controller
        left = controller.view.ladder.next_rung() is not None
        chosen = self.session_page.ladder.chosen_rung if self.pages.has("session") else None
        focus = focus_of(controller)
        self.actions_by_id.follow(
            situation(
                controller.session,
                controller.state,
                chosen,
                steps_left=left,
                focus=focus,
                coded=codes_at(controller, focus)[0] is not None,
                marked=controller.selection.marked,
            )
        )

    # --- events -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell that the window is on the screen, once; only then is anything slow begun."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        accept_drag(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open or explain a file."""
        take_drop(event, self.controller)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the sessions; they get half a second."""
        self.controller.close()
        super().closeEvent(event)

    # --- building -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.pages, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.side_bar)
        split.addWidget(right)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        split.setSizes([215, _SIZE[0] - 215])
        split.setChildrenCollapsible(False)
        self.setCentralWidget(split)
        self.resize(*_SIZE)
        self.setMinimumSize(900, 600)

    def _build_menus(self, actions: dict[str, QAction]) -> None:
        self._commands_menu = QMenu(self)
        self._commands_menu.addActions([actions[name] for name in COMMANDS])
        for title, entries in MENUS:
            menu = self.menuBar().addMenu("")
            self._fill(menu, entries, actions)
            self._menus.append((title, menu))

    def _fill(self, menu: QMenu, entries: tuple[str, ...], actions: dict[str, QAction]) -> None:
        for name in entries:
            if not name:
                menu.addSeparator()
            elif name == "commands":
                menu.addMenu(self._commands_menu)
            else:
                menu.addAction(actions[name])

    def _connect(self, actions: dict[str, QAction]) -> None:
        for record in ACTIONS:
            actions[record.id].triggered.connect(self._runner(record.run))
        controller = self.controller
        controller.state_changed.connect(self.follow)
        controller.session_changed.connect(self.follow)
        controller.selection.changed.connect(self.follow)
        controller.selection.mark_changed.connect(self.follow)
        controller.session_changed.connect(self._title)
        controller.session_changed.connect(self.notice.hide)
        controller.troubled.connect(self.notice.tell_error)
        controller.noticed.connect(self.notice.tell)
        self.doors.undo_offered.connect(self.notice.offer)
        self.services.language.changed.connect(self.retranslate)
        self.painted.connect(self._after_paint)

    def _make_session_page(self) -> SessionPage:
        from mailoscope_gui.panels.session_page import SessionPage

        page = SessionPage(self.services, self.controller, self.actions_by_id.by_id)
        page.ladder.chosen.connect(self.follow)
        page.ladder.menu_wanted.connect(lambda at: self._show_menu(_LADDER_MENU, at))
        page.transcript.menu_wanted.connect(lambda at: self._show_menu(REPLY_MENU, at))
        return page

    def _after_paint(self) -> None:
        """Do what the first look at the window does not need."""
        self.setWindowIcon(self.services.icons.application())
        self.actions_by_id.dress()
        self.side_bar.load()
        QTimer.singleShot(0, lambda: self.pages.page("session"))

    def _runner(self, run: Callable[[Intents], None]) -> Callable[[], None]:
        return lambda: run(self._intents)

    def _show_menu(self, entries: tuple[str, ...], at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, entries, self.actions_by_id.by_id)
        menu.popup(at)

    def _title(self) -> None:
        session = self.controller.session
        name = session.header.title if session is not None else ""
        self.setWindowTitle(f"{name} – Mailoscope" if name else "Mailoscope")
