"""What `check` hears from the chats, which are asked at the same time: each may say nothing for long."""

import asyncio
from collections.abc import AsyncIterator

from bot.compose import slack_options, tokens_of
from bot.findings import Finding
from bot.system import SystemClock
from config.settings import Settings


async def chat_findings(settings: Settings) -> list[Finding]:
    """Discord's and Slack's own words on the tokens and on what may be done with them."""
    found = await asyncio.gather(*(_listed(ask(settings)) for ask in (_discord, _slack)))
    return [finding for chat in found for finding in chat]


async def _listed(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def _discord(settings: Settings) -> AsyncIterator[Finding]:
    token = settings.secrets.discord_token
    if token is not None:
        from adapters.discord.check import check_discord

        async for finding in check_discord(
            token=token.get_secret_value(),
            api_url=settings.discord.api_url,
            message_content=settings.discord.message_content,
            clock=SystemClock(),
        ):
            yield finding


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if tokens_of(settings)["slack"]:
        from adapters.slack.check import check_slack

        async for finding in check_slack(slack_options(settings)):
            yield finding
