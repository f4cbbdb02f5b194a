"""The window's language: switched while running, for our own words and for Qt's stock strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTranslator, Signal

from mailoscope_core.base.texts import SOURCE_LANGUAGE, Texts

if TYPE_CHECKING:
    from mailoscope_core.base.errors import UserError


def N_(message: str) -> str:  # the name that message extraction knows
    """Mark a text of a constant for extraction; it is translated where it is shown."""
    return message


def NP_(context: str, message: str) -> str:
    """Do the same for a text with a context, see `pgettext`."""
    return message


class Language(QObject):
    """The texts in use, and a signal for whoever shows some of them."""

    changed = Signal()

    def __init__(self, code: str = "en", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.texts = Texts(code)
        self._stock = StockTranslator(self, self)
        self._installed = False

    @property
    def code(self) -> str:
        """The language in use, for example `hi`."""
        return self.texts.language

    def use(self, code: str) -> None:
        """Switch to another language; all views follow `changed`."""
        if code == self.texts.language:
            return
        self.texts = Texts(code)
        self.install()
        self.changed.emit()

    def install(self) -> None:
        """Make Qt's own texts and number formats follow; needs an application."""
        foreign = self.code != SOURCE_LANGUAGE
        if foreign and not self._installed:
            QCoreApplication.installTranslator(self._stock)
        elif self._installed and not foreign:
            QCoreApplication.removeTranslator(self._stock)
        if foreign or self._installed:
            from PySide6.QtCore import QLocale  # its enumerations of all languages take a while

            QLocale.setDefault(QLocale(self.code))
        self._installed = foreign

    def gettext(self, message: str) -> str:
        """Return the interface text `message` in this language."""
        return self.texts.gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the form that goes with `count`."""
        return self.texts.ngettext(singular, plural, count)

    def pgettext(self, context: str, message: str) -> str:
        """Return a text whose meaning depends on `context`."""
        return self.texts.pgettext(context, message)

    def error(self, error: UserError) -> str:
        """Return the sentence for an error."""
        return self.texts.error(error)


class StockTranslator(QTranslator):
    """Gives Qt the words of its own dialogs from our catalogue: Qt ships no Hindi."""

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language

    def isEmpty(self) -> bool:
        """Qt skips empty translators; this one is never."""
        return False

    def translate(  # Qt takes None for "not mine", "" for a translation
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Return the translation of a stock string, or nothing when it is none of ours."""
        return self._language.pgettext("Qt", text) if text in _STOCK else None


# What Qt's message boxes, file and print dialogs and line edits say, mnemonics included.
_STOCK = frozenset(
    {
        NP_("Qt", "OK"),
        NP_("Qt", "&OK"),
        NP_("Qt", "Save"),
        NP_("Qt", "&Save"),
        NP_("Qt", "Open"),
        NP_("Qt", "&Open"),
        NP_("Qt", "Cancel"),
        NP_("Qt", "&Cancel"),
        NP_("Qt", "Close"),
        NP_("Qt", "&Close"),
        NP_("Qt", "Apply"),
        NP_("Qt", "Reset"),
        NP_("Qt", "Help"),
        NP_("Qt", "Discard"),
        NP_("Qt", "&Yes"),
        NP_("Qt", "&No"),
        NP_("Qt", "Yes"),
        NP_("Qt", "No"),
        NP_("Qt", "Retry"),
        NP_("Qt", "Ignore"),
        NP_("Qt", "Abort"),
        NP_("Qt", "Restore Defaults"),
        NP_("Qt", "&Undo"),
        NP_("Qt", "&Redo"),
        NP_("Qt", "Cu&t"),
        NP_("Qt", "&Copy"),
        NP_("Qt", "&Paste"),
        NP_("Qt", "Delete"),
        NP_("Qt", "Select All"),
        NP_("Qt", "Look in:"),
        NP_("Qt", "File &name:"),
        NP_("Qt", "Files of type:"),
        NP_("Qt", "Directory:"),
        NP_("Qt", "&Choose"),
        NP_("Qt", "Print"),
    }
)
