"""`serve`: the bot on every platform that has a token."""

import argparse
from collections.abc import Iterator
from contextlib import AsyncExitStack

from adapters.web.health import Reading
from bot import lifecycle
from bot.cli.arguments import EXIT_DONE
from bot.compose import compose, engine_of, keep_of, platforms_of
from bot.domain.errors import FatalError
from bot.domain.job import JobStatus
from bot.lifecycle import Core
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


def _readings(core: Core) -> Iterator[Reading]:
    yield Reading(name="jobs_waiting", help="Jobs in the queue.", value=len(core.queue))
    for status in JobStatus:
        if status.ended:
            yield Reading(
                name="jobs_ended",
                help="Jobs whose end was shown since the start.",
                value=core.delivery.ended[status],
                kind="counter",
                labels={"status": status},
            )
    rates = core.pace.rates()
    if rates:
        words = "Seconds per step and megapixel over the latest pictures."
        for quantile, value in zip(("0.5", "0.9"), rates, strict=True):
            yield Reading(name="step_seconds", help=words, value=value, labels={"quantile": quantile})
