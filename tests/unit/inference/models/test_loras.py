"""Adapters in the step loop against the stock pipeline with the same adapters, on tiny models with random weights."""

import copy
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from bot.texts import LANGUAGES, text
from inference.api import Lora
from inference.errors import OutOfMemory, Unsuited
from inference.models.entry import LoraEntry
from inference.models.loading import quiet
from inference.models.lora_files import locate, read
from inference.models.loras import LoraSet
from tests.harness.step_loop import Bench, Caller, Ended, error, picture, request, stock, worst
from tests.tiny_models.loras import save_lora
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl

BOUND = 1e-5
INK, CLAY = Lora("ink", 0.8), Lora("clay", -0.5)
VARIANTS: tuple[tuple[Lora, ...], ...] = ((), (INK,), (CLAY,), (INK, CLAY), (Lora("ink", 0.3),))

quiet()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoraEntry]:
    folder = tmp_path_factory.mktemp("adapters")
    pipeline = stable_diffusion("ddim")
    save_lora(pipeline, folder / "ink.safetensors", seed=1, words=True)
    save_lora(pipeline, folder / "clay.safetensors", seed=2)
    save_lora(stable_diffusion_xl("euler"), folder / "other.safetensors", seed=3)
    (folder / "cut.safetensors").write_bytes((folder / "ink.safetensors").read_bytes()[:3000])
    (folder / "pickle.bin").write_bytes(b"\x80\x04.")
    names = ("ink.safetensors", "clay.safetensors", "other.safetensors", "cut.safetensors", "pickle.bin")
    return {name.partition(".")[0]: LoraEntry(place=str(folder / name)) for name in names} | {
        "lost": LoraEntry(place=str(folder / "lost.safetensors"))
    }


def callers(variants: tuple[tuple[Lora, ...], ...] = VARIANTS) -> list[Caller]:
    return [
        Caller(
            request(f"r{place}", steps=4 + 4 * (place % 2), guidance_scale=3.0, seed=place, loras=loras), picture(1)
        )
        for place, loras in enumerate(variants)
    ]


def theirs(pipeline: Any, entries: dict[str, LoraEntry], caller: Caller) -> Any:
    """Stock's latents, on a pipeline of its own."""
    own = copy.deepcopy(pipeline)
    for lora in caller.request.loras:
        own.load_lora_weights(entries[lora.name].place, adapter_name=lora.name)
    if caller.request.loras:
        own.set_adapters([each.name for each in caller.request.loras], [each.weight for each in caller.request.loras])
    return stock(own, caller.request, caller.picture)


def check(pipeline: Any, entries: dict[str, LoraEntry], asked: list[Caller]) -> list[Ended]:
    wanted = [theirs(pipeline, entries, caller) for caller in asked]
    with Bench(pipeline, loras=entries) as bench:
        painted = bench.paint(*asked)
    assert worst(painted, wanted) < BOUND
    return painted


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: stable_diffusion("ddim"), id="sd"),
        pytest.param(lambda: stable_diffusion_xl("euler"), id="sdxl"),
    ],
)
def test_requests_with_and_without_adapters_at_the_same_time_are_what_stock_paints(
    make: Callable[[], Any], tmp_path: Path
) -> None:
    pipeline = make()
    save_lora(pipeline, tmp_path / "ink.safetensors", seed=1, words=True)
    save_lora(pipeline, tmp_path / "clay.safetensors", seed=2)
    entries = {name: LoraEntry(place=str(tmp_path / f"{name}.safetensors")) for name in ("ink", "clay")}
    painted = check(pipeline, entries, callers())
    plain, inked = painted[0].latents, painted[1].latents
    assert error(plain, inked) > 1e-3, "the adapter shows"


def test_only_equal_adapters_share_a_call(files: dict[str, LoraEntry]) -> None:
    with Bench(stable_diffusion("ddim"), loras=files) as bench:
        loaded_models = [bench.loaded_of(loras) for loras in ((), (INK,), (INK,), (Lora("ink", 0.7),), (INK, CLAY))]
    assert loaded_models[1] is loaded_models[2]
    assert len({id(loaded) for loaded in loaded_models}) == 4
    assert loaded_models[0] is bench.loaded


@pytest.mark.parametrize("name", ["add-detail-v1.5", "pop"])
def test_an_adapter_acts_whatever_its_name_is(files: dict[str, LoraEntry], name: str) -> None:
    with Bench(stable_diffusion("ddim"), loras=files | {name: files["ink"]}) as bench:
        [named], [plain] = (bench.paint(*callers(((CLAY, each),))) for each in (Lora(name, INK.weight), INK))
    assert isinstance(named.end, Image.Image), named.end
    assert error(named.latents, plain.latents) < BOUND


def test_what_has_to_be_read_with_the_device_in_hand_is_put_on(files: dict[str, LoraEntry]) -> None:
    loras = LoraSet("mine", stable_diffusion("ddim"), files)
    with torch.inference_mode():
        loras.apply((INK,))
    assert loras.nbytes > 0


@pytest.mark.parametrize(
    "trouble",
    [
        torch.AcceleratorError("CUDA error: an illegal memory access was encountered"),
        RuntimeError("CUDA error: device-side assert triggered"),
        torch.OutOfMemoryError("CUDA out of memory."),
    ],
)
def test_an_error_of_the_device_is_not_the_adapters_which_can_be_put_on_afterwards(
    files: dict[str, LoraEntry], monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    loras = LoraSet("mine", stable_diffusion("ddim"), files)
    adapted = loras.adapted()
    put_on = adapted.load_lora_weights

    def half(*weights: Any, **named: Any) -> None:
        put_on(*weights, **named)
        raise trouble

    monkeypatch.setattr(adapted, "load_lora_weights", half)
    with pytest.raises(type(trouble)) as raised:
        loras.apply((INK,))
    monkeypatch.undo()
    assert raised.value is trouble
    loras.apply((INK,))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("other", "made for another kind of model"),
        ("cut", "broken or no safetensors"),
        ("pickle", "there is no such file"),
        ("lost", "there is no such file"),
        ("unheard-of", "has no adapter 'unheard-of': there is ink, clay"),
    ],
)
def test_an_adapter_that_does_not_fit_ends_its_own_request_with_a_sentence(
    files: dict[str, LoraEntry], name: str, said: str
) -> None:
    pipeline = stable_diffusion("ddim")
    asked = [*callers(((), (INK, CLAY))), Caller(request("bad", loras=(Lora(name),)), picture(1))]
    wanted = [theirs(pipeline, files, caller) for caller in asked[:-1]]
    with Bench(pipeline, loras=files) as bench:
        refused = bench.paint(asked.pop())[0].end
        painted = bench.paint(*asked)
    assert isinstance(refused, Unsuited)
    assert said in str(refused)
    assert str(refused).endswith(".")
    assert worst(painted, wanted) < BOUND, "the others do not notice"


@pytest.mark.parametrize(
    ("content", "cause", "said"),
    [
        (b"", "lora-empty", "its file ink.safetensors is empty: "),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "lora-pointer",
            "its file ink.safetensors is a pointer of Git",
        ),
        (b"\n<!DOCTYPE html><title>Log in</title>", "lora-page", "its file ink.safetensors is a web page"),
    ],
)
def test_what_was_fetched_instead_of_an_adapter_is_named(
    tmp_path: Path, content: bytes, cause: str, said: str
) -> None:
    file = tmp_path / "ink.safetensors"
    file.write_bytes(content)
    refuses(file, cause, said)


def test_an_adapter_that_aria2_still_fetches_is_not_painted_with(files: dict[str, LoraEntry], tmp_path: Path) -> None:
    """What has not come yet reads as zeros."""
    file = Path(shutil.copy(files["ink"].place, tmp_path / "ink.safetensors"))
    file.with_name("ink.safetensors.aria2").touch()
    refuses(file, "lora-unfinished", "its file ink.safetensors is still being downloaded: leave it out until")


@pytest.mark.parametrize("lies", ["in a folder", "in a locked folder"])
def test_an_adapter_that_the_bot_may_not_read_is_not_called_lost(
    files: dict[str, LoraEntry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lies: str
) -> None:
    file = Path(shutil.copy(files["ink"].place, tmp_path / "ink.safetensors"))
    forbidden = {"in a folder": "open", "in a locked folder": "is_file"}[lies]
    monkeypatch.setattr(Path, forbidden, Mock(side_effect=PermissionError(13, "Permission denied")))
    refuses(file, "lora-forbidden", "its file ink.safetensors may not be read by the bot: leave it out and tell")


@pytest.mark.parametrize("place", ["~no-such-user/ink.safetensors", "a" * 300, "/ink.safetensors"])
def test_an_adapter_that_cannot_be_there_is_lost(place: str) -> None:
    with pytest.raises(Unsuited, match="there is no such file, folder or hub repository"):
        read("ink", place)


def refuses(file: Path, cause: str, said: str) -> None:
    with pytest.raises(Unsuited) as raised:
        read("ink", str(file))
    assert raised.value.cause == cause
    assert said in str(raised.value)
    assert text("en", f"failed-{cause}", **raised.value.values) == str(raised.value)
    assert all("ink.safetensors" in text(each, f"failed-{cause}", **raised.value.values) for each in LANGUAGES)


def test_an_adapter_of_a_training_that_failed_is_broken(files: dict[str, LoraEntry], tmp_path: Path) -> None:
    """Every picture with it was told as one of too strong a guidance, or of the wrong words."""
    weights = load_file(files["ink"].place)
    save_file(weights | {name: each * float("nan") for name, each in weights.items()}, tmp_path / "nan.safetensors")
    with pytest.raises(Unsuited, match="'nan' cannot be used, its file is broken") as raised:
        read("nan", str(tmp_path / "nan.safetensors"))
    assert raised.value.cause == "lora-broken"


def test_an_adapter_for_which_there_is_no_room_is_not_called_broken(
    files: dict[str, LoraEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> dict[str, torch.Tensor]:
        raise MemoryError

    monkeypatch.setattr("inference.models.lora_files.load_file", full)
    with pytest.raises(OutOfMemory):
        LoraSet("mine", stable_diffusion("ddim"), files).fetch((INK,))


def refused(pipeline: Any, file: Path) -> Unsuited:
    with pytest.raises(Unsuited) as raised:
        LoraSet("mine", pipeline, {"a": LoraEntry(place=str(file))}).apply((Lora("a"),))
    assert str(raised.value).endswith(".")
    return raised.value


@pytest.mark.parametrize(
    ("marks", "kind"),
    [(("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"), "LoHa"), (("lokr_w1", "lokr_w2"), "LoKr")],
)
def test_what_lycoris_writes_is_named_as_what_it_is(tmp_path: Path, marks: tuple[str, ...], kind: str) -> None:
    layer = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q"
    save_file({f"{layer}.{mark}": torch.ones(4, 4) for mark in marks}, tmp_path / "a.safetensors")
    why = refused(stable_diffusion("ddim"), tmp_path / "a.safetensors")
    assert why.cause == "lora-kind"
    assert f"is a {kind}, which cannot be loaded for 'mine'" in str(why)


def test_an_adapter_of_which_only_the_words_fit_is_refused_with_that(tmp_path: Path) -> None:
    """As that of a Stable Diffusion 1.5 on FLUX, whose first text encoder is the same."""
    pipeline = stable_diffusion("ddim")
    whole = load_file(save_lora(pipeline, tmp_path / "whole.safetensors", seed=1, words=True))
    foreign = {key.replace("unet.", "transformer."): each for key, each in whole.items()}
    save_file(foreign, tmp_path / "a.safetensors")
    assert refused(pipeline, tmp_path / "a.safetensors").cause == "lora-words-only"
    words = {key: each for key, each in whole.items() if key.startswith("text_encoder.")}
    save_file(words, tmp_path / "words.safetensors")
    LoraSet("mine", pipeline, {"a": LoraEntry(place=str(tmp_path / "words.safetensors"))}).apply((Lora("a"),))


def test_an_adapter_whose_words_do_not_fit_is_refused_with_that(tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    whole = load_file(save_lora(pipeline, tmp_path / "whole.safetensors", seed=1, words=True))
    foreign = {key.replace("text_encoder.", "text_encoder_3."): each for key, each in whole.items()}
    save_file(foreign, tmp_path / "a.safetensors")
    assert refused(pipeline, tmp_path / "a.safetensors").cause == "lora-no-words"


def test_files_are_read_beside_the_loop_and_once(
    files: dict[str, LoraEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download that takes minutes is its own request's, not everybody's."""
    readers: list[tuple[str, str]] = []

    def watched(name: str, place: str) -> Any:
        readers.append((name, threading.current_thread().name))
        return read(name, place)

    monkeypatch.setattr("inference.models.loras.read", watched)
    with Bench(stable_diffusion("ddim"), loras=files) as bench:
        painted = bench.paint(*callers())
    assert all(isinstance(each.end, Image.Image) for each in painted)
    assert sorted(name for name, _ in readers) == ["clay", "ink"]
    assert "step loop" not in {thread for _, thread in readers}


def test_while_an_adapter_is_put_on_nobody_reads_it_again(
    files: dict[str, LoraEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    loras, wanted, had = LoraSet("mine", stable_diffusion("ddim"), files), (Lora("ink"),), list[bool]()
    loras.fetch(wanted)
    adapted = loras.adapted()
    put_on = adapted.load_lora_weights

    def watched(*weights: Any, **named: Any) -> None:
        had.append(loras.has(wanted))
        put_on(*weights, **named)

    monkeypatch.setattr(adapted, "load_lora_weights", watched)
    loras.apply(wanted)
    assert had == [True]
    assert not loras._read, "they are on the adapted pipeline now"


def test_a_model_without_adapters_says_so(files: dict[str, LoraEntry]) -> None:
    with pytest.raises(Unsuited, match="takes no adapters"):
        LoraSet("plain", object(), files).adapted()


def test_a_folder_names_the_one_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").touch()
    assert locate(str(tmp_path)) == tmp_path / "a.safetensors"
    (tmp_path / "b.safetensors").touch()
    with pytest.raises(FileNotFoundError):
        locate(str(tmp_path))
