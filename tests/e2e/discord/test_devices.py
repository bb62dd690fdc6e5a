"""A service with two workers, as its owner and its members see them: `check`, `/metrics` and `/queue`."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import aiohttp
import psutil

from tests.e2e.discord.test_product import REPOSITORY, product
from tests.harness.ports import free_port
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel

HARNESS = "tests.harness.product"


async def up(port: int) -> dict[str, float]:
    """What the metrics say of each device."""
    async with aiohttp.request("GET", f"http://127.0.0.1:{port}/metrics") as answer:
        found = re.findall(r'^pentimento_device_up\{device="(\w+)"\} (\S+)$', await answer.text(), re.MULTILINE)
    return {device: float(value) for device, value in found}


async def test_metrics_and_queue_show_each_device(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    port = free_port()
    both = {"DEVICES": "2", "PENTIMENTO__METRICS__PORT": str(port)}
    async with asyncio.timeout(120), product(discord, tmp_path, module=HARNESS, **both) as service:
        while (found := await up(port)) != {"device0": 1, "device1": 1}:
            assert found.keys() == {"device0", "device1"}
            await asyncio.sleep(0.05)
        listed = await discord.shown(await anna.command(channel, "queue"))
        assert "2 of 2 devices make pictures." in listed.words
        family = psutil.Process(service.pid).children(recursive=True)
        next(one for one in family if "inference.worker" in one.cmdline()).kill()
        while sorted((await up(port)).values()) != [0, 1]:
            await asyncio.sleep(0.02)
        while sorted((await up(port)).values()) != [1, 1]:
            await asyncio.sleep(0.05)


def test_check_has_a_line_for_each_device(tmp_path: Path) -> None:
    environment = os.environ | {"DEVICES": "2", "PENTIMENTO__DATA_DIR": str(tmp_path), "DISCORD_TOKEN": ""}
    command = (sys.executable, "-m", HARNESS, "check", "--json")
    ran = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    findings = {finding["what"]: finding for finding in json.loads(ran.stdout)}
    for device in ("device device0", "device device1"):
        assert findings[device] == {"what": device, "state": "ok", "words": "a pencil, 1 slot"}
