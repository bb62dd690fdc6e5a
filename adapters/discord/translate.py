"""Discord's options, form fields and words as the core's requests: pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord.incoming import Incoming, Upload
from adapters.discord.pictures import attachment
from adapters.discord.places import asker
from bot.domain.actions import Press, Verb
from bot.domain.control import NO_CONTROL
from bot.domain.errors import InvalidRequest
from bot.domain.flags import parse_flags
from bot.domain.ids import GenerationId, ImageId
from bot.domain.options import NOTHING_SAID, Options, read_options
from bot.domain.picture import Sent
from bot.domain.place import PlaceSettings
from bot.domain.request import Action, ReplyTarget, Request

ACTIONS = {"img2img": Action.IMG2IMG, "sweep": Action.SWEEP, "refine": Action.REFINE, "map": Action.MAP}

FIELD_PROMPT, FIELD_STRENGTH, FIELD_STYLE, FIELD_PICTURE, FIELD_UPLOAD, FIELD_CONTROL = (
    "prompt",
    "strength",
    "style",
    "picture",
    "upload",
    "control",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked, before its pictures are there.

    Attributes:
        drawn: a control map of the member's own.
    """

    options: Options
    action: Action = Action.IMG2IMG
    source: Upload | None = None
    drawn: Upload | None = None

    def request(
        self,
        event: Incoming,
        reply_to: ReplyTarget,
        source: Sent | ImageId,
        *,
        drawn: Sent | None = None,
        parent: GenerationId | None = None,
        private: bool,
    ) -> Request:
        """With its pictures, as the core takes it; `parent` is the result of ours that the source is.

        Raises:
            InvalidRequest: a value is out of its range.
        """
        return Request(
            action=self.action,
            requester=event.origin.requester,
            reply_to=reply_to,
            event_id=event.event_id,
            source=source,
            options=self.options,
            control_map=drawn,
            parent=parent,
            private=private,
            locale=event.origin.locale,
            site=event.origin.site,
        )

    def press(
        self,
        event: Incoming,
        reply_to: ReplyTarget,
        result: GenerationId,
        *,
        drawn: Sent | None = None,
        private: bool,
        settings: PlaceSettings,
    ) -> Press:
        """The same on a result of ours: it is chained. `settings` are the place's."""
        return Press(
            verb=Verb.CHAIN,
            generation=result,
            by=asker(event),
            reply_to=reply_to,
            event_id=event.event_id,
            options=self.options,
            control_map=drawn,
            private=private,
            locale=event.origin.locale,
            usual_strength=settings.strength,
            site=event.origin.site,
            blocked=settings.blocked or (),
        )


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


def wish_of_command(event: Incoming) -> Wish:
    """`/img2img`, `/sweep`, `/refine` and `/map`.

    Raises:
        InvalidRequest: the list of strengths is none, or there is no such control.
    """
    given = options(event.body)
    uploads = event.body.get("resolved", {}).get("attachments", {})
    drawn = uploads.get(str(given.get("map")))
    return Wish(
        action=ACTIONS[event.name],
        source=attachment(uploads.get(str(given.get("image")), {}), author=event.origin.user),
        drawn=attachment(drawn, author=event.origin.user) if drawn else None,
        options=read_options(given),
    )


def without_mention(content: str, me: str, *, role: str = "") -> str:
    """What stands in a message besides our name and our role's."""
    ours = rf"<@!?{re.escape(me)}>" + (rf"|<@&{re.escape(role)}>" if role else "")
    return re.sub(rf"[ \t]*(?:{ours})[ \t]*", " ", content).strip()


def wish_of_words(words: str, styles: Iterable[str]) -> Wish:
    """What stands in a message that mentions us.

    Raises:
        InvalidRequest: a flag's value is no such value, or there is no prompt.
    """
    written = parse_flags(words, styles=styles)
    if not written.options.prompt and not written.map_only:
        raise InvalidRequest("refused-no-prompt")
    return Wish(options=written.options, action=written.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A filled-in form. A strength or style that the member left empty is none, which is not the same as nothing."""

    options: Options = NOTHING_SAID
    picture: int | None = None
    upload: Upload | None = None


def form_of(event: Incoming) -> Form:
    """A submitted modal.

    Raises:
        InvalidRequest: the strength is no strength.
    """
    values = dict(_fields(event.body.get("components") or ()))
    picture = _first(values.get(FIELD_PICTURE))
    uploads = event.body.get("resolved", {}).get("attachments", {})
    upload = uploads.get(_first(values.get(FIELD_UPLOAD)))
    typed = {name: _first(values[name]) for name in (FIELD_STRENGTH, FIELD_STYLE) if name in values}
    # A prompt cannot be left empty; a select that the member emptied means none, one that was not there nothing.
    typed |= {FIELD_PROMPT: prompt} if (prompt := _first(values.get(FIELD_PROMPT))) else {}
    typed |= {FIELD_CONTROL: _first(values[FIELD_CONTROL]) or NO_CONTROL} if FIELD_CONTROL in values else {}
    return Form(
        options=read_options(typed),
        picture=int(picture) if picture.isdecimal() else None,
        upload=attachment(upload, author=event.origin.user) if upload else None,
    )


def _first(value: object) -> str:
    """The one choice of a select or upload, or a text field's words."""
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return str(value or "").strip()


def _fields(components: Any) -> Iterator[tuple[str, Any]]:
    for component in components:
        inner = component.get("component")
        yield from _fields(component.get("components") or ([inner] if inner else ()))
        if "custom_id" in component:
            yield component["custom_id"], component.get("values", component.get("value"))
