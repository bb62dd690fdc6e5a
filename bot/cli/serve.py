"""`serve`: the bot on every platform that has a token."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from adapters.web.health import Reading, serve_health
from bot import lifecycle
from bot.cli.arguments import EXIT_DONE
from bot.compose import compose, engine_of, keep_of, platforms_of, slack_lacks, tokens_of
from bot.domain.errors import FatalError
from bot.domain.job import JobStatus
from bot.gate import Tally
from bot.lifecycle import Core
from bot.ports import Messenger
from bot.system import settle_in
from config.settings import Settings

NO_PLATFORM = (
    "no chat platform has a token: set DISCORD_TOKEN for Discord, or SLACK_BOT_TOKEN with SLACK_APP_TOKEN for Slack "
    "(SLACK_SIGNING_SECRET in http mode)"
)


def half_set(lacking: Sequence[str]) -> str:
    """What to do about tokens of Slack of which some are missing."""
    return f"Slack also needs {' and '.join(lacking)}: set it, or unset the other tokens of Slack to go without Slack"


async def serve(_asked: argparse.Namespace, settings: Settings) -> int:
    """Run until told to stop.

    Raises:
        FatalError: it cannot start, with the mend.
    """
    lacking = slack_lacks(settings)
    if lacking:
        raise FatalError(f"{half_set(lacking)}.")
    if not any(tokens_of(settings).values()):
        raise FatalError(f"{NO_PLATFORM}.")
    settle_in()
    messengers: dict[str, Messenger] = {}
    async with AsyncExitStack() as parts:
        core = await parts.enter_async_context(
            compose(settings, data_dir=settings.data_dir, engine=engine_of(settings), messengers=messengers)
        )
        await parts.enter_async_context(health(settings, core))
        platforms = [await parts.enter_async_context(platform) for platform in platforms_of(settings, core)]
        messengers.update({platform.name: platform.messenger for platform in platforms})
        await lifecycle.serve(core, platforms, keep=keep_of(settings), grace=settings.shutdown.grace_seconds)
    return EXIT_DONE


def health(settings: Settings, core: Core) -> AbstractAsyncContextManager[None]:
    """Health and numbers of a core, answered where the owner wants them."""
    return serve_health(
        host=settings.metrics.host,
        port=settings.metrics.port,
        readings=lambda: _readings(core),
        trouble=lambda: None,  # whatever the service cannot live with ends it; a loop that hangs does not answer
    )


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
    for outcome in Tally:
        yield Reading(
            name="moderation",
            help="Prompts and pictures by what was decided about them.",
            value=core.gate.counts[outcome],
            kind="counter",
            labels={"outcome": outcome},
        )
    for name, count in core.engine.counters().items():
        yield Reading(name=f"engine_{name}", help="Counted by the engine's worker.", value=count, kind="counter")
    rates = core.pace.rates()
    if rates:
        words = "Seconds per step and megapixel over the latest pictures."
        for quantile, value in zip(("0.5", "0.9"), rates, strict=True):
            yield Reading(name="step_seconds", help=words, value=value, labels={"quantile": quantile})
