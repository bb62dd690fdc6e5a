"""A word to one member: what went wrong and how to mend it, or what they asked to know."""

import json
from collections.abc import Sequence

import aiohttp
import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Place
from adapters.slack.text import MAX_SECTION, Block, escape, plain, section
from bot.domain.words import clip

log = structlog.get_logger(__name__)


class PrivateReplies:
    """Tells a member something where only they see it, by the first way that is open."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def tell(self, place: Place, sentence: str, *below: Block) -> None:
        """Say it where they are, in a channel ephemerally; else by the event's own address; else as a direct message.

        `below` are blocks to stand under it, if that way takes any. Never raises for what Slack does: a notice is
        the last thing to say about something.
        """
        try:
            if place.is_direct:
                await self._in_conversation(place, sentence, below)
            elif place.channel:
                await self._ephemerally(place, sentence, below)
            else:
                await self._post(place, place.user, sentence, below)
        except SlackFault as fault:
            log.warning("member not told", code=fault.code)  # the sentence may quote what they typed

    async def _ephemerally(self, place: Place, sentence: str, below: Sequence[Block]) -> None:
        try:
            await self._api.patient(
                place.team,
                "chat_postEphemeral",
                channel=place.channel,
                user=place.user,
                thread_ts=place.thread if place.in_thread else None,
                text=escape(sentence),
                blocks=[section(plain(sentence)), *below],
            )
        except SlackFault as fault:
            if fault.meaning is Meaning.TEAM_GONE:
                raise
            await self._elsewhere(place, sentence, below)

    async def _in_conversation(self, place: Place, sentence: str, below: Sequence[Block]) -> None:
        """With the bot; if it is one between members, Slack says that there is no such channel."""
        try:
            await self._post(place, place.channel, sentence, below, thread=place.thread)
        except SlackFault as fault:
            if fault.meaning is not Meaning.ELSEWHERE:
                raise
            await self._elsewhere(place, sentence, below)

    async def _elsewhere(self, place: Place, sentence: str, below: Sequence[Block]) -> None:
        if not await self.answer(place, sentence):
            await self._post(place, place.user, sentence, below)

    async def _post(
        self, place: Place, channel: str, sentence: str, below: Sequence[Block], *, thread: str = ""
    ) -> None:
        await self._api.patient(
            place.team,
            "chat_postMessage",
            channel=channel,
            thread_ts=thread or None,
            text=escape(sentence),
            blocks=[section(plain(sentence)), *below],
            unfurl_links=False,
            unfurl_media=False,
        )

    async def answer(self, place: Place, sentence: str) -> bool:
        """By the response URL, which works if the bot is no member; it carries no token. Whether it was taken."""
        if not place.response_url:
            return False
        body = {"response_type": "ephemeral", "replace_original": False, "text": escape(clip(sentence, MAX_SECTION))}
        try:
            async with self._api.session.post(
                place.response_url,
                data=json.dumps(body),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            ) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False
