"""What people write, made fit to be shown to others."""

import unicodedata

_MAX_QUOTED = 60


def quoted(text: str) -> str:
    """What somebody wrote, short and plain enough to stand inside a sentence of ours."""
    plain = clean_text(text)
    return plain if len(plain) <= _MAX_QUOTED else plain[:_MAX_QUOTED] + "…"


def clean_text(text: str) -> str:
    """Text from people without what can disguise it: control, bidi and zero-width characters; ends trimmed.

    Newlines and tabs become spaces. Joiners inside emoji sequences (U+200D) stay, they carry meaning.
    """
    kept = (
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join("".join(kept).split())
