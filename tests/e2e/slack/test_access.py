"""Who sees and touches whose results on Slack: by buttons, made-up ids, reactions, forms and `/info`."""

import asyncio

import pytest

from bot.domain.ids import JobId, generation_id
from bot.texts import text
from tests.builders.requests import png
from tests.harness.slack import Bench
from tests.harness.waiting import PATIENCE
from tests.servers.slack.member import Member, buttons, words
from tests.servers.slack.server import Ack
from tests.servers.slack.state import Conversation, Json, Team

VERBS = ("rerun", "reroll", "sweep", "chain", "edit", "askmap", "showmap", "usemap", "cancel", "delete", "publish")


async def made(member: Member, channel: Conversation, team: Team, prompt: str = "a boat") -> Json:
    """A finished public result."""
    file = member.slack.state.add_file(team, member.user, png())
    before = len([each for each in member.from_bot(channel) if buttons(each)])
    await member.submit(await member.open("/img2img", channel, prompt), file=file)
    return await member.result(channel, before)


def job_in(message: Json) -> JobId:
    return JobId(buttons(message)[-1]["action_id"].split(":")[2].partition(".")[0])


def forged(message: Json, verb: str, job: JobId) -> Json:
    """The message, with a button that it never had."""
    each = {"type": "button", "text": {"type": "plain_text", "text": "forged"}, "action_id": f"p1:{verb}:{job}.0"}
    return message | {"blocks": [{"type": "actions", "elements": [each | {"value": each["action_id"]}]}]}


@pytest.mark.parametrize("verb", VERBS)
async def test_an_id_that_was_not_given_here_is_refused(
    *,
    running: Bench,
    ann: Member,
    bob: Member,
    general: Conversation,
    team: Team,
    verb: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = job_in(await made(ann, general, team))
    there = bob.slack.state.add_channel(team, bob.user)
    bens = await made(bob, there, team)
    deliver = bob.slack.deliver

    async def without_button(kind: str, payload: Json, *, retry: int = 0) -> Ack:
        return await deliver(kind, payload | {"message": bens}, retry=retry)

    monkeypatch.setattr(bob.slack, "deliver", without_button)
    await bob.press("forged", there, forged(bens, verb, target))
    monkeypatch.undo()
    await bob.told("No such job here" if verb in {"cancel", "delete"} else "not kept any more")
    assert await running.core.store.generation(generation_id(target, 0))
    assert len(await running.core.store.jobs_of(f"slack:{team.id}/{bob.user.id}", limit=9)) == 1


async def test_info_of_a_private_job_or_of_another_channels_is_that_of_an_unknown_one(
    running: Bench, ann: Member, bob: Member, general: Conversation, team: Team
) -> None:
    del running
    public = job_in(await made(ann, general, team))
    there = bob.slack.state.add_channel(team, bob.user)
    await bob.command("/info", there, public)
    await bob.told("No such job here")
    page = await bob.open("/info", general, public)
    assert "a boat" in words(page)


async def test_a_strangers_cross_is_an_opinion_and_an_admins_is_an_order(
    running: Bench, ann: Member, bob: Member, general: Conversation, team: Team
) -> None:
    result = await made(ann, general, team)
    target = generation_id(job_in(result), 0)
    await bob.react("x", general, result)
    await bob.command("/queue", general)
    assert await running.core.store.generation(target)
    admin = Member(ann.slack, team, ann.slack.state.add_user("boss", is_admin=True))
    await admin.react("x", general, result)

    async with asyncio.timeout(PATIENCE):
        while await running.core.store.generation(target):
            await asyncio.sleep(0.01)


async def test_an_admin_of_another_organisation_that_shares_a_channel_runs_nothing_here(
    running: Bench, ann: Member, general: Conversation, team: Team
) -> None:
    result = await made(ann, general, team)
    target = generation_id(job_in(result), 0)
    guest = Member(ann.slack, team, ann.slack.state.add_user("eve", is_admin=True))
    guest.user.home = "T00000009"
    general.members.add(guest.user.id)
    await guest.press("Delete", general, result)
    assert await guest.told(text("en", "refused-not-yours-nor-moderator"))
    await guest.react("x", general, result)
    await guest.command("/settings", general)
    view = await guest.see(lambda: next((v for v in ann.slack.state.views.values() if "admins" in words(v)), None))
    assert not [block for block in view["blocks"] if block["type"] == "input"]
    assert await running.core.store.generation(target)


async def test_info_of_a_private_job_is_for_its_requester_alone(
    running: Bench, ann: Member, bob: Member, general: Conversation, team: Team
) -> None:
    file = ann.slack.state.add_file(team, ann.user, png())
    await ann.submit(await ann.open("/img2img", general, "a secret --private"), file=file)
    await ann.result(ann.slack.state.direct(team, ann.user.id))
    [job] = await running.core.store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=9)
    assert job.private
    await bob.command("/info", general, job.id)
    await bob.told("No such job here")
    assert "a secret" in words(await ann.open("/info", general, job.id))


async def test_another_apps_message_with_our_metadata_is_not_ours(
    running: Bench, ann: Member, bob: Member, general: Conversation, team: Team
) -> None:
    file = ann.slack.state.add_file(team, ann.user, png())
    await ann.submit(await ann.open("/img2img", general, "a secret --private"), file=file)
    await ann.result(ann.slack.state.direct(team, ann.user.id))
    [job] = await running.core.store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=9)
    foreign = await bob.say(general, "look", mention=False)
    foreign["metadata"] = {"event_type": "job", "event_payload": {"job_id": job.id}}
    await bob.remix(general, foreign)
    await bob.told("no picture")
    assert not await running.core.store.copies(job.id)
