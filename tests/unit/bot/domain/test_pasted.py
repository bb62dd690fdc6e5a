"""A recipe as we write it is read back as it was, wherever somebody pastes it."""

from dataclasses import replace

import pytest

from bot.domain.flags import parse_flags
from bot.domain.pasted import recipe_text
from inference.api import Lora
from tests.builders.jobs import a_generation, a_job


@pytest.mark.parametrize("prompt", ["a boat at dusk", ""])
@pytest.mark.parametrize("loras", [(), (Lora("ink", 0.8),), (Lora("ink", 1.0), Lora("clay-v2", -0.25))])
@pytest.mark.parametrize("glue", ["\n", " "])
def test_adapters_are_written_out_and_read_back(prompt: str, loras: tuple[Lora, ...], glue: str) -> None:
    job = a_job(prompt=prompt)
    recipe = replace(job.recipes[0], loras=loras, negative_prompt="people")
    text = recipe_text(replace(a_generation(job), recipe=recipe))
    assert all(f"<lora:{each.name}:{each.weight:g}>" in text for each in loras)
    read = parse_flags(text.replace("\n", glue)).options
    assert (read.prompt or "") == prompt
    assert [(each.name, each.weight) for each in read.loras or ()] == [(each.name, each.weight) for each in loras]
    assert (read.seed, read.steps, read.negative_prompt) == (recipe.seed, recipe.steps, "people")
