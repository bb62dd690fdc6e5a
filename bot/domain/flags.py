"""Options inside a text: `make it an oil painting --strength 0.7 --no people`.

Both chats take them where there is no form to fill in. Phones turn `--` into an em dash, so `—strength` means the
same. `--no` takes everything up to the next flag, the others one word or what stands in quotes; all else is prompt.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.control import UNSAID, ControlWish, parse_kind
from bot.domain.errors import InvalidRequest
from bot.domain.lora import LoraWish, parse_loras
from bot.domain.request import parse_strength
from bot.domain.words import quoted

_NAMES = {
    "strength": "strength",
    "strengths": "strengths",
    "seed": "seed",
    "no": "negative_prompt",
    "negative": "negative_prompt",
    "style": "style",
    "model": "model",
    "lora": "loras",
    "steps": "steps",
    "guidance": "guidance_scale",
    "cfg": "guidance_scale",
    "private": "private",
    "control": "control",
    "control-scale": "control_scale",
    "control-start": "control_start",
    "control-end": "control_end",
    "map": "map",
}
_BARE = frozenset({"private", "map"})
_LONGEST_FIRST = "|".join(sorted(_NAMES, key=len, reverse=True))
_FLAG = re.compile(rf"(?:^|(?<=\s))(?:--|[—–]-?)({_LONGEST_FIRST})\b[ =:]?", re.IGNORECASE)  # noqa: RUF001 -- the en dash is what phones type


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """A text taken apart; None where a flag was not given.

    Attributes:
        map_only: the control map alone is wanted.
    """

    prompt: str
    negative_prompt: str = ""
    strengths: tuple[float, ...] | None = None
    seed: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    style: str | None = None
    model: str | None = None
    loras: tuple[LoraWish, ...] = ()
    private: bool | None = None
    control: ControlWish = UNSAID
    map_only: bool = False


def parse_flags(text: str, *, styles: Iterable[str] = ()) -> Flags:
    """Take a text apart.

    Args:
        text: what somebody wrote.
        styles: presets that there are; one of several words is known without quotes.

    Raises:
        InvalidRequest: a flag's value is missing or not of its kind; ranges are `Request`'s to check.
    """
    found = list(_FLAG.finditer(text))
    prompt = [text[: found[0].start()] if found else text]
    values: dict[str, str] = {}
    for place, flag in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        name, given = _NAMES[flag.group(1).lower()], text[flag.end() : end].strip()
        if name in _BARE:
            value, rest = "yes", given
        elif name == "negative_prompt":
            value, rest = _unquoted(given), ""
        elif name == "style":
            value, rest = _style(given, styles) or _first_word(given)
        else:
            value, rest = _first_word(given)
        if not value:
            raise InvalidRequest("refused-flag-empty", flag=flag.group(1))
        values[name] = f"{values.get(name, '')} {value}" if name == "loras" else value
        prompt.append(rest)
    strengths = values.get("strengths", values.get("strength"))
    return Flags(
        prompt=" ".join(" ".join(prompt).split()),
        negative_prompt=values.get("negative_prompt", ""),
        strengths=None if strengths is None else parse_strengths(strengths),
        seed=_whole("seed", values.get("seed")),
        steps=_whole("steps", values.get("steps")),
        guidance_scale=_number("guidance", values.get("guidance_scale")),
        style=values.get("style"),
        model=values.get("model"),
        loras=parse_loras(values.get("loras", "")),
        private=True if "private" in values else None,
        control=ControlWish(
            kind=None if "control" not in values else parse_kind(values["control"]),
            scale=_number("control-scale", values.get("control_scale")),
            start=_number("control-start", values.get("control_start")),
            end=_number("control-end", values.get("control_end")),
        ),
        map_only="map" in values,
    )


def _unquoted(text: str) -> str:
    """Without the quotes around all of it, straight or as phones type them."""
    inside = re.fullmatch(r"[\"“']([^\"“”']+)[\"”']", text)
    return inside.group(1) if inside else text


def _style(text: str, styles: Iterable[str]) -> tuple[str, str] | None:
    """The preset that a text begins with, however its words are joined, and the rest."""
    for style in sorted(styles, key=len, reverse=True):
        words = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", style))
        if found := re.match(rf"{words}(?!\S)", text, re.IGNORECASE):
            return style, text[found.end() :]
    return None


def _first_word(text: str) -> tuple[str, str]:
    """The first word, or all that stands in quotes, and the rest."""
    quoted = re.match(r"[\"“'](.+?)[\"”'](?:\s+|$)", text)
    if quoted:
        return quoted.group(1), text[quoted.end() :]
    word, _, rest = text.partition(" ")
    return word, rest


def parse_strengths(text: str) -> tuple[float, ...]:
    """One strength or several, each once: "0.7", "0.3 0.5", "0.3,0.5,strong".

    A comma separates where it is followed by a space, or where dots are the decimal sign; "0,7" is one number.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    separator = r"[\s;]+" if re.fullmatch(r"\s*\d,\d+\s*", text) else r"[\s;,]+"
    return tuple(dict.fromkeys(parse_strength(part) for part in re.split(separator, text.strip()) if part))


def _whole(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not re.fullmatch(r"[+-]?\d{1,40}", value):
        raise InvalidRequest("refused-flag-whole", flag=name, given=quoted(value))
    return int(value)


def _number(name: str, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        return float(value.replace(",", "."))
    except ValueError:
        raise InvalidRequest("refused-flag-number", flag=name, given=quoted(value)) from None
