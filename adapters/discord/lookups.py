"""What members look up; all of it is shown to them only."""

from adapters.discord.exchange import DiscordExchange
from adapters.discord.ids import STYLED
from adapters.discord.pictures import generation_in
from adapters.discord.translate import focused, options
from bot.domain.errors import Gone
from bot.suggestions import suggestions


async def look_up(at: DiscordExchange) -> None:
    """A command, or the button that offers what it shows: `p1:offer:queue` is `/queue`."""
    job = str(options(at.event.body).get("job") or "").strip()
    await at.desk.conversation.look_up(at, at.event.name.rpartition(":")[2], job)


async def choose_style(at: DiscordExchange) -> None:
    """The menu of styles: the form with the one chosen, for a picture that is added to it."""
    chosen = str(next(iter(at.event.body.get("values") or ()), ""))
    await at.open(await at.desk.conversation.style_form(at, chosen), STYLED)


async def image_info(at: DiscordExchange) -> None:
    """**Image info** on a message of ours."""
    generation = generation_in(at.resolved_message())
    if generation is None:
        raise Gone("info-none")
    await at.desk.conversation.details(at, generation)


async def suggest(at: DiscordExchange) -> None:
    """Styles, models and adapters, while a member types."""
    option, typed = focused(at.event.body)
    found = suggestions(option, typed, at.desk.service, model=str(options(at.event.body).get("model") or ""))
    await at.suggest(found)
