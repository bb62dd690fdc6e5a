"""From a sketch to a picture with `pentimento serve` as a process, on Discord, across a restart."""

from pathlib import Path

from tests.e2e.discord.test_product import PICTURE_SECONDS, product
from tests.fakes.discord_server import DiscordServer
from tests.fakes.discord_server.people import Person
from tests.fakes.discord_server.world import Channel
from tests.fakes.pictures import drawing
from tests.fakes.product import keeps_structure

MODULE = "tests.fakes.product"


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
        asked = await anna.submit(await anna.press(shown, "Use map"), prompt="a planet", strength="1")
        made = await discord.shown(asked, lambda post: "Done" in post.content, seconds=PICTURE_SECONDS)
        assert "control canny, from a given map" in made.words
        asked = await anna.submit(await anna.press(made, "Edit"), control="none")
        plain = await discord.shown(asked, lambda post: "Done" in post.content, seconds=PICTURE_SECONDS)
        assert plain.files != made.files
        asked = await anna.command(channel, "img2img", image=drawing(), prompt="a planet", control="scribble")
        direct = await discord.shown(asked, lambda post: "Done" in post.content, seconds=PICTURE_SECONDS)
        asked = await anna.press(direct, "Show map")
        again = await discord.shown(asked, lambda post: post.pictures, seconds=PICTURE_SECONDS)
        assert "control scribble" in again.words
