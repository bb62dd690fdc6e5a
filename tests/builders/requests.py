"""What members ask for, as a chat adapter would say it; every argument can be set, all have a default."""

import io
import itertools
from collections.abc import Mapping
from typing import Any

from PIL import Image

from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.control import Control
from bot.domain.ids import GenerationId
from bot.domain.options import OPTION, Options
from bot.domain.request import Action, ReplyTarget, Request, Requester

_numbers = itertools.count(1)
ROOM = "fake:room"


def png(colour: str = "teal", size: tuple[int, int] = (64, 64)) -> bytes:
    """A small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def requester(user: str = "ann", *, platform: str = "fake") -> Requester:
    return Requester(platform=platform, user=user, space="server", name=user.title())


def asker(user: str = "ann", *, platform: str = "fake", **changes: object) -> Asker:
    """A member in the one conversation of the fake chat; keywords say more."""
    where: dict[str, object] = {"requester": requester(user, platform=platform), "server": "server", "rooms": (ROOM,)}
    return Asker(**(where | changes))  # type: ignore[arg-type]  # the table above is typed by Asker itself


def request(user: str = "ann", *, event: str | None = None, **changes: object) -> Request:
    """A plain wish of a member; keywords change it or its options; `control` is one with its map."""
    wish: dict[str, object] = {
        "action": Action.IMG2IMG,
        "requester": requester(user),
        "reply_to": ReplyTarget(platform="fake", address={"channel": "1"}),
        "event_id": event or f"fake:{next(_numbers)}",
        "source": png(),
        "place": ROOM,
    }
    if isinstance(control := changes.pop("control", None), Control):
        changes |= {"control_map": control.map} | changes | said_of(control)
    return Request(**(wish | with_options({"prompt": "an oil painting"} | changes)))  # type: ignore[arg-type]  # the table above is typed by Request itself


def with_options(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields of a request or press, with those that are options put together."""
    said: dict[str, Any] = {name: value for name, value in fields.items() if name in OPTION}
    return {name: value for name, value in fields.items() if name == "private" or name not in OPTION} | {
        "options": Options(**said)
    }


def said_of(control: Control) -> dict[str, object]:
    """What one says to get that control, its map apart."""
    return {
        "control": control.kind,
        "control_scale": control.scale,
        "control_start": control.start,
        "control_end": control.end,
    }


def press(verb: Verb, generation: GenerationId, user: str = "ann", **changes: object) -> Press:
    """A member presses a button on a result; keywords change the press or say options."""
    asked: dict[str, object] = {
        "verb": verb,
        "generation": generation,
        "by": asker(user),
        "reply_to": ReplyTarget(platform="fake", address={"channel": "1"}),
        "event_id": f"fake:{next(_numbers)}",
    }
    return Press(**(asked | with_options(changes)))  # type: ignore[arg-type]  # the table above is typed by Press itself
