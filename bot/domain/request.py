"""What was asked: the one form into which every chat, button and command line translates."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from bot.domain.control import Control
from bot.domain.errors import InvalidRequest
from bot.domain.ids import GenerationId, ImageId
from bot.domain.lora import LoraWish
from bot.domain.picture import Sent
from bot.domain.safety import STRICTEST, Site
from bot.domain.words import quoted
from bot.texts import translations
from inference.api import ControlKind

STRENGTH_WORDS = {"subtle": 0.3, "balanced": 0.5, "strong": 0.7, "reimagine": 0.9}
"""Words people say for a strength, and what they mean."""

REFINE_STRENGTH = 0.35
"""For polishing a picture that a model already made."""

DEFAULT_STRENGTH = 0.5
SWEEP_STRENGTHS = (0.3, 0.5, 0.7, 0.9)
MAX_SWEEP = 8
MAX_PROMPT = 2000
MAX_STEPS = 150
MAX_GUIDANCE_SCALE = 30.0
MAX_SEED = 2**32 - 1


class Action(StrEnum):
    """Why a job exists: rerun keeps the seed, reroll draws a new one, chain moves on, map draws a control map."""

    IMG2IMG = "img2img"
    SWEEP = "sweep"
    REFINE = "refine"
    RERUN = "rerun"
    REROLL = "reroll"
    EDIT = "edit"
    CHAIN = "chain"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asked.

    Attributes:
        platform: "discord", "slack" or "console".
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTarget:
    """Where the answer goes: opaque to the core, stored with the job, read by the platform's messenger only."""

    platform: str
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish, as the member put it. None means "the default of this place and model".

    Attributes:
        event_id: the platform's id of the event that brought it; two requests with one event id are one request.
        source: the picture as it was sent (any bytes at all), fetched or not, or one already in the image store.
        strengths: one for a single picture, several for a sweep.
        control: structure to keep; its map is one that is stored already.
        control_map: a picture of that structure as it was sent, fetched or not, over the stored one.
        parent: the result a button was pressed on.
        locale: BCP 47 tag of the member's language.
        site: what the place was like when it was asked.
        place: the conversation in which it was asked; see `Job.place`.
        blocked: patterns that its prompt may not have there, besides the owner's; see `bot.domain.blocklist`.
    """

    action: Action
    requester: Requester
    reply_to: ReplyTarget
    event_id: str
    source: bytes | Sent | ImageId
    prompt: str
    negative_prompt: str = ""
    strengths: tuple[float, ...] | None = None
    seed: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    style: str | None = None
    model: str | None = None
    loras: tuple[LoraWish, ...] = ()
    control: Control | None = None
    control_map: bytes | Sent | None = None
    private: bool = False
    parent: GenerationId | None = None
    locale: str = "en"
    site: Site = STRICTEST
    place: str = ""
    blocked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            InvalidRequest: with the sentence for the member.
        """
        for strength in self.strengths or ():
            check_strength(strength)
        if self.strengths is not None and not 1 <= len(self.strengths) <= MAX_SWEEP:
            raise InvalidRequest("refused-sweep", most=MAX_SWEEP, given=len(self.strengths))
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED:
            raise InvalidRequest("refused-seed", most=str(MAX_SEED), given=quoted(str(self.seed)))
        if self.steps is not None and not 1 <= self.steps <= MAX_STEPS:
            raise InvalidRequest("refused-steps", most=MAX_STEPS, given=quoted(str(self.steps)))
        if self.guidance_scale is not None and not 0 <= self.guidance_scale <= MAX_GUIDANCE_SCALE:
            raise InvalidRequest(
                "refused-guidance-scale", most=f"{MAX_GUIDANCE_SCALE:g}", given=f"{self.guidance_scale:g}"
            )
        self._check_control()
        if not self.prompt and self.action is not Action.MAP:
            raise InvalidRequest("refused-no-prompt")
        if (length := len(self.prompt)) > MAX_PROMPT:
            raise InvalidRequest("refused-prompt-long", length=str(length), most=str(MAX_PROMPT))
        if (length := len(self.negative_prompt)) > MAX_PROMPT:
            raise InvalidRequest("refused-negative-prompt-long", length=str(length), most=str(MAX_PROMPT))

    def _check_control(self) -> None:
        if self.control is not None:
            self.control.check()
        elif self.action is Action.MAP:
            raise InvalidRequest("refused-map-unnamed", kinds=", ".join(ControlKind))


def check_strength(strength: float) -> None:
    """Refuse a strength outside [0, 1].

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    if math.isnan(strength) or not 0 <= strength <= 1:
        raise InvalidRequest("refused-strength", given=f"{strength:g}")


def parse_strength(text: str) -> float:
    """A strength from what people type: "0.7", "0,7", ".7", "70%", or a word such as "strong", in our languages.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    word = " ".join(text.lower().split())
    if word in STRENGTH_WORDS:
        return STRENGTH_WORDS[word]
    percent = word.endswith("%")
    try:
        strength = float(word.removesuffix("%").strip().replace(",", ".")) / (100 if percent else 1)
    except ValueError:
        translated = _translated_words().get(word)
        if translated is None:
            raise InvalidRequest("refused-strength-word", given=quoted(text)) from None
        return translated
    check_strength(strength)
    return abs(strength)  # "-0" is 0


@cache
def _translated_words() -> Mapping[str, float]:
    """The words as cards in other languages say them."""
    return {
        said.lower(): strength
        for word, strength in STRENGTH_WORDS.items()
        for said in translations(f"word-{word}").values()
    }


def strength_word(strength: float) -> str:
    """The nearest word for a strength; ties go to the gentler one."""
    return min(STRENGTH_WORDS, key=lambda word: round(abs(STRENGTH_WORDS[word] - strength), 9))
