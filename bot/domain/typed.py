"""How people type: the dashes, quotation marks, numbers and percent signs of phones and languages, in one place.

Whatever reads a value, from a text, a form, a chat's option or a command line, reads it with these.
"""

import re
import unicodedata

HYPHENS = "-‐‑﹣－"  # noqa: RUF001 -- these are what is meant
"""Two of these begin a flag."""

LONG_DASHES = "‒–—―−﹘⸺⸻"  # noqa: RUF001 -- these are what is meant
"""What phones make of two hyphens; one begins a flag that is known, for writers use them too."""

_DOUBLE, _SINGLE = '"“”„‟＂〝〞〟', "'‘’‚‛＇"  # noqa: RUF001 -- these are what is meant
_CLOSING = (
    dict.fromkeys(_DOUBLE, _DOUBLE)
    | dict.fromkeys(_SINGLE, _SINGLE)
    | {"«": "»", "»": "«»", "‹": "›", "›": "‹›", "「": "」", "『": "』", "《": "》", "〈": "〉", "`": "`"}  # noqa: RUF001
)
"""What may stand at the end of what begins with a mark: languages close „so“, „so” or »so«, and phones mix them."""

END_MARKS = ".,;:。、，；："  # noqa: RUF001 -- Chinese and Japanese marks
"""What people put behind a value, which is no part of it."""

PERCENT_SIGNS = "%％٪﹪"  # noqa: RUF001 -- as people type it

DECIMAL = "[.,٫．，·]"  # noqa: RUF001 -- these are what is meant
NUMBER = (
    r"[+\-−－]?(?:\d{1,4}[/⁄]\d{1,4}|[¼½¾⅐-⅞]|"  # noqa: RUF001 -- as people type it
    rf"\d+(?:{DECIMAL}\d+)?|{DECIMAL}\d+)(?:[eE][+-]?\d+)?(?:\s*[{PERCENT_SIGNS}])?"
    rf"(?![^\W_]|{DECIMAL}\d|[/⁄_]\d)"  # noqa: RUF001 -- as above
)
"""A number with its sign and percent sign, which a space may stand before; not the beginning of a word or of more."""

_WHOLE_NUMBER = re.compile(NUMBER)
_MARKS = str.maketrans({"٫": ".", "，": ".", ",": ".", "·": ".", "⁄": "/", "−": "-", "٪": "%"})  # noqa: RUF001 -- these are what is meant


def number(text: str) -> float:
    """A number from what people type: "0.7", "0,7", ".7", "70 %", "1/2", "½", in the digits of any script.

    Raises:
        ValueError: it is none.
    """
    said = text.strip()
    if not _WHOLE_NUMBER.fullmatch(said):
        raise ValueError(text)
    plain = unicodedata.normalize("NFKC", said).translate(_MARKS)
    share = plain.removesuffix("%")
    above, _, below = share.partition("/")
    if below and not float(below):
        raise ValueError(text)
    return float(above) / float(below or 1) / (1 if share == plain else 100)


def quotation(text: str) -> tuple[str, str] | None:
    """What stands in the quotation marks that a text begins with, and what comes behind them; None if it has none."""
    closing = _CLOSING.get(text[:1])
    if closing is None:
        return None
    inside = re.match(rf".([^{re.escape(closing)}]+)[{re.escape(closing)}](?![^\W_])", text, re.DOTALL)
    return (inside.group(1).strip(), text[inside.end() :]) if inside else None
