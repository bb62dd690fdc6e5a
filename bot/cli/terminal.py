"""Tables and lines on the terminal."""

from rich.console import Console


class Terminal(Console):
    """A console of `rich` that leaves a reader who has gone to the command line: rich itself would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 -- the BrokenPipeError that rich is handling
