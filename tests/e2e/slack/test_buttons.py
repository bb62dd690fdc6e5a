"""What can be done with a result: buttons and reactions, by its owner, by others and by admins."""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.job import JobStatus
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.harness.slack import Bench, bench
from tests.harness.waiting import PATIENCE, eventually
from tests.servers.slack.member import Member, buttons, images, labels_of, words
from tests.servers.slack.state import Conversation, File, Json, Team

Ask = Callable[..., Awaitable[Json]]


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


@pytest.fixture
async def result(running: Bench, ann: Member, general: Conversation, photo: File) -> Json:
    """A finished picture of Ann's in the channel."""
    del running
    await ann.submit(await ann.open("/img2img", general, "a boat --strength 0.5 --seed 7"), file=photo)
    return await ann.result(general)


async def test_a_rerun_is_the_pressers_job_in_the_thread_with_the_same_seed(
    running: Bench, bob: Member, general: Conversation, result: Json
) -> None:
    await bob.press("Strong", general, result)
    rerun = await bob.result(general, 1)
    assert rerun["thread_ts"] == result["ts"]
    assert "Strong 0.7" in words(rerun)
    assert "seed 7" in words(rerun)
    assert f"<@{bob.user.id}>" in rerun["text"]
    (job,) = await running.core.store.jobs_of(f"slack:{bob.team.id}/{bob.user.id}", limit=5)
    assert job.status is JobStatus.SUCCEEDED


async def test_a_reroll_draws_another_seed(bob: Member, general: Conversation, result: Json) -> None:
    await bob.press("Reroll", general, result)
    assert "seed 7" not in words(await bob.result(general, 1)).split("·")


async def test_a_sweep_of_a_result(bob: Member, general: Conversation, result: Json) -> None:
    await bob.press("Sweep", general, result)
    assert [label for label in labels_of(await bob.result(general, 1)) if "Keep" in label] == [
        f"📌 Keep {strength}" for strength in (0.3, 0.5, 0.7, 0.9)
    ]


def standing(block: Json) -> str | None:
    """What stands in a field as its form opens."""
    element = block.get("element", {})
    return element.get("initial_value") or (element.get("initial_option") or {}).get("value")


async def test_edit_opens_a_form_with_what_was_asked(ann: Member, general: Conversation, result: Json) -> None:
    form = await ann.opens(lambda: ann.press("Edit", general, result))
    fields = {block.get("block_id"): standing(block) for block in form["blocks"]}
    assert (fields["prompt"], fields["strength"]) == ("a boat", "none")
    await ann.submit(form, prompt="a ship --strength 0.4")
    edited = await ann.result(general, 1)
    assert "a ship" in words(edited)
    assert "seed 7" in words(edited)
    assert "Subtle 0.4" in words(edited)
    form = await ann.opens(lambda: ann.press("Edit", general, edited))
    fields = {block.get("block_id"): standing(block) for block in form["blocks"]}
    assert fields["strength"] == "0.4", "it is not the usual one"
    await ann.submit(form, strength="none")
    assert "Balanced 0.5" in words(await ann.result(general, 2))


@pytest.mark.parametrize("label", ["Edit", "Chain"])
async def test_another_style_of_a_result_brings_its_strength_and_guidance(
    running: Bench, ann: Member, general: Conversation, result: Json, label: str
) -> None:
    form = await ann.opens(lambda: ann.press(label, general, result))
    await ann.submit(form, style="oil")
    styled = await ann.result(general, 1)
    form = await ann.opens(lambda: ann.press(label, general, styled))
    await ann.submit(form, style="none")
    await ann.result(general, 2)
    made = [(asked.strength, asked.guidance_scale) for asked in running.engine.requests]
    assert made == [(0.5, 1.5), (0.6, 1.6), (0.5, 1.5)]


async def test_an_edit_can_take_style_and_negative_words_away_again(
    ann: Member, general: Conversation, photo: File, result: Json, running: Bench
) -> None:
    del result
    await ann.submit(await ann.open("/img2img", general, "x --style oil --no people --steps 3"), file=photo)
    styled = await ann.result(general, 1)
    assert "style oil" in words(styled)
    form = await ann.opens(lambda: ann.press("Edit", general, styled))
    await ann.submit(form, style="none", negative_prompt="", steps="2")
    edited = await ann.result(general, 2)
    assert "style oil" not in words(edited)
    job = await running.core.store.job_of_message(f'{{"channel":"{general.id}","ts":"{edited["ts"]}"}}')
    assert job is not None
    assert (job.recipes[0].negative_prompt, job.recipes[0].steps) == ("", 2)


async def test_a_chain_of_three_passes(ann: Member, general: Conversation, result: Json) -> None:
    current = result
    for number in (1, 2):
        form = await ann.opens(lambda current=current: ann.press("Chain", general, current))  # type: ignore[misc]
        await ann.submit(form, prompt=f"pass {number}")
        current = await ann.result(general, number)
    assert "pass 3" in words(current)


async def test_chain_takes_another_picture_instead(
    ann: Member, general: Conversation, result: Json, team: Team
) -> None:
    other = ann.slack.state.add_file(team, ann.user, png("red", (32, 16)))
    form = await ann.opens(lambda: ann.press("Chain", general, result))
    await ann.submit(form, file=other, prompt="this one")
    chained = await ann.result(general, 1)
    page = await ann.opens(lambda: ann.press("Details", general, chained))
    assert "32x16" in words(page)


async def test_a_choice_under_a_sweeps_picture_chains_that_one(
    ann: Member, general: Conversation, photo: File, result: Json
) -> None:
    del result
    await ann.submit(await ann.open("/sweep", general, "a boat"), file=photo)
    sweep = await ann.result(general, 1)
    form = await ann.opens(lambda: ann.press("Chain from 0.9", general, sweep))
    await ann.submit(form, prompt="on from there")
    assert "pass 2" in words(await ann.result(general, 2))


async def test_details_show_recipe_and_id(bob: Member, general: Conversation, result: Json) -> None:
    page = await bob.opens(lambda: bob.press("Details", general, result))
    assert "seed 7" in words(page)


async def test_whoever_closes_a_page_before_its_answer_is_there_is_told_nothing_of_it(
    running: Bench, bob: Member, general: Conversation, result: Json, team: Team
) -> None:
    slack = bob.slack
    page = await bob.opens(lambda: bob.press("Details", general, result))
    del slack.state.views[page["id"]]
    before = len(slack.state.calls_of("views.update"))
    await bob.press("Original", None, page)
    await bob.see(lambda: len(slack.state.calls_of("views.update")) > before)
    async with asyncio.timeout(PATIENCE):
        while await running.core.store.unsettled("slack"):
            await asyncio.sleep(0.02)
    assert any(message.get("files") for message in slack.state.direct(team, bob.user.id).messages.values())
    assert len(slack.state.calls_of("views.update")) == before + 1
    assert slack.state.ephemerals == []


async def test_five_presses_in_a_second_are_one_job(
    running: Bench, bob: Member, general: Conversation, result: Json
) -> None:
    running.engine.hold()  # so that it is running for each of them
    await asyncio.gather(*(bob.press("Strong", general, result) for _ in range(5)))
    await bob.see(lambda: sum("running already" in each["text"] for each in bob.slack.state.ephemerals) == 4)
    await running.engine.release()
    await bob.result(general, 1)
    assert len(bob.from_bot(general)) == 2


async def test_a_press_that_slack_delivers_twice_is_one_press(
    bob: Member, general: Conversation, result: Json
) -> None:
    for _ in range(2):
        await bob.press("Reroll", general, result, action_ts="1800000000.000001")
    await bob.result(general, 1)
    await bob.press("Details", general, result)  # goes the same way, so the second press is through as well
    assert len(bob.from_bot(general)) == 2


async def test_only_the_owner_and_admins_delete(
    ann: Member, bob: Member, general: Conversation, result: Json
) -> None:
    await bob.press("Delete", general, result)
    await bob.told("Only the member who asked for it")
    assert result["ts"] in general.messages
    file = images(result)[0]["slack_file"]["id"]
    await ann.press("Delete", general, result)
    await ann.see(lambda: result["ts"] not in general.messages and ann.slack.state.files[file].deleted)


async def test_a_workspace_admin_deletes_anybodys(bob: Member, general: Conversation, result: Json) -> None:
    bob.user.is_admin = True
    await bob.press("Delete", general, result)
    await bob.see(lambda: result["ts"] not in general.messages)


async def test_a_waiting_job_is_cancelled_by_its_owner_only(
    running: Bench, ann: Member, bob: Member, general: Conversation, photo: File
) -> None:
    running.engine.hold()
    await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
    waiting = await ann.see(lambda: ann.from_bot(general)[:1])
    await bob.press("Cancel", general, waiting[0])
    await bob.told("Only the member who asked for it")
    await ann.press("Cancel", general, waiting[0])
    await ann.see(lambda: waiting[0]["ts"] not in general.messages)
    await running.engine.release()


async def test_an_old_or_forged_button_is_answered(ann: Member, general: Conversation, result: Json) -> None:
    for forged in ("rerun|nonsense|0.7", "unknown|x", "x" * 255):
        block = {"type": "actions", "elements": [{**buttons(result)[0], "action_id": forged}]}
        await ann.press("Subtle", general, {**result, "blocks": [block]})
    await ann.told("out of date")


async def test_reactions_act(ann: Member, bob: Member, general: Conversation, result: Json, team: Team) -> None:
    await bob.react("repeat", general, result)
    reroll = await bob.result(general, 1)
    assert reroll["thread_ts"] == result["ts"]
    await bob.react("envelope", general, result)
    await bob.result(ann.slack.state.direct(team, bob.user.id))
    await ann.react("star", general, result)
    await ann.result(ann.slack.state.direct(team, ann.user.id))
    await bob.react("x", general, result)
    await bob.react("thumbsup", general, result)
    (picture,) = images(result)
    await ann.react("x", general, result)
    await ann.see(lambda: result["ts"] not in general.messages)
    await ann.see(lambda: ann.slack.state.files[picture["slack_file"]["id"]].deleted)
    assert reroll["ts"] in general.messages


async def test_another_apps_bot_that_reacts_to_everything_makes_no_job(
    running: Bench, bob: Member, general: Conversation, result: Json
) -> None:
    store, calls = running.core.store, bob.slack.state.calls_of
    bob.user.is_bot = True

    async def done() -> bool:
        return not await store.unsettled("slack")

    await bob.react("thumbsup", general, result)
    await eventually(done)
    assert bob.user.id not in [call.arguments["user"] for call in calls("users.info")]
    for emoji in ("repeat", "envelope"):
        await bob.react(emoji, general, result)
    await eventually(done)
    assert await store.jobs_of(f"slack:{bob.team.id}/{bob.user.id}", limit=1) == []
    assert bob.from_bot(bob.slack.state.direct(bob.team, bob.user.id)) == []


async def test_a_cross_cancels_a_running_job_of_mine(
    running: Bench, ann: Member, general: Conversation, photo: File
) -> None:
    running.engine.hold()
    await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
    (waiting,) = await ann.see(lambda: ann.from_bot(general))
    await ann.see(lambda: "edits" in waiting)
    await ann.react("x", general, waiting)
    await ann.see(lambda: waiting["ts"] not in general.messages)
    await running.engine.release()


async def test_everything_about_a_member_is_deleted_on_request(
    running: Bench, ann: Member, general: Conversation, result: Json
) -> None:
    del result
    assert "a boat" in words(await ann.open_home())
    page = await ann.open("/privacy", general)
    await ann.press("Delete everything", None, page)
    await ann.see(lambda: "one job" in words(ann.slack.state.views[page["id"]]))
    await ann.see(lambda: "a boat" not in words(ann.slack.state.homes[ann.user.id]))
    assert await running.core.store.jobs_of(f"slack:{ann.team.id}/{ann.user.id}", limit=5) == []


async def test_everything_about_a_member_is_sent_on_request(
    ann: Member, general: Conversation, result: Json, team: Team
) -> None:
    del result
    await ann.press("Send me everything", None, await ann.open("/privacy", general))
    direct = ann.slack.state.direct(team, ann.user.id)
    sent = await ann.see(lambda: [each for each in ann.from_bot(direct) if each.get("files")])
    archive = ann.slack.state.files[sent[0]["files"][0]["id"]]
    with zipfile.ZipFile(io.BytesIO(archive.content)) as packed:
        assert packed.testzip() is None
        assert any(name.endswith(".png") for name in packed.namelist())


async def test_the_queue_page_cancels(running: Bench, ann: Member, general: Conversation, photo: File) -> None:
    running.engine.hold()
    await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
    (waiting,) = await ann.see(lambda: ann.from_bot(general))
    page = await ann.open("/queue", general)
    await ann.press("Cancel", None, page)
    await ann.see(lambda: waiting["ts"] not in general.messages)
    await ann.see(lambda: "The queue is empty" in words(ann.slack.state.views[page["id"]]))
    await running.engine.release()


async def test_info_tells_about_a_job_by_its_id(
    running: Bench, ann: Member, general: Conversation, result: Json
) -> None:
    job = await running.core.store.job_of_message(f'{{"channel":"{general.id}","ts":"{result["ts"]}"}}')
    assert job is not None
    assert "seed 7" in words(await ann.open("/info", general, job.id))
    await ann.command("/info", general, "nonsense")
    await ann.told("That isn't a job ID")


async def test_who_was_called_and_presses_on_the_result_sees_the_call_no_more(
    tmp_path: Path, ann: Member, bob: Member, general: Conversation, photo: File
) -> None:
    engine = FakeEngine(slots=1)
    engine.hold()
    async with bench(ann.slack, tmp_path, engine=engine, notify_seconds=1e-6) as made:
        await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
        await ann.see(lambda: ann.from_bot(general))
        await engine.release()
        result = await ann.result(general)
        call = await ann.see(lambda: next((m for m in ann.from_bot(general) if "is ready" in m["text"]), None))
        async with asyncio.timeout(PATIENCE):
            while not await made.core.store.notices("slack", most=1):
                await asyncio.sleep(0.02)
        await bob.opens(lambda: bob.press("Details", general, result))
        assert call["ts"] in general.messages, "it is not for him"
        await ann.opens(lambda: ann.press("Details", general, result))
        await ann.see(lambda: call["ts"] not in general.messages)
