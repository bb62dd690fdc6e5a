"""What a member sees of a text that a chat codes and formats; pure."""

import re
from collections.abc import Callable

_SENTINELS = re.compile("[\ue000\ue001]")
"""Stand around what is kept as it is while marks are taken off: private use, which no prompt keeps."""

_KEPT = re.compile("\ue000(\\d+)\ue001")

Keep = Callable[[str], str]


def unmarked(
    text: str,
    coded: re.Pattern[str],
    *,
    seen: Callable[[re.Match[str], Keep], str],
    bare: Callable[[str], str],
) -> str:
    """A text without the chat's marks.

    Args:
        text: as the chat has it.
        coded: what of it stands for something else, or is shown as it is.
        seen: what stands in its place; no mark counts in what it hands to the function that it is given.
        bare: takes a layer of formatting off.
    """
    literal: list[str] = []

    def keep(words: str) -> str:
        literal.append(words)
        return f"\ue000{len(literal) - 1}\ue001"

    before, left = "", coded.sub(lambda found: seen(found, keep), _SENTINELS.sub("", text))
    while before != left:
        before, left = left, bare(left)
    return _KEPT.sub(lambda found: literal[int(found[1])], left)
