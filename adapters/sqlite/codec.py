"""Dataclasses to rows and back.

Structured parts are JSON objects of the dataclass's own fields. One that the row lacks takes the class's default, so
a field added later needs no migration. One that the class of a recipe or of a lineage does not know is of a later
version: it is left out with a line in the log, so that going back to an older version opens every job. Any other
unknown field is an error.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from typing import Any

import structlog

from bot.domain.control import Control
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import Generation, Job, JobStatus, Lineage, Recipe
from bot.domain.place import PlaceSettings, RemixPolicy, ThreadPolicy
from bot.domain.request import Action, ReplyTarget, Requester
from bot.domain.safety import Safety, Site, Verdict
from bot.stores import Duty, InboxEvent
from inference.api import ControlKind, Lora

log = structlog.get_logger(__name__)

Columns = dict[str, str | int | float | None]
"""A row by column name, for named parameters."""


def job_columns(job: Job) -> Columns:
    return {
        "id": job.id,
        "event_id": job.event_id,
        "requester_key": job.requester.key,
        **move_columns(job),
        "created_at": job.created_at,
        "action": job.action.value,
        "requester": _json(_values(job.requester)),
        "reply_to": _json({"platform": job.reply_to.platform, "address": dict(job.reply_to.address)}),
        "source": job.source,
        "recipes": recipes_column(job.recipes),
        "lineage": _json(_values(job.lineage)),
        "private": int(job.private),
        "locale": job.locale,
        "pixels": job.pixels,
        "notes": _json(job.notes),
        "site": _json(_values(job.site)),
        "place": job.place,
        "offers_thread": int(job.offers_thread),
    }


def move_columns(job: Job) -> Columns:
    """Only what the domain's moves change."""
    return {
        "status": job.status.value,
        "attempt": job.attempt,
        "strikes": job.strikes,
        "lease": job.lease,
        "error": job.error,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }


def job_from(row: sqlite3.Row) -> Job:
    return Job(
        id=JobId(row["id"]),
        action=Action(row["action"]),
        requester=Requester(**json.loads(row["requester"])),
        reply_to=ReplyTarget(**json.loads(row["reply_to"])),
        event_id=row["event_id"],
        source=ImageId(row["source"]),
        recipes=recipes_from(row["recipes"]),
        lineage=Lineage(**_known(Lineage, json.loads(row["lineage"]))),
        private=bool(row["private"]),
        locale=row["locale"],
        created_at=row["created_at"],
        pixels=row["pixels"],
        notes=tuple(json.loads(row["notes"])),
        site=Site(**json.loads(row["site"])),
        place=row["place"],
        offers_thread=bool(row["offers_thread"]),
        status=JobStatus(row["status"]),
        attempt=row["attempt"],
        strikes=row["strikes"],
        lease=row["lease"],
        error=row["error"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        pictures_kept=bool(row["pictures_kept"]),
    )


def recipes_column(recipes: Iterable[Recipe]) -> str:
    return _json([_recipe(recipe) for recipe in recipes])


def _recipe(recipe: Recipe) -> dict[str, Any]:
    control = recipe.control and _values(recipe.control)
    return {**_values(recipe), "loras": [_values(lora) for lora in recipe.loras], "control": control}


def recipes_from(column: str) -> tuple[Recipe, ...]:
    return tuple(_recipe_from(recipe) for recipe in json.loads(column))


def _recipe_from(stored: dict[str, Any]) -> Recipe:
    known = _known(Recipe, stored)
    control = known.get("control")
    structure = None
    if control is not None:
        structure = Control(**{**_known(Control, control), "kind": ControlKind(control["kind"])})
    loras = tuple(Lora(**_known(Lora, lora)) for lora in known.get("loras", ()))
    return Recipe(**{**known, "loras": loras, "control": structure})


def _known(part: type, stored: dict[str, Any]) -> dict[str, Any]:
    """The stored fields that this version knows of a part of a recipe or of a lineage."""
    names = frozenset(_names(part))
    if later := sorted(stored.keys() - names):
        log.warning("a stored job has fields of a later version, left out", part=part.__name__, fields=later)
    return {name: value for name, value in stored.items() if name in names}


def generation_columns(generation: Generation) -> Columns:
    return {
        "id": generation.id,
        "job": generation.job,
        "number": generation.index,
        "requester": _json(_values(generation.requester)),
        "source": generation.source,
        "image": generation.image,
        "recipe": _json(_recipe(generation.recipe)),
        "lineage": _json(_values(generation.lineage)),
        "width": generation.width,
        "height": generation.height,
        "effective_steps": generation.effective_steps,
        "seconds": generation.seconds,
        "created_at": generation.created_at,
        "notes": _json(generation.notes),
        "safety": _json(_values(generation.safety)),
        "kept": generation.kept,
    }


def generation_from(row: sqlite3.Row) -> Generation:
    return Generation(
        id=GenerationId(row["id"]),
        job=JobId(row["job"]),
        index=row["number"],
        requester=Requester(**json.loads(row["requester"])),
        source=ImageId(row["source"]),
        image=ImageId(row["image"]),
        recipe=_recipe_from(json.loads(row["recipe"])),
        lineage=Lineage(**_known(Lineage, json.loads(row["lineage"]))),
        width=row["width"],
        height=row["height"],
        effective_steps=row["effective_steps"],
        seconds=row["seconds"],
        created_at=row["created_at"],
        notes=tuple(json.loads(row["notes"])),
        safety=_safety_from(row["safety"]),
        kept=bool(row["kept"]),
    )


def _safety_from(column: str) -> Safety:
    values = json.loads(column)
    return Safety(**{**values, "verdict": Verdict(values["verdict"])}) if values else Safety()


def place_column(settings: PlaceSettings) -> str:
    return _json({name: value for name, value in _values(settings).items() if value is not None})


_SEVERAL = ("roles", "channels", "models", "blocked", "banned")


def place_from(column: str) -> PlaceSettings:
    values = json.loads(column)
    values |= {name: tuple(values[name]) for name in _SEVERAL if name in values}
    if "remix" in values:
        values["remix"] = RemixPolicy(values["remix"])
    if "threads" in values:
        values["threads"] = ThreadPolicy(values["threads"])
    return PlaceSettings(**values)


def event_from(row: sqlite3.Row) -> InboxEvent:
    return InboxEvent(id=row["id"], platform=row["platform"], payload=row["payload"], received_at=row["received_at"])


def delivery_from(row: sqlite3.Row) -> Duty:
    return Duty(
        job=JobId(row["job"]),
        message=row["message"],
        attempts=row["attempts"],
        due_at=row["due_at"],
        undeliverable=row["undeliverable"],
    )


def _values(part: Any) -> dict[str, Any]:
    """A dataclass's fields by name; `dataclasses.asdict` copies what is in them too, and takes ten times as long."""
    return {name: getattr(part, name) for name in _names(part.__class__)}


@cache
def _names(part: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(part))


_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def _json(value: Any) -> str:
    """ASCII only, so that even half a surrogate pair that a chat let through survives the way to the disk."""
    return _encode(value)
