"""Recipes as the A1111 web UI writes them, and we do: read back out of what somebody pasted.

    oil painting of a cat
    Negative prompt: people
    Steps: 16, Sampler: Euler a, CFG scale: 1.5, Seed: 5, Denoising strength: 0.7, Version: v1.10.1

Chats may have made one line of it, and people move its parts.
"""

import re
from collections.abc import Mapping

from bot.domain.options import OPTION, Options

_STEPS = re.compile(r"(?:^|(?<=[\s,]))Steps:\s*\d+\s*(?=,)")
_NEGATIVE = re.compile(r"(?:^|(?<=[\s,]))Negative prompt:\s*")
_FIELD = re.compile(r'\s*([A-Z][\w /-]{0,40}):\s*("(?:\\.|[^"\\])*"|[^,\n]*)(?:,|\n|$)')
_NEXT_FIELD = re.compile(r",\s*(?=(?:Steps|Sampler|CFG scale|Seed|Size|Model|Denoising strength|Version):)")

_OPTIONS = {
    "steps": "steps",
    "cfg scale": "guidance_scale",
    "seed": "seed",
    "denoising strength": "strengths",
    "strength": "strengths",
}
_OURS = {"style": "style", "model": "model"}
"""Names of our presets and models; those of others are not ours."""

_ABOUT_THE_FILE = re.compile(r"version|size|.*hash(?:es)?|controlnet.*", re.IGNORECASE)
"""What says nothing that a picture here could differ by: its size is its source's."""

_CONTROL = {
    "model": "control",
    "weight": "control_scale",
    "guidance start": "control_start",
    "guidance end": "control_end",
}


def pasted_recipe(text: str) -> Options:
    """The options that a text has as a recipe; all of the text is the prompt if it is none.

    Raises:
        InvalidRequest: a value is out of range; with the sentence for the member.
    """
    begins = _STEPS.search(text)
    if not begins and not _NEGATIVE.search(text):
        return Options(prompt=text or None)
    words, tail = (text[: begins.start()], text[begins.start() :]) if begins else (text, "")
    words, negative = _negative(words)
    tail, late = _negative(tail)
    if late and (field := _NEXT_FIELD.search(late)):
        late, tail = late[: field.start()], f"{tail.rstrip(' ,')}, {late[field.end() :]}"
    fields, behind = _fields(tail)
    ours = fields.get("version") == "pentimento"
    names = _OPTIONS | (_OURS if ours else {})
    control = _control(fields.get("controlnet 0", "")) if ours else {}
    said = {names[name]: value for name, value in fields.items() if name in names} | dict(control)
    values = {name: OPTION[name].parse(value) for name, value in said.items() if value}
    unread = tuple(name.capitalize() for name in fields if name not in names and not _ABOUT_THE_FILE.fullmatch(name))
    prompt = " ".join(part for part in (words.strip().strip(","), behind.strip()) if part)
    away = ", ".join(part.strip().strip(",") for part in (negative, late) if part.strip())
    return Options(
        **{"prompt": prompt or None, "negative_prompt": away or None} | values,
        unread=() if ours else unread,
    )


def _negative(text: str) -> tuple[str, str]:
    """A text without its negative prompt, and that."""
    found = _NEGATIVE.search(text)
    return (text[: found.start()].rstrip(" ,"), text[found.end() :].strip()) if found else (text, "")


def _fields(tail: str) -> tuple[Mapping[str, str], str]:
    """The fields of a recipe by their names in small letters, and what is none any more."""
    fields = dict[str, str]()
    place = 0
    while found := _FIELD.match(tail, place):
        fields[found[1].strip().lower()] = found[2].strip().strip('"')
        place = found.end()
    return fields, tail[place:]


def _control(written: str) -> Mapping[str, str]:
    """The structure that a recipe of ours keeps, if it was drawn from its source."""
    fields, _ = _fields(written)
    if fields.get("module", "none") == "none":
        return {}
    return {_CONTROL[name]: value for name, value in fields.items() if name in _CONTROL}
