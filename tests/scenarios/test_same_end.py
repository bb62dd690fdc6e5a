"""The same wish, on either chat and by any way in, ends in the same recipe, privacy, lineage or refusal."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain.options import OPTION, Options
from bot.domain.place import PlaceSettings
from bot.domain.request import Action
from bot.texts import text
from tests.builders.places import set_to
from tests.scenarios.chats import Chat, End

SAID = {
    "strengths": (0.3,),
    "style": "oil",
    "negative_prompt": "people",
    "seed": 42,
    "count": 2,
    "steps": 7,
    "guidance_scale": 3.5,
    "model": "fake",
    "control": "canny",
    "control_scale": 0.5,
    "control_start": 0.25,
    "control_end": 0.75,
    "private": True,
}
"""One value of each option; the tests fail for one that is new and not here."""


def saying(name: str) -> Options:
    """A wish that says that option, and what it needs."""
    control = {"control": "canny"} if name.startswith("control_") else {}
    return Options(**{"prompt": "a boat", **control, name: SAID[name]})  # type: ignore[arg-type]  # by the table


def text_of(said: Options) -> str:
    flags = [
        "--private" if row.name == "private" else f'--{row.flags[-1]} "{row.written(value)}"'
        for row in OPTION.values()
        if row.name != "prompt" and (value := getattr(said, row.name)) is not None
    ]
    return " ".join([said.prompt or "", *flags])


async def on_both(discord: Chat, slack: Chat, act: Callable[[Chat], Awaitable[object]]) -> tuple[End, End]:
    """Do it on both; the ends must be the same."""
    ends = await discord.end(act(discord)), await slack.end(act(slack))
    assert ends[0].told == ends[1].told
    return ends


def test_every_option_is_tried() -> None:
    assert set(OPTION) - {"prompt", "loras"} == set(SAID), "loras: the fake model has none; see the refusals"


@pytest.mark.parametrize("name", SAID)
async def test_an_option_means_the_same_by_command_and_by_text(discord: Chat, slack: Chat, name: str) -> None:
    said = saying(name)
    by_command, _ = await on_both(discord, slack, lambda chat: chat.command("img2img", said))
    by_text, _ = await on_both(discord, slack, lambda chat: chat.mention(text_of(said)))
    assert by_command.told == by_text.told
    assert by_command.job is not None
    recipes = by_command.job.recipes
    of_the_job = {"private": by_command.job.private, "count": len(recipes)}
    assert of_the_job.get(name, getattr(recipes[0].options(), name)) == SAID[name]


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "a boat"},
        {"prompt": "a boat", "strength": "0.7"},
        {"prompt": "a boat --strengths 0.3,0.7", "strength": "none"},
        {"prompt": "a boat", "style": "oil"},
        {"prompt": "a boat", "control": "scribble"},
    ],
    ids=lambda fields: " ".join(fields.values()),
)
async def test_a_form_means_the_same(discord: Chat, slack: Chat, fields: dict[str, str]) -> None:
    end, _ = await on_both(discord, slack, lambda chat: chat.remix(**fields))
    assert end.job is not None
    assert len(end.job.recipes) == (2 if "--strengths" in fields["prompt"] else 1)


@pytest.mark.parametrize(
    ("label", "action", "fields"),
    [
        ("Subtle", Action.RERUN, {}),
        ("Reimagine", Action.RERUN, {}),
        ("Reroll", Action.REROLL, {}),
        ("Sweep", Action.SWEEP, {}),
        ("Chain", Action.CHAIN, {"prompt": "in winter"}),
        ("Chain", Action.CHAIN, {"prompt": "in winter", "strength": "0.9"}),
        ("Edit", Action.EDIT, {"prompt": "in winter"}),
        ("Edit", Action.EDIT, {"prompt": "in winter", "style": "none"}),
    ],
)
@pytest.mark.parametrize("private", [False, True])
async def test_a_button_means_the_same(  # noqa: PLR0917 -- pytest gives them by name
    discord: Chat, slack: Chat, label: str, action: Action, fields: dict[str, str], private: bool
) -> None:
    said = Options(prompt="a boat", style="oil", seed=5, private=private or None)
    first = {chat: await chat.end(chat.command("img2img", said)) for chat in (discord, slack)}

    async def press(chat: Chat) -> None:
        await chat.press(first[chat].message, label, **fields)

    end, other = await on_both(discord, slack, press)
    assert end.job is not None
    assert end.job.action is action
    assert end.job.private is private
    assert other.job is not None
    kept = action not in {Action.REROLL, Action.CHAIN}
    assert {(each.recipes[0].seed == 5) for each in (end.job, other.job)} == {kept}


@pytest.mark.parametrize(
    "words", ["in winter", "in winter --strength 0.9", "--strength 0.9", "--map --control canny"]
)
async def test_an_answer_to_a_result_means_the_same(discord: Chat, slack: Chat, words: str) -> None:
    first = {chat: await chat.end(chat.command("img2img", Options(prompt="a boat"))) for chat in (discord, slack)}
    await on_both(discord, slack, lambda chat: chat.answer(first[chat].message, words))


async def test_a_reaction_means_the_same(discord: Chat, slack: Chat) -> None:
    first = {chat: await chat.end(chat.command("img2img", Options(prompt="a boat"))) for chat in (discord, slack)}
    end, _ = await on_both(discord, slack, lambda chat: chat.react(first[chat].message, "🔁"))
    assert end.job is not None
    assert end.job.action is Action.REROLL


SETTINGS = PlaceSettings(strength=0.4, style="oil", private=True, blocked=("kitten",))


async def test_a_place_s_settings_mean_the_same_by_every_way_in(discord: Chat, slack: Chat) -> None:
    for chat in (discord, slack):
        await chat.service.places.change(chat.server, set_to(SETTINGS))
    said = Options(prompt="a boat")
    by_text, _ = await on_both(discord, slack, lambda chat: chat.mention("a boat"))
    by_command, _ = await on_both(discord, slack, lambda chat: chat.command("img2img", said))
    by_form, _ = await on_both(discord, slack, lambda chat: chat.remix(prompt="a boat"))
    assert by_text.told == by_command.told == by_form.told
    assert by_text.job is not None
    assert (by_text.job.recipes[0].strength, by_text.job.recipes[0].style, by_text.job.private) == (0.4, "oil", True)
    own, _ = await on_both(discord, slack, lambda chat: chat.mention("a boat --strength 0.9 --style none"))
    assert own.told != by_text.told
    swept, _ = await on_both(discord, slack, lambda chat: chat.command("sweep", said))
    assert swept.job is not None
    assert [recipe.strength for recipe in swept.job.recipes] == [0.3, 0.5, 0.7, 0.9]


@pytest.mark.parametrize("way", ["text", "command", "form"])
async def test_a_blocked_word_is_refused_by_every_way_in(discord: Chat, slack: Chat, way: str) -> None:
    for chat in (discord, slack):
        await chat.service.places.change(chat.server, set_to(SETTINGS))
    ways: dict[str, Callable[[Chat], Awaitable[object]]] = {
        "text": lambda chat: chat.mention("a kitten"),
        "command": lambda chat: chat.command("img2img", Options(prompt="a kitten")),
        "form": lambda chat: chat.remix(prompt="a kitten"),
    }
    end, _ = await on_both(discord, slack, ways[way])
    assert "not allowed here" in end.refused


async def test_a_privacy_of_the_place_gives_way_to_what_is_said(discord: Chat, slack: Chat) -> None:
    """A result that is not said to be private is as the place has it; one that is, is."""
    for private in (True, False):
        for chat in (discord, slack):
            await chat.service.places.change(chat.server, set_to(PlaceSettings(private=private)))
        end, _ = await on_both(discord, slack, lambda chat: chat.mention("a boat --private"))
        assert end.job is not None
        assert end.job.private


@pytest.mark.parametrize(
    "words",
    [
        "a boat --strength 7",
        "a boat --steps 0",
        "a boat --seed x",
        "a boat --style nowhere",
        "a boat --model another",
        "a boat --lora ink",
        "a boat --control-scale 1",
        "a boat --control depth --control-start 0.9 --control-end 0.1",
        "a boat --straength 1",
        "a boat --strength",
        "--strength 0.5",
        "x" * 2001,
    ],
    ids=lambda words: words[:30],
)
async def test_a_refusal_is_the_same(discord: Chat, slack: Chat, words: str) -> None:
    end, _ = await on_both(discord, slack, lambda chat: chat.mention(words))
    assert end.job is None


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "a boat --strength lots"},
        {"prompt": "a boat --strength 1.5", "strength": "0.7"},
        {"prompt": "  "},
    ],
    ids=lambda fields: " ".join(fields.values()),
)
async def test_a_refused_form_is_the_same(discord: Chat, slack: Chat, fields: dict[str, str]) -> None:
    end, _ = await on_both(discord, slack, lambda chat: chat.remix(**fields))
    assert end.job is None


@pytest.mark.parametrize("way", ["button", "reaction"])
async def test_an_equal_wish_while_the_first_one_runs_is_said_to_run_already(
    discord: Chat, slack: Chat, way: str
) -> None:
    for chat in (discord, slack):
        first = await chat.end(chat.command("img2img", Options(prompt="a boat")))

        async def once_more(chat: Chat = chat, first: End = first) -> None:
            if way == "button":
                await chat.press(first.message, "Subtle")
            else:
                await chat.react(first.message, "🔁")

        assert (await chat.end(once_more())).job is not None
        assert (await chat.end(once_more())).refused == text("en", "refused-double")


async def test_remix_image_on_a_result_of_ours_opens_what_chain_opens(discord: Chat, slack: Chat) -> None:
    said = Options(prompt="a boat", style="oil", seed=5, control="canny")
    for chat in (discord, slack):
        first = await chat.end(chat.command("img2img", said))
        chained = await chat.end(chat.press(first.message, "Chain", prompt="in winter"))
        again = await chat.end(chat.remix_of(first.message, prompt="in summer"))
        assert chained.job is not None
        assert again.job is not None
        assert again.told[0] == chained.told[0] == Action.CHAIN
        assert replace(again.job.recipes[0], prompt="", seed=0) == replace(chained.job.recipes[0], prompt="", seed=0)
