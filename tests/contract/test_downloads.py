"""Downloads in their own process, from a hub on loopback that is slow, cuts lines, stalls or refuses."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.api import ModelUnavailable
from inference.models.downloads import DownloadProgress, fetched
from inference.models.hub import HubRef
from tests.servers.hub import COMMIT, Hub

NAME = "org/tiny"
WEIGHTS = "unet/diffusion_pytorch_model.fp16.safetensors"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A repository; nobody here reads what is in its weights."""
    folder = tmp_path / "repository"
    shutil.copytree(Path("inference/pocket"), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    for place in ("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"):
        size = 120_000 if place.startswith("unet") else 5_000
        (folder / f"{place}.fp16.safetensors").write_bytes(os.urandom(size))
        (folder / f"{place}.safetensors").write_bytes(os.urandom(2 * size))
    return folder


@pytest.fixture
def hub(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub({NAME: model}) as hub:
        for name, value in hub.environment(tmp_path / "cache").items():
            monkeypatch.setenv(name, value)
        yield hub


async def whole(silence: float = 30.0) -> tuple[list[DownloadProgress], Path]:
    arrivals: list[DownloadProgress] = []
    async for news in fetched(HubRef(NAME), name="tiny", silence=silence):
        if isinstance(news, Path):
            return arrivals, news
        arrivals.append(news)
    raise AssertionError("it ended without an end")


def blobs(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "hub" / "models--org--tiny" / "blobs"


async def test_a_model_comes_as_a_whole_where_the_hubs_own_client_would_look_for_it(hub: Hub, model: Path) -> None:
    arrivals, folder = await whole()
    assert folder.name == COMMIT
    assert (folder / WEIGHTS).read_bytes() == (model / WEIGHTS).read_bytes()
    assert not (folder / "unet" / "diffusion_pytorch_model.safetensors").exists(), "half the bytes are enough"
    assert (folder.parents[1] / "refs" / "main").read_text() == COMMIT
    assert arrivals[-1].done == arrivals[-1].total == sum(each.stat().st_size for each in folder.rglob("*.*"))
    before = hub.total
    await whole()
    assert hub.total == before, "what is here is not fetched again"


async def test_a_cut_line_is_taken_up_where_it_was_cut(hub: Hub, model: Path) -> None:
    hub.cuts = [60_000, 100_000]
    _, folder = await whole()
    assert (folder / WEIGHTS).read_bytes() == (model / WEIGHTS).read_bytes()
    assert not hub.cuts
    assert hub.given[WEIGHTS] <= 120_000 + 8 * 2_000, "every byte about once"


async def test_a_new_process_goes_on_where_one_was_killed(hub: Hub, model: Path, tmp_path: Path) -> None:
    hub.rate = 100_000
    news = fetched(HubRef(NAME), name="tiny")
    parts: list[Path] = []
    async for _ in news:
        parts = [file for file in blobs(tmp_path).glob("*.incomplete") if file.stat().st_size > 20_000]
        if parts:
            break
    await news.aclose()
    part = max(parts, key=lambda file: file.stat().st_size)
    strange = part.with_name(f"{part.stem}.0a1b2c3d.incomplete")
    strange.write_bytes(b"left by the hub's own client")
    arrivals, folder = await whole()
    assert arrivals[0].done > 10_000
    assert (folder / WEIGHTS).read_bytes() == (model / WEIGHTS).read_bytes()
    assert hub.given[WEIGHTS] <= 120_000 + 40_000, "only what was in the pipes came twice"
    assert not [*blobs(tmp_path).glob("*.incomplete")], "what earlier tries left is gone"


async def test_the_disk_is_looked_at_before_anything_large_comes(hub: Hub) -> None:
    free = shutil.disk_usage("/").free
    hub.announced[WEIGHTS] = free + 10**12
    said = r"The model 'org/tiny' needs \d+\.\d GB more on the disk of .*cache, where \d+\.\d GB are free: make room"
    with pytest.raises(ModelUnavailable, match=said):
        await whole()
    assert not hub.given[WEIGHTS]
    assert not hub.given["vae/diffusion_pytorch_model.fp16.safetensors"]


async def test_how_far_it_is_only_grows_and_says_how_long_it_takes(hub: Hub) -> None:
    hub.rate = 100_000
    arrivals, _ = await whole()
    done = [each.done for each in arrivals]
    assert done == sorted(done)
    assert len({each.total for each in arrivals}) == 1
    assert arrivals[-1].done == arrivals[-1].total
    paced = [each for each in arrivals if each.rate]
    assert paced
    assert all(each.seconds_left is not None and each.seconds_left >= 0 for each in paced)
    assert any(20_000 < each.rate < 400_000 for each in paced), "about what the line gives"
    told = DownloadProgress(done=3_100_000_000, total=6_900_000_000, file=WEIGHTS, rate=15_800_000)
    assert told.in_sentence() == "3.10 of 6.90 GB, about 4 min left"
    assert told.in_words() == {"done": "3.10GB", "of": "6.90GB", "file": WEIGHTS, "rate": "15.8MB/s", "left": "241s"}


async def test_what_was_spoilt_on_the_disk_is_found_out(hub: Hub, model: Path, tmp_path: Path) -> None:
    hub.rate = 100_000
    news = fetched(HubRef(NAME), name="tiny")
    async for arrival in news:
        if isinstance(arrival, DownloadProgress) and arrival.file == WEIGHTS and arrival.done > 30_000:
            break
    await news.aclose()
    part = max(blobs(tmp_path).glob("*.incomplete"), key=lambda file: file.stat().st_size)
    part.write_bytes(os.urandom(part.stat().st_size))
    hub.rate = 0
    _, folder = await whole()
    assert (folder / WEIGHTS).read_bytes() == (model / WEIGHTS).read_bytes()


async def test_silence_is_what_counts_as_stuck(hub: Hub) -> None:
    hub.stalls = True
    with pytest.raises(ModelUnavailable, match=r"stood still for 2 seconds.*pentimento download tiny"):
        await whole(silence=2.0)


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "accept the terms on https://huggingface.co/org/tiny and set HF_TOKEN"),
        ("hf_bad", "the hub refuses HF_TOKEN"),
    ],
)
async def test_a_gate_says_what_opens_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, token: str, sentence: str
) -> None:
    hub.gated.add(NAME)
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(ModelUnavailable, match=sentence):
        await whole()
    monkeypatch.setenv("HF_TOKEN", "hf_good")
    assert (await whole())[1].is_dir()


async def test_what_the_hub_does_not_have_is_said(hub: Hub) -> None:
    hub.repositories.clear()
    with pytest.raises(ModelUnavailable, match="the hub has no such model"):
        await whole()


@pytest.mark.usefixtures("hub")
async def test_no_network_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match="the hub cannot be reached: check the network"):
        await whole()


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("names", ["nothing", "a folder", "no certificate"])
async def test_a_file_of_certificates_that_is_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    file = tmp_path / "bundle.pem"
    if names == "a folder":
        file.mkdir()
    elif names == "no certificate":
        file.write_text("no certificate", encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(ModelUnavailable, match="the hub cannot be reached: check the network, HTTPS_PROXY, SSL_CERT"):
        await whole()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: it makes the certificates")
async def test_an_authority_of_ones_own_is_named_by_ssl_cert_file(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a proxy that looks into TLS."""
    authority, key = tmp_path / "authority.pem", tmp_path / "authority.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(authority)]
    subprocess.run(command, check=True, capture_output=True)
    hub.wear(authority, key)
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))  # another library's variable
    with pytest.raises(ModelUnavailable, match="check the network, HTTPS_PROXY, SSL_CERT_FILE"):
        await whole()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    arrivals, _ = await whole()
    assert arrivals[-1].done == arrivals[-1].total
