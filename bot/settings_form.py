"""The form of a place's settings, what a sent one says, and commands that change some of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.blocklist import check_patterns, parse_patterns
from bot.domain.errors import InvalidRequest
from bot.domain.options import PLACED, YES
from bot.domain.place import PlaceSettings, RemixPolicy, ThreadPolicy, ban_of
from bot.domain.strength import parse_strength
from bot.forms import NO_CHOICE, NOTHING_SET, Choice, Field, FieldKind, Form, FormErrors, Menu, Values, worded_field
from bot.texts import LANGUAGES, language_name, text

WHOLE, CHANNEL = "workspace", "channel"
"""What the settings of a form are for."""

BAN = "ban"
"""The field that names members to be blocked, by the chat's own ids; what is done with them is not a setting."""

BANNED = "banned"
"""The field that shows who is blocked; whoever is taken off it may use the bot again."""

_PRIVATE, _PUBLIC = "private", "public"
_UNSET = frozenset({"", NO_CHOICE, "as-above"})
"""What chooses nothing; the last one stands in forms that an earlier version opened."""

_IN_THREADS = "threads"
"""Of the results, in the form that has one field for them: in the channel, with reruns in a thread."""

_SET_UP = ("channels", "style", "private", "log", "blocked")

_LONGEST_STRENGTH = 20
_LONGEST_WORDS = 3000


def settings_form(own: Sequence[PlaceSettings], menu: Menu, *, in_channel: bool, locale: str) -> Form:
    """For the channel if that has settings of its own, else for the whole place.

    Args:
        own: what is set for the whole place and, inside a channel, for that one; each without what stands above it.
        menu: what there is to choose from.
        in_channel: it was opened in a channel, which may have settings of its own.
        locale: of the member.
    """
    of_channel = own[-1] != NOTHING_SET and len(own) > 1
    now = own[-1] if of_channel else own[0]
    scope = CHANNEL if of_channel else WHOLE
    scopes = tuple(Choice(each, text(locale, f"scope-{each}")) for each in (WHOLE, CHANNEL)[: 1 + in_channel])
    strength = "" if now.strength is None else f"{now.strength:g}"
    private = {None: "", True: _PRIVATE, False: _PUBLIC}[now.private]
    models = tuple(Choice(name, label) for name, label in menu.models.items())
    several = len(models) > 1
    fields = (
        worded_field(locale, "scope", FieldKind.CHOICE, value=scope, choices=scopes),
        worded_field(locale, "strength", FieldKind.LINE, "usual-strength", value=strength, longest=_LONGEST_STRENGTH),
        _choice(locale, "style", "usual-style", ((name, name) for name in menu.styles), now.style),
        *([_choice(locale, "model", "usual-model", menu.models.items(), now.model)] if several else []),
        _choice(locale, "language", "language", ((each, language_name(each)) for each in LANGUAGES), now.language),
        _choice(locale, "private", "results", _worded(locale, "results", (_PRIVATE, _PUBLIC)), private),
        _choice(locale, "remix", "whose", _worded(locale, "policy", RemixPolicy), now.remix),
        _choice(locale, "threads", "threads", _worded(locale, "threads", ThreadPolicy), now.threads),
        worded_field(
            locale,
            "blocked",
            FieldKind.PARAGRAPH,
            value=_whole_lines(now.blocked or (), _LONGEST_WORDS),
            longest=_LONGEST_WORDS,
        ),
        worded_field(locale, "channels", FieldKind.CHANNELS, value=now.channels or ()),
        worded_field(locale, "log", FieldKind.CHANNELS, value=(now.log,) if now.log else (), most=1),
        worded_field(locale, "refusals", FieldKind.SWITCH, value=YES if now.refusals else ""),
        worded_field(locale, "paused", FieldKind.SWITCH, value=YES if now.paused else ""),
        worded_field(locale, BAN, FieldKind.MEMBERS),
        *_banned(locale, tuple(dict.fromkeys(ban for each in own for ban in each.banned or ()))),
        *(
            [worded_field(locale, "models", FieldKind.CHOICES, value=now.models or (), choices=models)]
            if several
            else []
        ),
    )
    return Form(title=text(locale, "form-settings"), submit=text(locale, "form-save"), fields=fields)


def setup_form(own: PlaceSettings, menu: Menu, *, locale: str) -> Form:
    """What a server decides first, of its settings: as much as the smallest form of a chat holds."""
    whole = {each.name: each for each in settings_form((own,), menu, in_channel=False, locale=locale).fields}
    results = whole["private"]
    in_threads = own.threads is ThreadPolicy.ALWAYS and not own.private
    whole["private"] = replace(
        results,
        value=_IN_THREADS if in_threads else results.value,
        choices=(*results.choices, Choice(_IN_THREADS, text(locale, "results-threads"))),
    )
    fields = tuple(whole[name] for name in _SET_UP)
    return Form(title=text(locale, "form-setup"), submit=text(locale, "form-save"), fields=fields)


def read_setup_form(values: Values, own: PlaceSettings, *, shown: Values) -> PlaceSettings:
    """The settings with what a sent form changes; what it had no room to show stays, unless its field was emptied.

    Args:
        values: what was sent.
        own: what is set.
        shown: what is sent if nothing is changed, as far as the chat shows it.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    _, said = read_settings_form(values)
    new = {name: getattr(said, name) for name in _SET_UP if name in values and values[name] != shown.get(name, "")}
    seen: Mapping[str, Sequence[str]] = {
        "channels": tuple(shown.get("channels", ())),
        "blocked": parse_patterns(str(shown.get("blocked", ""))),
    }
    for name in seen.keys() & new.keys():
        if new[name]:
            unseen = (each for each in getattr(own, name) or () if each not in seen[name])
            new[name] = tuple(dict.fromkeys((*new[name], *unseen)))
    if _chosen(values, "private") == _IN_THREADS:
        new["threads"] = ThreadPolicy.ALWAYS
    elif "private" in new and own.threads is ThreadPolicy.ALWAYS:
        new["threads"] = None
    return replace(own, **new)


def read_settings_form(values: Values) -> tuple[bool, PlaceSettings]:
    """Whether a sent form is for the channel, and what it says.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    errors: dict[str, InvalidRequest] = {}
    typed, blocked = str(values.get("strength", "")).strip(), parse_patterns(str(values.get("blocked", "")))
    strength = None
    try:
        strength = parse_strength(typed) if typed else None
    except InvalidRequest as error:
        errors["strength"] = error
    try:
        check_patterns(blocked)
    except InvalidRequest as error:
        errors["blocked"] = error
    if errors:
        raise FormErrors(errors)
    private, remix, threads = (_chosen(values, each) for each in ("private", "remix", "threads"))
    return _chosen(values, "scope") == CHANNEL, PlaceSettings(
        strength=strength,
        style=_chosen(values, "style"),
        model=_chosen(values, "model"),
        language=_language(values),
        private=None if private is None else private == _PRIVATE,
        remix=None if remix is None else RemixPolicy(remix),
        threads=None if threads is None else ThreadPolicy(threads),
        channels=tuple(values.get("channels", ())) or None,
        log=next(iter(values.get("log", ())), None),
        refusals=True if values.get("refusals") else None,
        paused=True if values.get("paused") else None,
        models=tuple(values.get("models", ())) or None,
        blocked=blocked or None,
    )


def _whole_lines(lines: Iterable[str], longest: int) -> str:
    """The first of them that fit: half of a word would be another word."""
    shown = ""
    for line in lines:
        more = f"{shown}\n{line}".lstrip()
        if len(more) > longest:
            break
        shown = more
    return shown


def _chosen(values: Values, name: str) -> str | None:
    value = str(values.get(name, ""))
    return None if value in _UNSET else value


def _banned(locale: str, banned: Sequence[str]) -> Sequence[Field]:
    """Those who are blocked, to take away; nothing if nobody is."""
    choices = tuple(Choice(each, ban_of(each).name or ban_of(each).user) for each in banned)
    return [worded_field(locale, BANNED, FieldKind.CHOICES, value=tuple(banned), choices=choices)] if choices else []


def _language(values: Values) -> str | None:
    chosen = _chosen(values, "language")
    return chosen if chosen in LANGUAGES else None


def _worded(locale: str, of: str, values: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((value, text(locale, f"{of}-{value}")) for value in values)


def _choice(locale: str, name: str, words: str, offered: Iterable[tuple[str, str]], chosen: str | None) -> Field:
    """One of what is offered, or nothing: then the place above, or the product, decides."""
    none = Choice(NO_CHOICE, text(locale, f"choice-no-{words}"))
    choices = (none, *(Choice(value, label) for value, label in offered))
    return worded_field(locale, name, FieldKind.CHOICE, words, value=chosen or NO_CHOICE, choices=choices)


def changed(own: PlaceSettings, how: str, given: Mapping[str, Any]) -> PlaceSettings:
    """Settings as a command changes them that says what to change, not what all of them are.

    Args:
        own: what is set for the place.
        how: "set" what is given, "allow" one role, channel or model more (without any, all of them again), "block"
            words, "log" to a channel, with refused prompts or without, or "reset" everything.
        given: the command's options.

    Raises:
        InvalidRequest: a value is none of its kind or out of range.
    """
    match how:
        case "set":
            return _set(given).over(own)
        case "allow":
            allowed = {"roles": "role", "channels": "only_channel", "models": "only_model"}
            if not given.keys() & allowed.values():
                return replace(own, roles=(), channels=(), models=())
            more: dict[str, Any] = {
                name: _more(getattr(own, name), given.get(option)) for name, option in allowed.items()
            }
            return replace(own, **more)
        case "block":
            return replace(own, blocked=parse_patterns(str(given.get("words") or "")))
        case "log":
            return replace(own, log=given.get("log_channel") or None, refusals=given.get("refusals"))
        case _:
            return NOTHING_SET


def _set(given: Mapping[str, Any]) -> PlaceSettings:
    said: dict[str, Any] = {row.placed: row.adopt(given[row.placed]) for row in PLACED if row.placed in given}
    if "strength" in said:
        (said["strength"],) = said["strength"]
    remix, threads = given.get("remix"), given.get("threads")
    return PlaceSettings(
        **said,
        remix=RemixPolicy(remix) if remix else None,
        threads=ThreadPolicy(threads) if threads else None,
        language=given.get("language"),
    )


def _more(allowed: tuple[str, ...] | None, added: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(allowed or ()), *([str(added)] if added else [])]))
