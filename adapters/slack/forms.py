"""What a picture's form is about, which travels with it: pure.

What the member does not see (where to answer, what the button stood on) is in `private_metadata`, 3000 characters at
most.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from adapters.slack.fields import modal, unfolded, values_of
from adapters.slack.text import Block
from bot.domain.ids import GenerationId
from bot.domain.options import Options
from bot.forms import Form, Menu
from bot.picture_form import Purpose, picture_form, read_picture_form

CALLBACK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormContext:
    """What a form is for; all of it comes back with the submission.

    Attributes:
        team: the workspace, if its whole organisation has the app: Slack does not tell it with the submission.
        file: Slack id of the picture, if the form was opened on one; the member uploads one otherwise.
        author: who posted that picture.
        generation: the result it was opened on.
        job: what it was opened on made several results, of which one is chosen in it.
        in_thread: that thread was going on already.
    """

    purpose: Purpose
    team: str = ""
    channel: str = ""
    thread: str = ""
    in_thread: bool = False
    file: str = ""
    author: str = ""
    generation: GenerationId | None = None
    job: str = ""

    @property
    def needs_file(self) -> bool:
        """Nothing to work on was there when the form opened."""
        return not self.file and not self.job and self.generation is None


def view_of(context: FormContext, form: Form, *, locale: str) -> Block:
    """The form with its context."""
    packed = json.dumps({name: value for name, value in asdict(context).items() if value}, separators=(",", ":"))
    return modal(form, CALLBACK, locale=locale, metadata=packed)


def unfolded_view(view: Mapping[str, Any], menu: Menu, *, locale: str) -> Block:
    """The same form with its advanced part open."""
    if all(each.get("block_id") != "control" for each in view["blocks"]):
        menu = Menu(styles=menu.styles, models=menu.models, loras=menu.loras)
    return unfolded(view, picture_form(context_of(view).purpose, menu, locale=locale))


def context_of(view: Mapping[str, Any]) -> FormContext:
    """What a form of ours is for."""
    return parse_context(str(view.get("private_metadata") or "{}"))


def parse_context(metadata: str) -> FormContext:
    """The same, by what travelled with the form."""
    packed = json.loads(metadata)
    generation = packed.pop("generation", None)
    purpose = packed.pop("purpose", None) or _PURPOSE_OF.get((packed.pop("action"), bool(generation)))
    return FormContext(
        purpose=Purpose(purpose or Purpose.REMIX),
        generation=GenerationId(generation) if generation else None,
        **packed,
    )


_PURPOSE_OF = {
    ("sweep", False): Purpose.SWEEP,
    ("refine", False): Purpose.REFINE,
    ("map", False): Purpose.MAP,
    ("chain", True): Purpose.CHAIN,
    ("edit", True): Purpose.EDIT,
    ("map", True): Purpose.USE_MAP,
}
"""By the "action" in forms that earlier versions opened, and whether it was on a result."""


def read_form(view: Mapping[str, Any], styles: Iterable[str] = ()) -> Options:
    """What a submitted form asks for.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    context = context_of(view)
    return read_picture_form(values_of(view), context.purpose, uploads=context.needs_file, styles=styles)
