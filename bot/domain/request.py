"""What was asked: the one form into which every chat, button and command line translates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.control import Control
from bot.domain.errors import InvalidRequest
from bot.domain.ids import GenerationId, ImageId
from bot.domain.options import Options
from bot.domain.picture import Sent
from bot.domain.safety import STRICTEST, Site
from bot.domain.words import clean_text, clip
from inference.api import ControlKind

MAX_NAME = 80
"""Characters of a member's name: as many as Slack has; Discord has 32."""


class Action(StrEnum):
    """Why a job exists: rerun keeps the seed, reroll draws a new one, chain moves on, map draws a control map.

    keep paints nothing: one picture of several becomes a result of its own.
    """

    IMG2IMG = "img2img"
    SWEEP = "sweep"
    REFINE = "refine"
    RERUN = "rerun"
    REROLL = "reroll"
    EDIT = "edit"
    CHAIN = "chain"
    MAP = "map"
    KEEP = "keep"


ASKING: Mapping[str, Action] = {
    action.value: action for action in (Action.IMG2IMG, Action.SWEEP, Action.REFINE, Action.MAP)
}
"""What the commands do that make a picture, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asked.

    Attributes:
        platform: "discord", "slack", "web" or "console".
        user: the platform's user id, unique within `platform` and `space`'s organisation.
        space: guild, workspace or team id; empty in a direct message.
        name: how the member is called there; shown, never used as a key.
    """

    platform: str
    user: str
    space: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """Whose quota and place in the queue this is: one person on one platform."""
        return f"{self.platform}:{self.user}"

    @property
    def shown_name(self) -> str:
        """The member's name, fit to stand in a line of ours; their id if nothing of the name is visible."""
        return clip(clean_text(self.name) or self.user, MAX_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTarget:
    """Where the answer goes: opaque to the core, stored with the job, read by the platform's messenger only."""

    platform: str
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish, as the member put it. What its options leave open is the default of this place and model.

    Attributes:
        event_id: the platform's id of the event that brought it; two requests with one event id are one request.
        source: the picture as it was sent (any bytes at all), fetched or not, or one already in the image store.
        control_map: a picture of the structure to keep, the same.
        private: the result is for the requester alone; of the options and the place, this is what counts.
        parent: the result a button was pressed on.
        of_hidden: that result is private and was not published.
        locale: BCP 47 tag of the member's language.
        site: what the place was like when it was asked.
        place: the conversation in which it was asked; see `Job.place`.
        notes: what its member should know of how it is answered.
        offers_thread: see `Job`.
        blocked: patterns that its prompt may not have there, besides the owner's; see `bot.domain.blocklist`.
    """

    action: Action
    requester: Requester
    reply_to: ReplyTarget
    event_id: str
    source: bytes | Sent | ImageId
    options: Options
    control_map: bytes | Sent | ImageId | None = None
    private: bool = False
    parent: GenerationId | None = None
    of_hidden: bool = False
    locale: str = "en"
    site: Site = STRICTEST
    place: str = ""
    notes: tuple[str, ...] = ()
    offers_thread: bool = False
    blocked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            InvalidRequest: with the sentence for the member.
        """
        self.options.check()
        if self.options.control is None and self.control_map is not None:
            raise InvalidRequest("refused-control-unnamed", kinds=tuple(ControlKind))
        if self.action is not Action.MAP:
            if not self.options.prompt:
                raise InvalidRequest("refused-no-prompt")
        elif self.control is None:
            raise InvalidRequest("refused-map-unnamed", kinds=tuple(ControlKind))

    @property
    def control(self) -> Control | None:
        """The structure to keep, with its map if that is stored already; None if none."""
        return self.options.structure(None if isinstance(self.control_map, bytes | Sent) else self.control_map)
