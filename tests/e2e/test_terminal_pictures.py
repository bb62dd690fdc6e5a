"""The pictures of docs/terminal say what our commands say today, but for numbers; docs/portals is as it is drawn."""

import re

import pytest

from tests.renderings import portals
from tests.renderings.terminal import OUT, SCREENS, draw, svg, words_of

WITHOUT_A_MODEL = "tests.harness.product"
"""Its engine is a torch-free stand-in, so what a screen says of the shipped model is not compared."""


def told(picture: str) -> list[str]:
    """The lines of a screen, whole again and in no order; without what says how large, when and where.

    The catalogue's names are left out where they stand in a row: it may grow.
    """
    lines: list[str] = []
    for line in words_of(picture):
        if lines and not re.match(r"(ok|note|wrong|stays|may go|\$|\d)", line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    kept = [line for line in lines if not re.match(r"ok +(model|device|control of|memory for) ", line)]
    kept = [re.sub(r"\(pocket, .*;", "(", line) for line in kept]
    return sorted(re.sub(r"(\S*\d\S*|━+|\s)+", " ", line).strip() for line in kept)


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_is_as_it_was_drawn(name: str) -> None:
    """After a change that is meant: `python -m tests.renderings.terminal`, then look."""
    kept = (OUT / f"{name}.svg").read_text(encoding="utf-8")
    now = svg(await draw(name, module=WITHOUT_A_MODEL), "pentimento")
    if name == "models":  # one that was added since is no fault of the picture
        missing = set(" ".join(told(kept)).split()) - set(" ".join(told(now)).split())
        assert not missing, f"python -m tests.renderings.terminal {name}: {told(now)}"
    else:
        assert told(now) == told(kept), f"python -m tests.renderings.terminal {name}"


@pytest.mark.parametrize("chat", portals.PORTALS)
def test_the_pages_of_a_portal_are_as_they_are_drawn(chat: str) -> None:
    assert (portals.OUT / f"{chat}.svg").read_text(encoding="utf-8") == portals.drawn(*portals.PORTALS[chat])
