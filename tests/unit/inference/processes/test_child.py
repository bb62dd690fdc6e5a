import asyncio
import signal
from pathlib import Path

import pytest

from inference.processes.child import Child, worker_environment

MORE_THAN_A_READER_HOLDS = 1 << 20


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PATH",
            "HOME",
            "HF_HUB_OFFLINE",
            "HF_TOKEN",
            "CUDA_VISIBLE_DEVICES",
            "TORCH_HOME",
            "https_proxy",
            "LC_ALL",
        ),
        *("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"),
        *("HSA_OVERRIDE_GFX_VERSION", "MIOPEN_USER_DB_PATH", "TRITON_CACHE_DIR", "HIP_VISIBLE_DEVICES"),
        *("ROCR_VISIBLE_DEVICES", "AMD_SERIALIZE_KERNEL", "GPU_MAX_HW_QUEUES", "ZE_AFFINITY_MASK", "SYCL_CACHE_DIR"),
        *("PYTORCH_HIP_ALLOC_CONF", "TORCHINDUCTOR_CACHE_DIR"),
    ],
)
def test_what_models_and_devices_need_passes(name: str) -> None:
    assert worker_environment({name: "x"})[name] == "x"


@pytest.mark.parametrize(
    "name",
    [
        "DISCORD_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "PENTIMENTO__MODEL__ID",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "PYTHONSTARTUP",
        "MY_HF_TOKEN",
        "LD_PRELOAD",
    ],
)
def test_everything_else_stays_outside(name: str) -> None:
    assert name not in worker_environment({name: "x"})


def test_our_own_package_can_be_imported_first() -> None:
    paths = worker_environment({"PYTHONPATH": "/elsewhere"})["PYTHONPATH"].split(":")
    assert paths[1:] == ["/elsewhere"]
    assert paths[0] == worker_environment({})["PYTHONPATH"]


async def test_one_that_ends_with_much_unread_leaves_nothing_open(tmp_path: Path) -> None:
    """asyncio stops reading a pipe whose bytes nobody takes, and a child ends for it behind its pipes only."""
    (tmp_path / "floods.py").write_text(
        f"import sys, time\nsys.stderr.write('writing\\n')\nsys.stdout.write('x' * {MORE_THAN_A_READER_HOLDS})\n"
    )
    child = await Child.start("floods", environment={"PYTHONPATH": str(tmp_path)})
    async with asyncio.timeout(30):
        while not child.last_words or len(child._outbox._buffer) < 1 << 16:  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)
    assert await child.end() == "SIGKILL"
    assert child._process._transport.is_closing()  # type: ignore[attr-defined]


async def test_whoever_is_cancelled_while_one_is_ended_leaves_none_behind(tmp_path: Path) -> None:
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)\n")
    child = await Child.start("sleeps", environment={"PYTHONPATH": str(tmp_path)})
    ending = asyncio.create_task(child.end())
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert child._process.returncode == -signal.SIGKILL
    assert await child.end() == "SIGKILL"
