"""What becomes of prompts and pictures in the core, whatever looks at them."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import NotAllowed, PromptBlocked
from bot.domain.ids import generation_id
from bot.domain.job import JobStatus
from bot.domain.place import PlaceSettings
from bot.domain.request import Action
from bot.domain.safety import Outcome, Policy, Site, Verdict
from bot.gate import Tally
from tests.builders.requests import asker, press, request
from tests.fakes.moderator import FakeModerator
from tests.harness.core import bench

ADULTS = Site(age_restricted=True, spoilers=True)
EVERYBODY = Site(spoilers=True)
PLAIN = Site()


@pytest.mark.parametrize(
    ("site", "private", "expected"),
    [
        (EVERYBODY, False, Outcome.SPOILER),
        (ADULTS, False, Outcome.DELIVER),
        (PLAIN, False, Outcome.REFUSE),
        (PLAIN, True, Outcome.DELIVER),
    ],
)
def test_the_policy_knows_the_place(site: Site, private: bool, expected: Outcome) -> None:
    policy = Policy(unsafe=Outcome.SPOILER, unsafe_age_restricted=Outcome.DELIVER)
    assert policy.outcome(Verdict.UNSAFE, site, private=private) is expected
    assert policy.outcome(Verdict.SAFE, site, private=private) is Outcome.DELIVER
    assert policy.outcome(Verdict.UNCHECKABLE, site, private=private) is Outcome.REFUSE


@pytest.mark.parametrize("site", [PLAIN, EVERYBODY, ADULTS])
def test_the_usual_policy_refuses_what_is_unsafe_everywhere(site: Site) -> None:
    assert Policy().outcome(Verdict.UNSAFE, site, private=True) is Outcome.REFUSE


async def test_a_blocked_prompt_is_refused_before_anything_is_stored_and_not_repeated(tmp_path: Path) -> None:
    moderator = FakeModerator(blocked=["forbidden"])
    async with bench(tmp_path, moderator=moderator) as core:
        with pytest.raises(PromptBlocked) as refused:
            await core.service.submit(request(prompt="a forbidden thing"))
        with pytest.raises(PromptBlocked):
            await core.service.submit(request(prompt="our own word", blocked=("own",)))
        assert "forbidden" not in str(refused.value)
        assert not await core.store.jobs_of("fake:ann", limit=5)
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
        assert core.core.gate.counts == {Tally.PROMPT_BLOCKED: 2}
        receipt = await core.service.submit(request(negative_prompt="forbidden"))
        await core.shown(receipt.job.id)


async def test_a_press_is_held_to_the_words_of_the_place_it_is_made_in(tmp_path: Path) -> None:
    async with bench(tmp_path) as core:
        receipt = await core.service.submit(request(prompt="a red boat"))
        await core.shown(receipt.job.id)
        with pytest.raises(PromptBlocked):
            await core.service.press(press(Verb.REROLL, generation_id(receipt.job.id, 0), blocked=("red",)))


async def test_an_unsafe_result_ends_its_job_and_leaves_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, moderator=FakeModerator(always=Verdict.UNSAFE)) as core:
        receipt = await core.service.submit(request(action=Action.SWEEP))
        card = await core.shown(receipt.job.id, JobStatus.REFUSED)
        assert "isn't allowed in this channel" in card.headline
        assert card.pictures == ()
        assert card.source is None
        assert not await core.store.generations(receipt.job.id)
        assert core.core.gate.counts[Tally.REFUSED] >= 1
        used = (await core.store.usage("fake:ann", since=0)).pictures
        assert used == 1, "it cost the device a picture; those that were not begun cost nothing"


async def test_an_uncheckable_result_is_refused_whatever_the_policy(tmp_path: Path) -> None:
    policy = Policy(unsafe=Outcome.DELIVER, unsafe_age_restricted=Outcome.DELIVER)
    async with bench(tmp_path, moderator=FakeModerator(always=Verdict.UNCHECKABLE), policy=policy) as core:
        receipt = await core.service.submit(request(site=ADULTS))
        card = await core.shown(receipt.job.id, JobStatus.REFUSED)
        assert "couldn't be checked" in card.headline
        assert core.core.gate.counts == {Tally.UNCHECKED: 1}


async def test_a_spoiler_is_kept_with_the_result_and_its_source_not_shown(tmp_path: Path) -> None:
    policy = Policy(unsafe=Outcome.SPOILER)
    async with bench(tmp_path, moderator=FakeModerator(always=Verdict.UNSAFE), policy=policy) as core:
        receipt = await core.service.submit(request(site=EVERYBODY))
        card = await core.shown(receipt.job.id)
        assert [picture.spoiler for picture in card.pictures] == [True]
        assert card.source is None
        [kept] = await core.store.generations(receipt.job.id)
        assert kept.safety.verdict is Verdict.UNSAFE
        with pytest.raises(NotAllowed, match="may not be shown in this place"):
            async with core.service.results.publishing(receipt.job.id, by=asker(), where="x", site=PLAIN):
                pass


async def test_an_unsafe_source_is_not_shown_beside_a_safe_result(tmp_path: Path) -> None:
    moderator = FakeModerator(always=Verdict.SAFE)
    moderator.hold()
    async with bench(tmp_path, moderator=moderator) as core:
        job = (await core.service.submit(request(strengths=(0.9,)))).job
        moderator.verdicts[hashlib.sha256(await core.images.get(job.source)).hexdigest()] = Verdict.UNSAFE
        moderator.release()
        card = await core.shown(job.id)
        assert len(card.pictures) == 1
        assert card.source is None


async def test_what_only_adults_may_see_is_asked_about_again_elsewhere(tmp_path: Path) -> None:
    policy = Policy(unsafe_age_restricted=Outcome.DELIVER)
    async with bench(tmp_path, moderator=FakeModerator(always=Verdict.UNSAFE), policy=policy) as core:
        receipt = await core.service.submit(request(site=ADULTS))
        card = await core.shown(receipt.job.id)
        assert card.stays
        assert not card.pictures[0].spoiler
        made = await core.store.generations(receipt.job.id)
        with pytest.raises(NotAllowed):
            async with core.service.results.publishing(receipt.job.id, by=asker(), where="x", site=EVERYBODY):
                pass
        async with core.service.results.publishing(receipt.job.id, by=asker(), where="x", site=ADULTS) as card:
            assert [each.generation for each in card.pictures] == [each.id for each in made]


async def test_no_preview_is_asked_for_that_nobody_has_looked_at(tmp_path: Path) -> None:
    policy = Policy(unsafe_age_restricted=Outcome.DELIVER)
    async with bench(tmp_path, moderator=FakeModerator(always=Verdict.SAFE), policy=policy) as core:
        for site in (EVERYBODY, ADULTS):
            await core.shown((await core.service.submit(request(site=site))).job.id)
        assert [each.previews for each in core.engine.requests] == [False, True]


async def test_without_a_classifier_previews_are_shown(tmp_path: Path) -> None:
    async with bench(tmp_path) as core:
        await core.shown((await core.service.submit(request())).job.id)
        assert core.engine.requests[0].previews


async def test_a_job_cancelled_while_it_is_looked_at_stays_cancelled(tmp_path: Path) -> None:
    moderator = FakeModerator(always=Verdict.SAFE)
    moderator.hold()
    async with bench(tmp_path, moderator=moderator) as core:
        job = (await core.service.submit(request())).job
        await moderator.looking.wait()
        await core.service.removal.cancel(job.id, by=asker())
        moderator.release()
        card = await core.shown(job.id, JobStatus.CANCELLED)
        assert card.pictures == ()
        await asyncio.sleep(1)
        assert not await core.store.generations(job.id)


def test_a_channels_words_come_on_top_of_its_servers() -> None:
    server, channel = PlaceSettings(blocked=("a", "b")), PlaceSettings(blocked=("b", "c"))
    assert channel.over(server).blocked == ("a", "b", "c")
    assert PlaceSettings().over(server).blocked == ("a", "b")
