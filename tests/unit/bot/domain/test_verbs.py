"""The one table of verbs: every chat knows every row, and buttons of earlier versions work for ever."""

import json

import pytest

from adapters.slack.forms import context_of
from bot.conversation import Conversation
from bot.domain.actions import REACTIONS, VERBS, Reaction, Verb, reaction_of
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.card import Button
from bot.domain.ids import GenerationId
from bot.picture_form import PURPOSES, Purpose
from bot.texts import known

TARGET = GenerationId("AAAAAAAAAAAAAAAAAAAAAA.0")

BUTTONS_OF_0_1 = {
    Verb.RERUN: (f"p1:rerun:{TARGET}:s70", f"rerun|{TARGET}|0.7"),
    Verb.CHAIN: (f"p1:chain:{TARGET}", f"chain|{TARGET}"),
    Verb.REROLL: (f"p1:reroll:{TARGET}", f"reroll|{TARGET}"),
    Verb.EDIT: (f"p1:edit:{TARGET}", f"edit|{TARGET}"),
    Verb.SWEEP: (f"p1:sweep:{TARGET}", f"sweep|{TARGET}"),
    Verb.DETAILS: (f"p1:details:{TARGET}", f"details|{TARGET}"),
    Verb.DELETE: (f"p1:delete:{TARGET}", f"delete|{TARGET}"),
    Verb.CANCEL: (f"p1:cancel:{TARGET}", f"cancel|{TARGET}"),
    Verb.PUBLISH: (f"p1:publish:{TARGET}", f"publish|{TARGET}"),
    Verb.PUBLISH_OPEN: (f"p1:publishopen:{TARGET}", f"publishopen|{TARGET}"),
    Verb.COLLECT: (f"p1:collect:{TARGET}", f"collect|{TARGET}"),
    Verb.SHOW_MAP: (f"p1:showmap:{TARGET}", f"showmap|{TARGET}"),
    Verb.USE_MAP: (f"p1:usemap:{TARGET}", f"usemap|{TARGET}"),
    Verb.ASK_MAP: (f"p1:askmap:{TARGET}", f"askmap|{TARGET}"),
    Verb.REPORT: (f"p1:report:{TARGET}", f"report|{TARGET}"),
    Verb.BAN: (f"p1:ban:{TARGET}", f"ban|{TARGET}"),
    Verb.DISMISS: (f"p1:dismiss:{TARGET}", f"dismiss|{TARGET}"),
    Verb.ERASE: (f"p1:erase:{TARGET}", f"erase|{TARGET}"),
    Verb.LEAVE: (f"p1:leave:{TARGET}", f"leave|{TARGET}"),
    Verb.THREAD: (f"p1:thread:{TARGET}", f"thread|{TARGET}"),
}
"""What stands in messages that were sent long ago, letter by letter; a row is added here and never changed."""


def test_every_verb_has_its_row_its_words_and_its_way_through_both_chats() -> None:
    assert set(VERBS) == set(Verb)
    for verb, row in VERBS.items():
        assert verb is Verb.RERUN or known(f"button-{verb}")
        assert verb is Verb.RERUN or row.emoji
        if verb is not Verb.PICK:  # each chat's own way to a form about no result
            assert bool(row.makes or row.opens) is (verb not in Conversation.WITHOUT_JOB), "it does something"
        if row.makes and not row.opens:
            assert row.changes, "what makes a job outlives a crash"
        if row.opens:
            assert VERBS[row.opens].makes, "what a form is for is done with it"
            assert row.opens in PURPOSES
            assert PURPOSES[row.opens].verb is row.opens


@pytest.mark.parametrize("verb", list(BUTTONS_OF_0_1))
def test_a_button_of_an_earlier_version_means_what_it_meant(verb: Verb) -> None:
    custom_id, action = BUTTONS_OF_0_1[verb]
    strength = 0.7 if verb is Verb.RERUN else None
    pressed, control = parse_button_id(custom_id), parse_button_id(action)
    assert pressed == ButtonId(verb, TARGET, strength)
    assert control is not None
    assert (control.verb, control.target, control.strength) == (verb, TARGET, strength)
    assert str(pressed) == custom_id
    assert Button(verb=verb, target=TARGET, label="", strength=strength).id == pressed


@pytest.mark.parametrize(
    ("kept", "purpose"),
    [
        ({"action": "img2img", "channel": "C1", "file": "F1", "author": "U1"}, Purpose.REMIX),
        ({"action": "sweep"}, Purpose.SWEEP),
        ({"action": "refine"}, Purpose.REFINE),
        ({"action": "map"}, Purpose.MAP),
        ({"action": "chain", "generation": TARGET}, Purpose.CHAIN),
        ({"action": "edit", "generation": TARGET}, Purpose.EDIT),
        ({"action": "map", "generation": TARGET}, Purpose.USE_MAP),
    ],
)
def test_a_form_of_an_earlier_version_is_for_what_it_was_for(kept: dict[str, str], purpose: Purpose) -> None:
    context = context_of({"private_metadata": json.dumps(kept)})
    assert context.purpose is purpose
    assert (context.channel, context.file) == (kept.get("channel", ""), kept.get("file", ""))


@pytest.mark.parametrize(
    ("emoji", "name", "reaction"),
    [
        ("🔁", "repeat", Reaction.REROLL),
        ("✉️", "email", Reaction.SEND),
        ("⭐", "star", Reaction.KEEP),
        ("❌", "x", Reaction.CROSS),
        ("👍", "+1", None),
    ],
)
def test_a_reaction_says_the_same_in_both_chats(emoji: str, name: str, reaction: Reaction | None) -> None:
    assert reaction_of(emoji) is reaction_of(name) is reaction


def test_every_reaction_can_be_given() -> None:
    assert set(REACTIONS) == set(Reaction)


def test_no_reaction_says_two_things() -> None:
    names = [name for each in REACTIONS.values() for name in each]
    assert len(names) == len(set(names))
