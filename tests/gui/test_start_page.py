"""The three doors, used with mouse and keyboard."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from mailoscope_core.knowledge import presets
from mailoscope_core.knowledge.presets import Endpoint, Preset
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.profile_check import check_profile
from mailoscope_gui.controller import Controller
from mailoscope_gui.services import Services
from mailoscope_gui.start.preset_finder import Suggestion, find_suggestion
from mailoscope_gui.start.settings_form import SettingsForm
from mailoscope_gui.start.start_page import StartPage
from tests.gui.pages_kit import StillLauncher, make_controller, make_services, settle

EXAMPLE = Preset(
    id="preset.example",
    name="Example Mail",
    endpoints=(
        Endpoint(host="smtp.mail.example", port=465, tls=TlsMode.IMPLICIT),
        Endpoint(host="smtp.mail.example", port=587, tls=TlsMode.STARTTLS),
    ),
    source="https://mail.example/help",
    seen=datetime.date(2024, 1, 31),
    domains=("mail.example",),
    user_form="local-part",
    secret="app-password",
)
# What must not be loaded before the window was painted for the first time.
LATE = ("keyring", "dns", "cryptography", "ssl", "email", "jinja2")
LATE_OURS = ("session", "knowledge", "practice", "message", "report", "storage")


@pytest.fixture
def services(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    known = presets.Presets([EXAMPLE])
    monkeypatch.setattr(presets, "for_address", known.for_address)
    return make_services(tmp_path)


@pytest.fixture
def desk(services: Services) -> tuple[Controller, StillLauncher]:
    return make_controller(services)


def shown(qtbot: QtBot, services: Services, controller: Controller) -> StartPage:
    page = StartPage(services, controller)
    qtbot.addWidget(page)
    page.resize(1000, 720)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.practise.scenarios.list.count() > 0, timeout=15_000)
    settle(qtbot, services)
    return page


def enter_address(qtbot: QtBot, page: StartPage, address: str) -> SettingsForm:
    page.test.address.clear()
    qtbot.keyClicks(page.test.address, address)
    qtbot.keyClick(page.test.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.test.form is not None and _shows(page.test.form, address))
    assert page.test.form is not None
    return page.test.form


def _shows(form: SettingsForm, address: str) -> bool:
    return form.profile().sender == address


def button(page: StartPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def test_a_known_domain_fills_the_settings_in(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, launcher = desk
    page = shown(qtbot, services, controller)
    form = enter_address(qtbot, page, "ann@mail.example")
    assert form.provider.text() == "Example Mail"
    assert "app password" in form.notes.text()
    assert "smtp.mail.example:587 (STARTTLS, required)" in form.notes.text()
    assert "2024-01-31" in form.source.text()
    assert "more than a year ago" in form.source.text()
    assert launcher.requests == []
    with qtbot.waitSignal(controller.session_changed):
        qtbot.mouseClick(button(page, "start"), Qt.MouseButton.LeftButton)
    profile = launcher.requests[0].profile
    assert (profile.host, profile.port, profile.tls) == (
        "smtp.mail.example",
        465,
        TlsMode.IMPLICIT,
    )
    assert (profile.user, profile.sender, profile.preset) == (
        "ann",
        "ann@mail.example",
        "preset.example",
    )


def test_an_unknown_domain_is_filled_in_by_hand(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, launcher = desk
    page = shown(qtbot, services, controller)
    form = enter_address(qtbot, page, "ann@unknown.example")
    assert "unknown.example" in form.provider.text()
    assert not button(page, "start").isEnabled()
    host = form.findChild(QLineEdit, "start-host")
    assert host is not None
    qtbot.keyClicks(host, "smtp.unknown.example")
    assert button(page, "start").isEnabled()
    button(page, "start").click()
    assert launcher.requests[0].profile.host == "smtp.unknown.example"


def test_half_an_address_is_no_address(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    page = shown(qtbot, services, desk[0])
    qtbot.keyClicks(page.test.address, "ann@")
    qtbot.keyClick(page.test.address, Qt.Key.Key_Return)
    assert page.test.problem.isVisible()
    assert page.test.form is None
    qtbot.keyClicks(page.test.address, "m")
    assert not page.test.problem.isVisible()


def test_the_settings_can_be_kept_as_a_profile(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, _launcher = desk
    page = shown(qtbot, services, controller)
    enter_address(qtbot, page, "ann@mail.example")
    with qtbot.waitSignal(controller.profiles_changed):
        button(page, "save-as-profile").click()
    with qtbot.waitSignal(controller.profiles_changed):
        button(page, "save-as-profile").click()
    names = [profile.name for profile in services.profiles.list()]
    assert names == ["ann@mail.example", "ann@mail.example 2"]


def test_pasted_text_goes_to_the_page_that_explains(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, _launcher = desk
    page = shown(qtbot, services, controller)
    qtbot.keyClicks(page.explain.paste, "535 5.7.8 no")
    pages: list[str] = []
    controller.page_wanted.connect(pages.append)
    with qtbot.waitSignal(controller.text_wanted) as text:
        qtbot.mouseClick(page.explain.button, Qt.MouseButton.LeftButton)
    assert (pages, text.args) == (["explain"], ["535 5.7.8 no"])
    assert page.explain.paste.toPlainText() == ""


def test_a_scenario_is_found_and_started_with_the_keyboard(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, launcher = desk
    page = shown(qtbot, services, controller)
    scenarios = page.practise.scenarios
    qtbot.keyClicks(scenarios.filter, "greylist")
    assert scenarios.scenario is not None
    assert scenarios.scenario.id.startswith("greylist")
    assert page.practise.teaches.text() == scenarios.scenario.teaches
    with qtbot.waitSignal(controller.session_changed, timeout=15_000):
        qtbot.keyClick(scenarios.filter, Qt.Key.Key_Return)
    assert launcher.requests[0].profile.scenario.startswith("greylist")
    services.close()


def test_a_filter_without_a_hit_offers_nothing(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    page = shown(qtbot, services, desk[0])
    qtbot.keyClicks(page.practise.scenarios.filter, "zzzz")
    assert page.practise.scenarios.scenario is None
    assert not page.practise.button.isEnabled()


def test_saved_profiles_are_a_click_away(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, launcher = desk
    services.profiles.save(Profile(name="Home & garden", host="smtp.example.net"))
    page = shown(qtbot, services, controller)
    qtbot.waitUntil(page.recent.isVisible)
    entry = next(
        each
        for each in page.recent.findChildren(QPushButton)
        if each.accessibleName().startswith("Home & garden")
    )
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    assert launcher.requests[0].profile.name == "Home & garden"


def test_every_word_follows_the_language(
    qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]
) -> None:
    page = shown(qtbot, services, desk[0])
    form = enter_address(qtbot, page, "ann@mail.example")
    services.language.use("hi")
    gettext = services.language.gettext
    assert page.headline.text() == gettext("Why will this mail not send?")
    assert page.explain.title.text() == gettext("Explain an error")
    assert form.start.text() == gettext("&Start")
    assert form.profile().host == "smtp.mail.example"


def test_the_presets_of_the_product_make_profiles_without_a_fault() -> None:
    known = presets.load_presets()
    assert len(known) >= 12
    for preset in known:
        for domain in preset.domains[:1]:
            suggestion = Suggestion(preset, f"ann@{domain}")
            profile = Profile(
                name=domain,
                host=suggestion.host,
                port=suggestion.port,
                tls=suggestion.tls,
                user=suggestion.user,
                auth=bool(suggestion.user),
                secret_kind=suggestion.secret_kind,
            )
            assert check_profile(profile) == [], preset.id


def test_a_provider_of_the_product_is_found_by_an_address() -> None:
    found = find_suggestion("ann@GMAIL.com")
    assert found is not None
    assert found.host == "smtp.gmail.com"
    assert found.user == "ann@GMAIL.com"


def test_importing_the_page_loads_nothing_heavy() -> None:
    code = "import sys, mailoscope_gui.start.start_page; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    late = [name for name in loaded if name.partition(".")[0] in LATE]
    ours = [f"mailoscope_core.{name}" for name in LATE_OURS]
    assert late + [name for name in loaded if name.startswith(tuple(ours))] == []
