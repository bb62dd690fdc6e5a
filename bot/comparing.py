"""Compare: what a result was made from and what became of it, pass by pass."""

from dataclasses import dataclass

from bot.domain.errors import Gone, NotAllowed
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation
from bot.results import Description
from bot.texts import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Pictures in the order in which they were made.

    Attributes:
        steps: the source first, then each pass with a few words for it.
        spoiler: one of them is hidden until a reader asks to see it.
    """

    steps: tuple[tuple[ImageId, str], ...]
    spoiler: bool

    @property
    def before(self) -> ImageId:
        """What the latest pass began with."""
        return self.steps[-2][0]

    @property
    def after(self) -> ImageId:
        """The result."""
        return self.steps[-1][0]


def result_in(description: Description, target: GenerationId) -> Generation:
    """One of a job's results.

    Raises:
        Gone: it is not kept.
    """
    found = next((each for each in description.generations if each.id == target), None)
    if found is None:
        raise Gone("refused-gone")
    return found


def comparison(description: Description, target: GenerationId, locale: str) -> Comparison:
    """A result beside its source; of a chain, every pass that whoever asks may see.

    A chain whose own source is not for them begins with the first result that is.

    Raises:
        Gone: it is not kept.
        NotAllowed: its source may not be shown, or is not for who asked.
    """
    made = [result_in(description, target)]
    if description.source_hidden:
        raise NotAllowed("refused-source-hidden")
    for each in reversed(description.ancestors):
        if each is not None and each.image == made[0].source:
            made.insert(0, each)
    if any(each.safety.source_hidden for each in made):
        raise NotAllowed("refused-unsafe-there")
    source = (made[0].source, text(locale, "alt-source"))
    if made[0].source in description.hidden:
        first, *made = made
        source = (first.image, first.recipe.prompt)
    passes = [(each.image, f"{number}. {each.recipe.prompt}") for number, each in enumerate(made, start=1)]
    if len(passes) == 1:
        passes = [(made[0].image, made[0].recipe.prompt)]
    return Comparison(steps=(source, *passes), spoiler=any(each.spoiler for each in made))
