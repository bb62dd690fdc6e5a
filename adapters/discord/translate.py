"""Discord's options, form fields and words as the core's requests: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord.asking import Wish
from adapters.discord.forms import upload_of, values_of
from adapters.discord.incoming import Incoming, Upload
from adapters.discord.markup import said
from adapters.discord.pictures import attachment
from bot.domain.flags import parse_flags, with_flags
from bot.domain.options import NOTHING_SAID, OPTIONS, Kind, Options, read_options
from bot.domain.request import Action
from bot.forms import PICTURE
from bot.picture_form import Purpose, read_picture_form

ACTIONS = {"img2img": Action.IMG2IMG, "sweep": Action.SWEEP, "refine": Action.REFINE, "map": Action.MAP}


def options(body: Mapping[str, Any]) -> dict[str, Any]:
    """A command's options by name; those of a subcommand are lifted up, its own name is under "subcommand"."""
    found: dict[str, Any] = {}
    for option in body.get("options") or ():
        if option.get("type") in {1, 2}:
            found["subcommand"] = option["name"]
            found |= options(option)
        else:
            found[option["name"]] = option.get("value")
    return found


def focused(body: Mapping[str, Any]) -> tuple[str, str]:
    """The option a member is typing into, and what is there so far."""
    for option in body.get("options") or ():
        if option.get("focused"):
            return str(option["name"]), str(option.get("value", ""))
        if option.get("options"):
            return focused(option)
    return "", ""


def wish_of_command(event: Incoming, styles: Iterable[str] = ()) -> Wish:
    """`/img2img`, `/sweep`, `/refine` and `/map`; flags in the prompt count as well.

    Raises:
        InvalidRequest: the list of strengths is none, there is no such control, or a flag is wrong.
    """
    given = options(event.body)
    written = with_flags(read_options(given | _seen(given)), styles=styles)
    action = ACTIONS[event.name]
    uploads = event.body.get("resolved", {}).get("attachments", {})
    drawn = uploads.get(str(given.get("map")))
    return Wish(
        action=written.action if action is Action.IMG2IMG or written.map_only else action,
        source=attachment(uploads.get(str(given.get("image")), {}), author=event.origin.user),
        drawn=attachment(drawn, author=event.origin.user) if drawn else None,
        options=written.options,
    )


def _seen(values: Mapping[str, Any]) -> dict[str, Any]:
    """The prose among some values, with names for codes."""
    prose = [row.name for row in OPTIONS if row.kind is Kind.PROSE and row.name in values]
    return {name: said(str(values[name]), formatted=False) for name in prose}


def wish_of_words(words: str, styles: Iterable[str]) -> Wish:
    """What stands in a message that mentions us; in answer to a result it needs no prompt, which is the result's.

    Raises:
        InvalidRequest: a flag's value is no such value.
    """
    written = parse_flags(words, styles=styles)
    return Wish(options=written.options, action=written.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A filled-in form: what it says, which of several pictures it is about, and one that was added."""

    options: Options = NOTHING_SAID
    picture: int = 0
    upload: Upload | None = None


def filled(event: Incoming, purpose: Purpose, styles: Iterable[str] = (), *, uploads: bool = False) -> Filled:
    """A submitted modal; `uploads`: it had to bring a picture.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    values = values_of(event.body)
    picture = str(values.get(PICTURE, ""))
    return Filled(
        options=read_picture_form(values, purpose, uploads=uploads, styles=styles),
        picture=int(picture) if picture.isdecimal() else 0,
        upload=upload_of(event.body, author=event.origin.user),
    )
