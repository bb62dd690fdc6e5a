"""What `/info` and Details tell."""

from dataclasses import replace

from adapters.discord.pages import description_lines
from bot.results import Description
from tests.builders.jobs import a_generation, a_job


def test_strength_is_told_only_where_it_means_something() -> None:
    job = a_job()
    lines = description_lines(Description(job=job, generations=[], ancestors=[a_generation(a_job())]), "en")
    assert any(line.startswith("strength 0.5 · seed 7") for line in lines)
    assert any("an oil painting (0.5), " in line for line in lines)
    editor = replace(job.recipes[0], uses_strength=False)
    edited = replace(job, recipes=(editor,))
    above = replace(a_generation(a_job()), recipe=editor)
    lines = description_lines(Description(job=edited, generations=[], ancestors=[above]), "de")
    assert any(line.startswith("bearbeitet nach Anweisung; die Stärke gilt nicht · seed 7") for line in lines)
    assert not any("0.5" in line for line in lines)
