"""Our commands as a member's Discord names them: by their translated names, and as links wherever Discord has any."""

from collections.abc import Mapping
from dataclasses import replace

from adapters.discord.markdown import inert
from bot.domain.card import Card
from bot.forms import Form
from bot.pages import Ink, Page, Part
from bot.texts import commands_as, language_of, translations

_CHAT = 1
_OPENED = {"settings": "show", "privacy": "export"}
"""Of a command that has parts, Discord opens a part alone."""


def command_name(name: str, locale: str) -> str:
    """What a command is called in a language; `commands.commands` registers the same names."""
    return translations(f"name-{name}").get(language_of(locale), name)


class CommandNames:
    """The commands with the ids that Discord gave them, once it told; until then they are said without a link."""

    def __init__(self) -> None:
        self._ids: Mapping[str, str] = {}

    def learn(self, known: object) -> None:
        """Take the ids from Discord's own list of our commands."""
        if isinstance(known, list):
            chat = (each for each in known if each.get("type", _CHAT) == _CHAT)
            self._ids = {str(each["name"]): str(each["id"]) for each in chat if "id" in each}

    def linked(self, said: str, locale: str) -> str:
        """A text of ours for a place that shows markdown: `</styles:123>` opens the command when it is pressed."""

        def link(name: str) -> str:
            shown = command_name(name, locale)
            if (part := _OPENED.get(name)) and name in self._ids:
                shown = f"{shown} {command_name(part, locale)}"
            # Discord goes by the id and shows the name as it is written here.
            return f"</{shown}:{self._ids[name]}>" if name in self._ids else f"/{shown}"

        return commands_as(said, link)

    @staticmethod
    def plain(said: str, locale: str) -> str:
        """A text of ours for a place without markup."""
        return commands_as(said, lambda name: f"/{command_name(name, locale)}")

    def of_card(self, card: Card) -> Card:
        """A card whose notes link to the commands that they name; what they quote is people's words."""
        return replace(card, notes=tuple(self.linked(inert(note), card.locale) for note in card.notes))

    def of_page(self, page: Page, locale: str) -> Page:
        """A page whose lines link to the commands that ours name."""

        def linked(part: Part) -> Part:
            return replace(part, text=self.linked(part.text, locale)) if part.ink is Ink.OURS else part

        shown = (replace(row, parts=tuple(map(linked, row.parts))) for row in page.rows)
        return replace(page, rows=tuple(shown))

    def of_form(self, form: Form, locale: str) -> Form:
        """A form whose hints name commands as the member knows them."""
        fields = (replace(each, hint=self.plain(each.hint, locale)) for each in form.fields)
        return replace(form, fields=tuple(fields))
