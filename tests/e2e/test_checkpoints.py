"""Checkpoints in one file, in the real worker: the same pictures as the folder that they were made from."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from inference.api import Done, Failed, Img2ImgRequest
from inference.models.downloads import fetched
from inference.models.entry import ModelEntry
from inference.models.library import foreseen, refs_of, refs_of_model
from inference.models.overview import overview
from inference.worker.engine import ProcessEngine
from tests.servers.hub import Hub

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    # Libraries warn of each other's future while they are imported and used in this process to build the models.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

PACKED = ("sd3", "flux", "flux2", "chroma", "qwen-image", "z-image")
FILE_ON_HUB = "org/files/sub/tiny.safetensors"
FAMILIES = ("sd15", "sd2", "sdxl", *PACKED)
REFUSED = {
    "shapes": "has other tensors than Stable Diffusion 1.5 has (",
    "lacking": "has other tensors than Stable Diffusion 1.5 has (some are missing)",
    "early-lacking": "other tensors than Stable Diffusion 1.5 has (text_encoder.final_layer_norm.bias is missing)",
    "no-vae": "brings no autoencoder: name one as the `vae` of its entry",
    "bad-vae": "names 'bad.safetensors' as its vae, which is no autoencoder",
    "lost-vae": "names 'no/such/vae' as its vae, which is not here",
    "adapter": "is a low-rank adapter (LoRA)",
    "cut-gguf": "is broken: cut.gguf is no whole GGUF file; fetch it again",
    "unet-gguf": "is a UNet as a GGUF file: get it as a .safetensors file",
    "gguf-inside": "keeps its transformer as a GGUF file: name that file as the `id` of an entry",
    "bitsandbytes": "keeps its transformer quantised with bitsandbytes, which ",
    "nunchaku": "keeps its transformer quantised with nunchaku_lite, which is not read here: choose one made with",
}


def build(root: Path) -> dict[str, ModelEntry]:
    """A folder and a file of each family, and files that cannot be used."""
    import torch

    from tests.tiny_models import checkpoints, flow, folders, gguf_files

    makers: dict[str, Callable[[], Any]] = {
        "sd15": folders.stable_diffusion,
        "sd2": folders.stable_diffusion,
        "sdxl": lambda: folders.stable_diffusion_xl(second_width=48),
        "sd3": lambda: flow.flow("sd3"),
        "flux": lambda: flow.flow("flux-dev"),
        "flux2": lambda: flow.flow("flux2-klein"),
        "chroma": folders.chroma,
        "qwen-image": lambda: flow.flow("qwen-image"),
        "z-image": lambda: flow.flow("z-image"),
    }
    entries: dict[str, ModelEntry] = {}
    for family, make in makers.items():
        folder = folders.save_made(make, root / family)
        torch.manual_seed(0)
        tensors = checkpoints.WRITERS[family](make())
        file = checkpoints.save(tensors, root / f"{family}.safetensors")
        halves = {name: tensor.half() for name, tensor in tensors.items()}
        entries[family] = ModelEntry(id=str(folder))
        entries[f"{family}-file"] = ModelEntry(id=str(file), base=str(folder))
        if family in PACKED:
            packed = gguf_files.save(tensors, root / f"{family}.gguf")
            entries[f"{family}-gguf"] = ModelEntry(id=str(packed), base=str(folder))
        float8 = checkpoints.in_float8(tensors)
        forms = {"half": halves, "float8": float8, "rounded": {name: each.float() for name, each in float8.items()}}
        for form, content in forms.items():
            place = checkpoints.save(content, root / f"{family}-{form}.safetensors")
            entries[f"{family}-{form}"] = ModelEntry(id=str(place), base=str(folder))
    torch.manual_seed(0)
    whole = checkpoints.WRITERS["sd15"](folders.stable_diffusion())
    bare = {name: tensor for name, tensor in whole.items() if not name.startswith("first_stage_model.")}
    lacking = {name: tensor for name, tensor in whole.items() if "middle_block.1" not in name}
    early = {name.replace(".transformer.text_model.", ".transformer."): each for name, each in whole.items()}
    assert early.keys() != whole.keys()
    early["cond_stage_model.transformer.embeddings.position_ids"] = torch.arange(77)[None]
    unread = {name: each for name, each in early.items() if "transformer.final_layer_norm.bias" not in name}
    checkpoints.save(early, root / "early.safetensors")
    checkpoints.save(unread, root / "early-lacking.safetensors")
    checkpoints.save(bare, root / "bare.safetensors")
    checkpoints.save(lacking, root / "lacking.safetensors")
    checkpoints.save({"lora_unet_mid.lora_up.weight": torch.zeros(2)}, root / "adapter.safetensors")
    checkpoints.save({"a": torch.zeros(2)}, root / "bad.safetensors")
    loose = {name.removeprefix("first_stage_model."): each for name, each in whole.items() if name not in bare}
    checkpoints.save(loose, root / "vae.safetensors")
    (root / "cut.gguf").write_bytes((root / "z-image.gguf").read_bytes()[:200])
    gguf_files.save({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(8, 4, 3, 3)}, root / "unet.gguf")
    entries |= _quantised_elsewhere(root)
    base, without_vae = str(root / "sd15"), str(root / "bare.safetensors")
    return entries | {
        "hub-file": ModelEntry(
            id=f"https://huggingface.co/{FILE_ON_HUB}", base="org/sd15", vae="org/vae/vae.safetensors"
        ),
        "own-vae-file": ModelEntry(id=without_vae, base=base, vae=str(root / "vae.safetensors")),
        "own-vae-folder": ModelEntry(id=without_vae, base=base, vae=str(root / "sd15" / "vae")),
        "v": ModelEntry(id=str(root / "sd15.safetensors"), base=base, prediction="v_prediction"),
        "shapes": ModelEntry(id=str(root / "sd15.safetensors")),
        "early": ModelEntry(id=str(root / "early.safetensors"), base=base),
        "early-lacking": ModelEntry(id=str(root / "early-lacking.safetensors"), base=base),
        "lacking": ModelEntry(id=str(root / "lacking.safetensors"), base=base),
        "no-vae": ModelEntry(id=without_vae, base=base),
        "bad-vae": ModelEntry(id=without_vae, base=base, vae=str(root / "bad.safetensors")),
        "lost-vae": ModelEntry(id=without_vae, base=base, vae="no/such/vae"),
        "adapter": ModelEntry(id=str(root / "adapter.safetensors")),
        "cut-gguf": ModelEntry(id=str(root / "cut.gguf"), base=str(root / "z-image")),
        "unet-gguf": ModelEntry(id=str(root / "unet.gguf")),
    }


def _quantised_elsewhere(root: Path) -> dict[str, ModelEntry]:
    """Folders whose transformers are in forms that need something else."""
    entries = {name: ModelEntry(id=str(root / name)) for name in ("bitsandbytes", "nunchaku", "gguf-inside")}
    for name in entries:
        shutil.copytree(root / "z-image", root / name)
        method = "nunchaku_lite" if name == "nunchaku" else name
        config = root / name / "transformer" / "config.json"
        if name != "gguf-inside":
            told = json.loads(config.read_text()) | {"quantization_config": {"quant_method": method}}
            config.write_text(json.dumps(told))
    for weights in (root / "gguf-inside" / "transformer").glob("*.safetensors"):
        weights.unlink()
    shutil.copy(root / "z-image.gguf", root / "gguf-inside" / "transformer" / "z-image-Q8_0.gguf")
    return entries


class Bench:
    def __init__(self, engine: ProcessEngine, root: Path, entries: Mapping[str, ModelEntry], hub: Hub) -> None:
        self.engine, self.root, self.entries, self.hub = engine, root, entries, hub
        self._made: dict[str, bytes] = {}
        self.source = root / "source.png"
        tiles = bytes((61 * place * place) % 256 for place in range(3 * 4 * 4))
        Image.frombytes("RGB", (4, 4), tiles).resize((64, 64)).save(self.source)

    async def end(self, model: str) -> tuple[Done | Failed, Path]:
        request = Img2ImgRequest(
            id=model,
            source=self.source,
            output=self.root / f"result-{model}.png",
            prompt="an oil painting",
            strength=0.7,
            steps=4,
            guidance_scale=3.0,
            seed=1,
            model=model,
        )
        async with asyncio.timeout(120):
            events = [event async for event in self.engine.run(request)]
        assert isinstance(events[-1], Done | Failed), events
        return events[-1], request.output

    async def picture(self, model: str) -> bytes:
        """Made once: what a model paints is asked by several tests, and loading it takes seconds."""
        if model not in self._made:
            end, path = await self.end(model)
            assert isinstance(end, Done), end
            with Image.open(path) as picture:
                self._made[model] = picture.tobytes()
        return self._made[model]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    root = tmp_path_factory.mktemp("checkpoints")
    entries = build(root)
    there = {"org/files": root / "on-hub", "org/sd15": root / "sd15", "org/vae": root / "vae-on-hub"}
    for folder, name, file in (("on-hub/sub", "bare", "tiny"), ("vae-on-hub", "vae", "vae")):
        (root / folder).mkdir(parents=True)
        (root / folder / f"{file}.safetensors").hardlink_to(root / f"{name}.safetensors")
    with Hub(there) as hub, pytest.MonkeyPatch.context() as patch:
        for name, value in hub.environment(root / "cache").items():
            patch.setenv(name, value)
        async with ProcessEngine(model="sd15", entries=entries, device="cpu", dtype="float32") as engine:
            yield Bench(engine, root, entries, hub)


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_file_paints_what_its_folder_paints(bench: Bench, family: str) -> None:
    assert await bench.picture(f"{family}-file") == await bench.picture(family)


async def test_a_file_with_the_first_names_of_its_text_encoder_paints_what_its_folder_paints(bench: Bench) -> None:
    assert await bench.picture("early") == await bench.picture("sd15")


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_file_of_half_the_bytes_paints_nearly_the_same(bench: Bench, family: str) -> None:
    whole, half = await bench.picture(family), await bench.picture(f"{family}-half")
    differences = [abs(one - other) for one, other in zip(whole, half, strict=True)]
    assert max(differences) <= 8
    assert sum(differences) / len(differences) < 1


@pytest.mark.parametrize("family", ["sd15", "sd2", "sdxl", "flux"])
async def test_a_file_in_float8_paints_what_the_same_numbers_paint(bench: Bench, family: str) -> None:
    rounded = await bench.picture(f"{family}-rounded")
    assert await bench.picture(f"{family}-float8") == rounded
    assert rounded != await bench.picture(family)


@pytest.mark.parametrize("family", PACKED)
async def test_a_gguf_file_paints_nearly_what_it_was_packed_from(bench: Bench, family: str) -> None:
    whole, packed = await bench.picture(family), await bench.picture(f"{family}-gguf")
    differences = [abs(one - other) for one, other in zip(whole, packed, strict=True)]
    assert 0 < max(differences) <= 24
    assert sum(differences) / len(differences) < 3


@pytest.mark.parametrize("model", ["own-vae-file", "own-vae-folder"])
async def test_an_entrys_autoencoder_stands_in_for_the_one_that_is_not_in_the_file(bench: Bench, model: str) -> None:
    assert await bench.picture(model) == await bench.picture("sd15")


async def test_a_file_base_and_autoencoder_on_the_hub_are_fetched_once_and_paint_what_the_folder_paints(
    bench: Bench,
) -> None:
    entries = {"hub-file": bench.entries["hub-file"]}
    known, _ = foreseen(entries)
    assert not known["hub-file"].here
    assert await bench.picture("hub-file") == await bench.picture("sd15")
    shown = overview(entries, None, "auto")["hub-file"]
    assert shown.defaults is not None
    assert shown.defaults.here
    assert shown.disk >= sum(bench.hub.given[name] for name in ("sub/tiny.safetensors", "vae.safetensors")) > 0
    assert shown.weights
    given = bench.hub.total
    assert not [path for path in bench.hub.given if path.startswith("unet/") and path.endswith(".safetensors")]
    [*places] = [place.id for place in refs_of(bench.entries["hub-file"], controls=True)]
    assert places == [FILE_ON_HUB, "org/sd15", "org/vae/vae.safetensors"]
    for place in refs_of_model(bench.entries["hub-file"]):
        assert [news async for news in fetched(place, name="again")]
    assert bench.hub.total == given, "what is here is not fetched again"


async def test_the_owners_word_on_the_prediction_changes_the_picture(bench: Bench) -> None:
    assert await bench.picture("v") != await bench.picture("sd15")


@pytest.mark.parametrize(("model", "sentence"), REFUSED.items())
async def test_what_cannot_be_used_is_one_sentence(bench: Bench, model: str, sentence: str) -> None:
    end, _ = await bench.end(model)
    assert isinstance(end, Failed), end
    assert sentence in end.message
    assert end.message.endswith(".")
    assert "\n" not in end.message
