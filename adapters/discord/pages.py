"""What members look up: the queue, a job, a result, the styles, help. All of it is shown to them only."""

from typing import Any

from adapters.discord.answers import Answered
from adapters.discord.cards import MAX_ALT, MAX_EMBEDDED, MAX_EMBEDS
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.paging import line_of
from adapters.discord.pictures import generation_in
from adapters.discord.rest import Outgoing
from adapters.discord.translate import focused, options
from bot.domain.errors import Gone
from bot.pages import style_rows
from bot.suggestions import suggestions
from bot.texts import text

LISTED = 5
"""Jobs with a button of their own: as many as a row of buttons holds."""

_DOZEN = 12
"""Styles to an embed: as many pictures as are still told apart on one sheet."""


async def image_info(desk: Desk, answered: Answered) -> None:
    """**Image info** on a message of ours."""
    body = answered.event.body
    message = body.get("resolved", {}).get("messages", {}).get(str(body.get("target_id")), {})
    generation = generation_in(message)
    if generation is None:
        raise Gone("info-none")
    await desk.conversation.details(DiscordExchange(desk, answered), generation)


async def styles(desk: Desk, answered: Answered) -> None:
    """`/styles`: the presets a dozen at a time, their words over a sheet of their pictures."""
    locale = answered.event.origin.locale
    styles = list(desk.service.styles.values())
    dozens = [styles[start : start + _DOZEN] for start in range(0, len(styles), _DOZEN)][:MAX_EMBEDS]
    embeds: list[dict[str, Any]] = []
    sheets: list[Outgoing] = []
    for dozen in dozens:
        described = "\n".join(line_of(row) for row in style_rows(dozen))
        embed: dict[str, Any] = {"description": described[: MAX_EMBEDDED // len(dozens)]}
        if sheet := await desk.exporter.style_sheet(dozen):
            names = ", ".join(style.name for style in dozen if style.picture)
            sheets.append(Outgoing(f"styles-{len(sheets) + 1}.{sheet.suffix}", sheet.content, names[:MAX_ALT]))
            embed["image"] = {"url": f"attachment://{sheets[-1].filename}"}
        embeds.append(embed)
    body = {"content": text(locale, "styles-title"), "embeds": embeds}
    await desk.answers.show(answered, body, sheets)


async def suggest(desk: Desk, answered: Answered) -> None:
    """Styles, models and adapters, while a member types."""
    option, typed = focused(answered.event.body)
    found = suggestions(option, typed, desk.service, model=str(options(answered.event.body).get("model")))
    await desk.answers.suggest(answered.event, found)
