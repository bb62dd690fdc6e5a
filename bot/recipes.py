"""What a request comes to with the models and styles there are; pure, so it can be asked before any is loaded."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.control import Control
from bot.domain.errors import InvalidRequest
from bot.domain.job import Recipe
from bot.domain.lora import find_loras
from bot.domain.options import ANY_SEED, MAX_SEED
from bot.domain.request import Action, Request
from bot.domain.strength import REFINE_STRENGTH, SWEEP_STRENGTHS
from bot.domain.style import Style, find_style, guidance_of, strength_of
from bot.domain.words import clean_text, quoted
from inference.api import ModelDefaults

_STANDARD_STRENGTHS: Mapping[Action, tuple[float, ...]] = {
    Action.SWEEP: SWEEP_STRENGTHS,
    Action.REFINE: (REFINE_STRENGTH,),
}


def find_model(model: str, models: Mapping[str, ModelDefaults]) -> ModelDefaults:
    """What a model wants.

    Raises:
        InvalidRequest: there is none of that name; the sentence names those there are.
    """
    defaults = models.get(model)
    if defaults is None:
        raise InvalidRequest("refused-model", model=quoted(model), models=tuple(models))
    return defaults


def recipes_of(
    request: Request,
    *,
    models: Mapping[str, ModelDefaults],
    styles: Mapping[str, Style],
    default_model: str,
    seed: int,
) -> tuple[Recipe, ...]:
    """What a request asks for: what it leaves open is as its model and style have it, and `seed`.

    Raises:
        InvalidRequest: it names what there is not, or what does not go together.
    """
    options = request.options
    model = options.model or default_model
    defaults = find_model(model, models)
    style = find_style(styles, options.style)
    loras = find_loras(options.loras or (), defaults.loras, model=model)
    strengths = options.strengths or _STANDARD_STRENGTHS.get(request.action, (strength_of(style),))
    if len(strengths) > 1 and not defaults.uses_strength:
        raise InvalidRequest("refused-sweep-of-editor", model=model)
    steps = options.steps or defaults.steps
    if len({defaults.used_strength(each, steps) for each in strengths}) < len(set(strengths)):
        raise InvalidRequest("refused-alike-strengths", model=model, steps=str(steps))
    if request.control:
        _check_control(request.control, model, models)
    prompt = clean_text(options.prompt or "")
    map_only = request.action is Action.MAP
    if not prompt and not map_only:
        raise InvalidRequest("refused-no-prompt")
    usual_guidance = guidance_of(style, defaults.guidance_scale)
    recipe = Recipe(
        prompt=prompt,
        negative_prompt=clean_text(options.negative_prompt or ""),
        strength=strengths[0],
        seed=seed if options.seed in {None, ANY_SEED} else options.seed,
        steps=steps,
        guidance_scale=usual_guidance if options.guidance_scale is None else options.guidance_scale,
        style=style.name if style else None,
        model=model,
        loras=loras,
        uses_strength=defaults.uses_strength,
        control=request.control,
        map_only=map_only,
    )
    return tuple(
        replace(recipe, strength=strength, seed=(recipe.seed + number) % (MAX_SEED + 1))
        for strength in strengths
        for number in range(1 if map_only else options.count or 1)
    )


def _check_control(control: Control, model: str, models: Mapping[str, ModelDefaults]) -> None:
    """Refuse a kind that the model has no network for."""
    able = models[model].controls
    if control.kind in able:
        return
    others = [name for name, each in models.items() if control.kind in each.controls]
    if others:
        raise InvalidRequest("refused-control-elsewhere", model=model, kind=control.kind, models=tuple(others))
    if able:
        raise InvalidRequest("refused-control-other", model=model, kind=control.kind, kinds=tuple(able))
    raise InvalidRequest("refused-control-none", model=model)
