"""`serve` while its model is still on its way: from a hub on loopback that is slow and cuts the line."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.e2e.discord.test_faults import noise
from tests.e2e.discord.test_product import PICTURE_SECONDS, product
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel
from tests.servers.hub import TRICKLE, Hub

WEIGHTS = 320_000
RATE = 20_000  # of the long form
LOAD_SECONDS = 12
"""What loading may take here; the download takes longer: its line trickles until that is over."""

long = pytest.mark.skipif(
    os.environ.get("PENTIMENTO_TEST_DOWNLOAD") != "long", reason="PENTIMENTO_TEST_DOWNLOAD=long runs it"
)


@pytest.mark.slow
async def test_commands_are_answered_at_once_and_delivered_when_the_model_is_there(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    folder = tmp_path / "repository"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text('{"unet": ["diffusers", "UNet2DConditionModel"]}')
    (folder / "unet" / "config.json").write_text("{}")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(os.urandom(WEIGHTS))
    with Hub({"org/tiny": folder}) as hub:
        hub.rate, hub.cuts = TRICKLE, [WEIGHTS // 3, WEIGHTS // 2]
        settings = hub.environment(tmp_path / "cache") | {"PENTIMENTO__MODEL__ID": "org/tiny"}
        settings |= {"LOAD_SECONDS": str(LOAD_SECONDS)}
        async with product(discord, tmp_path / "data", module="tests.harness.product", **settings):
            over = asyncio.create_task(asyncio.sleep(LOAD_SECONDS + 1))
            assert hub.total < WEIGHTS // 2, "it does not wait for the model"
            asked = await anna.command(channel, "img2img", image=noise(), prompt="an oil painting")
            waits = await discord.shown(
                asked, lambda post: "being downloaded" in post.content and "MB" in post.content, seconds=30
            )
            assert asked.fetched_first is False, "it is answered before anything that may take long"
            copy = await anna.command(channel, "img2img", image=noise(), prompt="itself", strength=0.0)
            await discord.shown(copy, lambda post: post.done, seconds=30)
            assert hub.total < WEIGHTS, "what needs no model does not wait for it"
            await over
            hub.rate = 0
            await discord.until(lambda: waits.done, what="the picture", seconds=PICTURE_SECONDS)
        assert not hub.cuts
        assert hub.given["unet/diffusion_pytorch_model.safetensors"] <= WEIGHTS + 8 * 2_000, "every byte about once"


@long
@pytest.mark.timeout(2400)
async def test_a_model_that_takes_longer_than_ten_minutes_is_waited_for_and_paints(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    """As above with nothing shortened: the whole product, its own model, and the bounds that owners have."""
    folder, clock = Path("inference/pocket").absolute(), asyncio.get_running_loop().time
    weights = {file.relative_to(folder).as_posix(): file.stat().st_size for file in folder.rglob("*.safetensors")}
    whole = sum(weights.values())
    assert whole / RATE > 600
    with Hub({"org/pocket": folder}) as hub:
        hub.rate, hub.cuts = RATE, [whole // 3, whole // 2]
        settings = hub.environment(tmp_path / "cache") | {"PENTIMENTO__MODEL__ID": "org/pocket"}
        began = clock()
        async with product(discord, tmp_path / "data", **settings):
            assert hub.total < whole // 10, "it does not wait for the model"
            asked = await anna.command(channel, "img2img", image=noise(), prompt="an oil painting")
            waits = await discord.shown(asked, lambda post: "being downloaded" in post.content, seconds=30)
            assert asked.fetched_first is False, "it is answered before anything that may take long"
            await discord.until(lambda: waits.done, what="the picture", seconds=2 * whole / RATE)
            assert clock() - began > 600
        assert not hub.cuts
        for file, size in weights.items():
            assert size <= hub.given[file] <= size + 8 * 2_000, "every byte about once"
