"""Cards as messages: whatever a job holds, Slack takes it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.layout import ExtraFiles, lay_out
from bot.domain.actions import Verb
from bot.domain.button_id import parse_button_id
from bot.domain.card import Button, Card, Progress, Stage, Waiting
from bot.domain.ids import generation_id
from bot.domain.job import JobStatus
from bot.domain.strength import MAX_SWEEP
from bot.rendering import render
from tests.builders.jobs import a_generation, a_job
from tests.servers.slack.blocks import message_problems

texts = st.text(max_size=4000)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    strengths = draw(st.lists(st.floats(0, 1), min_size=1, max_size=MAX_SWEEP))
    job = a_job(number=1, strengths=strengths, prompt=draw(st.text(min_size=1, max_size=2000)))
    job = replace(
        job,
        status=draw(st.sampled_from(JobStatus)),
        error=draw(texts),
        notes=tuple(draw(st.lists(texts, max_size=5))),
    )
    made = [a_generation(job, index) for index in range(len(strengths))] if job.status is JobStatus.SUCCEEDED else []
    card = render(
        job,
        made,
        waiting=draw(st.none() | st.just(Waiting(position=1, expected_at=1.8e9, expected_late=1.8e9 + 60))),
        progress=draw(
            st.none()
            | st.builds(
                Progress,
                fraction=st.floats(0, 1),
                stage=st.sampled_from(Stage),
                seconds_left=st.none() | st.floats(0, 1e5),
            )
        ),
    )
    owner = replace(card.owner, user="T1/U1")
    return replace(card, owner=owner, private=draw(st.booleans()), headline=draw(st.just(card.headline) | texts))


@settings(max_examples=150, deadline=None)
@given(cards())
def test_every_card_keeps_to_block_kit(card: Card) -> None:
    message = lay_out(card, "F00000001" if card.pictures else "", notes=("a note", ""))
    assert message_problems(message.blocks) == []
    assert message.text


@given(cards())
@settings(max_examples=60, deadline=None)
def test_no_word_of_people_is_read_as_markup(card: Card) -> None:
    hostile = replace(
        card, prompt="<!channel> <@U9> <https://x|y>", headline="<!here> & <b>", mention=False, waiting=None
    )
    message = lay_out(hostile)
    assert "<" not in message.text
    for block in message.blocks:
        for text in [block.get("text"), *block.get("elements", [])]:
            assert not (text and text.get("type") == "mrkdwn" and "<" in text["text"])


@given(st.sampled_from(Verb), st.integers(0, 7), st.none() | st.sampled_from([0.0, 0.3, 0.7, 1.0]))
def test_a_button_carries_its_meaning_there_and_back(verb: Verb, index: int, strength: float | None) -> None:
    target = generation_id(a_job(number=1).id, index)
    said = str(Button(verb=verb, target=target, label="x", strength=strength).id)
    assert len(said) <= 255
    control = parse_button_id(said)
    assert control is not None
    assert (control.verb, control.target, control.strength) == (verb, target, strength)


@given(st.text(max_size=300))
def test_a_foreign_action_id_is_no_control(text: str) -> None:
    assert parse_button_id(text) is None


def test_the_source_says_what_its_member_said_of_it() -> None:
    job = a_job(number=1)
    card = render(replace(job, lineage=replace(job.lineage, description="a cat on a chair")), (), unseen=True)
    title, *_ = lay_out(card, extra=ExtraFiles(source="F00000001")).blocks
    assert title["accessory"]["alt_text"] == "a cat on a chair"
