"""What members look up: the queue, a job, a result, the styles, help. All of it is shown to them only."""

from collections.abc import Sequence
from typing import Any

from adapters.discord.answers import Answered, Answers
from adapters.discord.cards import MAX_ALT, MAX_DESCRIPTION, MAX_EMBEDDED, MAX_EMBEDS, rows
from adapters.discord.ids import parse_button_id
from adapters.discord.incoming import Incoming
from adapters.discord.markdown import inert
from adapters.discord.pictures import generation_in
from adapters.discord.places import asker
from adapters.discord.rest import Outgoing, Payload
from adapters.discord.translate import focused, options
from bot.domain.actions import Verb
from bot.domain.card import Button, Waiting
from bot.domain.errors import Gone, InvalidRequest
from bot.domain.ids import JobId, generation_id, job_of, parse_job_id
from bot.domain.job import Generation, Job
from bot.domain.model import label
from bot.ports import Exporter, JobStore
from bot.rendering import arriving_words, control_facts, title
from bot.results import Description
from bot.service import Service
from bot.texts import text

_LISTED = 5
"""Jobs with a button of their own: a message has five rows."""

_SHOWN_PROMPT = 200
_DOZEN = 12
"""Styles to an embed: as many pictures as are still told apart on one sheet."""


class Pages:
    """See the module."""

    def __init__(self, *, service: Service, store: JobStore, exporter: Exporter, answers: Answers) -> None:
        self._service = service
        self._store = store
        self._exporter = exporter
        self._answers = answers

    async def queue(self, answered: Answered) -> None:
        """`/queue`: my jobs with Cancel, results that could not be shown with Collect, how many wait in all."""
        origin = answered.event.origin
        locale = origin.locale
        view = await self._service.status(origin.requester)
        lines = [text(locale, "queue-mine")]
        buttons: list[Button] = []
        for job, waiting in view.mine[:_LISTED]:
            lines.append(f"• {_prompt(job, locale)}: {_place(waiting, locale)}")
            buttons.append(_button(locale, Verb.CANCEL, job, len(buttons)))
        for job in await self._uncollected(answered.event, most=_LISTED - len(buttons)):
            lines.append(f"• {_prompt(job, locale)}: {text(locale, 'queue-uncollected')}")
            buttons.append(_button(locale, Verb.COLLECT, job, len(buttons)))
        if not buttons:
            lines = [text(locale, "queue-empty")]
        lines.append(text(locale, "queue-total", jobs=view.jobs))
        await self._show(answered, lines, rows(buttons))

    async def info(self, answered: Answered) -> None:
        """`/info job`."""
        asked = str(options(answered.event.body).get("job", "")).strip()
        job = parse_job_id(asked)
        if job is None:
            raise InvalidRequest("refused-no-job")
        await self._describe(answered, job)

    async def image_info(self, answered: Answered) -> None:
        """**Image info** on a message of ours."""
        body = answered.event.body
        message = body.get("resolved", {}).get("messages", {}).get(str(body.get("target_id")), {})
        generation = generation_in(message)
        if generation is None:
            raise Gone("info-none")
        await self._describe(answered, job_of(generation))

    async def details(self, answered: Answered) -> None:
        """The Details button."""
        pressed = parse_button_id(answered.event.name)
        assert pressed is not None
        await self._describe(answered, job_of(pressed.target))

    async def styles(self, answered: Answered) -> None:
        """`/styles`: the presets a dozen at a time, their words over a sheet of their pictures."""
        locale = answered.event.origin.locale
        styles = list(self._service.styles.values())
        dozens = [styles[start : start + _DOZEN] for start in range(0, len(styles), _DOZEN)][:MAX_EMBEDS]
        embeds: list[dict[str, Any]] = []
        sheets: list[Outgoing] = []
        for dozen in dozens:
            lines = [f"**{inert(style.name)}**: {inert(style.prompt, most=_SHOWN_PROMPT)}" for style in dozen]
            embed: dict[str, Any] = {"description": "\n".join(lines)[: MAX_EMBEDDED // len(dozens)]}
            if sheet := await self._exporter.style_sheet(dozen):
                names = ", ".join(style.name for style in dozen if style.picture)
                sheets.append(Outgoing(f"styles-{len(sheets) + 1}.{sheet.suffix}", sheet.content, names[:MAX_ALT]))
                embed["image"] = {"url": f"attachment://{sheets[-1].filename}"}
            embeds.append(embed)
        body = {"content": text(locale, "styles-title"), "embeds": embeds}
        await self._answers.show(answered, body, sheets)

    async def help(self, answered: Answered) -> None:
        """`/help`."""
        await self._show(answered, [help_words(self._service, answered.event.origin.locale)])

    async def suggest(self, answered: Answered) -> None:
        """Styles, models and adapters, while a member types."""
        event = answered.event
        option, so_far = focused(event.body)
        models = self._service.models
        # Several adapters stand in one option: those before the last word are kept.
        before, space, typed = so_far.lower().rpartition(" ") if option == "loras" else ("", "", so_far.lower())
        match option:
            case "style":
                names = {name: name for name in self._service.styles}
            case "loras":
                chosen = str(options(event.body).get("model"))
                of = [models[chosen]] if chosen in models else models.values()
                names = {f"{before}{space}{lora.name}": lora.name for each in of for lora in each.loras}
            case _:
                names = {name: label(name, defaults) for name, defaults in models.items()}
        starting = {value: name for value, name in names.items() if name.lower().startswith(typed)}
        within = {value: name for value, name in names.items() if typed in name.lower()}
        await self._answers.suggest(event, starting | within)

    async def _describe(self, answered: Answered, job: JobId) -> None:
        event = answered.event
        description = await self._service.results.describe(job, by=asker(event))
        duty = await self._store.delivery(job)
        lines = description_lines(description, event.origin.locale, undelivered=duty.undeliverable if duty else "")
        buttons = []
        if duty and duty.undeliverable and description.generations:
            buttons = rows([_button(event.origin.locale, Verb.COLLECT, description.job, 0)])
        await self._show(answered, lines, buttons)

    async def _uncollected(self, event: Incoming, *, most: int) -> Sequence[Job]:
        found: list[Job] = []
        for job in await self._service.recent(event.origin.requester):
            duty = await self._store.delivery(job.id)
            if len(found) < most and duty and duty.undeliverable and await self._store.generations(job.id):
                found.append(job)
        return found

    async def _show(self, answered: Answered, lines: Sequence[str], components: Sequence[Payload] = ()) -> None:
        embed: dict[str, Any] = {"description": "\n".join(lines)[:MAX_DESCRIPTION]}
        await self._answers.show(answered, {"embeds": [embed], "components": list(components)})


def help_words(service: Service, locale: str) -> str:
    """How to ask; of maps only where some model keeps structure."""
    maps = any(defaults.controls for defaults in service.models.values())
    return text(locale, "help", map=f"\n• {text(locale, 'help-map')}" if maps else "")


def description_lines(description: Description, locale: str, *, undelivered: str = "") -> list[str]:
    """A job as lines of text: state, recipe, where it comes from."""
    job = description.job
    recipe = job.recipes[0]
    lines = [
        text(
            locale,
            "info-status",
            status=text(locale, f"status-{job.status}"),
            when=f"<t:{round(job.created_at)}:R>",
            name=inert(job.requester.name),
        )
    ]
    if recipe.prompt:
        lines += [text(locale, "info-recipe"), f"> {inert(recipe.prompt)}"]
    if recipe.negative_prompt:
        lines.append(text(locale, "info-negative", prompt=inert(recipe.negative_prompt)))
    strengths = ", ".join(f"{each.strength:g}" for each in job.recipes)
    how = text(locale, "fact-edits") if recipe.edits else f"strength {strengths}"
    lines += [
        f"{how} · seed {recipe.seed} · steps {recipe.steps} · guidance {recipe.guidance_scale:g}",
        f"model {inert(recipe.model)}" + (f" · style {inert(recipe.style)}" if recipe.style else ""),
        *([" · ".join(control_facts(recipe, locale))] if recipe.control else []),
        f"id `{job.id}`",
    ]
    lines += [text(locale, "info-lineage"), f"• {text(locale, 'info-original')}"]
    lines += [f"• {_step(ancestor, locale)}" for ancestor in description.ancestors]
    if undelivered:
        lines.append(text(locale, "info-undelivered", reason=undelivered))
    return lines


def _step(generation: Generation | None, locale: str) -> str:
    if generation is None:
        return text(locale, "info-hidden")
    recipe = generation.recipe
    how = recipe.control.kind if recipe.map_only and recipe.control else f"{recipe.strength:g}"
    shown = inert(title(recipe, locale), most=_SHOWN_PROMPT)
    return f"{shown}, `{job_of(generation.id)}`" if recipe.edits else f"{shown} ({how}), `{job_of(generation.id)}`"


def _prompt(job: Job, locale: str) -> str:
    return inert(title(job.recipes[0], locale), most=_SHOWN_PROMPT)


def _place(waiting: Waiting | None, locale: str) -> str:
    if waiting is None:
        return text(locale, "queue-running")
    if waiting.arriving:
        return arriving_words(waiting.arriving, locale)
    place = text(locale, "queue-place", position=waiting.position)
    return place if waiting.expected_at is None else f"{place}, <t:{round(waiting.expected_at)}:R>"


def _button(locale: str, verb: Verb, job: Job, place: int) -> Button:
    label = f"{text(locale, f'button-{verb}')} {place + 1}"
    return Button(verb=verb, target=generation_id(job.id, 0), label=label)
