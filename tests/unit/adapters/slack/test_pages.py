"""What the modals tell."""

from dataclasses import replace

from adapters.slack.pages import details_page
from bot.results import Description
from tests.builders.jobs import a_generation, a_job
from tests.servers.slack.member import words


def test_strength_is_told_only_where_it_means_something() -> None:
    job = a_job()
    made, above = a_generation(job), a_generation(a_job())
    told = words(details_page(Description(job=job, generations=[made], ancestors=[above])))
    assert "strength 0.5 (balanced): 512x384" in told
    assert "an oil painting at strength 0.5" in told
    editor = replace(job.recipes[0], uses_strength=False)
    made, above = replace(made, recipe=editor), replace(above, recipe=editor)
    told = words(details_page(Description(job=job, generations=[made], ancestors=[above])))
    assert "edits by instruction; strength does not apply: 512x384" in told
    assert "0.5" not in told
