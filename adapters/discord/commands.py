"""The commands as Discord keeps them: pure, localised from the one catalogue.

Names and limits are Discord's: a name 32 characters, a description 100, a choice 100, 25 options. The English name
is what `intake` knows a command by, whatever the member's language shows.
"""

from collections.abc import Sequence
from typing import Any

from adapters.discord.permissions import MANAGE_GUILD
from adapters.discord.rest import Payload
from bot.domain.place import RemixPolicy
from bot.domain.request import MAX_GUIDANCE_SCALE, MAX_PROMPT, MAX_SEED, MAX_STEPS
from bot.texts import text, translations
from inference.api import MAX_CONTROL_SCALE, ControlKind

REMIX_IMAGE = "Remix image"
IMAGE_INFO = "Image info"

_CHAT, _MESSAGE_MENU = 1, 3
_SUBCOMMAND, _STRING, _INTEGER, _BOOLEAN, _CHANNEL, _ROLE, _NUMBER, _ATTACHMENT = 1, 3, 4, 5, 7, 8, 10, 11
_GUILD, _BOT_DM, _PRIVATE_CHANNEL = 0, 1, 2
_BY_GUILD, _BY_USER = 0, 1
_DISCORD_LOCALES = {
    "de": ("de",), "fr": ("fr",), "es": ("es-ES", "es-419"), "ja": ("ja",),
}  # fmt: skip
MAX_DESCRIPTION = 100
_MAX_WORDS = 4000


def commands(controls: Sequence[ControlKind] = ()) -> list[Payload]:
    """Every command, as one bulk overwrite takes them.

    Args:
        controls: kinds of structure that some model can be made to keep; what there is not is not offered.
    """
    picture = _option("image", _ATTACHMENT, required=True)
    prompt = _option("prompt", _STRING, required=True, min_length=1, max_length=MAX_PROMPT)
    recipe = [
        _option("strength", _NUMBER, min_value=0.0, max_value=1.0),
        _option("style", _STRING, autocomplete=True, max_length=100),
        _option("negative_prompt", _STRING, max_length=MAX_PROMPT),
        _option("seed", _INTEGER, min_value=0, max_value=MAX_SEED),
        _option("steps", _INTEGER, min_value=1, max_value=MAX_STEPS),
        _option("guidance_scale", _NUMBER, min_value=0.0, max_value=MAX_GUIDANCE_SCALE),
        _option("model", _STRING, autocomplete=True, max_length=100),
        _option("loras", _STRING, autocomplete=True, max_length=100),
    ]
    private = _option("private", _BOOLEAN)
    _, style, negative_prompt, seed, _, _, model, loras = recipe
    strengths = _option("strengths", _STRING, max_length=100)
    structure = _structure(controls)
    return [
        _command("img2img", [picture, prompt, *recipe, *structure, private]),
        _command(
            "sweep", [picture, prompt, strengths, style, negative_prompt, seed, model, loras, *structure, private]
        ),
        _command("refine", [picture, prompt, style, private]),
        *_map_command(controls, picture, [style, model, private]),
        _command("queue"),
        _command("info", [_option("job", _STRING, required=True, max_length=30)]),
        _command("styles"),
        _command("settings", _settings(), permissions=MANAGE_GUILD, guild_only=True),
        _command("privacy", [_subcommand("export"), _subcommand("delete")]),
        _command("help"),
        _menu(REMIX_IMAGE, "menu-remix"),
        _menu(IMAGE_INFO, "menu-info"),
    ]


def _structure(controls: Sequence[ControlKind]) -> list[Payload]:
    if not controls:
        return []
    return [
        _kind(controls),
        _option("map", _ATTACHMENT),
        _option("control_scale", _NUMBER, min_value=0.0, max_value=MAX_CONTROL_SCALE),
        _option("control_start", _NUMBER, min_value=0.0, max_value=1.0),
        _option("control_end", _NUMBER, min_value=0.0, max_value=1.0),
    ]


def _kind(controls: Sequence[ControlKind], *, required: bool = False) -> Payload:
    choices = [
        {"name": text("en", f"control-{kind}"), "value": kind.value, **_localised("name", f"control-{kind}")}
        for kind in controls
    ]
    return _option("control", _STRING, required=required, choices=choices)


def _map_command(controls: Sequence[ControlKind], picture: Payload, others: Sequence[Payload]) -> list[Payload]:
    if not controls:
        return []
    prompt = _option("prompt", _STRING, max_length=MAX_PROMPT)
    options = [picture, _kind(controls, required=True), prompt, *others]
    return [_command("map", options, about="map-command")]


def _settings() -> list[Payload]:
    place = _option("channel", _CHANNEL)
    only_model = _option("only_model", _STRING, autocomplete=True, max_length=100)
    policies = [
        {"name": text("en", f"policy-{policy}"), "value": policy.value, **_localised("name", f"policy-{policy}")}
        for policy in RemixPolicy
    ]
    return [
        _subcommand("show", [place]),
        _subcommand(
            "set",
            [
                _option("strength", _NUMBER, min_value=0.0, max_value=1.0),
                _option("style", _STRING, autocomplete=True, max_length=100),
                _option("model", _STRING, autocomplete=True, max_length=100),
                _option("private", _BOOLEAN),
                _option("remix", _STRING, choices=policies),
                place,
            ],
        ),
        _subcommand("allow", [_option("role", _ROLE), _option("only_channel", _CHANNEL), only_model]),
        _subcommand("block", [_option("words", _STRING, max_length=_MAX_WORDS), place]),
        _subcommand("reset", [place]),
    ]


def _command(
    name: str,
    options: Sequence[Payload] = (),
    *,
    about: str = "",
    permissions: int | None = None,
    guild_only: bool = False,
) -> Payload:
    return {
        "name": name,
        "type": _CHAT,
        **_named(about or name),
        "options": list(options),
        "contexts": [_GUILD] if guild_only else [_GUILD, _BOT_DM, _PRIVATE_CHANNEL],
        "integration_types": [_BY_GUILD] if guild_only else [_BY_GUILD, _BY_USER],
        "default_member_permissions": permissions,
    }


def _menu(name: str, key: str) -> Payload:
    return {
        "name": name,
        "type": _MESSAGE_MENU,
        **_localised("name", key),
        "contexts": [_GUILD, _BOT_DM, _PRIVATE_CHANNEL],
        "integration_types": [_BY_GUILD, _BY_USER],
        "default_member_permissions": None,
    }


def _subcommand(name: str, options: Sequence[Payload] = ()) -> Payload:
    return {"name": name, "type": _SUBCOMMAND, **_named(name), "options": list(options)}


def _option(name: str, kind: int, **limits: Any) -> Payload:
    return {"name": name, "type": kind, **_named(name), **limits}


def _named(name: str) -> Payload:
    """Description and translations of a command or option. Names translate where the catalogue has one."""
    key = name.replace("_", "-")
    return {
        "description": text("en", f"describe-{key}"),
        **_localised("name", f"name-{key}"),
        **_localised("description", f"describe-{key}"),
    }


def _localised(field: str, key: str) -> Payload:
    shown = {tag: words for language, words in translations(key).items() for tag in _DISCORD_LOCALES[language]}
    return {f"{field}_localizations": shown} if shown else {}
