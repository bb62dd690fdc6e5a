"""Who may see and touch what, tried by everybody on both chats with the ids of others' jobs."""

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from PIL import Image

from adapters.discord.places import guild_key
from adapters.web.views import job_view
from bot.comparing import comparison
from bot.domain.access import Asker
from bot.domain.actions import Verb
from bot.domain.ask import Ask, Wish
from bot.domain.errors import NotAllowed
from bot.domain.ids import JobId, generation_id
from bot.domain.job import Job, JobStatus
from bot.domain.options import Options
from bot.domain.place import Ban, PlaceSettings, RemixPolicy
from bot.domain.request import Action
from bot.rendering import render
from bot.texts import text, time_span
from tests.builders.places import set_to
from tests.harness.waiting import PATIENCE
from tests.scenarios.humans import REFUSALS, SECRET
from tests.scenarios.people import EVERYBODY, SEES, people_of

# The SDK asks `oauth.v2.access` with a class that aiohttp will drop in version 4.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

ENDS = {"requester", "moderator"}


def place_of(chat: str, job: Job) -> str:
    """The key of the server or workspace in which a job was asked for."""
    return f"slack:{job.requester.space}/" if chat == "slack" else guild_key(job.requester.space)


def pixels(file: bytes) -> bytes:
    """What a picture shows, whatever format it has."""
    with Image.open(io.BytesIO(file)) as picture:
        return picture.convert("RGB").tobytes()


DERIVING = (Verb.RERUN, Verb.REROLL, Verb.SWEEP, Verb.CHAIN, Verb.EDIT, Verb.SHOW_MAP, Verb.USE_MAP, Verb.ASK_MAP)


@pytest.mark.parametrize("state", SEES)
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_words_picture_and_id_are_for_whoever_may_see_the_job(chat: str, state: str, tmp_path: Path) -> None:
    async with people_of(chat, tmp_path) as people:
        _, job = await people.painted(state)
        for name in EVERYBODY:
            who, sees = people[name], name in SEES[state]
            before = await people.running.core.store.jobs_of(who.key, limit=50)
            for verb in DERIVING if name in {"elsewhere", "requester"} else (Verb.RERUN, Verb.CHAIN):
                outcome = await who.press(verb, job.id)
                assert (outcome in REFUSALS) is not sees, (name, verb, outcome)
            for read in (await who.info(job.id), await who.press(Verb.DETAILS, job.id)):
                assert (SECRET in read) is sees, (name, read)
                assert (read in REFUSALS) is not sees, (name, read)
            for verb in (Verb.PUBLISH, Verb.COLLECT) if name != "requester" else ():
                outcome = await who.press(verb, job.id)
                assert outcome in REFUSALS, (name, verb, outcome)
            if not sees:
                made = await people.running.core.store.jobs_of(who.key, limit=50)
                assert len(made) <= len(before) + 1, "one of their own to press on, and nothing of that job"
                assert SECRET not in who.shown(), name
                assert job.id not in who.shown(), name


@pytest.mark.parametrize("state", SEES)
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_deleting_is_for_its_requester_and_for_moderators_of_its_own_server(
    chat: str, state: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        message, job = await people.painted(state)
        for name in EVERYBODY:
            if name not in ENDS:
                assert await people[name].press(Verb.DELETE, job.id) in REFUSALS, name
                assert await people.is_kept(job), name
        if state == "public":
            await people.member.react("❌", message)
            await people.member.info(job.id)  # later than the reaction
            assert await people.is_kept(job), "a stranger's cross is an opinion"
        for name in sorted(ENDS):
            assert await people[name].press(Verb.DELETE, job.id) not in REFUSALS, name
            assert not await people.is_kept(job), name
            _, job = await people.painted(state)


@pytest.mark.parametrize("state", SEES)
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_reports_blocks_threads_and_answers_to_a_question_are_refused_to_others_as_well(
    chat: str, state: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        _, job = await people.painted(state)
        for name in EVERYBODY:
            who, sees = people[name], name in SEES[state]
            if name not in ENDS:
                assert await who.press(Verb.ERASE, job.id) in REFUSALS, name
                assert await people.is_kept(job), name
            assert (await who.press(Verb.REPORT, job.id) in REFUSALS) is not sees, name
            for verb in (Verb.THREAD, Verb.COMPARE, Verb.KEEP) if not sees else ():
                outcome = await who.press(verb, job.id)
                assert outcome in {*REFUSALS, text("en", "refused-thread")}, (name, verb, outcome)
            for verb in (Verb.BAN, Verb.DISMISS) if name != "moderator" else ():
                outcome = await who.press(verb, job.id)
                assert outcome in {*REFUSALS, text("en", "refused-no-moderator")}, (name, verb, outcome)
            if not sees:
                assert SECRET not in who.shown(), name
        settings = await people.running.core.service.places.settings(place_of(chat, job))
        assert not settings.banned


@pytest.mark.parametrize("state", SEES)
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_the_bytes_of_a_picture_are_for_whoever_may_see_the_job(chat: str, state: str, tmp_path: Path) -> None:
    async with people_of(chat, tmp_path) as people:
        _, job = await people.painted(state)
        (made,) = await people.running.core.store.generations(job.id)
        stored = pixels(await people.running.core.images.get(made.image))
        for name in EVERYBODY:
            brought = await people[name].original(job.id)
            if name in SEES[state]:
                assert isinstance(brought, bytes), (name, brought)
                assert pixels(brought) == stored, name
            else:
                assert brought in REFUSALS, name
                assert await people[name].press(Verb.COMPARE, job.id) in REFUSALS, name


@pytest.mark.parametrize("state", ["public", "private"])
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_form_that_says_the_id_of_a_job_that_its_member_may_not_see_is_refused(
    chat: str, state: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        _, job = await people.painted(state)
        for name in (
            "other_platform",
            "moderator_elsewhere",
            "elsewhere",
            *(["member"] if state == "private" else []),
        ):
            assert text("en", "refused-gone") in await people[name].forge(job.id), name
            made = await people.running.core.store.jobs_of(people[name].key, limit=9)
            assert [each.lineage.parent for each in made] == [None], "their own, and nothing of that job"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_cancelling_is_for_its_requester_and_for_moderators_of_its_own_server(
    *, chat: str, private: bool, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        for name in EVERYBODY:
            await people[name].press(Verb.DETAILS, JobId("x" * 22))  # which needs a result to stand on
        people.running.engine.hold()
        store = people.running.core.store
        for ending in sorted(ENDS):
            painting = asyncio.create_task(people.requester.paint(f"{SECRET} {ending}", private=private))
            async with asyncio.timeout(PATIENCE):
                while not (open_ := await store.open_jobs_of(people.requester.key)):
                    await asyncio.sleep(0.01)
            job = open_[0]
            for name in EVERYBODY:
                if name not in ENDS:
                    assert await people[name].press(Verb.CANCEL, job.id) in REFUSALS, name
            assert not (await people.now(job)).status.ended
            pressing = asyncio.create_task(people[ending].press(Verb.CANCEL, job.id))
            async with asyncio.timeout(PATIENCE):
                while (await people.now(job)).status is not JobStatus.CANCELLED:
                    await asyncio.sleep(0.01)
            for task in (painting, pressing):
                task.cancel()
            await asyncio.gather(painting, pressing, return_exceptions=True)
        await people.running.engine.release()


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_form_counts_by_the_rights_there_are_when_it_is_sent(chat: str, tmp_path: Path) -> None:
    async with people_of(chat, tmp_path) as people:
        message, job = await people.painted("public")
        places, place = people.running.core.service.places, place_of(chat, job)
        member = people.member.key.partition(":")[2]
        rules = {
            "refused-others-picture": PlaceSettings(remix=RemixPolicy.OWN),
            "refused-paused": PlaceSettings(paused=True),
            "refused-channel": PlaceSettings(channels=("another",)),
            "refused-banned": PlaceSettings(banned=(str(Ban(member, 4e9, "Ben")),)),
        }
        if chat == "discord":  # Slack has no roles
            rules["refused-role"] = PlaceSettings(roles=("4711",))
        for key, rule in rules.items():
            opened = await people.member.form(message)
            await places.change(place, set_to(rule))
            told = await people.member.send(opened)
            assert text("en", key, **time_span(3600.0)).partition(" for ")[0] in told, (key, told)
            await places.change(place, set_to(PlaceSettings()))
        before_the_end = await people.member.form(message)
        assert await people.requester.press(Verb.DELETE, job.id, message) == "deleted"
        assert text("en", "refused-gone") in await people.member.send(before_the_end)
        assert not await people.running.core.store.jobs_of(people.member.key, limit=9)


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_nothing_is_published_by_who_may_not_use_the_bot_nor_where_it_is_paused(
    chat: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        message, job = await people.painted("private")
        core, whole = people.running.core, place_of(chat, job)
        banned = PlaceSettings(banned=(str(Ban(people.requester.key.partition(":")[2], 4e9, "Ann")),))
        rules = [(whole, banned), (whole, PlaceSettings(paused=True)), (job.place, PlaceSettings(paused=True))]
        for place, rule in rules:
            await core.service.places.change(place, set_to(rule))
            told = await people.requester.press(Verb.PUBLISH, job.id, message)
            refused = text("en", "refused-paused" if rule.paused else "refused-banned", **time_span(3600.0))
            assert refused.partition(" for ")[0] in told, (place, told)
            await core.service.places.change(place, set_to(PlaceSettings()))
        assert not await core.store.copies(job.id)
        await people.publish(job, message)


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_published_chain_is_for_everybody_there_and_its_private_parent_is_not(
    chat: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        parent, job = await people.published_chain()
        assert job.id != parent.id
        told = await people.member.press(Verb.DETAILS, job.id)
        assert "for all to see" in told
        assert "another member's picture" in told
        assert SECRET not in people.member.shown() + told
        assert parent.id not in people.member.shown() + told
        hidden = text("en", "refused-source-hidden")
        assert await people.member.press(Verb.COMPARE, job.id) == hidden, "which would show the private one in full"
        assert await people.requester.press(Verb.COMPARE, job.id) != hidden
        assert await people.member.press(Verb.REROLL, job.id) not in REFUSALS
        store = people.running.core.store
        [again] = await store.jobs_of(people.member.key, limit=1)
        for public in (await store.job(job.id), again):
            assert public
            assert public.source == (await store.generations(parent.id))[0].image
            results = await store.generations(public.id)
            assert render(public, results, public=True).source is None, "it is the private one, small"
        assert await people.elsewhere.press(Verb.REROLL, job.id) in REFUSALS


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_private_source_stays_hidden_in_everything_that_others_make_of_a_published_chain(
    chat: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        (parent, job), core = await people.published_chain(), people.running.core
        ((private,), (shown,)) = [await core.store.generations(each) for each in (parent.id, job.id)]
        assert await people.member.press(Verb.REROLL, job.id) not in REFUSALS
        [rerolled] = await core.store.jobs_of(people.member.key, limit=1)
        assert await people.member.press(Verb.RERUN, job.id) not in REFUSALS
        assert text("en", "refused-source-strength", least="0.5") in await people.member.press(Verb.SWEEP, job.id)
        made = await core.store.generations(rerolled.id)
        assert render(replace(rerolled, private=True), made).source is None, "their own, for them alone"
        member = Asker(requester=rerolled.requester, rooms=(rerolled.place,))
        answer = AsyncMock(return_value=rerolled.reply_to)
        for of in (rerolled, job):  # the web starts anew from a job's source
            wish = Wish(options=Options(prompt="bare", strengths=(0.0,)), again=of.id)
            with pytest.raises(NotAllowed) as refused:
                await core.service.ask(Ask(wish=wish, by=member, event_id=of.id, answer=answer, threads=None))
            assert refused.value.message == "refused-source-hidden"
        onward = Wish(options=Options(prompt="further"), verb=Verb.CHAIN, generation=shown.id)
        asked = Ask(wish=onward, by=member, event_id="onward", answer=answer, threads=None)
        further = (await core.service.ask(asked)).job
        async with asyncio.timeout(PATIENCE):
            while not await core.store.generations(further.id):
                await asyncio.sleep(0.01)

        async def seen(by: Asker, of: Job) -> list[str]:
            described = await core.service.results.describe(of.id, by=by)
            card = render(of, described.generations)
            befores = {each.name for each in job_view(described, card, index=0, locale="en").befores}
            assert befores.isdisjoint({"first", *(["source"] if described.source_hidden else [])}), "on the web"
            try:
                steps = comparison(described, generation_id(of.id, 0), "en").steps
            except NotAllowed:
                return []
            return [image for image, _ in steps]

        for kept in (True, False):
            latest = [await people.now(each) for each in (job, rerolled, further)]
            of_job, of_rerolled, of_further = [await seen(member, each) for each in latest]
            assert (of_job, of_rerolled) == ([], []), kept
            assert private.image not in of_further
            assert of_further[0] == shown.image
            assert len(of_further) == 2
            if kept:
                assert await people.requester.press(Verb.DELETE, parent.id) == "deleted"
                assert not await people.is_kept(parent)


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_private_source_that_is_published_as_well_is_hidden_from_nobody_there(
    chat: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        (parent, job), store = await people.published_chain(), people.running.core.store
        (shown,) = await store.generations(parent.id)
        hidden = text("en", "refused-source-hidden")
        assert await people.member.press(Verb.REROLL, job.id) not in REFUSALS
        [rerolled] = await store.jobs_of(people.member.key, limit=1)
        for made in (job, rerolled):
            weaker = text("en", "refused-source-strength", least="0.5")
            assert weaker in await people.member.press(Verb.SWEEP, made.id)
            assert await people.member.press(Verb.COMPARE, made.id) == hidden
        await people.publish(parent)
        for made in (job, rerolled):
            now, results = await people.now(made), await store.generations(made.id)
            assert now.source == shown.image
            assert render(now, results, public=True).source is not None
            assert await people.member.press(Verb.COMPARE, made.id) != hidden
            assert await people.member.press(Verb.SWEEP, made.id) not in REFUSALS
            [swept] = await store.jobs_of(people.member.key, limit=1)
            assert (swept.action, swept.source, swept.lineage.source_hidden) == (Action.SWEEP, shown.image, False)
        assert SECRET in await people.member.press(Verb.DETAILS, job.id)
        assert await people.elsewhere.press(Verb.REROLL, job.id) in REFUSALS
