"""What is made from a result stands in its thread, as Slack has it; a place may have it in the channel instead."""

import pytest

from adapters.slack.members import Team as OurTeam
from adapters.slack.members import place_key
from bot.domain.place import PlaceSettings, ThreadPolicy
from tests.builders.places import set_to
from tests.builders.requests import png
from tests.e2e.slack.test_settings import settings_of
from tests.harness.slack import Bench
from tests.servers.slack.member import Member, labels_of
from tests.servers.slack.state import Conversation, Json, Team

OFFER = "🧵 Continue in a thread"


@pytest.fixture
async def result(running: Bench, ann: Member, general: Conversation, team: Team) -> Json:
    del running
    photo = ann.slack.state.add_file(team, ann.user, png())
    await ann.submit(await ann.open("/img2img", general, "a boat --strength 0.5 --seed 7"), file=photo)
    return await ann.result(general)


async def follow(running: Bench, team: Team, policy: ThreadPolicy) -> None:
    await running.core.service.places.change(place_key(OurTeam(team.id)), set_to(PlaceSettings(threads=policy)))


async def test_passes_stand_in_the_channel_if_the_place_wants_it_until_a_thread_is_taken(
    running: Bench, ann: Member, general: Conversation, team: Team, result: Json
) -> None:
    await follow(running, team, ThreadPolicy.OFFER)
    shown = result
    for number, label in enumerate(("Subtle", "Strong", "Sweep"), start=1):
        await ann.press(label, general, result)
        shown = await ann.result(general, number)
        assert "thread_ts" not in shown
        assert (OFFER in labels_of(shown)) is (number == 3)
    await ann.press(OFFER, general, shown)
    await ann.told("goes to its thread")
    await ann.see(lambda: OFFER not in labels_of(general.messages[shown["ts"]]))
    await ann.press("Reimagine", general, result)
    assert (await ann.result(general, 4))["thread_ts"] == shown["ts"]
    form = await ann.opens(lambda: ann.press("Chain", general, result))
    await ann.submit(form, prompt="in winter")
    inside = await ann.result(general, 5)
    assert inside["thread_ts"] == shown["ts"]
    await ann.press("Reroll", general, inside)
    assert (await ann.result(general, 6))["thread_ts"] == shown["ts"]
    await ann.react("repeat", general, result)
    assert (await ann.result(general, 7))["thread_ts"] == shown["ts"]


async def test_a_message_that_somebody_replied_to_stands_in_the_channel_still(
    running: Bench, bob: Member, general: Conversation, team: Team, result: Json
) -> None:
    await follow(running, team, ThreadPolicy.NEVER)
    await bob.say(general, "how nice", thread=result["ts"], mention=False)
    await bob.press("Subtle", general, result)
    assert "thread_ts" not in await bob.result(general, 1)
    await bob.press("Delete", general, result)
    await bob.told("Only the member who asked for it")
    assert "thread_ts" not in bob.slack.state.ephemerals[-1], "they pressed in the channel"


async def test_a_direct_message_that_has_replies_is_answered_beside_it(
    running: Bench, ann: Member, team: Team
) -> None:
    del running
    direct = ann.slack.state.direct(team, ann.user.id)
    photo = ann.slack.state.add_file(team, ann.user, png())
    await ann.say(direct, "a boat", files=[photo], mention=False)
    result = await ann.result(direct)
    await ann.say(direct, "thanks", thread=result["ts"], mention=False)
    await ann.see(lambda: len(ann.from_bot(direct)) == 2)
    await ann.press("Subtle", direct, result)
    assert "thread_ts" not in await ann.result(direct, 2)


async def test_as_usual_the_first_pass_is_in_the_results_thread_and_so_is_every_other(
    running: Bench, ann: Member, bob: Member, general: Conversation, result: Json
) -> None:
    del running
    await bob.press("Subtle", general, result)
    first = await bob.result(general, 1)
    await ann.press("Strong", general, result)
    form = await ann.opens(lambda: ann.press("Chain", general, first))
    await ann.submit(form, prompt="in winter")
    passes = [first, *[await ann.result(general, number) for number in (2, 3)]]
    assert {each["thread_ts"] for each in passes} == {result["ts"]}
    assert not any(OFFER in labels_of(each) for each in passes)


async def test_an_admin_chooses_it_in_the_settings(
    running: Bench, ann: Member, general: Conversation, team: Team
) -> None:
    ann.user.is_admin = True
    await ann.submit(await settings_of(ann, general), threads="never")
    await ann.told("are saved")
    stored = await running.core.store.place(place_key(OurTeam(team.id)))
    assert stored.threads is ThreadPolicy.NEVER
