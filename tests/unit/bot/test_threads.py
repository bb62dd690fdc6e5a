"""Where what is made from one picture goes on: in the channel, in a thread that is offered once, or always in one."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.admission import Receipt
from bot.domain.actions import Verb
from bot.domain.ask import Ask, ThreadWay, Wish
from bot.domain.errors import InvalidRequest, NotAllowed, PromptBlocked
from bot.domain.ids import GenerationId, generation_id
from bot.domain.job import Job
from bot.domain.options import Options
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.domain.request import Action, ReplyTarget
from tests.builders.places import set_to
from tests.builders.requests import ROOM, asker, png
from tests.harness.core import Bench, bench

pytestmark = pytest.mark.looptime


@dataclass
class Chat:
    """Opens threads, or refuses to; remembers where answers went."""

    usual: ThreadPolicy = ThreadPolicy.OFFER
    refuses: bool = False
    opened: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def way(self) -> ThreadWay:
        return ThreadWay(usual=self.usual, open=self.open)

    async def open(self, name: str) -> str:
        await asyncio.sleep(1)
        if self.refuses:
            raise NotAllowed("refused-thread-permission", permission="Create Public Threads")
        self.opened.append(name)
        return f"thread-{len(self.opened)}"

    async def answer(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:
        del private, above
        self.answered.append(thread)
        return ReplyTarget(platform="fake", address={"channel": "1"})

    async def press(
        self, at: Bench, verb: Verb, result: GenerationId, *, room: str = ROOM, private: bool | None = None
    ) -> Job:
        await asyncio.sleep(10)  # no double click
        self.asked += 1
        asked = Ask(
            by=asker(rooms=(ROOM, room) if room != ROOM else (ROOM,)),
            event_id=f"fake:press-{self.asked}",
            answer=self.answer,
            wish=Wish(
                options=Options(prompt="in winter" if verb is Verb.CHAIN else None, private=private),
                verb=verb,
                generation=result,
            ),
            threads=None if room != ROOM else self.way,
        )
        job = (await at.service.ask(asked)).job
        await at.shown(job.id)
        return job


async def first(at: Bench, chat: Chat) -> GenerationId:
    receipt: Receipt = await at.service.ask(
        Ask(
            by=asker(),
            event_id="fake:first",
            answer=chat.answer,
            wish=Wish(options=Options(prompt="an oil painting"), source=png(), author="ann"),
        )
    )
    await at.shown(receipt.job.id)
    return generation_id(receipt.job.id, 0)


def of(job: Job) -> GenerationId:
    return generation_id(job.id, 0)


async def offers(at: Bench, job: Job) -> bool:
    card = await at.shown(job.id)
    return any(button.verb is Verb.THREAD for row in card.buttons for button in row)


async def test_the_third_pass_offers_a_thread_once_and_what_follows_goes_there(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        jobs = [await chat.press(at, Verb.REROLL, root)]
        jobs += [await chat.press(at, Verb.CHAIN, of(jobs[0]))]
        jobs += [await chat.press(at, Verb.SWEEP, of(jobs[1]))]
        jobs += [await chat.press(at, Verb.REROLL, root)]
        assert [await offers(at, job) for job in jobs] == [False, False, True, False]
        made = (await at.service.results.parent(of(jobs[2]), by=asker())).generation
        for _ in range(2):
            assert await at.service.threads.open(chat.way, made, by=asker()) == "thread-1"
        assert chat.opened == ["in winter"]
        await chat.press(at, Verb.REROLL, root)
        await chat.press(at, Verb.CHAIN, of(jobs[3]))
        assert chat.answered[-2:] == ["thread-1", "thread-1"]
        assert set(chat.answered[:-2]) == {""}


async def test_private_passes_and_those_in_a_thread_count_for_nothing(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        for _ in range(3):
            assert not await offers(at, await chat.press(at, Verb.REROLL, root, private=True))
        for _ in range(3):
            assert not await offers(at, await chat.press(at, Verb.REROLL, root, room="fake:room-thread"))
        assert not await offers(at, await chat.press(at, Verb.REROLL, root))


async def test_by_the_rule_of_the_place_the_first_pass_opens_the_thread(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        await at.store.change_place("server", set_to(PlaceSettings(threads=ThreadPolicy.ALWAYS)))
        root = await first(at, chat)
        again = await chat.press(at, Verb.REROLL, root)
        await chat.press(at, Verb.REROLL, of(again))
        assert chat.opened == ["an oil painting"]
        assert chat.answered == ["", "thread-1", "thread-1"]
        await at.store.change_place(ROOM, set_to(PlaceSettings(threads=ThreadPolicy.NEVER)))
        await chat.press(at, Verb.REROLL, root)
        assert chat.answered[-1] == "", "an admin may take the rule back"


async def test_what_is_refused_opens_no_thread_and_what_is_kept_goes_to_it(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        sweep = await chat.press(at, Verb.SWEEP, root)
        await at.store.change_place("server", set_to(PlaceSettings(threads=ThreadPolicy.ALWAYS, blocked=("winter",))))
        with pytest.raises(PromptBlocked):
            await chat.press(at, Verb.CHAIN, root)
        assert chat.opened == []
        assert chat.answered == ["", ""], "nor was it answered"
        kept = await chat.press(at, Verb.KEEP, generation_id(sweep.id, 1))
        assert chat.opened == ["an oil painting"]
        assert chat.answered[-1] == "thread-1"
        assert kept.reply_to.address == {"channel": "1"}


async def test_an_offer_goes_from_its_card_once_it_is_taken(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        third = [await chat.press(at, Verb.REROLL, root) for _ in range(3)][2]
        assert await offers(at, third)
        await at.service.continue_in_thread(chat.way, of(third), by=asker())
        [message] = at.chat.of(third.id)
        card = message.cards[-1]
        assert not any(button.verb is Verb.THREAD for row in card.buttons for button in row)
        assert card.pictures


async def test_who_goes_on_at_the_same_moment_from_two_results_of_a_family_goes_to_one_thread(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        results = [root, of(await chat.press(at, Verb.REROLL, root))]
        made = [(await at.service.results.parent(each, by=asker())).generation for each in results]
        opening = (at.service.threads.open(chat.way, each, by=asker()) for each in made)
        assert await asyncio.gather(*opening) == ["thread-1", "thread-1"]


async def test_nobody_opens_a_thread_where_the_bot_is_paused(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        await at.store.change_place("server", set_to(PlaceSettings(paused=True)))
        with pytest.raises(NotAllowed):
            await at.service.continue_in_thread(chat.way, root, by=asker())
        assert chat.opened == []


async def test_a_thread_that_is_not_allowed_costs_a_sentence_and_nothing_else(tmp_path: Path) -> None:
    chat = Chat(usual=ThreadPolicy.ALWAYS, refuses=True)
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        job = await chat.press(at, Verb.REROLL, root)
        card = await at.shown(job.id)
        assert card.pictures
        assert "Create Public Threads" in card.notes[0]
        made = (await at.service.results.parent(root, by=asker())).generation
        with pytest.raises(NotAllowed):
            await at.service.threads.open(chat.way, made, by=asker())
        chat.refuses = False
        assert await at.service.threads.open(chat.way, made, by=asker()) == "thread-1"


async def test_a_thread_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    chat = Chat(usual=ThreadPolicy.ALWAYS)
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        await chat.press(at, Verb.REROLL, root)
        await at.service.threads.closed("thread-1")
        await chat.press(at, Verb.REROLL, root)
        assert chat.answered == ["", "thread-1", "thread-2"]


async def test_a_rerun_that_is_refused_offers_nothing(tmp_path: Path) -> None:
    chat = Chat()
    async with bench(tmp_path) as at:
        root = await first(at, chat)
        with pytest.raises(InvalidRequest):
            await at.service.ask(
                Ask(
                    by=asker(),
                    event_id="fake:same",
                    answer=chat.answer,
                    wish=Wish(options=Options(strengths=(0.5,)), verb=Verb.RERUN, generation=root),
                    threads=chat.way,
                )
            )
        assert [job.action for job in await at.store.jobs_of("fake:ann", limit=9)] == [Action.IMG2IMG]
