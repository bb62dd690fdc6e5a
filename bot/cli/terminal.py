"""Tables and lines on the terminal."""

import os
from typing import Any

from rich.console import Console

_PIPED = 160
"""Columns if neither terminal nor COLUMNS says how many there are; rich takes 80, which breaks tables."""


class Terminal(Console):
    """A console of `rich` that leaves a reader who has gone to the command line: rich itself would exit with 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if not self.is_terminal and "COLUMNS" not in os.environ:
            self.width = _PIPED

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 -- the BrokenPipeError that rich is handling
