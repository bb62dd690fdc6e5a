"""Everything stored about one member as a file for that member.

The shape of `jobs.json` is declared here, apart from the classes it is made of: people keep such files for long.
"""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypedDict

from bot.domain.control import Control
from bot.domain.errors import Gone
from bot.domain.ids import ImageId
from bot.domain.job import Generation, Job, Recipe, images_of_requester, source_is_withheld
from bot.texts import told

_FRAME_BYTES = 512
"""What a ZIP adds for each file: two headers with the name in both."""


def archive(
    jobs: Sequence[tuple[Job, Sequence[Generation]]], pictures: Mapping[ImageId, bytes], *, max_bytes: int
) -> bytes:
    """A ZIP of `jobs.json` and the pictures it names.

    Args:
        jobs: each with its results, newest first.
        pictures: those that are still kept.
        max_bytes: of the archive; the oldest pictures are left out if they would not fit, and listed.
    """
    wanted = images_of(jobs)
    words: dict[str, Any] = {"jobs": [_job(job, generations) for job, generations in jobs]}
    room = max_bytes - len(json.dumps(words)) - len(wanted) * 80 - 4096
    kept: dict[ImageId, bytes] = {}
    for image in wanted:
        size = len(pictures.get(image, b"")) + _FRAME_BYTES
        if image in pictures and size <= room:
            kept[image] = pictures[image]
            room -= size
    words["pictures_left_out"] = [image for image in wanted if image in pictures and image not in kept]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:  # PNG does not shrink any more
        file.writestr("jobs.json", json.dumps(words, indent=1))
        for image, content in kept.items():
            file.writestr(f"pictures/{image}.png", content)
    return buffer.getvalue()


async def streamed(
    jobs: Sequence[tuple[Job, Sequence[Generation]]], get: Callable[[ImageId], Awaitable[bytes]]
) -> AsyncIterator[bytes]:
    """The same ZIP, whole and a piece at a time: one picture is in memory.

    Args:
        jobs: each with its results, newest first.
        get: the bytes of a picture; raises `Gone` for one that is not kept any more.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as file:  # PNG does not shrink any more
        words = {"jobs": [_job(job, generations) for job, generations in jobs]}
        file.writestr("jobs.json", json.dumps(words, indent=1))
        yield pipe.taken()
        for image in images_of(jobs):
            try:
                content = await get(image)
            except Gone:
                continue
            file.writestr(f"pictures/{image}.png", content)
            yield pipe.taken()
    yield pipe.taken()


class _Pipe(io.RawIOBase):
    """Takes what is written until somebody takes it on; cannot go back, so the archive's sizes follow its files."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._held += content
        return len(content)

    def taken(self) -> bytes:
        """What was written since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held


def images_of(jobs: Sequence[tuple[Job, Sequence[Generation]]]) -> Sequence[ImageId]:
    """The pictures that belong into it: not a source that its member may not see."""
    return list(
        dict.fromkeys(
            image
            for job, generations in jobs
            for image in (*(each.image for each in generations), *images_of_requester(job))
        )
    )


class _Recipe(TypedDict):
    """What determined one picture besides its source; see `bot.domain.job.Recipe`."""

    prompt: str
    negative_prompt: str
    strength: float
    seed: int
    steps: int
    guidance_scale: float
    style: str | None
    model: str
    loras: list["_Lora"]
    control: "_Control | None"
    map_only: bool


class _Lora(TypedDict):
    name: str
    weight: float


class _Control(TypedDict):
    """`map`: the picture that was given for it; None if it was drawn from the source."""

    kind: str
    scale: float
    start: float
    end: float
    map: str | None


class _Lineage(TypedDict):
    """The result that it was made from, the first of them all, and how many passes there were."""

    parent: str | None
    root: str | None
    depth: int


class _Result(TypedDict):
    """`image`: its file in the archive."""

    id: str
    image: str
    created_at: float
    lineage: _Lineage


class _Requester(TypedDict):
    platform: str
    user: str
    space: str
    name: str


class _Job(TypedDict):
    """One wish; times are Unix seconds. `source`: its picture's file in the archive; None if they may not see it."""

    id: str
    action: str
    status: str
    created_at: float
    requester: _Requester
    private: bool
    source: str | None
    recipes: list[_Recipe]
    error: str
    results: list[_Result]


def _job(job: Job, generations: Sequence[Generation]) -> _Job:
    by = job.requester
    return {
        "id": job.id,
        "action": job.action.value,
        "status": job.status.value,
        "created_at": job.created_at,
        "requester": {"platform": by.platform, "user": by.user, "space": by.space, "name": by.name},
        "private": job.private,
        "source": None if source_is_withheld(job, by) else job.source,
        "recipes": [_recipe(recipe) for recipe in job.recipes],
        "error": told(job.locale, job.error),
        "results": [
            {
                "id": each.id,
                "image": each.image,
                "created_at": each.created_at,
                "lineage": {
                    "parent": each.lineage.parent,
                    "root": each.lineage.root,
                    "depth": each.lineage.depth,
                },
            }
            for each in generations
        ],
    }


def _recipe(recipe: Recipe) -> _Recipe:
    return {
        "prompt": recipe.prompt,
        "negative_prompt": recipe.negative_prompt,
        "strength": recipe.strength,
        "seed": recipe.seed,
        "steps": recipe.steps,
        "guidance_scale": recipe.guidance_scale,
        "style": recipe.style,
        "model": recipe.model,
        "loras": [{"name": lora.name, "weight": lora.weight} for lora in recipe.loras],
        "control": _control(recipe.control) if recipe.control else None,
        "map_only": recipe.map_only,
    }


def _control(control: Control) -> _Control:
    return {
        "kind": control.kind.value,
        "scale": control.scale,
        "start": control.start,
        "end": control.end,
        "map": control.map,
    }
