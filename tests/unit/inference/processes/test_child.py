import pytest

from inference.processes.child import worker_environment


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
