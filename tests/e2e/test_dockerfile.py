"""The Dockerfile without Docker: linted, and its build steps really run, into a folder instead of an image.

The libraries are not fetched again. The environment that the steps make sees those of the environment which runs the
tests, so pip finds every requirement satisfied; what is checked is that the steps, the files they copy and the
package they build lead to a working command with the model inside.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


def _instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(name.upper(), rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def _stages() -> list[list[tuple[str, str]]]:
    stages: list[list[tuple[str, str]]] = []
    for name, rest in _instructions():
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, rest))
    return stages


def _copies(stage: list[tuple[str, str]]) -> Iterator[tuple[list[str], str]]:
    for name, rest in stage:
        if name == "COPY" and "--from" not in rest:
            *sources, target = rest.split()
            yield sources, target


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("there is no hadolint for this platform on the package index")
    result = subprocess.run([hadolint, "--no-color", str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert result.stdout == ""
    assert result.returncode == 0


def test_the_image_runs_as_nobody_special_with_a_health_check_and_volumes() -> None:
    build, final = _stages()
    assert ("ARG", "TORCH=cpu") in build
    last = dict(final)
    assert last["USER"] not in {"root", "0"}
    assert last["VOLUME"] == '["/data", "/models"]'
    assert "/healthz" in last["HEALTHCHECK"]
    assert last["ENTRYPOINT"].startswith("["), "the exec form, or signals end at a shell"


def _health_check(**environ: str) -> int:
    command = json.loads(dict(_stages()[1])["HEALTHCHECK"].partition(" CMD ")[2])
    ran = subprocess.run([sys.executable, *command[1:]], env=os.environ | environ, capture_output=True, check=False)
    return ran.returncode


@pytest.mark.parametrize("status", [200, 500])
def test_the_health_check_asks_the_container_itself_where_a_proxy_is_set(status: int) -> None:
    """The proxies of `.env`, and those that Docker's own configuration gives to each container, are for going out."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.2", 0), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:1")
        asked = {"PENTIMENTO__METRICS__HOST": "127.0.0.2", "PENTIMENTO__METRICS__PORT": str(server.server_port)}
        ended = _health_check(**asked, **proxies, NO_PROXY="", no_proxy="")
        server.shutdown()
    assert ended == (0 if status == 200 else 1)


def test_the_health_check_finds_no_fault_if_nobody_is_to_answer() -> None:
    assert _health_check(PENTIMENTO__METRICS__PORT="0") == 0
    with socket.socket() as taken:  # and does not listen
        taken.bind(("127.0.0.1", 0))
        assert _health_check(PENTIMENTO__METRICS__PORT=str(taken.getsockname()[1])) == 1


def test_everything_that_is_copied_is_let_through_by_dockerignore() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {rule[1:] for rule in rules if rule.startswith("!")}
    sources = {source.partition("/")[0] for stage in _stages() for many, _ in _copies(stage) for source in many}
    assert sources <= let_through
    assert all((ROOT / source).exists() for source in sources)


def test_compose_starts_it_with_a_gpu_and_knows_a_profile_without() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    device = services["pentimento"]["deploy"]["resources"]["reservations"]["devices"][0]
    assert device["capabilities"] == ["gpu"]
    assert services["pentimento"]["build"]["args"]["TORCH"].startswith("${TORCH:-cu")
    assert "profiles" not in services["pentimento"]
    assert services["pentimento-cpu"]["profiles"] == ["cpu"]
    for service in services.values():
        assert {mount.partition(":")[2] for mount in service["volumes"]} == {"/data", "/models"}


def _packages(environment: Path) -> Path:
    return next((environment / "lib").glob("python3.*/site-packages"))


@pytest.mark.slow
def test_the_build_steps_make_a_working_command_with_the_model_inside(tmp_path: Path) -> None:
    source, target = tmp_path / "src", tmp_path / "opt" / "pentimento"
    source.mkdir()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_REQUIRE"))},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }

    def here(text: str) -> str:
        return text.replace("/opt/pentimento", str(target)).replace("/src", str(source))

    for name, rest in _stages()[0]:
        match name:
            case "ENV":
                environ |= dict(pair.split("=", 1) for pair in here(rest).split())
            case "ARG":
                environ |= dict([rest.split("=", 1)])
            case "COPY":
                *origins, to = rest.split()
                for origin in origins:
                    destination = source / to / ("" if (ROOT / origin).is_dir() else Path(origin).name)
                    destination.parent.mkdir(parents=True, exist_ok=True)
                    if (ROOT / origin).is_dir():
                        shutil.copytree(ROOT / origin, destination, dirs_exist_ok=True)
                    else:
                        shutil.copy(ROOT / origin, destination)
            case "RUN":
                command = re.sub(r"^(--mount=\S+\s+)+", "", here(rest))
                result = subprocess.run(
                    ["sh", "-euc", command], cwd=source, env=environ, capture_output=True, text=True, check=False
                )
                assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
                libraries = [path for path in sys.path if Path(path).name == "site-packages"]
                (_packages(target) / "tests-own-libraries.pth").write_text("\n".join(libraries) + "\n")

    shutil.rmtree(source)
    packages = _packages(target)
    installed = {entry.name for entry in packages.iterdir()}
    assert {"bot", "inference", "adapters", "config"} <= installed
    assert not {"torch", "tests", "training"} & installed
    assert (packages / "config" / "defaults.toml").is_file()
    assert len(list((packages / "config" / "styles").glob("*.jpg"))) >= 24
    assert (packages / "inference" / "pocket" / "model_index.json").is_file()
    weights = list((packages / "inference" / "pocket").rglob("*.safetensors"))
    assert {file.parent.name for file in weights} == {"unet", "vae", "text_encoder"}
    assert (packages / "inference" / "pocket-edges" / "diffusion_pytorch_model.safetensors").is_file()
    asking = [str(target / "bin" / "pentimento"), "--version"]
    version = subprocess.run(asking, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert version.returncode == 0, version.stderr
    assert version.stdout.startswith("pentimento ")
