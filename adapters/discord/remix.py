"""From a picture and words to a job: the commands, **Remix image** and its form, mentions and replies."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord.answers import Answered, Answers
from adapters.discord.asking import Asking, Wish
from adapters.discord.faults import ERRORS
from adapters.discord.ids import RemixId, parse_remix_id
from adapters.discord.incoming import Incoming, Upload
from adapters.discord.markup import said
from adapters.discord.pages import help_of
from adapters.discord.pictures import has_sticker, pictures_in
from adapters.discord.places import asker
from adapters.discord.rest import Rest
from adapters.discord.translate import filled, wish_of_command, wish_of_words
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.forms import Form
from bot.picture_form import Purpose, picture_form
from bot.service import Service
from bot.stores import Store

_REMEMBERED = 1000
"""Open forms whose pictures are remembered; after that, or a restart, the message is looked at again."""


_GREETINGS = {"", "help", "hi", "hello"}


class Remix:
    """See the module."""

    def __init__(
        self,
        *,
        service: Service,
        store: Store,
        rest: Rest,
        answers: Answers,
        asking: Asking,
        me: str,
    ) -> None:
        self._service = service
        self._store = store
        self._rest = rest
        self._answers = answers
        self._asking = asking
        self._me = me
        self._seen: OrderedDict[tuple[str, str], list[Upload]] = OrderedDict()

    async def command(self, answered: Answered) -> None:
        """`/img2img`, `/sweep`, `/refine`, `/map`."""
        await self._asking.ask(answered, wish_of_command(answered.event, self._service.styles))

    async def mention(self, answered: Answered) -> None:
        """A message that mentions us: with a picture, or in reply to one."""
        event = answered.event
        body = event.body
        words = said(str(body["content"]), me=self._me, role=str(body.get("role", "")), names=body.get("names"))
        own = event.body["message"]
        if event.body.get("withheld"):
            raise InvalidRequest("refused-role-withheld")
        shows = pictures_in(own, me=self._me) or has_sticker(own) or event.body["replied_message"]
        if words.lower() in _GREETINGS and not shows:
            await self._answers.show_page(answered, help_of(self._service, event.origin.locale))
            return
        wish = wish_of_words(words, self._service.styles)
        pictures = await self._mentioned(event)
        if len(pictures) > 1:
            raise InvalidRequest("refused-several-pictures", count=len(pictures))
        await self._asking.ask(answered, replace(wish, source=pictures[0]))

    async def menu(self, answered: Answered) -> None:
        """**Remix image** on a message: opens the form."""
        event = answered.event
        target = str(event.body.get("target_id", ""))
        message = event.body.get("resolved", {}).get("messages", {}).get(target, {})
        pictures = self._pictures_of(message)
        self._seen[event.origin.channel, target] = pictures
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        about = RemixId(event.origin.channel, target)
        await self._answers.ask(event, str(about), await self.form_on(event, about))

    async def form_on(self, event: Incoming, about: RemixId) -> Form:
        """The form as it opens.

        Raises:
            PictureRefused: the message is out of sight.
        """
        settings = await self._service.places.settings(*asker(event).keys)
        pictures = await self._pictures_on(event, about)
        return picture_form(
            Purpose.REMIX,
            self._service.menu(settings.model),
            locale=event.origin.locale,
            usual=settings,
            pictures=[picture.filename for picture in pictures],
        )

    async def form(self, answered: Answered) -> None:
        """The form of **Remix image**, filled in."""
        event = answered.event
        about, form = parse_remix_id(event.name), filled(event, Purpose.REMIX, self._service.styles)
        assert about is not None
        pictures = await self._pictures_on(event, about)
        if form.picture >= len(pictures):
            raise PictureRefused("refused-form-forgotten")
        chosen = pictures[form.picture]
        await self._asking.ask(answered, Wish(options=form.options, source=chosen))

    async def _pictures_on(self, event: Incoming, about: RemixId) -> list[Upload]:
        if about.channel != event.origin.channel:  # an id that somebody made up: they may not see what is there
            raise PictureRefused("refused-form-forgotten")
        return self._seen.get((about.channel, about.message)) or await self._fetched(about)

    async def _mentioned(self, event: Incoming) -> list[Upload]:
        """The mention's own pictures, else those of the message it answers.

        Raises:
            PictureRefused: there are none, or Discord withholds them.
        """
        own = event.body["message"]
        if pictures := pictures_in(own, me=self._me):
            return pictures
        if not event.body["replied_message"]:
            if has_sticker(own):
                raise PictureRefused("refused-sticker")
            raise PictureRefused("refused-no-picture")
        replied = event.body["replied"]
        if replied is not None and (pictures := pictures_in(replied, me=self._me)):
            return pictures
        # What the gateway left out may be there on asking; without the message-content intent it is often not.
        try:
            fetched = await self._rest.message(event.body["replied_channel"], event.body["replied_message"])
        except ERRORS:
            fetched = replied or {}
        if pictures := pictures_in(fetched, me=self._me):
            return pictures
        if has_sticker(fetched):
            raise PictureRefused("refused-sticker")
        raise PictureRefused("refused-withheld")

    async def _fetched(self, about: RemixId) -> list[Upload]:
        try:
            message = await self._rest.message(about.channel, about.message)
        except ERRORS:
            raise PictureRefused("refused-form-forgotten") from None
        return self._pictures_of(message)

    def _pictures_of(self, message: Mapping[str, Any]) -> list[Upload]:
        pictures = pictures_in(message, me=self._me)
        if not pictures:
            if has_sticker(message):
                raise PictureRefused("refused-sticker")
            raise PictureRefused("refused-no-picture-there")
        return pictures
