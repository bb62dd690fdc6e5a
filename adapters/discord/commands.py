"""The commands as Discord keeps them: pure, localised from the one catalogue.

Names and limits are Discord's: a name 32 characters, a description 100, a choice 100, 25 options. The English name
is what `intake` knows a command by, whatever the member's language shows.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.discord.permissions import MANAGE_GUILD
from adapters.discord.places import CHANNELS, PLACES, WRITTEN_IN
from adapters.discord.rest import Payload
from bot.domain.options import MAX_PROMPT, OPTIONS, PLACED, Option, OptionKind
from bot.domain.place import RemixPolicy, ThreadPolicy
from bot.moderators import MAX_DAYS
from bot.texts import LANGUAGES, language_name, text, translations
from inference.api import ControlKind

REMIX_IMAGE = "Remix image"
IMAGE_INFO = "Image info"

_CHAT, _MESSAGE_MENU = 1, 3
_SUBCOMMAND, _STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _NUMBER, _ATTACHMENT = 1, 3, 4, 5, 6, 7, 8, 10, 11
_GUILD, _BOT_DM, _PRIVATE_CHANNEL = 0, 1, 2
_BY_GUILD, _BY_USER = 0, 1
_EVERYWHERE = {
    "contexts": [_GUILD, _BOT_DM, _PRIVATE_CHANNEL],
    "integration_types": [_BY_GUILD, _BY_USER],
    "default_member_permissions": None,
}
_IN_SERVERS = {
    "contexts": [_GUILD],
    "integration_types": [_BY_GUILD],
    "default_member_permissions": MANAGE_GUILD,
}
_DISCORD_LOCALES = {
    "de": ("de",), "fr": ("fr",), "es": ("es-ES", "es-419"), "ja": ("ja",),
}  # fmt: skip
_MAX_WORDS = 4000


def commands(controls: Sequence[ControlKind] = (), *, web: bool = False) -> list[Payload]:
    """Every command, as one bulk overwrite takes them.

    Args:
        controls: kinds of structure that some model can be made to keep; what there is not is not offered.
        web: there are pages to sign in to.
    """
    picture = _option("image", _ATTACHMENT, required=True)
    alone = [_one_strength(), *_options(controls)]
    several = [_option("strengths", _STRING, max_length=100), *_options(controls)]
    return [
        _command("img2img", [picture, _prompt(required=True), *alone]),
        _command("sweep", [picture, _prompt(required=True), *several]),
        _command("refine", [picture, _prompt(required=True), *_options(controls)]),
        *_map_command(controls, picture),
        _command("queue"),
        _command("info", [_option("job", _STRING, required=True, max_length=30)]),
        _command("styles"),
        _command("settings", _settings(), where=_IN_SERVERS),
        _command("privacy", [_subcommand("export"), _subcommand("delete")]),
        *([_command("web")] if web else []),
        _command("help"),
        _menu(REMIX_IMAGE, "menu-remix"),
        _menu(IMAGE_INFO, "menu-info"),
    ]


def _prompt(*, required: bool) -> Payload:
    least = {"min_length": 1} if required else {}
    return _option("prompt", _STRING, required=required, **least, max_length=MAX_PROMPT)


def _one_strength() -> Payload:
    return _option("strength", _NUMBER, min_value=0.0, max_value=1.0)


def _options(controls: Sequence[ControlKind]) -> list[Payload]:
    """What can be said beside prompt and strength, as `OPTIONS` has it; what no model can do is not offered."""
    offered = [row for row in OPTIONS if row.name not in {"prompt", "strengths"}]
    fields = [_field(row, controls) for row in offered if controls or not row.name.startswith("control")]
    return [*fields, *([_option("map", _ATTACHMENT)] if controls else [])]


def _field(row: Option, controls: Sequence[ControlKind]) -> Payload:
    match row.kind:
        case OptionKind.WHOLE:
            return _option(row.name, _INTEGER, min_value=int(row.least), max_value=int(row.most))
        case OptionKind.NUMBER:
            return _option(row.name, _NUMBER, min_value=float(row.least), max_value=float(row.most))
        case OptionKind.SWITCH:
            return _option(row.name, _BOOLEAN)
        case OptionKind.CONTROL:
            return _kind(controls)
        case OptionKind.NAME | OptionKind.LORAS:
            return _option(row.name, _STRING, autocomplete=True, max_length=row.longest)
        case _:
            return _option(row.name, _STRING, max_length=row.longest)


def _kind(controls: Sequence[ControlKind], *, required: bool = False) -> Payload:
    return _option("control", _STRING, required=required, choices=_choices("control", controls))


def _map_command(controls: Sequence[ControlKind], picture: Payload) -> list[Payload]:
    if not controls:
        return []
    others = [field for field in _options(controls) if field["name"] not in {"control", "map"}]
    options = [picture, _kind(controls, required=True), _prompt(required=False), *others]
    return [_command("map", options, about="map-command")]


def _choices(of: str, values: Iterable[str]) -> list[Payload]:
    return [
        {"name": text("en", f"{of}-{value}"), "value": str(value), **_localised("name", f"{of}-{value}")}
        for value in values
    ]


def _settings() -> list[Payload]:
    place = _option("channel", _CHANNEL, channel_types=list(PLACES))
    only_channel = _option("only_channel", _CHANNEL, channel_types=list(CHANNELS))
    log_channel = _option("log_channel", _CHANNEL, channel_types=list(WRITTEN_IN))
    days = _option("days", _INTEGER, min_value=1, max_value=MAX_DAYS)
    only_model = _option("only_model", _STRING, autocomplete=True, max_length=100)
    policies, threads = _choices("policy", RemixPolicy), _choices("threads", ThreadPolicy)
    languages = [{"name": language_name(language), "value": language} for language in LANGUAGES]
    return [
        _subcommand("show", [place]),
        _subcommand(
            "set",
            [
                *(_one_strength() if row.kind is OptionKind.STRENGTHS else _field(row, ()) for row in PLACED),
                _option("remix", _STRING, choices=policies),
                _option("threads", _STRING, choices=threads),
                _option("language", _STRING, choices=languages),
                place,
            ],
        ),
        _subcommand("allow", [_option("role", _ROLE), only_channel, only_model]),
        _subcommand("block", [_option("words", _STRING, max_length=_MAX_WORDS), place]),
        _subcommand("log", [log_channel, _option("refusals", _BOOLEAN)]),
        _subcommand("pause", [place]),
        _subcommand("resume", [place]),
        _subcommand("ban", [_option("member", _USER, required=True), days]),
        _subcommand("unban", [_option("member", _USER, required=True)]),
        _subcommand("reset", [place]),
    ]


def _command(name: str, options: Sequence[Payload] = (), *, about: str = "", where: Payload = _EVERYWHERE) -> Payload:
    return {"name": name, "type": _CHAT, **_named(about or name), "options": list(options), **where}


def _menu(name: str, key: str) -> Payload:
    return {"name": name, "type": _MESSAGE_MENU, **_localised("name", key), **_EVERYWHERE}


def _subcommand(name: str, options: Sequence[Payload] = ()) -> Payload:
    return {"name": name, "type": _SUBCOMMAND, **_named(name), "options": list(options)}


def _option(name: str, kind: int, **limits: Any) -> Payload:
    return {"name": name, "type": kind, **_named(name), **limits}


def _named(name: str) -> Payload:
    """Description and translations of a command or option. Names translate if the catalogue has one."""
    key = name.replace("_", "-")
    return {
        "description": text("en", f"describe-{key}"),
        **_localised("name", f"name-{key}"),
        **_localised("description", f"describe-{key}"),
    }


def _localised(field: str, key: str) -> Payload:
    shown = {tag: words for language, words in translations(key).items() for tag in _DISCORD_LOCALES[language]}
    return {f"{field}_localizations": shown} if shown else {}
