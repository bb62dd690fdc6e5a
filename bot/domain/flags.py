"""Options inside a text: `make it an oil painting --strength 0.7 --no people`.

Both chats and the command line read them in whatever is meant for a prompt. Two hyphens and a letter, where no word
is before them, are a flag, by any name that `OPTIONS` has for it, with "-", "_" or nothing between its words. Phones
turn `--` into a long dash, so that with a name there is means the same, as a single hyphen does before a number.

A value ends where its grammar does: a number, some numbers, a name of the list, a word, what stands in quotation
marks; a negative prompt at the next flag or line. All else is prompt. Marks of code and of bold writing, brackets and
quotation marks around flags go. A flag that is not understood is refused, never painted.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.control import kind_at
from bot.domain.errors import InvalidRequest
from bot.domain.options import ANY_SEED, OPTION, OPTIONS, Option, OptionKind, Options
from bot.domain.pasted import pasted_recipe
from bot.domain.request import Action
from bot.domain.strength import parse_strength, strengths_at
from bot.domain.typed import HYPHENS, LONG_DASHES, NUMBER, PERCENT_SIGNS, quotation
from bot.domain.words import quoted, seen

_MAP = "map"
"""The one flag that is no option: the control map alone is wanted."""

_ROWS = {flag: row for row in OPTIONS for flag in row.flags if row.name != "prompt"}
_NAMES = sorted((*_ROWS, _MAP), key=len, reverse=True)
_BY_LETTERS = {name.replace("-", ""): name for name in _NAMES}
_NUMERIC = frozenset({OptionKind.WHOLE, OptionKind.NUMBER, OptionKind.STRENGTHS})

_HYPHENS = re.escape(HYPHENS)
_DASHES = rf"[{_HYPHENS}]{{2}}|[{LONG_DASHES}]{{1,2}}[{_HYPHENS}]?|[{_HYPHENS}]"
_MARKS = "`*_~|(\\[{\"'“„«"
_FLAG = re.compile(
    rf"(?<![^\W_])(?<![{_HYPHENS}{LONG_DASHES}])(?P<mark>[{_MARKS}]{{0,6}})(?P<dashes>{_DASHES})"
    rf"(?P<name>[^\W\d_](?:[\w{_HYPHENS}–—]*\w)?)(?P<sign>\s*[=:＝：])?"  # noqa: RUF001 -- as people type them
)
_CLOSED_BY = {"(": "[)]", "[": "[\\]]", "{": "[}]", "“": "[”“]", "„": "[“”]", "«": "»"}
_NEAR = 0.75
"""How alike a word behind a long dash or before a number has to be to a flag's name to be a slip of the pen."""

_LORA = re.compile(r"<(?:lora|lyco):([^<>:\s]+)(?::([^<>:\s]+))?(?::[^<>\s]*)?>", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;]+")
_END = re.compile(r"^(\s*[,;.:!?。、，；：])(?!\w)")  # noqa: RUF001 -- Chinese and Japanese marks
_GAP = re.compile(r"\s+(?=[)\]}”»*|`~]+(?:\s|$))")
"""Before a closing mark, where a flag was."""

_BETWEEN = " \t\n,;/|+.、，；。"  # noqa: RUF001 -- as in _END
"""What people write between several values."""

_SPAN = re.compile(rf"\s*(?:\.{{2,}}|…|(?:to|bis|à|a|hasta|から)(?=[\s\d]))\s*{NUMBER}[{re.escape(_BETWEEN)}]*$")
"""Behind a number: up to another one."""

_YES = re.compile(r"\s*(true|false|yes|no|on|off|1|0)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text taken apart.

    Attributes:
        map_only: the control map alone is wanted.
    """

    options: Options
    map_only: bool = False

    @property
    def action(self) -> Action:
        """What it asks for, by itself: several strengths are a sweep."""
        if self.map_only:
            return Action.MAP
        return Action.SWEEP if len(self.options.strengths or ()) > 1 else Action.IMG2IMG


@dataclass(frozen=True, slots=True)
class _Flag:
    """One flag where it stands: its marks begin at `start`, its value behind `end`."""

    start: int
    end: int
    name: str
    mark: str
    given: bool


def parse_flags(text: str, *, styles: Iterable[str] = ()) -> Written:
    """Take a text apart.

    Args:
        text: what somebody wrote.
        styles: presets that there are; one of several words is known without quotes.

    Raises:
        InvalidRequest: there is no such flag, its value is missing, none of its kind or out of range, or it is there
            twice with different values.
    """
    names, text = tuple(styles), seen(text)  # a mark of direction would be in the way of what it stands before
    flags = list(_flags(text))
    prompt, values = text[: flags[0].start] if flags else text, dict[str, list[str]]()
    marks = [_closing(flag.mark) for flag in flags if flag.mark]
    for flag, end in zip(flags, [*(after.start for after in flags), len(text)][1:], strict=False):
        row, given, closed = _ROWS.get(flag.name), text[flag.end : end], ""
        if flag.mark and row and row.kind is OptionKind.PROSE:  # "(--no people) at night"
            given, closed, *_ = *re.split(_closing(flag.mark), given, maxsplit=1), ""
        given, marks = _unmarked(given, marks)
        value, rest = _switch(flag, given) if row is None else _taken(row, flag, given, names)
        rest += closed
        if not value:
            raise InvalidRequest("refused-flag-empty", flag=flag.name)
        if row and prompt.strip() and _says_another(row, rest.strip(_BETWEEN), names):
            raise InvalidRequest("refused-flag-twice", flag=row.flag)
        values.setdefault(row.name if row else _MAP, []).append(value)
        prompt = _joined(prompt, rest)
    said = {row.name: _value(row, values[row.name]) for row in OPTIONS if row.name in values}
    options = replace(Options(**said), seed=None if said.get("seed") == ANY_SEED else said.get("seed"))
    words = _GAP.sub("", prompt.strip().rstrip(",;、，；")) if flags else prompt  # noqa: RUF001 -- as in _END
    return Written(options=_other_tools(words, options), map_only=values.get(_MAP, ["no"])[-1] == "yes")


def with_flags(options: Options, *, styles: Iterable[str] = ()) -> Written:
    """What options say whose prompt was typed by a member, who may have put flags into it.

    Raises:
        InvalidRequest: as `parse_flags` has it, or a flag says other than the option.
    """
    written = parse_flags(options.prompt or "", styles=styles)
    said = written.options
    if said == Options(prompt=" ".join((options.prompt or "").split()) or None):
        return replace(written, options=options)
    for row in OPTIONS:
        one, other = getattr(options, row.name), getattr(said, row.name)
        if row.name != "prompt" and one not in {None, row.emptied} and other is not None and one != other:
            raise InvalidRequest("refused-flag-twice", flag=row.flag)
    return replace(written, options=said.over(replace(options, prompt=None)))


def _flags(text: str) -> Iterator[_Flag]:
    """Those in a text.

    Raises:
        InvalidRequest: something is one, and there is none of that name.
    """
    for found in _FLAG.finditer(text):
        written, end = found["name"], found.end()
        name = _BY_LETTERS.get(_letters(written), "")
        if not name and (numbered := re.match(r"([^\W\d]+?)\d", written)) and _letters(numbered[1]) in _BY_LETTERS:
            name, end = _BY_LETTERS[_letters(numbered[1])], found.start("name") + len(numbered[1])
        numeric = re.match(rf"\s*{NUMBER}", text[end : end + 40]) is not None
        sure = len(found["dashes"]) == 2 and not set(found["dashes"]) & set("—⸺⸻")
        single = found["dashes"] in HYPHENS
        if name and (sure or not single or (numeric and name in _ROWS and _ROWS[name].kind in _NUMERIC)):
            yield _Flag(found.start(), end, name, found["mark"], end == found.end() and found["sign"] is not None)
        elif not name and (sure or (numeric and _is_a_slip(written))):
            raise InvalidRequest("refused-flag-unknown", flag=quoted(written), near=_nearest(written))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _is_a_slip(name: str) -> bool:
    numeric = [flag for flag, row in _ROWS.items() if row.kind in _NUMERIC]
    return bool(difflib.get_close_matches(name.casefold(), numeric, n=1, cutoff=_NEAR))


def _nearest(written: str) -> str:
    """The known flag that is nearest to an unknown one."""
    name = re.sub(r"[\W_]", "-", written).casefold()
    within = (known for known in _NAMES if name.startswith(f"{known}-") or name.endswith(f"-{known}"))
    return next(within, None) or difflib.get_close_matches(name, _NAMES, n=1, cutoff=0.0)[0]


def _closing(mark: str) -> str:
    """An expression of what closes what marks have opened."""
    return "".join(_CLOSED_BY.get(each, re.escape(each)) for each in reversed(mark))


def _unmarked(given: str, marks: list[str]) -> tuple[str, list[str]]:
    """What stands behind a flag without the marks that close what opened before a flag, and those still open."""
    still = []
    for mark in marks:
        given, found = re.subn(mark, "", given, count=1)
        if not found:
            still.append(mark)
    return given, still


def _taken(  # noqa: PLR0911 -- one return for each kind
    row: Option, flag: _Flag, given: str, styles: Iterable[str]
) -> tuple[str, str]:
    """A flag's value and what stands behind it."""
    given = given.lstrip() if row.kind is not OptionKind.PROSE else given.lstrip(" \t")
    match row.kind:
        case OptionKind.SWITCH:
            return _switch(flag, given)
        case OptionKind.PROSE:
            return _prose(given)
        case OptionKind.NAME if row.name == "style":
            return _style(given, styles) or quotation(given) or _first_word(given)
        case OptionKind.CONTROL:
            return kind_at(given) or quotation(given) or _first_word(given)
        case OptionKind.STRENGTHS:
            return _strengths(flag.name, given) or quotation(given) or _figure(given)
        case OptionKind.WHOLE | OptionKind.NUMBER if found := re.match(NUMBER, given):
            share = row.share or found.group()[-1] not in PERCENT_SIGNS
            return (found.group(), given[found.end() :]) if share else _first_word(given)
        case OptionKind.WHOLE | OptionKind.NUMBER:
            return quotation(given) or _figure(given)
        case OptionKind.LORAS:
            return _loras(given)
        case _:
            return quotation(given) or _first_word(given)


def _says_another(row: Option, behind: str, styles: Iterable[str]) -> bool:
    """Whether nothing but a second value stands behind that of an option that has one."""
    match row.kind:
        case OptionKind.WHOLE | OptionKind.NUMBER:
            return re.fullmatch(NUMBER, behind) is not None
        case OptionKind.CONTROL:
            second = kind_at(behind)
        case OptionKind.NAME if row.name == "style":
            second = _style(behind, styles)
        case _:
            return False
    return second is not None and not second[1].strip(_BETWEEN)


def _switch(flag: _Flag, given: str) -> tuple[str, str]:
    """Whether it is on, which it is unless something else is said."""
    said = _YES.match(given)
    alone = said and not given[said.end() :].strip(_BETWEEN)
    if said and (flag.given or alone or said[1].casefold() in {"true", "false"}):
        return "no" if said[1].casefold() in {"false", "no", "off", "0"} else "yes", given[said.end() :]
    return "yes", given


def _prose(given: str) -> tuple[str, str]:
    """Words up to the end of the line, of the next one too behind a comma."""
    lines = re.match(r"\s*(?:[^\n]*[,、，]\s*\n)*[^\n]*", given)  # noqa: RUF001 -- Chinese and Japanese marks
    end = lines.end() if lines else 0
    words = given[:end].strip().rstrip(",;")
    inside = quotation(words)
    return (inside[0] if inside and not inside[1].strip(" .,;") else words), given[end:]


def _style(text: str, styles: Iterable[str]) -> tuple[str, str] | None:
    """The preset that a text begins with, however its words are joined, and the rest."""
    for style in sorted(styles, key=len, reverse=True):
        words = r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\s-]+", style))
        if found := re.match(rf"{words}(?![^\W_])", text, re.IGNORECASE):
            return style, text[found.end() :]
    return None


def _strengths(flag: str, given: str) -> tuple[str, str] | None:
    """The strengths that a text begins with, and the rest.

    Behind the flag for several all that there are; behind the one for a single strength only what can be nothing
    else, which is numbers without a space between them, or up to the end. One that is out of range is taken at the
    end, so that it is refused; before a word it belongs to that.
    """
    found = strengths_at(given)
    ends = [end for _, end in found]
    more = bool(found) and bool(given[ends[-1] :].strip(" \t\n,;.、，；。"))  # noqa: RUF001 -- Chinese and Japanese marks
    if flag == "strength" and more:
        joined = (end for end in ends if not re.match(r"[,;、，；](?=\S)", given[end:]))  # noqa: RUF001 -- as above
        found = found[: ends.index(next(joined, ends[-1])) + 1]
    while more and len(found) > 1 and not _is_strength(found[-1][0]):
        found.pop()
    if not found:
        return None
    value, rest = " ".join(said for said, _ in found), given[found[-1][1] :]
    if broken := re.match(r"[^\s\w]\d\S*", rest):  # half a list is not what was meant
        return f"{value} {broken.group()[1:]}", rest[broken.end() :]
    if span := _SPAN.match(rest):  # nor is its beginning
        return "".join(f"{value}{span.group()}".split()), ""
    return value, rest


def _is_strength(said: str) -> bool:
    try:
        parse_strength(said)
    except InvalidRequest:
        return False
    return True


def _loras(given: str) -> tuple[str, str]:
    """A name, and more of them if each has its weight or a comma joins them without a space."""
    value, rest = quotation(given) or _first_word(given)
    while more := re.match(r"[\s,]+([^\s,:]+:[+-]?[\d.,]*\d)(?![^\W_])", rest):
        value, rest = f"{value} {more.group(1)}", rest[more.end() :]
    while more := re.match(r",(?!\s)([^\s,]+)", rest):
        value, rest = f"{value} {more.group(1)}", rest[more.end() :]
    return value, rest


def _first_word(text: str) -> tuple[str, str]:
    """The first word, without a mark behind it, and the rest."""
    found = _WORD.match(text)
    if not found:
        return "", text
    word = found.group().rstrip(".:!?。：！？")  # noqa: RUF001 -- Chinese and Japanese marks
    return word, text[len(word) :]


def _figure(text: str) -> tuple[str, str]:
    """What should have been a number, as a whole: the half of "1_000" or of "0,3,0,5" would be another one."""
    found = re.match(r"\d\S*", text)
    return _first_word(text) if found is None else (found.group().rstrip(".,;:!?"), text[found.end() :])


def _joined(before: str, rest: str) -> str:
    """The prompt so far and what stands behind a value; a mark between them stays between words."""
    mark = _END.match(rest)
    if mark:
        behind = rest[mark.end() :]
        keeps = before.strip() and behind.strip() and before.rstrip()[-1].isalnum()
        return before.rstrip() + (mark[1].strip() if keeps else "") + " " + behind
    return f"{before} {rest}"


def _value(row: Option, given: list[str]) -> Any:
    """The value of a flag that is there once, or as often as it makes sense.

    Raises:
        InvalidRequest: it says different things.
    """
    if row.kind is OptionKind.LORAS:
        return row.parse(" ".join(given))
    if row.kind is OptionKind.PROSE:
        return row.parse(", ".join(dict.fromkeys(given)))
    values = [row.parse(each) for each in given]
    if any(value != values[0] for value in values):
        raise InvalidRequest("refused-flag-twice", flag=row.flag)
    return values[0]


def _other_tools(words: str, options: Options) -> Options:
    """With what other tools write into prompts: a whole recipe, and adapters; flags go over them."""
    pasted = pasted_recipe(words)
    names = [f"{found[1]}:{found[2]}" if found[2] else found[1] for found in _LORA.finditer(pasted.prompt or "")]
    loras = OPTION["loras"].parse(" ".join(names)) if names else None
    prompt = " ".join(_LORA.sub(" ", pasted.prompt or "").split())
    prompt = re.sub(r"\s+([,.;])", r"\1", prompt) if names else prompt
    both = (*(loras or ()), *(options.loras or ()))
    return replace(options.over(pasted), prompt=prompt or None, loras=both or None, unread=pasted.unread)
