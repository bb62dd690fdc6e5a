"""What the settings of a place mean for somebody who asks there: may they, with that picture and model, and how.

Asked by `Service.ask` alone, for every chat and way in; no adapter imports this module.
"""

from dataclasses import replace

from bot.domain.access import Asker
from bot.domain.errors import NotAllowed
from bot.domain.place import PlaceSettings, RemixPolicy, ban_of
from bot.domain.request import Action, Request
from bot.domain.words import quoted
from bot.texts import time_span

_OF_THEIR_OWN = frozenset({Action.SWEEP, Action.REFINE})
"""What has strengths of its own, whatever a place's usual one is."""


def check_place(settings: PlaceSettings, by: Asker) -> None:
    """Refuse a member whom this place does not let use the bot; a conversation with the bot alone lets everybody.

    Raises:
        NotAllowed: with the sentence for the member.
    """
    if not by.channel:
        return
    if settings.channels and by.channel not in settings.channels:
        raise NotAllowed("refused-channel")
    if settings.roles and not by.roles.intersection(settings.roles):
        raise NotAllowed("refused-role")


def check_admitted(settings: PlaceSettings, by: Asker, *, now: float) -> None:
    """Refuse everybody where the bot is paused, and members whom the moderators blocked, until `now` is past that.

    Raises:
        NotAllowed: with the sentence for the member.
    """
    if settings.paused:
        raise NotAllowed("refused-paused")
    for ban in map(ban_of, settings.banned or ()):
        if ban.user == by.requester.user and ban.until > now:
            raise NotAllowed("refused-banned", **time_span(max(60.0, ban.until - now)))


def stricter(here: PlaceSettings, there: PlaceSettings) -> PlaceSettings:
    """The settings of one place, with what another one forbids forbidden too.

    Raises:
        NotAllowed: there is no model that both allow.
    """
    models = here.models or there.models
    if here.models and there.models:
        models = tuple(model for model in here.models if model in there.models)
        if not models:
            raise NotAllowed("refused-no-common-model")
    own = RemixPolicy.OWN in {here.remix, there.remix}
    usual = here.model if not models or here.model in models else None
    return replace(
        here,
        model=usual,
        models=models,
        blocked=tuple(dict.fromkeys((*(here.blocked or ()), *(there.blocked or ())))),
        remix=RemixPolicy.OWN if own else here.remix,
        paused=here.paused or there.paused,
        banned=(*(here.banned or ()), *(there.banned or ())),
    )


def check_source(settings: PlaceSettings, *, author: str, requester: str) -> None:
    """Refuse somebody else's picture if only one's own may be remixed.

    Raises:
        NotAllowed: with the sentence for the member.
    """
    if settings.remix is RemixPolicy.OWN and author != requester:
        raise NotAllowed("refused-others-picture")


def check_model(settings: PlaceSettings, model: str) -> None:
    """Refuse a model that this place does not allow.

    Raises:
        NotAllowed: with the sentence for the member.
    """
    if settings.models and model not in settings.models:
        raise NotAllowed("refused-model-here", model=quoted(model), models=tuple(settings.models))


def is_private(wished: bool | None, settings: PlaceSettings) -> bool:
    """Whether a result is shown to its requester only: as they said, else as the place has it."""
    return bool(settings.private) if wished is None else wished


def public_locale(by: Asker, settings: PlaceSettings) -> str:
    """The language of what everybody sees there: the one that is set, else the chat's for the place, else theirs."""
    return settings.language or by.place_locale or by.locale


def spoken(by: Asker, settings: PlaceSettings, *, private: bool) -> Asker:
    """Who asks, in the language of the answer: the place's if everybody sees it there, else their own."""
    return by if private else replace(by, locale=public_locale(by, settings))


def with_defaults(request: Request, settings: PlaceSettings) -> Request:
    """The request with what the member left open filled from the place; `is_private` is asked before it is made.

    An empty style is none at all, if no style is the place's.

    Raises:
        NotAllowed: the model may not be used here.
    """
    options = request.options
    model = options.model or settings.model
    if settings.models:
        model = model or settings.models[0]
        check_model(settings, model)
    strengths = options.strengths
    if not strengths and settings.strength is not None and request.action not in _OF_THEIR_OWN:
        strengths = (settings.strength,)
    style = settings.style if options.style is None else options.style
    return replace(
        request,
        options=replace(options, strengths=strengths, style=style, model=model),
        blocked=settings.blocked or (),
    )
