"""The form behind every way in: a picture, a prompt, a strength; pure.

`form` builds the modal, `read_form` takes a submitted one apart. What the member does not see (where to answer, what
the button stood on) travels in `private_metadata`, 3000 characters at most.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.controls import ADVANCED
from adapters.slack.fields import (
    FILE_TYPES,
    NO_CHOICE,
    Errors,
    FormErrors,
    choice_field,
    chosen_value,
    fields_of,
    input_field,
    number,
    option,
    shown_number,
    text_field,
    typed_text,
)
from adapters.slack.structure import control_details, control_field, has_numbers, read_control
from adapters.slack.text import MAX_TITLE, Block, actions, button, context, plain
from bot.domain.errors import InvalidRequest
from bot.domain.ids import GenerationId
from bot.domain.lora import LoraWish, parse_loras, shown
from bot.domain.options import MAX_PROMPT, MAX_STEPS, NOTHING_SAID, Options
from bot.domain.place import PlaceSettings, is_private
from bot.domain.request import Action
from bot.domain.strength import (
    DEFAULT_STRENGTH,
    MAX_SWEEP,
    REFINE_STRENGTH,
    SWEEP_STRENGTHS,
    check_strengths,
    parse_strength,
    parse_strengths,
)
from bot.texts import text
from inference.api import ControlKind

CALLBACK = "ask"
_NOTHING_SET = PlaceSettings()
_TITLES = {
    Action.SWEEP: "Sweep strengths",
    Action.REFINE: "Refine a picture",
    Action.EDIT: "Edit and run again",
    Action.CHAIN: "Chain this result",
    Action.MAP: "Draw a control map",
}
_STRENGTH_HINT = (
    "0 keeps the picture as it is, 1 ignores it. "
    "Words do as well: subtle 0.3, balanced 0.5, strong 0.7, reimagine 0.9."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a form is for; all of it comes back with the submission.

    Attributes:
        file: Slack id of the picture, where the form was opened on one; the member uploads one otherwise.
        author: who posted that picture.
        generation: the result it was opened on.
    """

    action: Action
    channel: str = ""
    thread: str = ""
    file: str = ""
    author: str = ""
    generation: GenerationId | None = None

    @property
    def needs_file(self) -> bool:
        """Nothing to work on was there when the form opened."""
        return not self.file and self.generation is None

    @property
    def draws_map(self) -> bool:
        """A map is wanted; a form that was opened on a map is for the picture made with it."""
        return self.action is Action.MAP and self.generation is None

    @property
    def uses_map(self) -> bool:
        """It was opened on a map, which brings its picture and its kind of control."""
        return self.action is Action.MAP and self.generation is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A submitted form.

    Attributes:
        file, map: Slack's objects for what was uploaded in it: the picture, a control map.
    """

    errand: Errand
    wishes: Options
    file: Mapping[str, Any] | None
    map: Mapping[str, Any] | None


def form(
    errand: Errand,
    wishes: Options,
    *,
    styles: Sequence[str],
    models: Mapping[str, str],
    controls: Sequence[ControlKind] = (),
    usual: PlaceSettings = _NOTHING_SET,
    about: str = "",
) -> Block:
    """The modal, prefilled; the advanced part is open where it holds something already.

    Args:
        errand: what it is for.
        wishes: what is known already.
        styles: preset names to choose from.
        models: models to choose from, by name, with what is shown of them.
        controls: kinds of structure to choose from; nothing of them is shown where there are none.
        usual: what the place has where a member says nothing.
        about: one line on what it works on.
    """
    blocks: list[Block] = [context(about)] if about else []
    if errand.needs_file or (errand.generation and not errand.uses_map):
        blocks.append(_file_field(required=errand.needs_file))
    blocks += [
        _prompt_field(wishes.prompt or "", required=not errand.draws_map),
        _strength_field(errand.action, wishes.strengths, usual.strength),
    ]
    if styles:
        picked = (wishes.style or NO_CHOICE).strip().lower()
        offered = [(NO_CHOICE, "No style"), *((each, each) for each in styles)]
        blocks.append(choice_field("style", "Style", offered, picked))
    if errand.uses_map:
        controls = ()
    if controls:
        blocks.append(control_field(controls, wishes.control, required=errand.draws_map))
    blocks.append(_private_field(chosen=is_private(wishes.private, usual)))
    advanced = _advanced(wishes, models, controls)
    used = (wishes.negative_prompt, wishes.seed, wishes.steps, wishes.guidance_scale, wishes.model, wishes.loras)
    folded = all(value in (None, "", ()) for value in used) and not has_numbers(wishes)
    blocks += [actions(button("⚙️ Advanced", ADVANCED))] if folded else advanced
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain(
            "Use this map" if errand.uses_map else _TITLES.get(errand.action, "Remix a picture"), MAX_TITLE
        ),
        "submit": plain("Draw" if errand.draws_map else "Paint", MAX_TITLE),
        "close": plain("Cancel", MAX_TITLE),
        "private_metadata": _packed(errand),
        "blocks": blocks,
    }


def unfolded(view: Mapping[str, Any], *, models: Mapping[str, str], controls: Sequence[ControlKind] = ()) -> Block:
    """The same form with its advanced part open; what was typed stays, as blocks keep their ids."""
    if not any(each.get("block_id") == "control" for each in view["blocks"]):
        controls = ()
    kept = [each for each in view["blocks"] if each["type"] != "actions"]
    known = {each.get("block_id") for each in kept}
    fresh = [each for each in _advanced(NOTHING_SAID, models, controls) if each["block_id"] not in known]
    shown = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    return {name: view[name] for name in shown if view.get(name)} | {"blocks": kept + fresh}


def errand_of(view: Mapping[str, Any]) -> Errand:
    """What a form of ours is for."""
    packed = json.loads(view.get("private_metadata") or "{}")
    generation = packed.pop("generation", None)
    return Errand(
        action=Action(packed.pop("action")),
        generation=GenerationId(generation) if generation else None,
        **packed,
    )


def read_form(view: Mapping[str, Any]) -> Filled:
    """Take a submitted form apart.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    errand = errand_of(view)
    fields = fields_of(view)
    errors: Errors = {}
    file = _file(fields, errors, "picture", required=errand.needs_file)
    drawn = _file(fields, errors, "map")
    prompt = typed_text(fields, "prompt")
    if not prompt and not errand.draws_map:
        errors["prompt"] = InvalidRequest("refused-no-prompt")
    strengths = _strengths(fields, errors, several=errand.action is Action.SWEEP)
    wishes = Options(
        prompt=prompt or None,
        negative_prompt=typed_text(fields, "negative_prompt") if "negative_prompt" in fields else None,
        strengths=strengths,
        seed=number(fields, errors, "seed"),
        steps=number(fields, errors, "steps"),
        guidance_scale=number(fields, errors, "guidance_scale"),
        style=chosen_value(fields, "style") or ("" if "style" in fields else None),
        model=chosen_value(fields, "model"),
        loras=_loras(fields, errors) or None,
        private=bool(fields["private"].get("selected_options")) if "private" in fields else None,
    ).over(read_control(fields, errors, required=errand.draws_map or drawn is not None))
    if errors:
        raise FormErrors(errors)
    return Filled(errand=errand, wishes=wishes, file=file, map=drawn)


def _packed(errand: Errand) -> str:
    values = {
        "action": errand.action.value,
        "channel": errand.channel,
        "thread": errand.thread,
        "file": errand.file,
        "author": errand.author,
        "generation": errand.generation,
    }
    return json.dumps({name: value for name, value in values.items() if value}, separators=(",", ":"))


def _file_field(*, required: bool) -> Block:
    label = "Picture" if required else "Another picture instead (optional)"
    element: Block = {"type": "file_input", "filetypes": list(FILE_TYPES), "max_files": 1}
    return input_field("picture", label, element, required=required, hint="PNG, JPEG or WebP, 10 MB at most.")


def _prompt_field(prompt: str, *, required: bool) -> Block:
    hint = "What it should become." if required else "What it should become; you can say that later, on the map."
    made = text_field("prompt", "Prompt", prompt, most=MAX_PROMPT, long=True, hint=hint)
    return made | {"optional": not required}


def _strength_field(action: Action, strengths: tuple[float, ...] | None, usual: float | None) -> Block:
    """Left empty it is the place's usual one, else the style's own; a sweep and a refinement have theirs."""
    own = {Action.SWEEP: SWEEP_STRENGTHS, Action.REFINE: (REFINE_STRENGTH,)}.get(action, ())
    value = " ".join(f"{strength:g}" for strength in strengths or own)
    if action is Action.SWEEP:
        hint = f"Up to {MAX_SWEEP} strengths between 0 and 1, with spaces between them."
        return text_field("strength", "Strengths", value, most=100, hint=hint)
    if own:
        empty = ""
    elif usual is None:
        empty = text("en", "form-strength-empty", strength=f"{DEFAULT_STRENGTH:g}")
    else:
        empty = text("en", "form-strength-here", strength=f"{usual:g}")
    return text_field("strength", "Strength", value, most=20, hint=_STRENGTH_HINT, placeholder=empty)


def _private_field(*, chosen: bool) -> Block:
    alone = option("Show it to me alone first", "private")
    element: Block = {"type": "checkboxes", "options": [alone]}
    if chosen:
        element["initial_options"] = [alone]
    return input_field("private", "Private", element)


def _advanced(wishes: Options, models: Mapping[str, str], controls: Sequence[ControlKind]) -> list[Block]:
    blocks = [
        text_field(
            "negative_prompt",
            "Keep away from",
            wishes.negative_prompt or "",
            most=MAX_PROMPT,
            hint="Words for what you do not want.",
        ),
        text_field(
            "seed", "Seed", shown_number(wishes.seed), most=12, hint="A whole number; the same one repeats a picture."
        ),
        text_field(
            "steps",
            "Steps",
            shown_number(wishes.steps),
            most=4,
            hint=f"1 to {MAX_STEPS}; empty keeps those of the picture you edit, else takes the model's own.",
        ),
        text_field(
            "guidance_scale",
            "Guidance",
            shown_number(wishes.guidance_scale),
            most=6,
            hint="How literally to take the prompt.",
        ),
    ]
    if wishes.loras:
        blocks.append(text_field("loras", "Adapters", shown(wishes.loras), most=200, hint="As name or name:weight."))
    if len(models) > 1:
        blocks.append(choice_field("model", "Model", models.items(), wishes.model))
    return blocks + (control_details(wishes) if controls else [])


def _file(
    fields: Mapping[str, Any], errors: Errors, name: str, *, required: bool = False
) -> Mapping[str, Any] | None:
    files = fields.get(name, {}).get("files") or []
    if required and not files:
        errors[name] = InvalidRequest("refused-slack-add-picture")
    if not files:
        return None
    file: Mapping[str, Any] = files[0]
    kind = file.get("mimetype") or ""
    if kind and not kind.startswith("image/"):
        errors[name] = InvalidRequest("refused-slack-no-image")
    return file


def _strengths(fields: Mapping[str, Any], errors: Errors, *, several: bool) -> tuple[float, ...] | None:
    typed = typed_text(fields, "strength")
    if not typed:
        return () if "strength" in fields else None
    try:
        strengths = parse_strengths(typed) if several else (parse_strength(typed),)
        check_strengths(strengths)
    except InvalidRequest as error:
        errors["strength"] = error
        return None
    return strengths


def _loras(fields: Mapping[str, Any], errors: Errors) -> tuple[LoraWish, ...]:
    try:
        return parse_loras(typed_text(fields, "loras"))
    except InvalidRequest as error:
        errors["loras"] = error
        return ()
