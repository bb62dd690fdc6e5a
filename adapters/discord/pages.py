"""What members look up: the queue, a job, a result, the styles, help. All of it is shown to them only."""

from typing import Any

from adapters.discord.answers import Answered
from adapters.discord.cards import MAX_ALT, MAX_EMBEDDED, MAX_EMBEDS
from adapters.discord.desk import Desk
from adapters.discord.files import SPOILER
from adapters.discord.paging import line_of
from adapters.discord.pictures import generation_in
from adapters.discord.places import asker
from adapters.discord.rest import Outgoing
from adapters.discord.translate import focused, options
from bot.comparing import comparison, result_in
from bot.domain.button_id import parse_button_id
from bot.domain.errors import Gone, InvalidRequest
from bot.domain.ids import GenerationId, JobId, job_of, parse_job_id
from bot.pages import Page, details_page, help_page, queue_page, style_rows
from bot.results import Description
from bot.suggestions import suggestions
from bot.texts import text

_LISTED = 5
"""Jobs with a button of their own: as many as a row of buttons holds."""

_ROW, _BUTTON, _LINK = 1, 2, 5

_DOZEN = 12
"""Styles to an embed: as many pictures as are still told apart on one sheet."""


async def queue(desk: Desk, answered: Answered) -> None:
    """`/queue`: my jobs with Cancel, results that could not be shown with Collect, how many wait in all."""
    origin = answered.event.origin
    view = await desk.service.status(origin.requester)
    uncollected = await desk.service.results.uncollected(origin.requester, most=_LISTED - len(view.mine))
    now = desk.clock.now()
    page = queue_page(view, now=now, locale=origin.locale, most=_LISTED, uncollected=uncollected)
    await desk.answers.show_page(answered, page)


async def info(desk: Desk, answered: Answered) -> None:
    """`/info job`."""
    asked = str(options(answered.event.body).get("job", "")).strip()
    job = parse_job_id(asked)
    if job is None:
        raise InvalidRequest("refused-no-job")
    await _describe(desk, answered, job)


async def image_info(desk: Desk, answered: Answered) -> None:
    """**Image info** on a message of ours."""
    body = answered.event.body
    message = body.get("resolved", {}).get("messages", {}).get(str(body.get("target_id")), {})
    generation = generation_in(message)
    if generation is None:
        raise Gone("info-none")
    await _describe(desk, answered, job_of(generation))


async def details(desk: Desk, answered: Answered) -> None:
    """The Details button."""
    pressed = parse_button_id(answered.event.name)
    assert pressed is not None
    await _describe(desk, answered, job_of(pressed.target))


async def compare(desk: Desk, answered: Answered) -> None:
    """Compare: source and result in one picture, all passes of a chain, and an animation of the last one."""
    target, description = await _result(desk, answered)
    locale = answered.event.origin.locale
    compared = comparison(description, target, locale)
    hidden = SPOILER if compared.spoiler else ""
    said = text(locale, "alt-compare")
    strip = await desk.exporter.strip(compared.steps)
    wipe = await desk.exporter.wipe(compared.before, compared.after)
    files = [
        Outgoing(f"{hidden}compare.{strip.suffix}", strip.content, said),
        Outgoing(f"{hidden}wipe.{wipe.suffix}", wipe.content, said),
    ]
    await desk.answers.show(answered, {"content": f"**{said}**"}, files)


async def original(desk: Desk, answered: Answered) -> None:
    """Original: the result without loss, for its reader alone."""
    target, description = await _result(desk, answered)
    made, origin = result_in(description, target), answered.event.origin
    exported = await desk.exporter.export(target, max_bytes=origin.file_bytes, locale=origin.locale)
    hidden = SPOILER if made.safety.spoiler or made.lineage.spoiler else ""
    file = Outgoing(f"{hidden}pentimento-{target}.{exported.suffix}", exported.content)
    said = f"{exported.width}x{exported.height} · {exported.suffix.upper()}"
    lines = [said, *([f"-# {exported.note}"] if exported.note else [])]
    await desk.answers.show(answered, {"content": "\n".join(lines)}, [file])


async def _result(desk: Desk, answered: Answered) -> tuple[GenerationId, Description]:
    pressed = parse_button_id(answered.event.name)
    assert pressed is not None
    by = asker(answered.event)
    return pressed.target, await desk.service.results.describe(job_of(pressed.target), by=by)


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


async def web(desk: Desk, answered: Answered) -> None:
    """`/web`: a link that signs the member in, in a button, as chats fetch the links that stand in messages."""
    locale = answered.event.origin.locale
    if desk.service.sign_in is None:
        raise Gone("refused-web-off")
    link = await desk.service.sign_in.link(asker(answered.event))
    opening = {"type": _BUTTON, "style": _LINK, "label": text(locale, "web-open"), "url": link}
    body = {"content": text(locale, "web-link"), "components": [{"type": _ROW, "components": [opening]}]}
    await desk.answers.show(answered, body)


async def help_(desk: Desk, answered: Answered) -> None:
    """`/help`."""
    await desk.answers.show_page(answered, help_of(desk, answered.event.origin.locale))


async def suggest(desk: Desk, answered: Answered) -> None:
    """Styles, models and adapters, while a member types."""
    option, typed = focused(answered.event.body)
    found = suggestions(option, typed, desk.service, model=str(options(answered.event.body).get("model")))
    await desk.answers.suggest(answered.event, found)


async def _describe(desk: Desk, answered: Answered, job: JobId) -> None:
    event = answered.event
    description = await desk.service.results.describe(job, by=asker(event))
    page = details_page(description, now=desk.clock.now(), locale=event.origin.locale)
    await desk.answers.show_page(answered, page)


def help_of(desk: Desk, locale: str) -> Page:
    """How to ask."""
    return help_page(locale, "help", maps=bool(desk.service.menu().controls))
