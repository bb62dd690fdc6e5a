"""`serve`: the bot on every platform that has a token."""

import argparse
from contextlib import AsyncExitStack

from bot import lifecycle
from bot.cli.arguments import EXIT_DONE
from bot.compose import compose, engine_of, keep_of, platforms_of
from bot.domain.errors import FatalError
from bot.ports import Messenger
from config.settings import Settings

NO_PLATFORM = (
    "no chat platform has a token: set DISCORD_TOKEN for Discord, or SLACK_BOT_TOKEN with SLACK_APP_TOKEN for Slack "
    "(SLACK_SIGNING_SECRET in http mode)"
)


def tokens_of(settings: Settings) -> dict[str, bool]:
    """Which platforms have the tokens they need."""
    secrets = settings.secrets
    second = secrets.slack_app_token if settings.slack.mode == "socket" else secrets.slack_signing_secret
    return {"discord": secrets.discord_token is not None, "slack": bool(secrets.slack_bot_token and second)}


async def serve(_asked: argparse.Namespace, settings: Settings) -> int:
    """Run until told to stop.

    Raises:
        FatalError: it cannot start, with the mend.
    """
    if not any(tokens_of(settings).values()):
        raise FatalError(f"{NO_PLATFORM}.")
    messengers: dict[str, Messenger] = {}
    async with AsyncExitStack() as parts:
        core = await parts.enter_async_context(
            compose(settings, data_dir=settings.data_dir, engine=engine_of(settings), messengers=messengers)
        )
        platforms = [await parts.enter_async_context(platform) for platform in platforms_of(settings, core)]
        messengers.update({platform.name: platform.messenger for platform in platforms})
        await lifecycle.serve(core, platforms, keep=keep_of(settings), grace=settings.shutdown.grace_seconds)
    return EXIT_DONE
