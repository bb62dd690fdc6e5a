"""A member's own page: who has made nothing yet reads the ways in first."""

from bot.domain.actions import Verb
from bot.domain.ids import generation_id
from bot.domain.limits import Limits, Usage
from bot.home import Home, home_pages
from bot.service import QueueView
from tests.builders.jobs import a_job


def home(*, results: int, most: int = 200) -> Home:
    return Home(
        queue=QueueView(mine=[], jobs=0),
        results=[a_job(number=number + 1, prompt="a storm " * 40) for number in range(results)],
        usage=Usage(pending=0, pictures=3, oldest_at=None),
        limits=Limits(per_user_per_day=most),
    )


def test_a_newcomer_reads_the_ways_in_first_and_others_last() -> None:
    new, old = (home_pages(home(results=count), now=0.0, locale="en", key="greeting-slack") for count in (0, 2))
    assert bool(new[0].offers)
    assert not new[0].title.startswith("Help")
    assert bool(old[-1].offers)
    assert [page.offers for page in (*new[1:], *old[:-1])] == [()] * 4


def test_each_result_has_its_picture_its_facts_and_what_to_do_next() -> None:
    shown = home(results=1)
    words, small, acts = home_pages(shown, now=0.0, locale="en", key="greeting-slack")[1].rows
    assert words.picture is not None
    assert words.picture.generation == generation_id(shown.results[0].id, 0)
    assert len(words.parts[0].text) == 200
    assert shown.results[0].id in small.parts[0].text
    assert [each.verb for each in acts.buttons] == [Verb.CHAIN, Verb.REROLL, Verb.EDIT, Verb.DETAILS]


def test_how_much_is_used_is_said_with_and_without_a_bound() -> None:
    for most, said in ((200, "3 of 200 pictures"), (0, "3 pictures")):
        waiting = home_pages(home(results=1, most=most), now=0.0, locale="en", key="greeting-slack")[0]
        assert waiting.rows[-1].parts[0].text.startswith(said)
