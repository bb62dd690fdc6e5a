"""The Slack side of `Messenger`: one message per job, posted once, then edited in place."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.deleting import Deleting
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.extra_files import ExtraFileUploads
from adapters.slack.layout import Message, lay_out
from adapters.slack.members import PLATFORM, Place, Team, moved_to, slack_user, team_of, thread_of
from adapters.slack.posting import Posts, delivery_error
from adapters.slack.private_replies import PrivateReplies
from adapters.slack.thread_files import ThreadFiles, message_ref
from adapters.slack.uploads import Uploads
from bot.buckets import Buckets
from bot.domain.card import Card
from bot.domain.errors import DeliveryError, Gone, TryLater, Undeliverable, UserError
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget
from bot.latest import Latest
from bot.ports import Clock
from bot.stores import MessageRef
from bot.texts import text

PROGRESS_PER_TEAM = 60.0 / 40
"""Seconds between two progress edits in one workspace, on average. Slack takes 50 `chat.update` a minute (tier 3), so
what must be said has room."""

PROGRESS_BURST = 10
_REMEMBERED = 2000
_BACKOFF = (1.0, 3.0)
"""Seconds after which pictures that Slack did not find yet are tried again."""

_REFUSED = frozenset({Meaning.ELSEWHERE, Meaning.NO_FILES, Meaning.FILE_NOT_READY})
"""Here not, but perhaps in another conversation."""

_NOT_SHOWN = frozenset({Meaning.FILE_NOT_READY, Meaning.FILE_GONE})
"""A file of the message is at fault, and Slack does not say which."""

log = structlog.get_logger(__name__)


class SlackMessenger:
    """Shows each job in one message; see `bot.ports.Messenger` for what its methods keep to."""

    platform = PLATFORM
    edit_interval = 5.0

    def __init__(
        self, api: SlackApi, uploads: Uploads, extras: ExtraFileUploads, replies: PrivateReplies, *, clock: Clock
    ) -> None:
        self._api = api
        self._replies = replies
        self._uploads = uploads
        self._extras = extras
        self._posts = Posts(api, began_at=clock.now())
        self._edits = Buckets(interval=PROGRESS_PER_TEAM, burst=PROGRESS_BURST)
        self._began_at = clock.now()
        self._thread_files = ThreadFiles(api, uploads)
        self._taken_over: Latest[MessageRef, bool] = Latest(_REMEMBERED)
        self._files: Latest[MessageRef, tuple[str, ...]] = Latest(_REMEMBERED)
        self._places: Latest[tuple[str, str, str], Place] = Latest(_REMEMBERED)

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        """Post once per nonce, the pictures by an edit that is safe to repeat; see `Messenger.post`."""
        if stands := await self._posts.standing(target, nonce):
            return await self.edit(target, stands, card)
        try:
            stands = await self._posts.post(target, lay_out(card), nonce)
        except SlackFault as fault:
            stands = await self._alone(target, card, fault, nonce)
        if not card.pictures and not card.source:
            return stands
        shown = await self.edit(target, stands, card)
        if shown != stands:  # nobody else knows of it
            await self._api.quietly(team_of(target), "chat_delete", **json.loads(stands))
        return shown

    def remember(self, place: Place) -> None:
        """A member asked there, or began to: if the result cannot stand there, they are told so there."""
        if place.response_url:
            self._places[(place.team.id, place.user, place.channel)] = place

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        """Show the card in the message, or where it can be shown; see `Messenger.edit`."""
        if float(target.address.get("asked_at", 0)) < self._began_at:
            await self._take_over(target, message, card)
        try:
            stands = await self._show(target, message, card)
        except Undeliverable:
            await self._extras.clear(team_of(target), card)
            await self._uploads.drop(team_of(target), card.job)
            raise
        await self._extras.clear(team_of(target), card)
        return stands

    async def _take_over(self, target: ReplyTarget, message: MessageRef, card: Card) -> None:
        """Find out what stands beside a message of an earlier process, once: its files are known by name alone."""
        if message in self._taken_over:
            return
        team, place = team_of(target), json.loads(message)
        try:
            await self._api.workspaces.identity(team)  # at a start without an answer from Slack, be put off at once
            stands = await self._api.found(team, place["channel"], place["ts"])
            self._thread_files.take_over(message, stands)
            self._extras.take_over(team, card, [*await self._uploads.newest(team), *(stands.get("files") or ())])
        except SlackFault as fault:
            if fault.passes:
                raise delivery_error(fault) from fault
            log.info("what stands beside an earlier message is not known", code=fault.code)
        self._taken_over[message] = True

    async def _show(self, target: ReplyTarget, message: MessageRef, card: Card, *, alone: bool = True) -> MessageRef:
        """`alone`: what cannot stand there goes to its member, and no message waits for it there."""
        team, place = team_of(target), json.loads(message)
        # The end is shown even if progress would have to wait, unless Slack itself asked for a pause.
        if pause := self._edits.put(team.installed, must=card.status.ended):
            raise TryLater("the workspace's edits for this minute are used up", seconds=pause)
        try:
            if card.status is not JobStatus.CANCELLED or not await self._gone(team, place):
                await self._edit(target, place, card)
        except SlackFault as fault:
            if fault.meaning is Meaning.LATER:
                self._edits.close(team.installed, fault.seconds or 1.0)
            if fault.meaning is Meaning.MESSAGE_GONE and alone:
                return await self._again(target, message, card, fault)
            if fault.meaning not in _REFUSED or place["channel"].startswith("D") or not alone:
                raise delivery_error(fault) from fault
            return await self._show(target, await self._alone(target, card, fault, card.job), card)
        return message

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        """A message is named in one way only."""
        return message == other

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        """A word in the message's thread that names its owner; see `Messenger.notify`."""
        place = json.loads(message)
        there = moved_to(target, place["channel"], thread_of(target, place))
        said = f"<@{slack_user(card.owner)}> {text(card.locale, 'notify-ready')}"
        try:
            return await self._posts.once(there, Message(said), nonce)
        except SlackFault as fault:
            raise delivery_error(fault) from fault

    async def say(self, target: ReplyTarget, shown: Message, *, nonce: str) -> MessageRef:
        """Post what shows no job, once per nonce.

        Raises:
            TryLater: Slack is busy.
            Undeliverable: it cannot be shown there.
        """
        try:
            return await self._posts.once(target, shown, nonce)
        except SlackFault as fault:
            raise delivery_error(fault) from fault

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        """Delete a call, or what was replaced; see `Messenger.unsay`."""
        try:
            await self._gone(team_of(target), json.loads(message))
        except SlackFault as fault:
            raise delivery_error(fault) from fault

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        """Delete a message and the files that it shows; see `Messenger.erase`."""
        try:
            deleting, known = Deleting(self._api, self._uploads, team_of(target)), self._files.get(message, ())
            await deleting.erase(**json.loads(message), known=known)
        except SlackFault as fault:
            raise delivery_error(fault) from fault

    async def _gone(self, team: Team, place: Mapping[str, str], *, patient: bool = False) -> bool:
        """Take a message away that shows nothing any more; False if Slack keeps it.

        `patient`: nothing else would try it again.
        """
        call = self._api.patient if patient else self._api.call
        try:
            await call(team, "chat_delete", channel=place["channel"], ts=place["ts"])
        except SlackFault as fault:
            if fault.meaning is Meaning.LATER:
                raise
            return fault.meaning is Meaning.MESSAGE_GONE
        return True

    async def copy(
        self,
        target: ReplyTarget,
        card: Card,
        *,
        nonce: str,
        of: MessageRef | None,
        noted: Callable[[MessageRef], Awaitable[None]] | None = None,
    ) -> str:
        """Show an ended job once more somewhere else: published, or sent to somebody.

        Args:
            target: where.
            card: as it is shown there.
            nonce: of the copy.
            of: the job's own message, whose file the copy shows too.
            noted: is told of the message before its picture stands there; what it raises ends the copy.

        Returns:
            The id of the conversation that it stands in.

        Raises:
            TryLater: Slack is busy.
            Undeliverable: it cannot be shown there.
        """
        if of and card.pictures and self._uploads.known(team_of(target), card.pictures[0].generation) is None:
            await self._take_over(target, of, card)
        try:
            stands = await self._posts.once(target, lay_out(card), nonce)
        except SlackFault as fault:
            raise delivery_error(fault) from fault
        place = json.loads(stands)
        try:
            if noted:
                await noted(stands)
            # What stands beside is the job's own message's to take away.
            await self._show(target, stands, card, alone=False)
        except (DeliveryError, UserError):
            await self._uploads.drop(team_of(target), card.job)
            # Its words alone are no copy; if they cannot be taken away, the next try puts the picture there.
            with suppress(SlackFault):
                if await self._gone(team_of(target), place, patient=True):
                    self._posts.forget(nonce)
            raise
        return str(place["channel"])

    async def _edit(self, target: ReplyTarget, place: dict[str, str], card: Card) -> None:
        """Change the message; if Slack refuses its pictures for good, show them below it instead."""
        team, note = team_of(target), _moved(target, place, card.locale)
        below = lay_out(card, notes=(text(card.locale, "note-slack-below"), note))
        if card.pictures and await self._thread_files.stands(team, place):
            return await self._update(team, place, below)
        for pause in (*_BACKOFF, None):
            extra = await self._extras.of(team, card)
            try:
                picture, about = await self._shared(team, card)
                await self._update(team, place, lay_out(card, picture, extra=extra, notes=(about, note)))
            except SlackFault as fault:
                if fault.meaning not in _NOT_SHOWN:
                    raise
                if not card.pictures:
                    break
                log.info("slack does not show the pictures yet", job=card.job, code=fault.code)
            else:
                return None
            if pause is not None:
                await asyncio.sleep(pause)
        if not card.pictures:  # what stands beside is not worth a message's words
            return await self._update(team, place, lay_out(card, notes=(note,)))
        await self._extras.forget(team, card)
        name = partial(self._update, team, place, below)
        return await self._thread_files.put(team, place, card, thread=thread_of(target, place), name=name)

    async def _update(
        self, team: Team, place: dict[str, str], shown: Message, noted: Mapping[str, Any] | None = None
    ) -> None:
        """`file_ids` shares the files with those who see the message; the image blocks put them in their place.

        Without `file_ids` an image block of a file that was shared nowhere shows "file not found" after an update
        (https://github.com/slackapi/java-slack-sdk/issues/1441).
        """
        more: dict[str, Any] = {"file_ids": list(shown.files)} if shown.files else {}
        try:
            await self._api.call(
                team,
                "chat_update",
                channel=place["channel"],
                ts=place["ts"],
                text=shown.text,
                blocks=shown.blocks,
                metadata=noted,
                **more,
            )
        except SlackFault as fault:
            if fault.meaning in _NOT_SHOWN:
                self._uploads.doubt(team, shown.files)
            raise
        self._uploads.shows(team, shown.files)
        self._files[message_ref(**place)] = tuple(shown.files)

    async def _shared(self, team: Team, card: Card) -> tuple[str, str]:
        """As `Uploads.put`; if the pictures cannot be uploaded, the note says why."""
        try:
            return await self._uploads.put(team, card.pictures, locale=card.locale)
        except Gone as gone:
            return "", gone.sentence(card.locale)
        except SlackFault as fault:
            if fault.meaning not in {Meaning.NO_FILES, Meaning.NO_SCOPE}:
                raise
            return "", text(card.locale, "note-slack-not-uploaded", reason=fault.needed or fault.code)

    async def _again(self, target: ReplyTarget, message: MessageRef, card: Card, fault: SlackFault) -> MessageRef:
        """Somebody removed the message, or it is too old to change: only a finished picture is worth another one.

        Raises:
            Undeliverable: there is no picture to show.
        """
        if not card.status.ended:
            return message
        if not card.pictures:
            raise Undeliverable(fault.code) from fault
        nonce = f"{card.job}:again"
        if message == self._posts.known(nonce):
            raise Undeliverable(f"{fault.code} twice") from fault
        return await self.post(target, card, nonce=nonce)

    async def _alone(self, target: ReplyTarget, card: Card, fault: SlackFault, nonce: str) -> MessageRef:
        """The conversation refused: the member is told alone.

        Raises:
            TryLater: Slack is busy.
            Undeliverable: the fault is of another kind, or the member cannot be written to either.
        """
        if fault.meaning not in _REFUSED:
            raise delivery_error(fault) from fault
        user, nonce = target.address["user"], f"{nonce}:alone"
        alone = moved_to(target, user, "")
        if stands := await self._posts.standing(alone, nonce):
            return stands
        log.warning("told the member alone", job=card.job, code=fault.code)
        try:
            stands = await self._posts.post(alone, lay_out(card), nonce)
        except SlackFault as second:
            if second.passes:
                raise delivery_error(second) from second
            raise Undeliverable(f"{fault.code}, and for the member alone {second.code}") from second
        if place := self._places.pop((team_of(target).id, user, target.address["channel"]), None):
            where = _kind_of(place.channel)
            await self._replies.answer(place, text(card.locale, "slack-answered-alone", where=where))
        return stands


def _moved(target: ReplyTarget, place: dict[str, str], locale: str) -> str:
    """Why the message is not where it was asked for, if it is not."""
    asked = target.address["channel"]
    if asked in {place["channel"], target.address["user"]}:
        return ""
    return text(locale, "note-slack-moved", where=_kind_of(asked))


def _kind_of(channel: str) -> str:
    """What texts call a conversation in which we cannot write: nobody can invite us to one between people."""
    return "people" if channel.startswith("D") else "channel"
