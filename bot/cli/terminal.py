"""Tables and lines on the terminal."""

import os
import shutil
from typing import Any

from rich.console import Console

_PIPED = 160
"""Columns if neither terminal nor COLUMNS says how many there are; rich takes 80, which breaks tables."""

_NARROWEST = 40
"""With fewer columns a table leaves out or cuts up its words, so a narrower terminal wraps its lines by itself."""


class Terminal(Console):
    """A console of `rich` that leaves a reader who has gone to the command line: rich itself would exit with 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        said = os.environ.get("COLUMNS", "")
        if not self.is_terminal and not (said.isdecimal() and int(said)):  # 0 is said where nobody knows
            self.width = _PIPED
        elif self.width < _NARROWEST:
            self.width = max(_NARROWEST, shutil.get_terminal_size().columns)

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 -- the BrokenPipeError that rich is handling
