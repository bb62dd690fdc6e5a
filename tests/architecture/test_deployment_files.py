"""Files for other programs, against the schemas that those programs publish; nothing here starts any of them."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.cli.arguments import parser
from bot.cli.as_typed import as_typed
from config.reading import SECRET_NAMES, load_settings

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.compose-spec", "compose.yaml"),
        ("vendor.github-workflows", ".github/workflows/*.yml"),
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("vendor.dependabot", ".github/dependabot.yml"),
    ],
)
def test_it_has_the_form_that_its_reader_publishes(schema: str, files: str) -> None:
    found = [str(file) for file in ROOT.glob(files)]
    assert found
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *found]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("extras", "asked"), [("", "."), ("ray", ".[ray]"), ("ray,tracing", ".[ray,tracing]")])
def test_optional_parts_are_installed_by_make_and_into_the_image(extras: str, asked: str) -> None:
    make = ["make", "--dry-run", "install", "VENV=none", f"EXTRAS={extras}"]
    told = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    [editable] = [shlex.split(line.lstrip("@")) for line in told.splitlines() if "--editable" in line]
    assert editable[-1] == asked

    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "ARG EXTRAS=\n" in dockerfile
    [step] = re.findall(r'&& (pip install .* --no-build-isolation ".*")$', dockerfile, flags=re.MULTILINE)
    echo = f'pip() {{ for word; do echo "$word"; done; }}; EXTRAS={extras}; {step}'
    told = subprocess.run(["sh", "-euc", echo], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == asked
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {service["build"]["args"]["EXTRAS"] for service in services.values()} == {"${EXTRAS:-}"}


def test_what_compose_has_as_comments_is_right_too(tmp_path: Path) -> None:
    """Each of them switched on: the settings file, HTTP mode's port, the metrics', and tokens as secrets."""
    said = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    switched_on = re.sub(
        r"^( *)# ((?:- \./|ports:|expose:|secrets:|  discord_token:|    file:).*)$", r"\1\2", said, flags=re.MULTILINE
    )
    file = tmp_path / "compose.yaml"
    file.write_text(switched_on, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    composed = yaml.safe_load(switched_on)
    for service in composed["services"].values():
        assert service["ports"] == ["127.0.0.1:3000:3000"]
        assert service["expose"] == ["9464"]
        assert set(service["secrets"]) == set(composed["secrets"])
        assert len(service["volumes"]) == 3


def test_a_release_is_made_once_its_wheel_has_made_a_picture() -> None:
    """With all that it needs: without, the command ends before it says its version."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    steps = [step.get("run", "") for step in jobs["package"]["steps"]]
    [tried] = [number for number, step in enumerate(steps) if "pentimento img2img" in step]
    [installed] = [line for line in steps[tried].splitlines() if "dist/*.whl" in line]
    assert "--no-deps" not in installed
    assert tried < next(number for number, step in enumerate(steps) if "gh release create" in step)
    assert jobs["image"]["needs"] == "package"


def _objects(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.name)
def test_kubernetes_takes_every_object(file: Path) -> None:
    for manifest in _objects(file):
        if manifest["apiVersion"].startswith("ray.io/"):
            groups = [manifest["spec"]["headGroupSpec"], *manifest["spec"]["workerGroupSpecs"]]
            for group in groups:
                pod = {
                    "apiVersion": "v1",
                    "kind": "PodTemplate",
                    "metadata": {"name": "pod"},
                    "template": group["template"],
                }
                kubernetes_validate.validate(pod, "1.31", strict=True)
        else:
            kubernetes_validate.validate(manifest, "1.31", strict=True)


@pytest.mark.parametrize("wrong", [{}, {"authOption": {}}, {"authOptions": {"mode": "tokens"}}], ids=str)
def test_kuberay_takes_the_cluster(wrong: dict[str, Any], tmp_path: Path) -> None:
    """By the oldest release that can do what is asked of it; its pods are Kubernetes's, and checked as such."""
    cluster, *_ = _objects(ROOT / "deploy" / "kubernetes" / "ray.yaml")
    cluster["spec"] |= wrong
    (tmp_path / "cluster.yaml").write_text(yaml.safe_dump(cluster), encoding="utf-8")
    schema = ROOT / "tests" / "golden" / "kuberay-raycluster.json"
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schema), str(tmp_path / "cluster.yaml")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode == 0) is (not wrong), result.stdout


def test_every_process_of_the_ray_sample_has_the_token_and_waits_for_the_head() -> None:
    """KubeRay gives its own pods the token; the bot's is no pod of its."""
    cluster, bot, *_ = _objects(ROOT / "deploy" / "kubernetes" / "ray.yaml")
    assert cluster["spec"]["authOptions"] == {"mode": "token"}
    templates = [cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"], bot["spec"]]
    containers = [container for each in templates for container in each["template"]["spec"]["containers"]]
    told = [{variable["name"]: variable.get("value") for variable in each["env"]} for each in containers]
    assert [variables["RAY_gcs_rpc_server_reconnect_timeout_s"] for variables in told] == ["600"] * 3
    assert told[-1]["RAY_AUTH_MODE"] == "token"
    assert "RAY_AUTH_TOKEN" in told[-1]


def test_the_manifest_s_settings_are_settings(tmp_path: Path) -> None:
    maps = [found for file in MANIFESTS for found in _objects(file) if found["kind"] == "ConfigMap"]
    for number, found in enumerate(maps):
        text = found["data"]["pentimento.toml"]
        (tmp_path / f"{number}.toml").write_text(text, encoding="utf-8")
        settings = load_settings(tmp_path / f"{number}.toml", {})
        assert settings.metrics.port == tomllib.loads(text)["metrics"]["port"]
    assert maps


def test_every_command_line_that_is_shown_or_started_is_one() -> None:
    """In manifests, the unit and the pages; … stands for what the reader puts there."""
    files = [*MANIFESTS, *(ROOT / "deploy" / "systemd").iterdir(), ROOT / "README.md", *ROOT.glob("docs/*.md")]
    started = re.compile(
        r"^(?:ExecStart=|\s*(?:&& )?exec |(?:    |\$ )(?:sudo -u \w+ )?)(?:[\w./]*/)?pentimento (\w.*)$", re.MULTILINE
    )
    found = [line for file in files for line in started.findall(file.read_text(encoding="utf-8"))]
    assert len(found) > 15
    assert len([line for line in found if line.startswith("serve")]) >= 4
    for line in (each for each in found if "[--" not in each):  # a synopsis
        words = shlex.split(line.replace("$(", "").replace("…", "x"), comments=True)
        parser().parse_args(as_typed(words))  # a wrong one ends with 2


def test_one_replica_whose_successor_waits_for_its_end() -> None:
    workloads = [found for file in MANIFESTS for found in _objects(file) if "template" in found.get("spec", {})]
    assert len(workloads) == 2
    for workload in workloads:
        recreated = workload["spec"].get("strategy") == {"type": "Recreate"}
        assert workload["kind"] == "StatefulSet" or recreated
        assert workload["spec"]["replicas"] == 1
        assert workload["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 60


def test_the_container_can_write_to_its_volumes_alone() -> None:
    [workload] = [found for found in _objects(MANIFESTS[0]) if found["kind"] == "StatefulSet"]
    pod = workload["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {"/data", "/models", "/tmp"}
    assert {"name": "HOME", "value": "/tmp"} in container["env"]


def test_the_example_environment_names_every_secret_and_only_settings() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    variables = dict(line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(# )?[A-Z_]+=", line))
    assert set(SECRET_NAMES) <= set(variables)
    load_settings(None, {name: value for name, value in variables.items() if name.startswith("PENTIMENTO")})


def test_the_unit_starts_the_service_as_its_own_user_and_does_not_loop_over_a_wrong_setting() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "deploy" / "systemd" / "pentimento.service")
    service = unit["Service"]
    assert service["execstart"].endswith("/pentimento serve")
    assert service["User"] not in {"root", "0"}
    assert "69" in service["RestartPreventExitStatus"].split()
    assert int(service["TimeoutStopSec"]) >= 60
    assert service["OOMPolicy"] == "continue", "a worker that is killed costs that worker"
    assert "time-sync.target" in unit["Unit"]["After"].split()


def test_a_command_beside_the_unit_is_of_its_user_settings_and_folders(tmp_path: Path) -> None:
    """What the unit says holds for `sudo pentimento …` too; the environment's file wins, as systemd has it."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "deploy" / "systemd" / "pentimento.service")
    service = unit["Service"]
    script = (ROOT / "deploy" / "systemd" / "pentimento").read_text(encoding="utf-8")
    assert service["EnvironmentFile"] in script
    settings = tmp_path / "settings"
    settings.mkdir()
    shutil.copy(ROOT / ".env.example", settings / "environment")
    with (settings / "environment").open("a", encoding="utf-8") as file:
        file.write("\ufeff# from Windows\r\nexport WEB_OPERATOR_TOKEN=passed-over\nno variable\n1X=passed-over\n")
        file.write("SLACK_APP_TOKEN='of Windows'\r\nSLACK_SIGNING_SECRET=too\\\r\n")
        file.write("SLACK_CLIENT_ID = 12.34\n\tSLACK_CLIENT_SECRET\t=  'with spaces'  \n")
        file.write("DISCORD_TOKEN=abc\nHF_HOME=/elsewhere\nPENTIMENTO__SAFETY__BLOCKED=gun*,red queen\n")
        file.write("HTTPS_PROXY=http://bot:p$1&a@proxy:3128\n; a remark\n")
        # What is told of these is what systemd 252 makes of them.
        file.write("PENTIMENTO__MODELS__OFFERED=sdxl, \\\n  sd15,\\\nsd-turbo\n")
        file.write(
            'HTTP_PROXY=corp\\\\bot\nALL_PROXY=\'corp\\bot\'\nNO_PROXY="corp\\bot\\"\\$"\n'
            "HF_TOKEN='quoted one'\nHF_ENDPOINT=the end\\"
        )
    (tmp_path / "runuser").write_text('#!/bin/sh\necho "$@" in "$PWD"\nenv\n', encoding="utf-8")
    (tmp_path / "runuser").chmod(0o755)
    (tmp_path / "script").write_text(script.replace(service["WorkingDirectory"], str(settings)), encoding="utf-8")
    command = ["/bin/sh", str(tmp_path / "script"), "backup", "/var/a file"]
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    ran = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
    started, *told = ran.stdout.splitlines()
    program = service["ExecStart"].removesuffix(" serve")
    assert started == f"-u {service['User']} -- {program} backup /var/a file in {settings}"
    said = dict(each.split("=", 1) for each in service["Environment"].split())
    assert {f"{name}={value}" for name, value in said.items() if name != "HF_HOME"} <= set(told)
    assert {"DISCORD_TOKEN=abc", "HF_HOME=/elsewhere", "SLACK_BOT_TOKEN="} <= set(told)
    assert {"PENTIMENTO__SAFETY__BLOCKED=gun*,red queen", "HTTPS_PROXY=http://bot:p$1&a@proxy:3128"} <= set(told)
    assert {"HF_TOKEN=quoted one", "HF_ENDPOINT=the end"} <= set(told)
    assert "PENTIMENTO__MODELS__OFFERED=sdxl,   sd15,sd-turbo" in told
    assert {r"HTTP_PROXY=corp\bot", r"ALL_PROXY=corp\bot", r'NO_PROXY=corp\bot"$'} <= set(told)
    assert {"SLACK_APP_TOKEN=of Windows", "SLACK_SIGNING_SECRET=too", "WEB_OPERATOR_TOKEN="} <= set(told)
    assert {"SLACK_CLIENT_ID=12.34", "SLACK_CLIENT_SECRET=with spaces"} <= set(told)
    assert "passed-over" not in ran.stdout + ran.stderr
    lines = (settings / "environment").read_text(encoding="utf-8").splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if line.startswith(("\ufeff", "export", "no ", "1X"))]
    sentences = [f"Line {each} of {settings}/environment sets no variable: write it as NAME=value." for each in wrong]
    assert ran.stderr.splitlines() == sentences


def test_pages_start_and_build_the_service_without_a_gpu_by_its_name() -> None:
    """Compose means every service of a profile if none is named, and `up` builds no image that there is already."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    commands = re.findall(r"`(docker compose --profile cpu (?:start|up)[^`]*)`", page)
    assert len(commands) == 2
    assert all(each.endswith(" pentimento-cpu") for each in commands)
    assert re.search(r"`docker compose up -d --build`", page)
