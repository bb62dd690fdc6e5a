"""Who may see and touch what: the whole table, so that a change of a rule is a change here."""

from dataclasses import replace

import pytest

from bot.domain.access import Act, Asker, is_allowed, refusal
from bot.domain.errors import Gone, NotAllowed
from bot.domain.job import Job
from bot.domain.request import Requester
from tests.builders.jobs import a_job

HERE, ELSEWHERE = "discord:channel:1", "discord:channel:2"
PUBLIC = replace(a_job(user="ann"), requester=Requester(platform="discord", user="ann", space="g1"), place=HERE)
PRIVATE = replace(PUBLIC, private=True)


def asker(user: str, *, platform: str = "discord", space: str = "g1", room: str = HERE, mod: bool = False) -> Asker:
    requester = Requester(platform=platform, user=user, space=space)
    return Asker(requester=requester, rooms=(room,), moderates=mod)


REQUESTER = asker("ann")
REQUESTER_ELSEWHERE = asker("ann", space="g2", room=ELSEWHERE)
SAME_PLACE = asker("ben")
ELSEWHERE_IN_SERVER = asker("ben", room=ELSEWHERE)
OTHER_SERVER = asker("ben", space="g2", room=ELSEWHERE)
OTHER_PLATFORM = asker("ann", platform="slack")
MODERATOR = asker("mo", mod=True)
MODERATOR_IN_ANOTHER_CHANNEL = asker("mo", room=ELSEWHERE, mod=True)
OPERATOR = replace(asker("op", platform="web"), operates=True)
MODERATOR_OF_ANOTHER_SERVER = asker("mo", space="g2", mod=True)

READS = {Act.SEE, Act.DERIVE, Act.COPY, Act.REPORT}
ALL = set(Act) - {Act.REVEAL, Act.BAN}
ENDS = {Act.CANCEL, Act.DELETE, Act.BAN}


@pytest.mark.parametrize(
    ("who", "job", "copies", "may"),
    [
        (REQUESTER, PUBLIC, (), ALL),
        (REQUESTER, PRIVATE, (), ALL),
        (REQUESTER_ELSEWHERE, PRIVATE, (), ALL),
        (SAME_PLACE, PUBLIC, (), READS),
        (SAME_PLACE, PRIVATE, (), set()),
        (SAME_PLACE, PRIVATE, (HERE,), READS),
        (SAME_PLACE, PRIVATE, (ELSEWHERE,), set()),
        (ELSEWHERE_IN_SERVER, PUBLIC, (), set()),
        (ELSEWHERE_IN_SERVER, PUBLIC, (ELSEWHERE,), READS),
        (OTHER_SERVER, PUBLIC, (), set()),
        (OTHER_PLATFORM, PUBLIC, (), set()),
        (OTHER_PLATFORM, PRIVATE, (HERE,), set()),
        (MODERATOR, PUBLIC, (), READS | ENDS),
        (MODERATOR, PRIVATE, (), ENDS),
        (MODERATOR_IN_ANOTHER_CHANNEL, PUBLIC, (), ENDS | {Act.SEE}),
        (MODERATOR_IN_ANOTHER_CHANNEL, PRIVATE, (), ENDS),
        (MODERATOR_OF_ANOTHER_SERVER, PUBLIC, (), READS),
        (MODERATOR_OF_ANOTHER_SERVER, PRIVATE, (), set()),
        (OPERATOR, PRIVATE, (), {Act.CANCEL, Act.REVEAL}),
    ],
)
def test_the_table(who: Asker, job: Job, copies: tuple[str, ...], may: set[Act]) -> None:
    assert {act for act in Act if is_allowed(act, who, job, copies)} == may


def test_a_thread_stands_in_its_channel_and_not_the_other_way_round() -> None:
    in_thread = replace(SAME_PLACE, rooms=(HERE, "discord:channel:9"))
    assert is_allowed(Act.SEE, in_thread, PUBLIC, ())
    assert not is_allowed(Act.SEE, SAME_PLACE, replace(PUBLIC, place="discord:channel:9"), ())


def test_nobody_moderates_direct_messages() -> None:
    direct = replace(PUBLIC, requester=replace(PUBLIC.requester, space=""))
    assert not is_allowed(Act.DELETE, asker("mo", space="", mod=True), direct, ())


@pytest.mark.parametrize("act", Act)
def test_what_is_not_theirs_to_see_is_refused_like_what_there_is_not(act: Act) -> None:
    unknown, hidden = refusal(act, SAME_PLACE, None), refusal(act, SAME_PLACE, PRIVATE)
    assert isinstance(hidden, Gone)
    assert str(hidden) == str(unknown)


def test_what_they_see_and_may_not_touch_is_said_to_be_anothers() -> None:
    assert isinstance(refusal(Act.DELETE, SAME_PLACE, PUBLIC), NotAllowed)
