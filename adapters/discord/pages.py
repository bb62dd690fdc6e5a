"""What members look up: the queue, a job, a result, the styles, help. All of it is shown to them only."""

from collections.abc import Sequence
from typing import Any

from adapters.discord.answers import Answered, Answers
from adapters.discord.cards import MAX_DESCRIPTION, rows
from adapters.discord.ids import parse_button_id
from adapters.discord.incoming import Incoming
from adapters.discord.markdown import inert
from adapters.discord.pictures import generation_in
from adapters.discord.rest import Payload
from adapters.discord.translate import focused, options
from bot.domain.actions import Verb
from bot.domain.card import Button, Waiting
from bot.domain.errors import Gone, InvalidRequest
from bot.domain.ids import JobId, generation_id, job_of, parse_job_id
from bot.domain.job import Generation, Job
from bot.ports import JobStore
from bot.service import Description, Service
from bot.texts import text

_LISTED = 5
"""Jobs with a button of their own: a message has five rows."""

_SHOWN_PROMPT = 200


class Pages:
    """See the module."""

    def __init__(self, *, service: Service, store: JobStore, answers: Answers) -> None:
        self._service = service
        self._store = store
        self._answers = answers

    async def queue(self, answered: Answered) -> None:
        """`/queue`: my jobs with Cancel, results that could not be shown with Collect, how many wait in all."""
        origin = answered.event.origin
        locale = origin.locale
        view = await self._service.status(origin.requester)
        lines = [text(locale, "queue-mine")]
        buttons: list[Button] = []
        for job, waiting in view.mine[:_LISTED]:
            lines.append(f"• {_prompt(job)}: {_place(waiting, locale)}")
            buttons.append(_button(locale, Verb.CANCEL, job, len(buttons)))
        for job in await self._uncollected(answered.event, most=_LISTED - len(buttons)):
            lines.append(f"• {_prompt(job)}: {text(locale, 'queue-uncollected')}")
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
        """`/styles`."""
        locale = answered.event.origin.locale
        lines = [text(locale, "styles-title")]
        lines += [
            f"**{inert(style.name)}**: {inert(style.prompt, most=_SHOWN_PROMPT)}"
            for style in self._service.styles.values()
        ]
        await self._show(answered, lines)

    async def help(self, answered: Answered) -> None:
        """`/help`."""
        await self._show(answered, [text(answered.event.origin.locale, "help")])

    async def suggest(self, answered: Answered) -> None:
        """Styles and models, while a member types."""
        event = answered.event
        option, so_far = focused(event.body)
        names = self._service.styles if option == "style" else self._service.models
        typed = so_far.lower()
        starting = [name for name in names if name.lower().startswith(typed)]
        within = [name for name in names if typed in name.lower() and name not in starting]
        await self._answers.suggest(event, [*starting, *within])

    async def _describe(self, answered: Answered, job: JobId) -> None:
        description = await self._service.describe(job)
        event = answered.event
        if description.job.private and description.job.requester.key != event.origin.requester.key:
            raise Gone("refused-gone")
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
    lines += [
        f"strength {strengths} · seed {recipe.seed} · steps {recipe.steps} · guidance {recipe.guidance_scale:g}",
        f"model {inert(recipe.model)}" + (f" · style {inert(recipe.style)}" if recipe.style else ""),
        f"id `{job.id}`",
    ]
    lines += [text(locale, "info-lineage"), f"• {text(locale, 'info-original')}"]
    lines += [f"• {_step(ancestor)}" for ancestor in description.ancestors]
    if undelivered:
        lines.append(text(locale, "info-undelivered", reason=undelivered))
    return lines


def _step(generation: Generation) -> str:
    recipe = generation.recipe
    return f"{inert(recipe.prompt, most=_SHOWN_PROMPT)} ({recipe.strength:g}), `{job_of(generation.id)}`"


def _prompt(job: Job) -> str:
    return inert(job.recipes[0].prompt, most=_SHOWN_PROMPT)


def _place(waiting: Waiting | None, locale: str) -> str:
    if waiting is None:
        return text(locale, "queue-running")
    place = text(locale, "queue-place", position=waiting.position)
    return place if waiting.expected_at is None else f"{place}, <t:{round(waiting.expected_at)}:R>"


def _button(locale: str, verb: Verb, job: Job, place: int) -> Button:
    label = f"{text(locale, f'button-{verb}')} {place + 1}"
    return Button(verb=verb, target=generation_id(job.id, 0), label=label)
