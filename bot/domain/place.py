"""What the owners of a server or channel set: defaults for requests made there, and who may make them."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.request import Action, Request
from bot.domain.words import quoted

_OF_THEIR_OWN = frozenset({Action.SWEEP, Action.REFINE})
"""What has strengths of its own, whatever a place's usual one is."""


class RemixPolicy(StrEnum):
    """Whose pictures a member may use as a source."""

    ANYONE = "anyone"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSettings:
    """Settings of a server, or of one channel in it. None means "as the place above, or the product, has it".

    Attributes:
        roles: role ids of which a member needs one; an empty tuple allows everybody again.
        channels: channel ids where the bot may be used.
        private: results are shown to the requester only, unless asked otherwise.
        remix: whose pictures may be remixed.
        models: names of the models that may be used here.
        blocked: patterns that no prompt may have there; a channel's come on top of its server's.
    """

    strength: float | None = None
    style: str | None = None
    model: str | None = None
    private: bool | None = None
    roles: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    remix: RemixPolicy | None = None
    models: tuple[str, ...] | None = None
    blocked: tuple[str, ...] | None = None

    def over(self, above: "PlaceSettings") -> "PlaceSettings":
        """These settings where they are set, those of the place above elsewhere."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name) is not None}
        if above.blocked and self.blocked is not None:
            own["blocked"] = tuple(dict.fromkeys((*above.blocked, *self.blocked)))
        return replace(above, **own)


def check_place(settings: PlaceSettings, *, channel: str, roles: frozenset[str]) -> None:
    """Refuse a member whom this place does not let use the bot.

    Raises:
        NotAllowed: with the sentence for the member.
    """
    if settings.channels and channel not in settings.channels:
        raise NotAllowed("refused-channel")
    if settings.roles and not roles.intersection(settings.roles):
        raise NotAllowed("refused-role")


def check_source(settings: PlaceSettings, *, author: str, requester: str) -> None:
    """Refuse somebody else's picture where only one's own may be remixed.

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
        raise NotAllowed("refused-model-here", model=quoted(model), models=", ".join(settings.models))


def is_private(wished: bool | None, settings: PlaceSettings) -> bool:
    """Whether a result is shown to its requester only: as they said, else as the place has it."""
    return bool(settings.private) if wished is None else wished


def with_defaults(request: Request, settings: PlaceSettings) -> Request:
    """The request with what the member left open filled from the place; `is_private` is asked before it is made.

    An empty style is none at all, where no style is the place's.

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
