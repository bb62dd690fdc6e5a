"""Plausible jobs, generations and events for tests; every argument can be set, all have a default."""

from collections.abc import Sequence
from itertools import count

from bot.domain.ids import ImageId, JobId, generation_id
from bot.domain.job import Generation, Job, Lineage, Recipe
from bot.domain.request import Action, ReplyTarget, Requester
from bot.stores import InboxEvent

_number = count(1)

SOURCE = ImageId("5" * 64)


def a_recipe(prompt: str = "an oil painting", *, strength: float = 0.5) -> Recipe:
    return Recipe(
        prompt=prompt,
        negative_prompt="",
        strength=strength,
        seed=7,
        steps=20,
        guidance_scale=5.0,
        style=None,
        model="pocket",
    )


def a_job(
    *,
    number: int | None = None,
    user: str = "ada",
    prompt: str = "an oil painting",
    strengths: Sequence[float] = (0.5,),
    source: ImageId = SOURCE,
    lineage: Lineage | None = None,
    at: float = 1000.0,
) -> Job:
    """A queued job; jobs with the same number are one job."""
    number = next(_number) if number is None else number
    return Job(
        id=JobId(f"{number:022d}"),
        action=Action.SWEEP if len(strengths) > 1 else Action.IMG2IMG,
        requester=Requester(platform="console", user=user, space="home", name=user.title()),
        reply_to=ReplyTarget(platform="console", address={"channel": "1", "thread": "2"}),
        event_id=f"console:{number}",
        source=source,
        recipes=tuple(a_recipe(prompt, strength=strength) for strength in strengths),
        lineage=lineage or Lineage(),
        private=False,
        locale="en",
        created_at=at,
        pixels=512 * 512,
        notes=("It is animated: I used the first frame.",),
    ).queued()


def a_generation(job: Job, index: int = 0, *, image: ImageId | None = None) -> Generation:
    return Generation(
        id=generation_id(job.id, index),
        job=job.id,
        index=index,
        requester=job.requester,
        source=job.source,
        image=image or ImageId(f"{int(job.id):060d}{index:04d}"),
        recipe=job.recipes[index],
        lineage=job.lineage,
        width=512,
        height=384,
        effective_steps=10,
        seconds=1.5,
        created_at=job.created_at + 10,
    )


def an_event(number: int, *, platform: str = "console", payload: str = "{}", at: float = 1000.0) -> InboxEvent:
    return InboxEvent(id=f"{platform}:{number}", platform=platform, payload=payload, received_at=at)
