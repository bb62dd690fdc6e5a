"""From a picture and words to a job: the commands, **Remix image** and its form, mentions and replies."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord.answers import Answered, Answers
from adapters.discord.faults import ERRORS
from adapters.discord.forms import modal
from adapters.discord.ids import RemixId, parse_remix_id
from adapters.discord.incoming import Incoming, Kind, Upload
from adapters.discord.markup import said
from adapters.discord.pages import help_body
from adapters.discord.permissions import check_may_answer
from adapters.discord.pictures import has_sticker, pictures_in
from adapters.discord.places import Places, asker
from adapters.discord.rest import Rest
from adapters.discord.routes import address
from adapters.discord.translate import Wish, filled, wish_of_command, wish_of_words
from adapters.downloads import Downloader
from bot.admission import Receipt
from bot.domain.access import Asker
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.domain.ids import parse_generation_id
from bot.domain.job import Generation
from bot.domain.place import check_model, check_source, is_private, with_defaults
from bot.domain.request import Action
from bot.forms import Purpose, picture_form
from bot.ports import JobStore
from bot.service import Service
from bot.texts import text

_REMEMBERED = 1000
"""Open forms whose pictures are remembered; after that, or a restart, the message is looked at again."""


_GREETINGS = {"", "help", "hi", "hello"}


class Remix:
    """See the module."""

    def __init__(
        self,
        *,
        service: Service,
        store: JobStore,
        rest: Rest,
        answers: Answers,
        downloads: Downloader,
        places: Places,
        me: str,
    ) -> None:
        self._service = service
        self._store = store
        self._rest = rest
        self._answers = answers
        self._downloads = downloads
        self._places = places
        self._me = me
        self._seen: OrderedDict[tuple[str, str], list[Upload]] = OrderedDict()

    async def command(self, answered: Answered) -> None:
        """`/img2img`, `/sweep`, `/refine`, `/map`."""
        await self._submit(answered, wish_of_command(answered.event, self._service.styles))

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
            await self._answers.show(answered, help_body(self._service, event.origin.locale))
            return
        wish = wish_of_words(words, self._service.styles)
        pictures = await self._mentioned(event)
        if len(pictures) > 1:
            raise InvalidRequest("refused-several-pictures", count=len(pictures))
        await self._submit(answered, replace(wish, source=pictures[0]))

    async def menu(self, answered: Answered) -> None:
        """**Remix image** on a message: opens the form."""
        event = answered.event
        target = str(event.body.get("target_id", ""))
        message = event.body.get("resolved", {}).get("messages", {}).get(target, {})
        pictures = self._pictures_of(message)
        self._seen[event.origin.channel, target] = pictures
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        settings = await self._places.at(event.origin)
        form = picture_form(
            Purpose.REMIX,
            self._service.menu(settings.model),
            locale=event.origin.locale,
            usual=settings,
            pictures=[picture.filename for picture in pictures],
        )
        await self._answers.ask(event, modal(str(RemixId(event.origin.channel, target)), form))

    async def form(self, answered: Answered) -> None:
        """The form of **Remix image**, filled in."""
        event = answered.event
        about, form = parse_remix_id(event.name), filled(event, Purpose.REMIX, self._service.styles)
        assert about is not None
        if about.channel != event.origin.channel:  # an id that somebody made up: they may not see what is there
            raise PictureRefused("refused-form-forgotten")
        pictures = self._seen.get((about.channel, about.message)) or await self._fetched(about)
        if form.picture >= len(pictures):
            raise PictureRefused("refused-form-forgotten")
        chosen = pictures[form.picture]
        await self._submit(answered, Wish(options=form.options, source=chosen))

    async def _submit(self, answered: Answered, wish: Wish) -> None:
        event, source = answered.event, wish.source
        assert source is not None
        check_may_answer(event)
        settings = await self._places.enter(event)
        by = asker(event)
        result, hidden = await self._our_result(source, by)
        private = hidden or answered.hidden or is_private(wish.options.private, settings)
        reply_to = address(event, await self._answers.only_for(answered, private=private), hidden=private).target()
        check_source(settings, author=result.requester.user if result else source.author, requester=event.origin.user)
        drawn = wish.drawn.sent(self._downloads) if wish.drawn else None
        if result:
            check_model(settings, wish.options.model or result.recipe.model)
        if result and wish.action is not Action.MAP:
            pressed = wish.press(event, reply_to, result.id, drawn=drawn, private=private, settings=settings)
            receipt = await self._service.press(pressed)
        else:
            content = result.image if result else source.sent(self._downloads)
            parent = result.id if result else None
            request = wish.request(event, reply_to, content, drawn=drawn, parent=parent, private=private)
            receipt = await self._service.submit(with_defaults(request, settings), by=by)
        await settle_double(self._answers, answered, receipt)

    async def _our_result(self, source: Upload, by: Asker) -> tuple[Generation | None, bool]:
        """The result that a picture is (its original is here, the chat has a copy), and whether it is hidden."""
        generation = parse_generation_id(source.generation)
        found = await self._service.results.find(generation, by=by) if generation else None
        return found or (None, False)

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


async def settle_double(answers: Answers, answered: Answered, receipt: Receipt) -> None:
    """A press that equals one before it got a promise of a message; the job has its message elsewhere."""
    event = answered.event
    if receipt.duplicate and receipt.job.event_id != event.event_id and event.kind is not Kind.MENTION:
        await answers.refuse(answered, text(event.origin.locale, "refused-double"))
