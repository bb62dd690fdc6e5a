"""A command's options as the core's requests: pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.discord.incoming import Incoming, Upload
from adapters.discord.markup import said
from adapters.discord.pictures import attachment
from bot.domain.ask import Wish
from bot.domain.flags import with_flags
from bot.domain.options import OPTIONS, OptionKind, read_options
from bot.domain.request import ASKING, Action


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
    """`/img2img`, `/sweep`, `/refine` and `/map` without their pictures; flags in the prompt count as well.

    Raises:
        InvalidRequest: the list of strengths is none, there is no such control, or a flag is wrong.
    """
    given = options(event.body)
    written = with_flags(read_options(given | _seen(given)), styles=styles)
    action = ASKING[event.name]
    return Wish(
        action=written.action if action is Action.IMG2IMG or written.map_only else action, options=written.options
    )


def picture_of(event: Incoming, name: str) -> Upload | None:
    """The picture in an option of a command."""
    given = event.body.get("resolved", {}).get("attachments", {}).get(str(options(event.body).get(name)))
    return attachment(given, author=event.origin.user) if given else None


def _seen(values: Mapping[str, Any]) -> dict[str, Any]:
    """The prose among some values, with names for codes."""
    prose = [row.name for row in OPTIONS if row.kind is OptionKind.PROSE and row.name in values]
    return {name: said(str(values[name]), formatted=False) for name in prose}
