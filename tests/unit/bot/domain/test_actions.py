"""What each button means, derived from the stored parent alone."""

from dataclasses import replace

import pytest

from bot.domain.access import Asker
from bot.domain.actions import DERIVING, MAX_DESCRIPTION, Press, Verb, derive, lineage_of
from bot.domain.control import NO_CONTROL, Control
from bot.domain.errors import InvalidRequest, NotAllowed
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation, Lineage
from bot.domain.lora import LoraWish
from bot.domain.options import Options
from bot.domain.picture import Sent
from bot.domain.request import Action, ReplyTarget, Requester
from bot.domain.strength import SWEEP_STRENGTHS
from bot.texts import text
from inference.api import ControlKind, Lora
from tests.builders.jobs import a_generation, a_job

BOB = Requester(platform="discord", user="bob")
HERE = ReplyTarget(platform="discord", address={"channel": "1"})


def a_parent() -> Generation:
    parent = a_generation(a_job(user="ada"))
    recipe = replace(
        parent.recipe, negative_prompt="people", style="ink", strength=0.6, control=Control(kind=ControlKind.CANNY)
    )
    return replace(parent, recipe=recipe)


def a_map(**changes: object) -> Generation:
    """What a map job leaves: its image is the map of its source."""
    parent = a_parent()
    return replace(parent, recipe=replace(parent.recipe, map_only=True, **changes))  # type: ignore[arg-type]  # Recipe types it


def a_press(verb: Verb, parent: Generation, **said: object) -> Press:
    options = Options(**said)  # type: ignore[arg-type]  # Options types it
    return Press(
        verb=verb, generation=parent.id, by=Asker(requester=BOB), reply_to=HERE, event_id="discord:9", options=options
    )


def asked(verb: Verb, parent: Generation, **said: object) -> Options:
    """The options of what a press makes."""
    return derive(parent, a_press(verb, parent, **said)).options


@pytest.mark.parametrize("verb", sorted(DERIVING))
def test_whatever_the_button_the_presser_owns_a_job_with_the_parents_recipe(verb: Verb) -> None:
    parent = a_parent()
    request = derive(parent, replace(a_press(verb, parent), private=True, locale="de"))
    assert (request.requester, request.reply_to, request.event_id) == (BOB, HERE, "discord:9")
    assert (request.private, request.locale, request.parent) == (True, "de", parent.id)
    recipe = parent.recipe
    said = request.options
    assert (said.prompt, said.negative_prompt, said.style) == (recipe.prompt, "people", "ink")
    assert (said.steps, said.guidance_scale, said.model) == (recipe.steps, recipe.guidance_scale, recipe.model)


@pytest.mark.parametrize(
    ("verb", "action", "keeps_seed", "strengths"),
    [
        (Verb.RERUN, Action.RERUN, True, (0.6,)),
        (Verb.REROLL, Action.REROLL, False, (0.6,)),
        (Verb.EDIT, Action.EDIT, True, (0.6,)),
        (Verb.SWEEP, Action.SWEEP, True, SWEEP_STRENGTHS),
        (Verb.CHAIN, Action.CHAIN, False, None),
        (Verb.SHOW_MAP, Action.MAP, True, (0.6,)),
        (Verb.USE_MAP, Action.IMG2IMG, True, (0.6,)),
    ],
)
def test_each_button_keeps_and_changes_what_it_says(
    verb: Verb, action: Action, keeps_seed: bool, strengths: tuple[float, ...] | None
) -> None:
    parent = a_parent()
    request = derive(parent, a_press(verb, parent))
    assert request.action is action
    assert request.options.seed == (parent.recipe.seed if keeps_seed else None)
    assert request.options.strengths == strengths
    assert request.source == (parent.image if verb is Verb.CHAIN else parent.source)


@pytest.mark.parametrize("verb", sorted(DERIVING))
def test_what_a_form_asked_for_wins(verb: Verb) -> None:
    parent = a_parent()
    said = Options(strengths=(0.9,), prompt="ink", negative_prompt="", style="", seed=0)
    request = derive(parent, replace(a_press(verb, parent), options=said, source=b"another"))
    wished = request.options
    assert (wished.strengths, wished.seed, request.source) == ((0.9,), 0, b"another")
    assert (wished.prompt, wished.negative_prompt, wished.style) == ("ink", "", "")
    assert asked(verb, parent, strengths=(0.1, 0.2)).strengths == (0.1, 0.2)


@pytest.mark.parametrize("verb", sorted(DERIVING))
def test_adapters_stay_with_their_model(verb: Verb) -> None:
    plain = a_parent()
    parent = replace(plain, recipe=replace(plain.recipe, loras=(Lora("ink", 0.8),)))
    assert asked(verb, parent).loras == (LoraWish("ink", 0.8),)
    assert not asked(verb, parent, model="another").loras
    assert asked(verb, parent, loras=(LoraWish("clay"),)).loras == (LoraWish("clay"),)


@pytest.mark.parametrize("verb", sorted(DERIVING))
def test_another_model_brings_its_own_steps_and_guidance(verb: Verb) -> None:
    parent = a_parent()
    said = asked(verb, parent, model="another")
    assert (said.model, said.steps, said.guidance_scale) == ("another", None, None)
    said = asked(verb, parent, model="another", steps=7, guidance_scale=3.0)
    assert (said.steps, said.guidance_scale) == (7, 3.0)
    same = asked(verb, parent, model=parent.recipe.model)
    assert (same.steps, same.guidance_scale) == (parent.recipe.steps, parent.recipe.guidance_scale)


@pytest.mark.parametrize("style", ["oil", ""])
@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.CHAIN])
def test_another_style_brings_its_own_guidance_and_strength(verb: Verb, style: str) -> None:
    parent = a_parent()
    said = asked(verb, parent, style=style)
    assert (said.strengths, said.guidance_scale, said.steps) == (None, None, parent.recipe.steps)
    assert asked(verb, parent, style=style, guidance_scale=3.0).guidance_scale == 3.0
    assert asked(verb, parent, style=style, strengths=(0.2,)).strengths == (0.2,)
    assert asked(verb, parent, style="ink").guidance_scale == parent.recipe.guidance_scale


def test_a_strength_that_was_taken_away_is_the_usual_one_of_the_place_or_style() -> None:
    parent = a_parent()
    press = a_press(Verb.EDIT, parent, strengths=())
    assert not derive(parent, press).options.strengths
    assert derive(parent, replace(press, usual_strength=0.4)).options.strengths == (0.4,)
    here = replace(a_press(Verb.CHAIN, parent), usual_strength=0.4)
    assert derive(parent, here).options.strengths == (0.4,)
    assert derive(parent, replace(here, options=Options(strengths=(0.9,)))).options.strengths == (0.9,)
    assert derive(parent, replace(here, verb=Verb.RERUN)).options.strengths == (parent.recipe.strength,)


@pytest.mark.parametrize("verb", sorted(set(Verb) - set(DERIVING)))
def test_the_other_verbs_make_no_job(verb: Verb) -> None:
    parent = a_parent()
    with pytest.raises(ValueError, match="makes no job"):
        derive(parent, a_press(verb, parent))


def test_a_form_out_of_range_is_a_sentence() -> None:
    parent = a_parent()
    with pytest.raises(InvalidRequest, match="Strength goes from 0"):
        asked(Verb.RERUN, parent, strengths=(1.5,))


def test_a_chain_goes_deeper_and_a_rerun_stays_level() -> None:
    parent = a_parent()
    chained = lineage_of(derive(parent, a_press(Verb.CHAIN, parent)), parent)
    assert chained == Lineage(parent=parent.id, root=parent.id, depth=2)
    child = replace(parent, id=GenerationId("child.0"), image=ImageId("c" * 64), lineage=chained)
    assert lineage_of(derive(child, a_press(Verb.CHAIN, child)), child) == Lineage(
        parent=child.id, root=parent.id, depth=3
    )
    assert lineage_of(derive(child, a_press(Verb.RERUN, child)), child) == Lineage(
        parent=child.id, root=parent.id, depth=2
    )


def test_a_hidden_result_stays_hidden_as_a_source_until_somebody_goes_on_from_what_was_made_of_it() -> None:
    parent = a_parent()
    first = lineage_of(replace(derive(parent, a_press(Verb.CHAIN, parent)), of_hidden=True), parent)
    assert first.source_hidden
    child = replace(parent, id=GenerationId("child.0"), image=ImageId("c" * 64), source=parent.image, lineage=first)
    assert lineage_of(derive(child, a_press(Verb.REROLL, child)), child).source_hidden
    assert not lineage_of(derive(child, a_press(Verb.CHAIN, child)), child).source_hidden
    own = replace(derive(parent, a_press(Verb.REROLL, parent)), of_hidden=True)
    assert not lineage_of(own, parent).source_hidden, "its source is a member's own picture"


def by_own(press: Press) -> Press:
    return replace(press, by=Asker(requester=a_parent().requester))


def of_a_private_result() -> Generation:
    """A published chain of a private result of the same member, who is not Bob."""
    parent = a_parent()
    lineage = Lineage(parent=parent.id, root=parent.id, depth=2, source_hidden=True)
    made = replace(parent, id=GenerationId("child.0"), image=ImageId("c" * 64), source=parent.image, lineage=lineage)
    return replace(made, recipe=replace(made.recipe, strength=0.5))


def test_a_source_that_a_member_may_not_see_is_withheld_from_them_in_what_they_make_of_it() -> None:
    child = of_a_private_result()
    assert not lineage_of(derive(child, by_own(a_press(Verb.REROLL, child))), child).source_withheld
    theirs = lineage_of(derive(child, a_press(Verb.REROLL, child)), child)
    assert (theirs.source_hidden, theirs.source_withheld) == (True, True)
    again = replace(child, id=GenerationId("again.0"), requester=BOB, lineage=theirs)
    assert lineage_of(derive(again, a_press(Verb.REROLL, again)), again).source_withheld
    assert not lineage_of(derive(child, a_press(Verb.CHAIN, child)), child).source_withheld


@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.RERUN])
@pytest.mark.parametrize("strength", [0.0, 0.02, 0.49])
def test_no_weaker_change_brings_a_withheld_source_out(verb: Verb, strength: float) -> None:
    child = of_a_private_result()
    weaker = a_press(verb, child, strengths=(strength,))
    assert derive(child, by_own(weaker)).options.strengths == (strength,)
    with pytest.raises(NotAllowed) as refused:
        derive(child, weaker)
    assert str(refused.value) == text("en", "refused-source-strength", least="0.5")
    assert asked(verb, child, strengths=(0.7,)).strengths == (0.7,)
    assert derive(child, replace(weaker, source=b"their own")).options.strengths == (strength,)


def test_neither_a_style_nor_what_a_place_usually_takes_nor_a_sweep_brings_a_withheld_source_out() -> None:
    child = of_a_private_result()
    styled = replace(a_press(Verb.EDIT, child, style="anime"), usual_strength=0.1)
    assert derive(child, by_own(styled)).options.strengths == (0.1,)
    assert derive(child, styled).options.strengths == (0.5,)
    with pytest.raises(NotAllowed):
        derive(child, a_press(Verb.SWEEP, child))


def test_no_map_is_drawn_of_a_withheld_source_for_others() -> None:
    child = of_a_private_result()
    for press in (a_press(Verb.EDIT, child, control=ControlKind.DEPTH), a_press(Verb.SHOW_MAP, child)):
        derive(child, by_own(press))
        with pytest.raises(NotAllowed) as refused:
            derive(child, press)
        assert str(refused.value) == text("en", "refused-source-hidden")
    assert asked(Verb.EDIT, child, control=NO_CONTROL).control == NO_CONTROL
    assert asked(Verb.REROLL, child).control == ControlKind.CANNY


def test_an_upload_starts_a_family_of_its_own() -> None:
    parent = a_parent()
    assert lineage_of(derive(parent, replace(a_press(Verb.CHAIN, parent), source=b"new")), parent) == Lineage()
    assert lineage_of(derive(parent, a_press(Verb.CHAIN, parent)), None) == Lineage()


@pytest.mark.parametrize("verb", sorted(DERIVING))
def test_control_goes_along_and_its_map_is_drawn_anew_unless_one_was_given(verb: Verb) -> None:
    parent = a_parent()
    assert derive(parent, a_press(verb, parent)).control == Control(kind=ControlKind.CANNY)
    given = Control(kind=ControlKind.DEPTH, map=ImageId("m" * 64), scale=0.5)
    parent = replace(parent, recipe=replace(parent.recipe, control=given))
    assert derive(parent, a_press(verb, parent)).control == given
    assert derive(parent, replace(a_press(verb, parent), source=b"another")).control == given


@pytest.mark.parametrize("verb", [Verb.USE_MAP, Verb.CHAIN, Verb.REROLL, Verb.EDIT])
def test_what_is_derived_from_a_map_is_a_picture_with_that_map(verb: Verb) -> None:
    drawn = a_map()
    request = derive(drawn, a_press(verb, drawn))
    assert request.control == Control(kind=ControlKind.CANNY, map=drawn.image)
    assert request.source == drawn.source
    assert request.action is not Action.MAP
    assert lineage_of(request, drawn).depth == 1


def test_a_map_without_words_takes_those_of_the_form_or_is_refused() -> None:
    drawn = a_map(prompt="")
    with pytest.raises(InvalidRequest, match="Say what the picture should become"):
        derive(drawn, a_press(Verb.USE_MAP, drawn))
    assert asked(Verb.USE_MAP, drawn, prompt="ink").prompt == "ink"


def test_a_press_can_change_control_and_let_go_of_it() -> None:
    parent = a_parent()
    given = Control(kind=ControlKind.CANNY, map=ImageId("m" * 64))
    parent = replace(parent, recipe=replace(parent.recipe, control=given))

    def after(**said: object) -> Control | None:
        return derive(parent, a_press(Verb.EDIT, parent, **said)).control

    assert after(control=NO_CONTROL) is None
    assert after(control_scale=0.5) == replace(given, scale=0.5)
    assert after(control="canny") == given
    assert after(control="depth") == Control(kind=ControlKind.DEPTH), "an edge map shows no depth"
    request = derive(parent, replace(a_press(Verb.EDIT, parent), control_map=b"sketch"))
    assert request.control_map == b"sketch"


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        ({"control_scale": 0.5}, None),
        ({}, b"sketch"),
        ({"control": "canny", "control_scale": 2.1}, None),
        ({"control": "canny", "control_scale": float("nan")}, None),
        ({"control": "canny", "control_start": 0.5, "control_end": 0.5}, None),
        ({"control": "canny", "control_end": 1.5}, None),
    ],
)
def test_a_wish_for_control_that_makes_no_sense_is_a_sentence(said: dict[str, object], drawn: bytes | None) -> None:
    parent = replace(a_parent(), recipe=replace(a_parent().recipe, control=None))
    with pytest.raises(InvalidRequest) as refusal:
        derive(parent, replace(a_press(Verb.EDIT, parent, **said), control_map=drawn))
    assert str(refusal.value).endswith(".")


async def nothing() -> bytes:
    return b""


@pytest.mark.parametrize("verb", [Verb.RERUN, Verb.CHAIN, Verb.EDIT, Verb.REROLL, Verb.SWEEP, Verb.SHOW_MAP])
def test_what_a_member_said_of_a_picture_goes_on_to_what_is_made_from_it(verb: Verb) -> None:
    parent = replace(a_parent(), lineage=Lineage(spoiler=True, description="a ghost in a mirror"))
    derived = lineage_of(derive(parent, a_press(verb, parent)), parent)
    assert (derived.spoiler, derived.description) == (True, "a ghost in a mirror")


def test_a_new_picture_is_what_it_was_sent_as_and_a_hidden_map_hides_what_is_made_with_it() -> None:
    parent = replace(a_generation(a_job()), lineage=Lineage(spoiler=True, description="a ghost"))
    open_one = Sent(fetch=nothing, description="  a \u202ecat\n on a wall ")
    pressed = replace(a_press(Verb.EDIT, parent), source=open_one)
    assert lineage_of(derive(parent, pressed), parent) == Lineage(description="a cat on a wall")
    plain = a_parent()
    mapped = replace(a_press(Verb.EDIT, plain), control_map=Sent(fetch=nothing, spoiler=True))
    assert lineage_of(derive(plain, mapped), plain).spoiler
    long = Sent(fetch=nothing, description="x" * 9000)
    assert len(lineage_of(derive(plain, replace(pressed, source=long)), None).description) == MAX_DESCRIPTION
