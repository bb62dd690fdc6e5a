"""What the workspace's admins decide: defaults for the workspace or one channel, and who may use the bot where."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.desk import Desk
from adapters.slack.fields import FormErrors, choice_field, fields_of, option, text_field, typed_text
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place, place_key
from adapters.slack.pages import page, said_page
from adapters.slack.text import MAX_TITLE, Block, context, plain, section
from bot.domain.blocklist import check_patterns, parse_patterns
from bot.domain.errors import InvalidRequest, NotAllowed
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.strength import parse_strength

CALLBACK = "settings"
_UNSET = "as-above"
_MOST_WORDS = 3000
_WORKSPACE, _CHANNEL = "workspace", "channel"


async def show_settings(desk: Desk, event: Inbound) -> None:
    """Open the settings; whether the member may change them takes a question to Slack, so a page stands in first."""
    place = place_of(event.body)
    view_id = await desk.open_view(event, said_page("Settings", "One moment…"))
    keys = keys_of(place)
    if await desk.is_admin(place):
        own = [await desk.service.settings(key) for key in keys]
        view = settings_form(place, own, styles=desk.styles, models=desk.models)
    else:
        view = _read_only(await desk.service.settings(*keys))
    await desk.update_view(place.team, view_id, view)


async def save_settings(desk: Desk, event: Inbound) -> None:
    """Keep what an admin chose.

    Raises:
        NotAllowed: it was no admin.
        InvalidRequest: a value names what there is not.
    """
    view, place = event.body["view"], place_of(event.body)
    if not await desk.is_admin(place):
        raise NotAllowed("refused-slack-admins")
    for_channel, settings = read_settings(view)
    channel = json.loads(view.get("private_metadata") or "{}").get("channel", "")
    key = place_key(place.team, channel if for_channel else "")
    await desk.service.change_settings(key, settings)
    where = Place(team=place.team, user=place.user, channel=channel)
    await desk.tell(where, "slack-saved", scope=_CHANNEL if for_channel else _WORKSPACE)


def keys_of(place: Place) -> list[str]:
    """The names under which a place's settings are kept, from the outside in."""
    keys = [place_key(place.team)]
    return [*keys, place_key(place.team, place.channel)] if place.channel else keys


def settings_form(
    place: Place, own: Sequence[PlaceSettings], *, styles: Sequence[str], models: Mapping[str, str]
) -> Block:
    """The modal: for the channel where that has settings of its own, else for the workspace; pure.

    Args:
        place: where it was opened.
        own: what is set for the workspace and, inside a channel, for that one; each without what stands above it.
        styles: preset names.
        models: by name, with what is shown of them.
    """
    of_channel = own[-1] != PlaceSettings() and len(own) > 1
    now = own[-1] if of_channel else own[0]
    scopes = [(_WORKSPACE, "The whole workspace")]
    if place.channel and not place.is_direct:
        scopes.append((_CHANNEL, "This channel only"))
    blocks = [
        choice_field("scope", "For", scopes, _CHANNEL if of_channel else _WORKSPACE),
        text_field(
            "strength",
            "Usual strength",
            "" if now.strength is None else f"{now.strength:g}",
            most=20,
            hint="A number from 0 to 1 or a word such as strong; empty leaves the product's.",
        ),
        choice_field(
            "style", "Usual style", [(_UNSET, "No default"), *((each, each) for each in styles)], now.style or _UNSET
        ),
        choice_field("private", "Results", _PRIVATE, {None: _UNSET, True: "private", False: "public"}[now.private]),
        choice_field("remix", "Whose pictures may be remixed", _REMIX, now.remix.value if now.remix else _UNSET),
        text_field(
            "blocked",
            "Words that no prompt may have",
            "\n".join(now.blocked or ()),
            most=_MOST_WORDS,
            long=True,
            hint="One a line, or with commas; * stands for any letters. Members do not see the list.",
        ),
        _channels_field(now.channels),
    ]
    if len(models) > 1:
        offered = [(_UNSET, "The product's"), *models.items()]
        blocks.insert(3, choice_field("model", "Model", offered, now.model or _UNSET))
        blocks.append(_models_field(models, now.models))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain("Settings", MAX_TITLE),
        "submit": plain("Save", MAX_TITLE),
        "close": plain("Cancel", MAX_TITLE),
        "private_metadata": json.dumps({"channel": place.channel}),
        "blocks": blocks,
    }


_PRIVATE = ((_UNSET, "As each member asks"), ("private", "To the requester first"), ("public", "In the channel"))
_REMIX = (
    (_UNSET, "Everybody's"),
    (RemixPolicy.ANYONE.value, "Everybody's, always"),
    (RemixPolicy.OWN.value, "Only one's own"),
)


def read_settings(view: Mapping[str, Any]) -> tuple[bool, PlaceSettings]:
    """Whether a submitted form is for the channel, and what it says; pure.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    fields = fields_of(view)

    def chosen(name: str) -> str | None:
        value = (fields.get(name, {}).get("selected_option") or {}).get("value")
        return None if value in {None, _UNSET} else str(value)

    text = typed_text(fields, "strength")
    try:
        strength = parse_strength(text) if text else None
    except InvalidRequest as error:
        raise FormErrors({"strength": error}) from None
    blocked = parse_patterns(typed_text(fields, "blocked"))
    try:
        check_patterns(blocked)
    except InvalidRequest as error:
        raise FormErrors({"blocked": error}) from None
    private, remix = chosen("private"), chosen("remix")
    channels = fields.get("channels", {}).get("selected_conversations") or ()
    models = fields.get("models", {}).get("selected_options") or ()
    return chosen("scope") == _CHANNEL, PlaceSettings(
        strength=strength,
        style=chosen("style"),
        model=chosen("model"),
        private=None if private is None else private == "private",
        remix=None if remix is None else RemixPolicy(remix),
        channels=tuple(channels) or None,
        models=tuple(each["value"] for each in models) or None,
        blocked=blocked or None,
    )


def _channels_field(chosen: tuple[str, ...] | None) -> Block:
    element: Block = {
        "type": "multi_conversations_select",
        "action_id": "channels",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if chosen:
        element["initial_conversations"] = list(chosen)
    return {
        "type": "input",
        "block_id": "channels",
        "label": plain("Channels where I may be used"),
        "hint": plain("Empty allows every channel."),
        "optional": True,
        "element": element,
    }


def _models_field(models: Mapping[str, str], chosen: tuple[str, ...] | None) -> Block:
    options = [option(words, name) for name, words in list(models.items())[:100]]
    element: Block = {"type": "multi_static_select", "action_id": "models", "options": options}
    if picked := [each for each in options if each["value"] in (chosen or ())]:
        element["initial_options"] = picked
    return {
        "type": "input",
        "block_id": "models",
        "label": plain("Models that may be used"),
        "hint": plain("Empty allows every model."),
        "optional": True,
        "element": element,
    }


def _read_only(settings: PlaceSettings) -> Block:
    lines = [
        f"Usual strength: {'the product’s' if settings.strength is None else f'{settings.strength:g}'}",  # noqa: RUF001 -- an apostrophe for people
        f"Usual style: {settings.style or 'none'}",
        f"Results: {'to the requester first' if settings.private else 'in the channel'}",
        f"Remixing: {'only one’s own pictures' if settings.remix is RemixPolicy.OWN else 'everybody’s pictures'}",  # noqa: RUF001
    ]
    blocks = [section(plain("These hold here; the admins of this workspace can change them.")), context(*lines)]
    return page("Settings", blocks)
