"""One event of Slack's and the ways to answer it, as the core's conversation goes by them."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from adapters.slack import greeting
from adapters.slack.deleting import Deleting
from adapters.slack.desk import Desk
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.forms import FormContext, parse_context, view_of
from adapters.slack.inbound import Inbound, Kind, buttons_in, place_of, shown_in
from adapters.slack.layout import Message
from adapters.slack.members import PLATFORM, Place, moved_to, room_key
from adapters.slack.pages import message_of, page_view, styles_menu
from adapters.slack.text import Block, escape
from adapters.slack.thread_files import message_ref, metadata
from adapters.slack.uploads import MAX_BYTES
from bot.domain.access import Asker
from bot.domain.actions import Verb
from bot.domain.ask import ThreadWay
from bot.domain.button_id import ButtonId
from bot.domain.card import Card
from bot.domain.errors import DeliveryError, Gone, InvalidRequest
from bot.domain.ids import GenerationId, JobId, job_of
from bot.domain.job import Generation, Job
from bot.domain.picture import Attached
from bot.domain.place import ThreadPolicy
from bot.domain.request import ReplyTarget
from bot.domain.safety import STRICTEST, Site
from bot.exchange import Chat
from bot.forms import Form
from bot.pages import Page, said_page
from bot.picture_form import PURPOSES, Purpose
from bot.stores import MessageRef
from bot.style_pages import styles_page
from bot.texts import Argument, text

USUAL = ThreadPolicy.ALWAYS
"""What belongs to a message stands in its thread, as everywhere on Slack."""

CHAT = Chat(help="slack-help", listed=40, collects=False, asks=True)

log = structlog.get_logger(__name__)

_ON_A_MESSAGE = frozenset({Kind.PRESS, Kind.SUBMISSION, Kind.REACTION})


def _way_to(place: Place) -> ThreadWay | None:
    """Every message of a channel has a thread, which begins with the first message in it."""
    if not place.channel or not place.thread or place.is_direct:
        return None

    async def start(_name: str) -> str:
        return place.thread

    return ThreadWay(usual=USUAL, open=start)


def _says(message: Mapping[str, Any], verb: Verb) -> bool:
    """Whether it has a button of ours that says so."""
    return any(button.verb is verb for button in buttons_in(message))


class SlackExchange:
    """An `Exchange`; what a member is called, their language and rights take a question to Slack."""

    chat = CHAT
    direct = STRICTEST
    hidden = False
    file_bytes = MAX_BYTES

    def __init__(
        self, desk: Desk, event: Inbound, place: Place | None = None, *, in_thread: bool | None = None
    ) -> None:
        """`place`: where it counts as done, if the event does not say so itself.

        `in_thread`: the message that it happened on stands in a thread, if the place does not say so.
        """
        self.desk = desk
        self.event = event
        self.place = place or place_of(event.body)
        self.event_id = event.id
        self.by = self.place.asker(shown=shown_in(event))
        inside = self.place.in_thread if in_thread is None else in_thread
        self.threads = _way_to(self.place) if event.kind in _ON_A_MESSAGE and not inside else None

    @property
    def modal(self) -> str:
        """The id of the modal that it happened in; empty if it happened in none."""
        view = self.event.body.get("view") or {}
        return str(view["id"]) if view.get("type") == "modal" else ""

    async def is_ours(self, user: object) -> bool:
        """Whether Slack's id of a user is ours there."""
        identity = await self.desk.api.workspaces.installed(self.place.team)
        return identity is not None and user == identity.bot_user

    async def job_named_in(self, message: Mapping[str, Any]) -> JobId | None:
        """The job on the buttons of a message, if we wrote that: any app can write our buttons, and our metadata."""
        if not await self.is_ours(message.get("user")):
            return None
        return next((job_of(button.target) for button in buttons_in(message)), None)

    async def results_in(self, message: Mapping[str, Any]) -> tuple[Job | None, Sequence[Generation]]:
        """The job that a message of ours shows, and its results, as far as this member may go on from them.

        Raises:
            Gone: it shows one that is not kept any more.
        """
        named = await self.job_named_in(message)
        stands = message_ref(self.place.channel, message.get("ts", ""))
        job, made = await self.desk.service.results.all_in_message(stands, by=self.by, named=named)
        if named and not made and _says(message, Verb.DELETE):
            raise Gone("refused-gone")
        return job, made

    async def asker(self) -> Asker:
        place = self.place
        member = await self.desk.members.look_up(place.team, place.user)
        named = replace(place, name=member.name or place.name)
        return named.asker(moderates=member.admin, shown=self.by.shown, locale=member.locale)

    async def locale(self) -> str:
        return await self.desk.locale(self.place)

    async def answer(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:
        """What goes on from a private result has the same way to publish."""
        self.desk.messenger.remember(self.place)
        there = replace(self.place, thread=thread) if self.threads and not private else self.place
        if above:
            home = above.address
            there = replace(there, channel=home.get("home_channel", ""), thread=home.get("home_thread", ""))
        return there.reply_to(asked_at=self.desk.clock.now(), private=private)

    async def lead(self, thread: str) -> None:
        """Slack shows under the message that its thread has more."""

    async def tell(self, key: str, /, **arguments: Argument) -> None:
        await self.desk.replies.tell(self.place, text(await self.locale(), key, **arguments))

    async def show(
        self,
        page: Page,
        files: Sequence[Attached] = (),
        *,
        of: JobId | None = None,
        above: Sequence[Block] = (),
        below: Sequence[Block] = (),
    ) -> None:
        """In a modal, files in the member's own conversation, which decides who may see them."""
        locale = await self.locale()
        if files:
            await self._send_directly(page, files, of)
            if not self.modal:
                return
            page = said_page(locale, "button-details", "slack-sent-directly")
        await self.put_up(page_view(page, locale=locale, above=above, below=below, written=self.place.written))

    async def put_up(self, view: Block, modal: str = "") -> str:
        """Show a view in a modal: in the one it happened in if there is one, else in a new one.

        Slack allows three seconds for a new one, so nothing slow may come before. Whoever closed theirs meanwhile
        wants to see nothing more.

        Args:
            view: what to show.
            modal: the id of another one to show it in.

        Returns:
            Its id.

        Raises:
            SlackFault: Slack refuses.
        """
        api, team = self.desk.api, self.place.team
        if modal := modal or self.modal:
            try:
                await api.patient(team, "views_update", view_id=modal, view=view)
            except SlackFault as fault:
                if fault.meaning is not Meaning.CLOSED:
                    raise
                log.info("closed before it was shown", modal=modal)
            return modal
        opened = await api.call(team, "views_open", trigger_id=self.event.body.get("trigger_id", ""), view=view)
        return str((opened.get("view") or {}).get("id", ""))

    async def show_styles(self, page: int) -> None:  # noqa: ARG002 -- a modal holds all of them
        locale, styles = await self.locale(), self.desk.service.styles
        await self.show(styles_page(styles, locale), above=[styles_menu(styles.values(), locale)])

    async def open(self, form: Form, about: FormContext | ButtonId | str) -> None:
        """In the place of the page that it was chosen on, if there is one."""
        match about:
            case ButtonId():
                context = self.form_context(PURPOSES[about.verb], generation=about.target)
            case FormContext():
                context = about
            case _:
                context = parse_context(about)
        self.desk.messenger.remember(self.place)  # what a form hands in brings no address to answer to
        await self.put_up(view_of(context, form, locale=await self.locale()))

    def form_context(self, purpose: Purpose, **about: Any) -> FormContext:
        """What a form that is opened here is for."""
        there = self.place
        return FormContext(
            purpose=purpose,
            team=there.team.id if there.team.org_wide else "",
            channel=there.channel,
            thread=there.thread,
            in_thread=there.in_thread,
            **about,
        )

    async def greet(self) -> None:
        await greeting.used(self.desk, self.place, self.event_id)

    async def question(self, target: GenerationId) -> None:
        """Slack asks by itself."""

    async def drop_question(self, target: GenerationId) -> None:
        """The same."""

    async def renew(self, job: JobId) -> bool:  # noqa: ARG002 -- what the bot wrote it may change for ever
        return False

    async def remove(self, *, deleted: bool) -> None:
        """With what it shows; of a report that is dismissed the result's own files stay, as the result does."""
        place, body = self.place, self.event.body
        message: Mapping[str, Any] = body.get("message") or {}
        if item := (body.get("event") or {}).get("item"):  # a reaction says where it is, not what stands there
            message = await self.desk.api.message(place.team, place.channel, item["ts"]) or item
        deleting = Deleting(self.desk.api, self.desk.uploads, place.team)
        await deleting.message(place.channel, message, files=deleted)

    async def send(self, card: Card, key: str) -> str:
        """With the same buttons."""
        del key  # a message of the bot's own says by itself why it is there
        place = self.place
        target = place.reply_to(asked_at=self._asked_at, private=True)
        try:
            channel = await self._copy(target, replace(card, mention=False), f"for:{place.user}")
        except DeliveryError as fault:
            raise InvalidRequest("refused-slack-unsent", reason=str(fault)) from fault
        return room_key(place.team, channel)

    async def post(self, channel: str, page: Page, card: Card | None = None) -> None:
        """The picture stands in the thread of the page, which stands without it if Slack does not take it now."""
        place = replace(self.place, channel=channel, thread="")
        target = place.reply_to(asked_at=self._asked_at, private=False)
        said = Message(page.title, tuple(message_of(page, await self.locale())))
        posted = await self.desk.messenger.say(target, said, nonce=f"page:{self.event_id}")
        if card is None:
            return
        ts = json.loads(posted)["ts"]
        try:
            await self._copy(moved_to(target, channel, ts), card, f"report:{ts}", stays=True)
        except DeliveryError as fault:
            log.warning("posted without its picture", job=card.job, reason=str(fault))

    def home(self, asked: ReplyTarget) -> tuple[str, Site]:
        return room_key(self.place.team, asked.address.get("home_channel", "")), STRICTEST

    async def publish(self, asked: ReplyTarget, card: Card) -> None:
        home = asked.address
        if not (channel := home.get("home_channel", "")):
            raise InvalidRequest("refused-slack-no-channel")
        there = replace(asked, address={**home, "asked_at": repr(self._asked_at)})
        target = moved_to(there, channel, home.get("home_thread", ""))
        try:
            await self._copy(target, card, "published")
        except DeliveryError as fault:
            raise InvalidRequest("refused-slack-unpublished", reason=str(fault)) from fault
        await self.tell("slack-published")

    async def _copy(self, target: ReplyTarget, card: Card, why: str, *, stays: bool = False) -> str:
        """`stays`: also when the result is deleted."""
        own = await self.desk.service.results.own_message(card.job, platform=PLATFORM)
        noted = None if stays else self._noted(card.job, target)
        return await self.desk.messenger.copy(target, card, nonce=f"{card.job}:{why}", of=own, noted=noted)

    def _noted(self, job: JobId, target: ReplyTarget) -> Callable[[MessageRef], Awaitable[None]]:
        """Is told of a message that is to show a job's results."""
        return lambda message: self.desk.service.results.copy_stands(job, message, target)

    @property
    def _asked_at(self) -> float:
        return self.desk.clock.now() if self.event.received_at is None else self.event.received_at

    async def _send_directly(self, page: Page, files: Sequence[Attached], of: JobId | None) -> None:
        """The message names its files before anybody sees one, as the pictures below a result's message."""
        lines = (page.title, *("".join(part.text for part in row.parts) for row in page.rows))
        team, uploads = self.place.team, self.desk.uploads
        begun = [await uploads.begin(team, each.content, name=each.name, alt=each.alt) for each in files]
        posted = await self.desk.api.call(
            team,
            "chat_postMessage",
            channel=self.place.user,
            text="\n".join(map(escape, lines)),
            metadata=metadata(f"{of or ''}:{self.event_id}", files=begun),
        )
        channel, thread = posted["channel"], posted["ts"]
        if of:
            target = self.place.reply_to(asked_at=self._asked_at, private=True)
            await self._noted(of, target)(message_ref(channel, thread))
        for each, file in zip(files, begun, strict=True):
            await uploads.complete(team, file, title=each.name, channel=channel, thread=thread)
