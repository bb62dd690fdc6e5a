"""What members look up: the queue, a job, a result, the styles, help. All of it is shown to them only."""

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.pictures import generation_in
from adapters.discord.translate import focused, options
from bot.domain.errors import Gone
from bot.suggestions import suggestions

LISTED = 5
"""Jobs with a button of their own: as many as a row of buttons holds."""


async def image_info(desk: Desk, answered: Answered) -> None:
    """**Image info** on a message of ours."""
    body = answered.event.body
    message = body.get("resolved", {}).get("messages", {}).get(str(body.get("target_id")), {})
    generation = generation_in(message)
    if generation is None:
        raise Gone("info-none")
    await desk.conversation.details(DiscordExchange(desk, answered), generation)


async def suggest(desk: Desk, answered: Answered) -> None:
    """Styles, models and adapters, while a member types."""
    option, typed = focused(answered.event.body)
    found = suggestions(option, typed, desk.service, model=str(options(answered.event.body).get("model")))
    await desk.answers.suggest(answered.event, found)
