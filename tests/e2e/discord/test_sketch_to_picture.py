"""From a sketch to a picture with `pentimento serve` as a process, on Discord, across a restart."""

from pathlib import Path

import pytest

from tests.builders.pictures import drawing, saved
from tests.builders.sketches import lines_kept, sketch
from tests.e2e.discord.test_product import PICTURE_SECONDS, is_done, product
from tests.harness.product import keeps_structure
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel

MODULE = "tests.harness.product"


async def test_a_sketch_its_map_and_the_pictures_made_with_it(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    environ = keeps_structure(tmp_path)
    async with product(discord, tmp_path / "kept", module=MODULE, **environ):
        await discord.until(lambda: discord.commands, what="commands", seconds=PICTURE_SECONDS)
        asked = await anna.command(channel, "map", image=drawing(), control="canny")
        shown = await discord.shown(asked, lambda post: post.pictures, seconds=PICTURE_SECONDS)
        assert "The map" in shown.content
    async with product(discord, tmp_path / "kept", module=MODULE, **environ):
        asked = await anna.submit(await anna.press(shown, "Use map"), prompt="a planet --strength 1")
        made = await discord.shown(asked, lambda post: post.done, seconds=PICTURE_SECONDS)
        assert "control canny, from a given map" in made.words
        asked = await anna.submit(await anna.press(made, "Edit"), control="none")
        plain = await discord.shown(asked, lambda post: post.done, seconds=PICTURE_SECONDS)
        assert plain.files != made.files
        asked = await anna.command(channel, "img2img", image=drawing(), prompt="a planet", control="scribble")
        direct = await discord.shown(asked, lambda post: post.done, seconds=PICTURE_SECONDS)
        details = await discord.shown(await anna.press(direct, "Details"))
        asked = await anna.press(details, "Show map")
        again = await discord.shown(asked, lambda post: post.pictures, seconds=PICTURE_SECONDS)
        assert "control scribble" in again.words


@pytest.mark.slow
async def test_the_model_that_ships_keeps_the_lines_of_a_sketch(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    async with product(discord, tmp_path):
        await discord.until(lambda: discord.commands, what="commands", seconds=PICTURE_SECONDS)
        asked = await anna.command(
            channel, "img2img", image=saved(sketch(), "PNG"), prompt="a cyberpunk neon city", strength=1.0, seed=7,
            steps=8, control="scribble",
        )  # fmt: skip
        made = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
        asked = await anna.submit(await anna.press(made, "Edit"), control="none")
        plain = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
        kept, chance = (lines_kept(post.files[post.pictures[0]["filename"]]) for post in (made, plain))
        assert kept > chance + 0.1, (kept, chance)
