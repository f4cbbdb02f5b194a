"""The page of mail providers: searched, read, marked when old, used for a new profile."""

from __future__ import annotations

import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from mailoscope_core.knowledge.presets import load_presets
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_gui.controller import Controller
from mailoscope_gui.dialogs.profile_editor import ProfileEditor
from mailoscope_gui.reference.providers_page import ProvidersPage
from mailoscope_gui.services import Services
from tests.gui.person import Person

TODAY = datetime.date(2026, 11, 28)
LATER = datetime.date(2028, 1, 1)


def opened(
    qtbot: QtBot, services: Services, controller: Controller, today: datetime.date = TODAY
) -> ProvidersPage:
    page = ProvidersPage(services, controller, today=today)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.providers.model.rowCount() > 0, timeout=15_000)
    return page


def texts_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def names(page: ProvidersPage) -> list[str]:
    return [preset.short_id for preset in page.providers.model.providers]


def test_all_providers_are_listed(qtbot: QtBot, services: Services, controller: Controller) -> None:
    page = opened(qtbot, services, controller)
    assert len(names(page)) == len(load_presets())
    assert not page.use_button.isEnabled()
    assert str(len(load_presets())) in page.providers.status.text()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("fastmail", "fastmail"),
        ("asha@zoho.in", "zoho-in"),
        ("smtp.orange.fr", "orange"),
        ("\u0938\u0948\u0902\u0921\u092c\u0949\u0915\u094d\u0938", "amazon-ses"),
    ],
)
def test_the_list_narrows_while_the_user_types(
    qtbot: QtBot, services: Services, controller: Controller, typed: str, first: str
) -> None:
    page = opened(qtbot, services, controller)
    page.providers.search.setText(typed)
    assert names(page)[0] == first
    assert page.provider.preset is not None
    assert page.provider.preset.short_id == first


def test_keys_alone_find_and_read_a_provider(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = opened(qtbot, services, controller)
    qtbot.keyClicks(page.providers.search, "netease")
    assert names(page) == ["netease-126", "netease-163"]
    qtbot.keyClick(page.providers.search, Qt.Key.Key_Down)
    assert page.provider.preset is not None
    assert page.provider.preset.short_id == "netease-163"
    for widget in (page.providers.search, page.providers.table, page.server, page.use_button):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_every_provider_can_be_read_in_full(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = opened(qtbot, services, controller)
    for preset in load_presets():
        page.show_provider(preset)
        said = texts_in(page.provider)
        assert preset.name in said
        assert preset.source in said
        assert preset.seen.isoformat() in said
        assert all(f"{each.host}:{each.port}" in said for each in preset.endpoints)
        assert page.server.count() == len(preset.endpoints)


def test_facts_are_plain_text_that_opens_nothing(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = opened(qtbot, services, controller)
    page.show_provider(load_presets().get("gmail"))
    for label in page.provider.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert not label.openExternalLinks()


def test_old_facts_are_marked_in_words(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = opened(qtbot, services, controller, LATER)
    page.show_provider(load_presets().get("gmail"))
    warning = page.provider.findChild(QLabel, "provider-stale")
    assert isinstance(warning, QLabel)
    assert warning.text().startswith("! Seen on 2026-11-28, more than 12 months ago")
    model = page.providers.model
    assert model.data(model.index(0, 1)) == "! old"
    assert "! old" in model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)


def test_fresh_facts_are_not_marked(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = opened(qtbot, services, controller)
    page.show_provider(load_presets().get("gmail"))
    assert page.provider.findChild(QLabel, "provider-stale") is None
    assert page.providers.model.data(page.providers.model.index(0, 1)) == ""


def test_settings_become_a_new_profile(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = opened(qtbot, services, controller)
    page.providers.search.setText("asha@gmx.de")
    page.server.setCurrentIndex(1)
    with qtbot.waitSignal(controller.profile_wanted) as wanted:
        page.use_button.click()
    assert wanted.args is not None
    profile = wanted.args[0]
    assert isinstance(profile, Profile)
    assert (profile.host, profile.port, profile.tls) == ("mail.gmx.net", 587, TlsMode.STARTTLS)
    assert (profile.user, profile.sender, profile.preset) == (
        "asha@gmx.de",
        "asha@gmx.de",
        "preset.gmx",
    )


@pytest.mark.parametrize(
    ("provider", "user", "auth", "secret"),
    [
        ("sendgrid", "apikey", True, "password"),
        ("outlook", "", True, "token"),
        ("google-relay", "", False, "password"),
    ],
)
def test_log_in_and_secret_follow_the_provider(
    qtbot: QtBot,
    services: Services,
    controller: Controller,
    provider: str,
    user: str,
    auth: bool,
    secret: str,
) -> None:
    page = opened(qtbot, services, controller)
    page.show_provider(load_presets().get(provider))
    profile = page.profile()
    assert profile is not None
    assert (profile.user, profile.auth, profile.secret_kind) == (user, auth, secret)


def test_facts_can_be_copied(qtbot: QtBot, services: Services, controller: Controller) -> None:
    page = opened(qtbot, services, controller)
    page.show_provider(load_presets().get("resend"))
    with qtbot.waitSignal(controller.noticed):
        page.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Resend\n")
    assert "smtp.resend.com:465" in copied


def test_the_language_can_change(qtbot: QtBot, services: Services, controller: Controller) -> None:
    page = opened(qtbot, services, controller)
    page.show_provider(load_presets().get("gmx"))
    page.server.setCurrentIndex(1)
    english = texts_in(page.provider)
    services.language.use("hi")
    assert texts_in(page.provider) != english
    assert "mail.gmx.net:465" in texts_in(page.provider)
    assert page.server.currentIndex() == 1
    for widget in (page.providers.search, page.providers.table, page.server):
        assert any("\u0900" <= letter <= "\u097f" for letter in widget.accessibleName())


def test_the_button_opens_the_editor_of_a_new_profile(person: Person) -> None:
    window = person.application.window
    person.press("page-providers")
    page = window.pages.page("providers")
    assert isinstance(page, ProvidersPage)
    person.wait(lambda: page.providers.model.rowCount() > 0)
    page.providers.search.setText("asha@mailbox.org")
    page.use_button.click()
    person.wait(lambda: window.findChild(ProfileEditor) is not None)
    editor = window.findChild(ProfileEditor)
    assert isinstance(editor, ProfileEditor)
    assert editor.profile().host == "smtp.mailbox.org"
    assert editor.profile().preset == "preset.mailbox-org"
    editor.reject()
