"""What a place, the member and the picture decide about a wish, before a job exists: the same for every chat."""

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.admission import Receipt
from bot.domain.actions import Verb
from bot.domain.ask import Ask, Wish
from bot.domain.errors import Gone, NotAllowed, UserError
from bot.domain.ids import GenerationId, generation_id
from bot.domain.job import Job
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.request import Action, ReplyTarget
from inference.api import ControlKind
from tests.builders.places import set_to
from tests.builders.requests import ROOM, asker, png, with_options
from tests.fakes.engine import MODEL
from tests.harness.core import Bench, bench

_numbers = itertools.count(1)
TARGET = ReplyTarget(platform="fake", address={"channel": "1"})
HERE = asker("ann", channel="room", roles=frozenset({"artist"}))
BEN = asker("ben", channel="room")


@dataclass
class Answers:
    """What a chat was asked: to whom the answer goes."""

    asked: list[tuple[bool, ReplyTarget | None]] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)

    async def __call__(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:
        self.threads.append(thread)
        self.asked.append((private, above))
        return TARGET


async def ask(at: Bench, answers: Answers | None = None, **changes: Any) -> Receipt:
    """A wish of Ann for her own picture; keywords change it or say options."""
    by = changes.get("by", HERE)
    event = f"fake:ask-{next(_numbers)}"
    said = {"by": by, "event_id": event, "answer": answers or Answers(), "author": by.requester.user}
    if "generation" not in changes:
        said |= {"source": png()}
        changes = {"prompt": "an oil painting"} | changes
    private = changes.pop("private", None)
    made = with_options(said | changes)
    options = replace(made.pop("options"), private=private)  # type: ignore[type-var]  # Options, by construction
    brought = {name: made.pop(name) for name in ("by", "event_id", "answer", "hidden") if name in made}
    wish = Wish(**made, options=options)  # type: ignore[arg-type]  # the table above is typed by Wish itself
    return await at.service.ask(Ask(wish=wish, **brought))  # type: ignore[arg-type]  # and by Ask


async def made(at: Bench, **changes: Any) -> GenerationId:
    """The result of a wish, once it is there."""
    job = (await ask(at, **changes)).job
    await at.shown(job.id)
    return generation_id(job.id, 0)


@pytest.mark.parametrize(
    ("settings", "changes", "refused"),
    [
        (PlaceSettings(channels=("other",)), {}, "refused-channel"),
        (PlaceSettings(channels=("room",)), {}, None),
        (PlaceSettings(channels=("other",)), {"by": replace(HERE, channel="")}, None),
        (PlaceSettings(roles=("boss",)), {}, "refused-role"),
        (PlaceSettings(roles=("boss", "artist")), {}, None),
        (PlaceSettings(roles=("artist",)), {"by": BEN}, "refused-role"),
        (PlaceSettings(remix=RemixPolicy.OWN), {"author": "ben"}, "refused-others-picture"),
        (PlaceSettings(remix=RemixPolicy.OWN), {"author": ""}, "refused-others-picture"),
        (PlaceSettings(remix=RemixPolicy.OWN), {}, None),
        (PlaceSettings(remix=RemixPolicy.ANYONE), {"author": "ben"}, None),
        (PlaceSettings(models=(MODEL,)), {"model": "other"}, "refused-model-here"),
        (PlaceSettings(models=(MODEL,)), {}, None),
        (PlaceSettings(blocked=("painting",)), {}, "refused-blocked-prompt"),
        (PlaceSettings(), {"source": None}, "refused-no-upload"),
    ],
)
async def test_who_may_ask_for_what_where(
    tmp_path: Path, settings: PlaceSettings, changes: dict[str, Any], refused: str | None
) -> None:
    async with bench(tmp_path, start=False) as at:
        await at.store.change_place("server", set_to(settings))
        if refused is None:
            assert (await ask(at, **changes)).job.place == ROOM
            return
        with pytest.raises(UserError) as error:
            await ask(at, **changes)
        assert error.value.message == refused
        assert not await at.store.jobs_of("fake:ann", limit=10), "nothing was stored"


async def test_a_refused_wish_is_not_given_a_place_to_be_answered_in(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        await at.store.change_place("server", set_to(PlaceSettings(roles=("boss",))))
        answers = Answers()
        with pytest.raises(NotAllowed):
            await ask(at, answers)
        assert not answers.asked


@pytest.mark.parametrize(
    ("place", "said", "hidden", "private"),
    [
        (None, None, False, False),
        (True, None, False, True),
        (True, False, False, False),
        (False, True, False, True),
        (None, False, True, True),  # Discord promised already that only they will see it
    ],
)
async def test_who_sees_the_result(
    tmp_path: Path, *, place: bool | None, said: bool | None, hidden: bool, private: bool
) -> None:
    async with bench(tmp_path) as at:
        await at.store.change_place("server", set_to(PlaceSettings(private=place)))
        parent = await made(at, private=False)
        await at.store.change_place("server", set_to(PlaceSettings(private=place)))
        for wish in ({}, {"generation": parent, "verb": Verb.REROLL}):
            answers = Answers()
            job = (await ask(at, answers, private=said, hidden=hidden, **wish)).job
            assert job.private is private
            assert answers.asked == [(private, None)]


async def test_what_goes_on_from_a_private_result_stays_private_until_that_is_published(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await made(at, private=True)
        for wish in (
            {"verb": Verb.REROLL},
            {"verb": Verb.CHAIN, "source": png("red"), "prompt": "at night"},
            {"prompt": "at dawn"},
            {"action": Action.MAP, "control": ControlKind.CANNY},
        ):
            answers = Answers()
            assert (await ask(at, answers, generation=parent, private=False, **wish)).job.private
            assert answers.asked == [(True, TARGET)], "where Publish puts it is known"
        with pytest.raises(Gone):
            await ask(at, generation=parent, verb=Verb.REROLL, by=BEN)

        await at.store.copied(parent.partition(".")[0], ROOM)  # type: ignore[arg-type]  # a JobId
        assert not (await ask(at, generation=parent, verb=Verb.REROLL, by=BEN)).job.private


async def test_a_place_holds_for_buttons_too(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await made(at)
        for settings, refused in (
            (PlaceSettings(roles=("boss",)), "refused-role"),
            (PlaceSettings(channels=("other",)), "refused-channel"),
            (PlaceSettings(remix=RemixPolicy.OWN), "refused-others-picture"),
            (PlaceSettings(models=("other",)), "refused-model-here"),
        ):
            await at.store.change_place("server", set_to(settings))
            with pytest.raises(NotAllowed) as error:
                await ask(at, generation=parent, verb=Verb.REROLL, by=BEN)
            assert error.value.message == refused
        await at.store.change_place("server", set_to(PlaceSettings(remix=RemixPolicy.OWN, strength=0.8)))
        own = await ask(at, generation=parent, verb=Verb.EDIT, prompt="at night", source=png("red"), by=BEN)
        assert own.job.lineage.parent is None, "a picture of one's own in the place of somebody's result"
        again = await ask(at, generation=parent, verb=Verb.CHAIN, prompt="at night")
        assert again.job.recipes[0].strength == 0.8, "the usual one of the place, if the member says nothing"


async def test_rules_that_changed_after_a_form_was_opened_hold_if_it_is_sent(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await made(at)
        await at.service.results.parent(parent, by=BEN)  # the form opens
        await at.store.change_place("server", set_to(PlaceSettings(roles=("boss",))))
        with pytest.raises(NotAllowed):
            await ask(at, generation=parent, verb=Verb.EDIT, prompt="at night", by=BEN)


async def test_a_result_given_as_a_picture_is_chained_from_the_copy_kept_here(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await made(at)
        kept = await at.store.generation(parent)
        assert kept is not None

        chained = await ask(at, generation=parent, source=png("red"), prompt="at night")
        assert (chained.job.action, chained.job.source) == (Action.CHAIN, kept.image)

        drawn = await ask(at, generation=parent, source=png("red"), action=Action.MAP, control=ControlKind.CANNY)
        assert (drawn.job.action, drawn.job.source, drawn.job.lineage.parent) == (Action.MAP, kept.image, parent)


@pytest.mark.parametrize("by", [asker("ben", rooms=("fake:elsewhere",)), asker("ben", platform="other")])
async def test_a_result_that_is_not_theirs_is_a_picture_like_any_other(tmp_path: Path, by: Any) -> None:
    async with bench(tmp_path) as at:
        parent = await made(at)
        job: Job = (await ask(at, generation=parent, source=png("red"), prompt="at night", by=by)).job
        assert (job.action, job.lineage.parent) == (Action.IMG2IMG, None)
        with pytest.raises(Gone):
            await ask(at, generation=parent, prompt="at night", by=by)
        with pytest.raises(Gone):
            await ask(at, generation=parent, verb=Verb.CHAIN, source=png("red"), prompt="at night", by=by)


async def test_of_several_results_one_must_be_named(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        job = (await ask(at, action=Action.SWEEP)).job
        await at.shown(job.id)
        with pytest.raises(UserError, match="4"):
            await at.service.results.only(job.id, by=HERE)
        single = await made(at)
        found = await at.service.results.only(single.partition(".")[0], by=HERE)  # type: ignore[arg-type]  # a JobId
        assert found.generation.id == single
