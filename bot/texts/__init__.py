"""Every sentence the product says in more than one language, through one catalogue.

One Fluent file per language (projectfluent.org: plurals and number formats belong to the language, not to the code).
English is the reference: what another language lacks is said in English. Words of members never pass through here
as patterns, only as arguments.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

REFERENCE = "en"
LANGUAGES = (REFERENCE, "de", "fr", "es", "ja")

_MAX_ARGUMENT = 2499
"""Letters of an argument that are said, before "…": at more than 2500 Fluent fails."""

_REMEMBERED = 60
"""Letters of an argument up to which a text is kept for the next time: longer ones are people's words."""

_KEPT = "text:"
"""Before what is kept; no sentence begins so."""

Argument = str | float | tuple[str, ...]
"""Numbers choose plurals and get the language's separators; what must stay as it is (seeds) comes as text.

Several names are said as things to choose from: "a, b or c", as the language joins them.
"""

COMMANDS = (
    "img2img",
    "sweep",
    "refine",
    "map",
    "queue",
    "info",
    "styles",
    "settings",
    "privacy",
    "web",
    "help",
)
"""The catalogue names a command as `/styles`; who shows a text says it as the reader knows it, by `commands_as`."""

_COMMAND = re.compile(rf"(?<![\w/<-])/({'|'.join(COMMANDS)})\b")


@cache
def _bundle(language: str) -> "FluentBundle":
    # Not before a sentence is wanted: the process that opens pictures imports the errors, and says nothing itself.
    from fluent.runtime import FluentBundle, FluentResource

    # Isolating marks keep mixed writing directions apart; our arguments are numbers and names, and chats show them.
    bundle = FluentBundle([language], use_isolating=False)
    source = Path(__file__).with_name(f"{language}.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(source))
    return bundle


def load() -> None:
    """Read every language now: else the first sentence of one takes a tenth of a second, and nobody is answered."""
    for language in LANGUAGES:
        _bundle(language)
        number(language, 0.5)


@lru_cache(maxsize=1024)
def language_of(locale: str) -> str:
    """The catalogue's language for a BCP 47 tag: "de-AT" is "de", an unknown one English."""
    language = locale.partition("-")[0].lower()
    return language if language in LANGUAGES else REFERENCE


def known(key: str) -> bool:
    """Whether there is such a message."""
    return bool(_bundle(REFERENCE).has_message(key))


def text(locale: str, key: str, /, **arguments: Argument) -> str:
    """One message in the language of `locale`, in English if that language lacks it.

    Raises:
        KeyError: English has no such message: a slip of ours, found by the tests.
    """
    if not arguments:
        return _said(language_of(locale), key, ())
    shortened = tuple((name, _shortened(locale, value)) for name, value in arguments.items())
    short = all(not isinstance(value, str) or len(value) <= _REMEMBERED for _, value in shortened)
    return (_said if short else _said.__wrapped__)(language_of(locale), key, shortened)


@lru_cache(maxsize=4096)  # a job's messages say the same few dozen things again and again
def _said(wanted: str, key: str, arguments: tuple[tuple[str, str | float], ...]) -> str:
    shortened = dict(arguments)
    for language in (wanted, REFERENCE):
        bundle = _bundle(language)
        if bundle.has_message(key) and (pattern := bundle.get_message(key).value) is not None:
            shown, faults = bundle.format_pattern(pattern, shortened)
            if faults:
                raise KeyError(f"{key} ({language}): {faults[0]}")
            return str(shown)
    raise KeyError(key)


def kept(key: str, /, **arguments: str | float) -> str:
    """A message as it is stored, for `told` to say it in the language of whoever reads it."""
    return f"{_KEPT}{json.dumps([key, arguments])}"


def told(locale: str, said: str) -> str:
    """A message that was `kept`; any other string is a sentence already, such as earlier versions stored.

    Raises:
        KeyError: as of `text`.
    """
    if not said.startswith(_KEPT):
        return said
    key, arguments = json.loads(said.removeprefix(_KEPT))
    return text(locale, key, **arguments)


def commands_as(said: str, name: Callable[[str], str]) -> str:
    """A text of ours with its commands named as `name` has them; `name` is given "styles" for "/styles"."""
    return _COMMAND.sub(lambda found: name(found[1]), said)


def number(locale: str, value: float) -> str:
    """A number with the separators of a language, three places behind the point at most: "0.5", "0,5"."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, format="#,##0.###", locale=language_of(locale)))


def megabytes(nbytes: int) -> str:
    """The size of a file as the chats and file managers count it: 25 MiB are "25"."""
    size = nbytes / 1024**2
    return f"{size:.3g}" if size < 999.5 else f"{size:.0f}"


def day(locale: str, at: float) -> str:
    """The date of a moment in Unix seconds, as a language writes it: "5 Dec 2026"."""
    from babel.dates import format_date

    return str(format_date(datetime.fromtimestamp(at, UTC), format="medium", locale=language_of(locale)))


def time_span(seconds: float) -> Mapping[str, Argument]:
    """A time span for people, as the catalogue's message `span` takes it: "40 seconds", "3 hours", "7 days"."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= size * 1.5 or (seconds >= size and unit == "minutes"):
            return {"unit": unit, "count": round(seconds / size)}
    return {"unit": "seconds", "count": max(1, round(seconds))}


def language_name(language: str) -> str:
    """What a language is called in itself: "Deutsch"."""
    from babel import Locale

    return str(Locale(language).get_display_name()).capitalize()


def joined(locale: str, names: Sequence[str], *, style: Literal["standard", "or"] = "or") -> str:
    """Several names as it joins them: with "or", or with "and" if `style` is "standard"."""
    from babel.lists import format_list

    return str(format_list(names, style=style, locale=language_of(locale)))


def _shortened(locale: str, value: Argument) -> str | float:
    if isinstance(value, tuple):
        return _shortened(locale, joined(locale, value))
    return f"{value[:_MAX_ARGUMENT]}…" if isinstance(value, str) and len(value) > _MAX_ARGUMENT else value


def translations(key: str, /, **arguments: Argument) -> Mapping[str, str]:
    """The message in every language that has its own, English left out."""
    others = LANGUAGES[1:]
    return {language: text(language, key, **arguments) for language in others if _bundle(language).has_message(key)}
