"""What stands in the ids of buttons: a verb and the name of a stored thing, never a request.

    p1:rerun:<generation>:s70       rerun|<generation>|0.7

So a button works after any restart and for ever; what it means is looked up when it is pressed. The second form is
what earlier versions wrote on Slack. Anybody can send us any id: parsing takes exactly what we write.
"""

import re
from dataclasses import dataclass

from bot.domain.actions import Verb
from bot.domain.ids import GenerationId, parse_generation_id

_WRITTEN = re.compile(
    r"(?:p1:)?(?P<verb>[a-z]{1,12})[:|](?P<target>[A-Za-z0-9_.-]{22,26})"
    r"(?::s(?P<percent>\d{1,3})|\|(?P<strength>[01](?:\.\d{1,4})?))?"
)


@dataclass(frozen=True, slots=True)
class ButtonId:
    """A verb, the generation it acts on and, on the rerun buttons, the strength."""

    verb: Verb
    target: GenerationId
    strength: float | None = None

    def __str__(self) -> str:
        strength = "" if self.strength is None else f":s{round(self.strength * 100)}"
        return f"p1:{self.verb}:{self.target}{strength}"


def parse_button_id(text: str) -> ButtonId | None:
    """A button's or form's id, or None if we did not write it."""
    found = _WRITTEN.fullmatch(text)
    target = parse_generation_id(found["target"]) if found else None
    if found is None or target is None or found["verb"] not in set(Verb):
        return None
    percent, share = found["percent"], found["strength"]
    strength = int(percent) / 100 if percent else float(share) if share else None
    return None if strength is not None and strength > 1 else ButtonId(Verb(found["verb"]), target, strength)
