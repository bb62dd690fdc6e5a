"""What a member meets in either chat: the message, what is called, kept, compared, threaded and moderated."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PIL import Image

from bot.domain.card import Progress, Stage
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.options import Options
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.domain.request import Action
from bot.texts import text
from tests.builders.places import set_to
from tests.builders.requests import png
from tests.harness.waiting import PATIENCE
from tests.measures import MOST_BYTES
from tests.scenarios.chats import Chat, End, Shown

PROMPT = "a boat in the harbour"


@pytest.fixture(params=["discord", "slack"])
def chat(request: pytest.FixtureRequest) -> Chat:
    found: Chat = request.getfixturevalue(request.param)
    return found


async def result(chat: Chat, **said: Any) -> End:
    return await chat.end(chat.command("img2img", Options(prompt=PROMPT, seed=5, **said)))


async def seen(chat: Chat, fact: Callable[[Shown], object]) -> Shown:
    """A message that shows that, once there is one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for message in chat.messages():
                if fact(shown := chat.shown(message)):
                    return shown
            await asyncio.sleep(0.01)


async def seen_at(chat: Chat, job: JobId, progress: Progress, fact: Callable[[Shown], object]) -> Shown:
    """The same of a running job that has come so far: told again, as its own progress may come after ours."""

    def told(shown: Shown) -> object:
        chat.core.delivery.progressed(job, progress)
        return fact(shown)

    return await seen(chat, told)


async def until(fact: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not fact():
            await asyncio.sleep(0.01)


async def begun(chat: Chat, act: Awaitable[object]) -> Any:
    """The job of something that was asked and is held on the device."""
    chat.engine.hold()
    await act
    async with asyncio.timeout(PATIENCE):
        while True:
            jobs = await chat.service.recent(chat.requester, limit=1)
            if jobs and jobs[0].status is JobStatus.RUNNING:
                return jobs[0]
            await asyncio.sleep(0.01)


async def test_a_result_says_its_wish_shows_its_source_and_makes_nothing_for_the_strength_that_it_has(
    chat: Chat,
) -> None:
    made = await result(chat)
    shown = chat.shown(made.message)
    assert PROMPT in shown.words
    assert all(word in shown.words for word in ("Balanced 0.5", "seed 5", "made by AI"))
    assert shown.source
    assert len(shown.pictures) == 1
    assert len([label for label in shown.labels if not label.startswith("Publish")]) == 10
    again = await chat.end(chat.press(made.message, next(each for each in shown.labels if "Balanced" in each)))
    assert again.refused == text("en", "refused-this-one")


async def test_a_preview_stays_until_the_result_takes_its_place(chat: Chat) -> None:
    job = await begun(chat, chat.command("img2img", Options(prompt=PROMPT)))
    preview = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(preview, "JPEG")
    progress = Progress(fraction=0.4, previews={0: preview.getvalue()})
    first = await seen_at(chat, job.id, progress, lambda shown: shown.pictures)
    assert first.pictures == [preview.getvalue()]
    assert first.source
    chat.core.delivery.progressed(job.id, Progress(fraction=0.6, previews={0: preview.getvalue()}))
    await chat.engine.release()
    done = await seen(chat, lambda shown: "Delete" in shown.labels)
    assert len(done.pictures) == 1
    assert done.pictures != first.pictures
    assert not [message for message in chat.messages() if preview.getvalue() in chat.shown(message).pictures]


async def test_a_card_says_how_long_it_takes_and_when_it_is_finishing(chat: Chat) -> None:
    job = await begun(chat, chat.command("img2img", Options(prompt=PROMPT)))
    progress = Progress(fraction=0.4, seconds_left=9)
    await seen_at(chat, job.id, progress, lambda shown: "40%" in shown.words and "~9 s" in shown.words)
    await chat.command("sweep", Options(prompt="a second boat"))
    await seen(chat, lambda shown: "#1 in line" in shown.words and PROMPT not in shown.words)
    progress = Progress(fraction=0.95, stage=Stage.FINISHING)
    finishing = await seen_at(chat, job.id, progress, lambda shown: text("en", "headline-finishing") in shown.words)
    assert "%" not in finishing.words
    await chat.engine.release()
    await seen(chat, lambda shown: "Delete" in shown.labels and PROMPT in shown.words)


async def test_nobody_is_called_where_the_owner_turned_that_off(chat: Chat) -> None:
    assert chat.core.delivery._calls._seconds == 0, "queue.notify_seconds"
    await begun(chat, chat.command("img2img", Options(prompt=PROMPT)))
    await chat.engine.release()
    await seen(chat, lambda shown: "Delete" in shown.labels)
    await until(lambda: not chat.core.delivery._followers)  # whoever is called is before its end
    assert len(chat.messages()) == 1


async def test_who_waited_is_called_by_name_in_a_message_of_its_own(chat: Chat) -> None:
    chat.core.delivery._calls._seconds = 0.01
    await begun(chat, chat.command("img2img", Options(prompt=PROMPT)))
    await asyncio.sleep(0.05)  # longer than it takes to be called; more does not matter
    await chat.engine.release()
    called = await seen(chat, lambda shown: text("en", "notify-ready") in shown.words)
    assert "<@" in called.words
    async with asyncio.timeout(PATIENCE):
        while not await chat.core.store.notices(chat.requester.platform, most=1):
            await asyncio.sleep(0.01)


async def test_keep_makes_a_result_of_one_rung_without_painting(chat: Chat) -> None:
    sweep = await chat.end(chat.command("sweep", Options(prompt=PROMPT, seed=5)))
    shown = chat.shown(sweep.message)
    assert sum("Keep" in label for label in shown.labels) == 4
    painted = len(chat.engine.requests)
    kept = await chat.end(chat.press(sweep.message, next(label for label in shown.labels if "0.7" in label)))
    assert kept.job is not None
    assert (kept.job.action, kept.job.recipes[0].strength, len(chat.engine.requests)) == (Action.KEEP, 0.7, painted)
    assert "Chain" in chat.shown(kept.message).labels


async def test_a_sweep_is_compact_and_one_goes_on_from_any_of_its_pictures(chat: Chat) -> None:
    sweep = await chat.end(chat.command("sweep", Options(prompt=PROMPT, seed=5)))
    shown = chat.shown(sweep.message)
    heights = [Image.open(io.BytesIO(content)).height for content in shown.pictures]
    assert len(heights) in {1, 4}, "a mosaic, which Discord draws of four and Slack is sent"
    assert sum(heights) <= 4 * 64
    assert "strengths 0.3, 0.5, 0.7, 0.9" in shown.words
    assert any(f"{seconds} s" in shown.words for seconds in range(1, 20)), "those that passed"
    chained = await chat.end(chat.press(sweep.message, "Chain from 0.7", prompt="in winter"))
    assert chained.job is not None
    assert sweep.job is not None
    third = (await chat.core.store.generations(sweep.job.id))[2]
    assert (chained.job.source, chained.job.lineage.depth) == (third.image, 2)


async def test_a_public_card_speaks_the_places_language_and_a_private_one_its_members(chat: Chat) -> None:
    await chat.service.places.change(chat.server, set_to(PlaceSettings(language="de")))
    public = await result(chat)
    assert "Ausgewogen 0,5" in chat.shown(public.message).words
    assert any("Löschen" in label for label in chat.shown(public.message).labels)
    private = await result(chat, private=True)
    assert "Balanced 0.5" in chat.shown(private.message).words


async def test_compare_and_original_come_to_who_asked_alone(chat: Chat) -> None:
    made = await result(chat)
    public = len(chat.messages())
    await chat.in_details(made.message, "Compare")
    await until(lambda: len(chat.sent_alone()) >= 2)
    strip, wipe = (Image.open(io.BytesIO(content)) for content in chat.sent_alone()[:2])
    assert strip.width > 1.5 * strip.height, "before and after stand side by side"
    assert getattr(wipe, "n_frames", 1) > 1
    await chat.in_details(made.message, "Original")
    await until(lambda: len(chat.sent_alone()) >= 3)
    assert made.job is not None
    (stored,) = await chat.core.store.generations(made.job.id)
    lossless = Image.open(io.BytesIO(await chat.core.images.get(stored.image))).convert("RGB")
    sent = Image.open(io.BytesIO(chat.sent_alone()[2])).convert("RGB")
    assert sent.tobytes() == lossless.tobytes()
    assert len(chat.messages()) == public


async def test_what_is_made_from_a_result_goes_to_its_thread_and_maps_and_cancelled_cards_stay_out(
    chat: Chat,
) -> None:
    await chat.service.places.change(chat.server, set_to(PlaceSettings(threads=ThreadPolicy.ALWAYS)))
    made = await result(chat)
    assert not chat.shown(made.message).in_thread
    first = await chat.end(chat.press(made.message, "Subtle"))
    second = await chat.end(chat.press(made.message, "Strong"))
    assert chat.shown(first.message).in_thread
    assert chat.shown(second.message).in_thread
    public = len(chat.messages())
    job = await begun(chat, chat.press(made.message, "Reroll"))
    waiting = await seen(chat, lambda shown: any("Cancel" in label for label in shown.labels))
    assert waiting.in_thread
    cancel = next(each for each in chat.messages() if any("Cancel" in label for label in chat.shown(each).labels))
    await chat.press(cancel, next(label for label in chat.shown(cancel).labels if "Cancel" in label))
    await until(lambda: len(chat.messages()) == public)
    await chat.engine.release()
    kept = await chat.core.store.job(job.id)
    assert kept is not None
    assert kept.status is JobStatus.CANCELLED
    map_ = await chat.end(chat.command("map", Options(control="canny")))
    assert map_.job is not None
    assert map_.job.private
    assert len(chat.messages()) == public


async def test_who_is_blocked_and_where_it_is_paused_nothing_is_made(chat: Chat) -> None:
    await chat.service.moderators.ban(chat.server, chat.requester.user, "ann")
    blocked = await chat.end(chat.command("img2img", Options(prompt=PROMPT)))
    assert "blocked you" in blocked.refused
    await chat.service.moderators.unban(chat.server, chat.requester.user)
    await chat.service.moderators.pause(chat.server, paused=True)
    paused = await chat.end(chat.command("img2img", Options(prompt=PROMPT)))
    assert "paused here" in paused.refused
    await chat.service.moderators.pause(chat.server, paused=False)
    assert (await result(chat)).job is not None


async def test_what_is_shown_is_light_and_a_chain_goes_on_from_the_lossless_result(chat: Chat) -> None:
    made = await result(chat)
    (shown,) = chat.shown(made.message).pictures
    assert len(shown) < MOST_BYTES
    assert not shown.startswith(png()[:8]), "the picture in the chat is no PNG"
    chained = await chat.end(chat.press(made.message, "Chain", prompt="in winter"))
    assert made.job is not None
    assert chained.job is not None
    (stored,) = await chat.core.store.generations(made.job.id)
    assert chained.job.source == stored.image
