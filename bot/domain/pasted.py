"""Recipes as the A1111 web UI writes them: how we write ours, and how what somebody pasted is read.

    oil painting of a cat <lora:ink:0.8>
    Negative prompt: people
    Steps: 16, Sampler: Euler a, CFG scale: 1.5, Seed: 5, Denoising strength: 0.7, Version: v1.10.1

Chats may have made one line of it, and people move its parts.
"""

import re
from collections.abc import Mapping

from bot.domain.job import Generation
from bot.domain.options import OPTION, OPTIONS, Option, OptionKind, Options

_STEPS = re.compile(r"(?:^|(?<=[\s,]))Steps:\s*\d+\s*(?=,)")
_NEGATIVE = re.compile(r"(?:^|(?<=[\s,]))Negative prompt:\s*")
_FIELD = re.compile(r'\s*([A-Z][\w /-]{0,40}):\s*("(?:\\.|[^"\\])*"|[^,\n]*)(?:,|\n|$)')
_NEXT_FIELD = re.compile(r",\s*(?=(?:Steps|Sampler|CFG scale|Seed|Size|Model|Denoising strength|Version):)")

_OURS = {row.recorded: row for row in OPTIONS if row.recorded and not row.name.startswith("control")}
_OF_CONTROL = {row.recorded: row for row in OPTIONS if row.recorded and row.name.startswith("control")}

_OPTIONS = {name.lower(): row.name for name, row in _OURS.items()}
_OF_OTHERS = {name: option for name, option in _OPTIONS.items() if OPTION[option].kind is not OptionKind.NAME}
"""Names of our presets and models are read in recipes of ours alone: those of others are not ours."""

_CONTROL = {name.lower(): row.name for name, row in _OF_CONTROL.items()}

_ABOUT_THE_FILE = re.compile(r"version|size|.*hash(?:es)?|controlnet.*", re.IGNORECASE)
"""What says nothing that a picture here could differ by: its size is its source's."""


def pasted_recipe(text: str) -> Options:
    """The options that a text has as a recipe; if it is no recipe, all of it is the prompt.

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
    names = (_OPTIONS if ours else _OF_OTHERS) | {"strength": "strengths"}
    control = _control(fields.get("controlnet 0", "")) if ours else {}
    said = {names[name]: value for name, value in fields.items() if name in names} | dict(control)
    values = {name: OPTION[name].parse(value) for name, value in said.items() if value not in {None, ""}}
    unread = tuple(name.capitalize() for name in fields if name not in names and not _ABOUT_THE_FILE.fullmatch(name))
    prompt = " ".join(part for part in (words.strip().strip(","), behind.strip()) if part)
    away = ", ".join(part.strip().strip(",") for part in (negative, late) if part.strip())
    return Options(
        **{"prompt": prompt or None, "negative_prompt": away or None} | values,
        unread=() if ours else unread,
    )


def recipe_text(generation: Generation) -> str:
    """A result's recipe, so that tools which read those of the web UI read ours."""
    recipe, options = generation.recipe, generation.recipe.options()
    adapters = [f"<lora:{lora.name}:{lora.weight:g}>" for lora in recipe.loras]  # which it has in the prompt
    words = " ".join([*([recipe.prompt] if recipe.prompt else []), *adapters])
    lines = [words] if words else []
    if recipe.negative_prompt:
        lines.append(f"Negative prompt: {recipe.negative_prompt}")
    fields = _recorded(options, _OURS)
    steps = {"Steps": fields.pop("Steps")}  # stands first: by it a recipe is known
    fields = {**steps, **fields, "Size": f"{generation.width}x{generation.height}"}
    if recipe.control:
        drawn = {"Module": "none" if recipe.control.map else recipe.control.kind.value}
        fields["ControlNet 0"] = f'"{_joined({**drawn, **_recorded(options, _OF_CONTROL)})}"'
    lines.append(_joined({**fields, "Version": "pentimento"}))
    return "\n".join(lines)


def _recorded(options: Options, rows: Mapping[str, Option]) -> dict[str, str]:
    said = {name: (row, getattr(options, row.name)) for name, row in rows.items()}
    return {name: row.written(value) for name, (row, value) in said.items() if value not in {None, ""}}


def _joined(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in fields.items())


def _negative(text: str) -> tuple[str, str]:
    """A text without its negative prompt, and that."""
    found = _NEGATIVE.search(text)
    return (text[: found.start()].rstrip(" ,"), text[found.end() :].strip()) if found else (text, "")


def _fields(tail: str) -> tuple[Mapping[str, str], str]:
    """The fields of a recipe by their names in lower case, and the text that follows them."""
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
