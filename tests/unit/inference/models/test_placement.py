"""The planned pieces really move: tiny models under a simulated card, weighed whenever diffusers' hooks move one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.hooks.group_offloading import ModuleGroup
from PIL import Image

from inference.api import ModelUnavailable
from inference.backends import stock
from inference.backends.base import WorkerSettings
from inference.backends.batched import LoopBackend
from inference.batching.task import Task
from inference.errors import Unsuited
from inference.models import catalog, placement
from inference.models.entry import LoraEntry, ModelEntry
from inference.models.memory_plan import (
    BUFFERS,
    FRAGMENTATION,
    RESERVE,
    GraphicsCard,
    MemoryPlan,
    Model,
    Offload,
    Preferences,
    Quantize,
    Shape,
    candidates,
)
from inference.models.placement import quantizers, refuse_float8
from inference.models.sizes import of_file, of_folder, planned_for
from inference.models.weights import ModelPart
from tests.harness.step_loop import FixedRowCount, picture, request
from tests.tiny_models import checkpoints, flow, folders

FAMILIES: dict[str, Callable[[], Any]] = {
    **folders.FAMILIES,
    "flux": lambda: flow.flow("flux-dev"),
    "z-image": lambda: flow.flow("z-image"),
    "qwen-image": lambda: flow.flow("qwen-image"),
}


@dataclass
class Scales:
    """Weighs the groups that were brought to the device and not taken away."""

    there: dict[int, int] = field(default_factory=dict)
    most: int = 0
    moves: int = 0

    def brought(self, group: Any) -> None:
        self.there[id(group)] = sum(each.nbytes for each in weights_of(group))
        self.most = max(self.most, sum(self.there.values()))
        self.moves += 1

    def taken(self, group: Any) -> None:
        self.there.pop(id(group), None)


def weights_of(group: Any) -> set[torch.Tensor]:
    """Its parameters: buffers are computed and in no file, and the plan has an allowance for them."""
    return {*(each for module in group.modules for each in module.parameters()), *group.parameters}


@contextmanager
def weighed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scales]:
    scales = Scales()
    bring, take = ModuleGroup.onload_, ModuleGroup.offload_

    def onload(group: Any) -> None:
        bring(group)
        scales.brought(group)

    def offload(group: Any) -> None:
        take(group)
        scales.taken(group)

    with monkeypatch.context() as patch:
        patch.setattr(ModuleGroup, "onload_", onload)
        patch.setattr(ModuleGroup, "offload_", offload)
        yield scales


def card(usable: int) -> GraphicsCard:
    """One of which so many bytes can be used, in float32."""
    free = RESERVE + int(usable / (1 - FRAGMENTATION)) + 2
    return GraphicsCard(kind="cuda", free=free, host=1 << 40, quantizers=frozenset({Quantize.NONE}), itemsize=4)


def painted(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    simulated: GraphicsCard | None,
    offload: str = "",
    *,
    base: str = "",
) -> tuple[Image.Image, LoopBackend]:
    entry = ModelEntry(id=str(folder), offload=offload, base=base)
    monkeypatch.setattr(stock, "card_of", lambda *_: simulated)
    backend = LoopBackend(
        WorkerSettings(model="tiny", entries={"tiny": entry}, device="cpu", dtype="float32"),
        FixedRowCount(2),
    )
    defaults = backend.load("tiny")
    size = max(32, defaults.multiple * 2)
    task = Task(
        request=request(strength=0.7),
        picture=picture(3, (size, size)),
        low_memory=False,
        check=lambda: None,
        step=lambda _step, _of: None,
        preview=None,
    )
    return backend.generate(task), backend


@pytest.mark.filterwarnings("ignore::FutureWarning")  # diffusers' Chroma of diffusers' own names
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("offload", [Offload.TEXT, Offload.BLOCKS])
def test_the_planned_pieces_move_and_weigh_no_more_than_planned(
    family: str, offload: Offload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    folder = folders.save_made(FAMILIES[family], tmp_path / family)
    whole, _ = painted(folder, monkeypatch, None)
    known = of_folder(folder, catalog.defaults("tiny", ModelEntry(id=str(folder)), folder))
    assert known is not None
    able = [each for each in candidates(known, card(0), Preferences()) if each.offload is offload]
    planned = next(each for each in able if each.pixels == known.pixels)
    with weighed(monkeypatch) as scales:
        moved, backend = painted(folder, monkeypatch, card(planned.peak), offload.value)
    [cached] = backend.cache
    assert isinstance(cached.planned, MemoryPlan)
    assert cached.planned.offload is offload
    assert scales.moves > 0
    grouped = ("text_encoder", *(("unet", "transformer") if offload is Offload.BLOCKS else ()))
    stays = sum(
        each.nbytes
        for name, part in cached.pipeline.components.items()
        if isinstance(part, torch.nn.Module) and not name.startswith(grouped)
        for each in part.parameters()
    )
    assert stays + scales.most <= cached.planned.weights - BUFFERS * len(known.parts)
    assert np.abs(np.asarray(moved, dtype=int) - np.asarray(whole, dtype=int)).max() <= 1


@pytest.mark.parametrize("family", ["z-image", "sd15"])
def test_a_checkpoint_in_one_file_is_planned_and_moved_as_its_folder_is(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = FAMILIES.get(family, folders.stable_diffusion)
    folder = folders.save_made(make, tmp_path / family)
    torch.manual_seed(0)
    file = checkpoints.save(checkpoints.WRITERS[family](make()), tmp_path / f"{family}.safetensors")
    entry = ModelEntry(id=str(file), base=str(folder))
    wanted = catalog.defaults("tiny", entry, file)
    known, of_it = of_folder(folder, wanted), of_file(file, entry, wanted, "tiny")
    assert known is not None
    assert of_it is not None
    assert {part.name: part.numbers for part in of_it.parts} == {part.name: part.numbers for part in known.parts}
    whole, _ = painted(folder, monkeypatch, None)
    for offload in (Offload.TEXT, Offload.BLOCKS):
        with weighed(monkeypatch) as scales:
            moved, backend = painted(file, monkeypatch, card(1 << 40), offload.value, base=str(folder))
        [cached] = backend.cache
        assert cached.planned is not None
        assert cached.planned.offload is offload
        assert scales.moves > 0
        assert np.abs(np.asarray(moved, dtype=int) - np.asarray(whole, dtype=int)).max() <= 1


def test_what_does_not_fit_is_refused_with_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    with pytest.raises(ModelUnavailable, match=r"'tiny' does not fit: it needs .* GB of the device's memory"):
        painted(folder, monkeypatch, card(1000))


def test_on_a_card_that_holds_all_nothing_is_hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    with weighed(monkeypatch) as scales:
        _, backend = painted(folder, monkeypatch, card(1 << 40))
    [cached] = backend.cache
    assert cached.planned is not None
    assert cached.planned.is_plain
    assert cached.planned.offload is Offload.NONE
    assert not scales.moves


def test_two_models_share_the_card_by_their_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {name: folders.save("sd", tmp_path / name) for name in ("one", "two")}
    known = of_folder(places["one"], catalog.defaults("one", ModelEntry(id=str(places["one"])), places["one"]))
    assert known is not None
    whole = candidates(known, card(0), Preferences())[0]
    for room, both in ((whole.peak + whole.resident, True), (whole.peak, False)):
        monkeypatch.setattr(stock, "card_of", lambda *_, room=room: card(room))
        entries = {name: ModelEntry(id=str(place)) for name, place in places.items()}
        backend = LoopBackend(
            WorkerSettings(model="one", entries=entries, device="cpu", dtype="float32"), FixedRowCount(2)
        )
        backend.load("one")
        backend.load("two")
        assert backend.is_loaded("two")
        assert backend.is_loaded("one") is both


def test_a_model_with_adapters_stays_whole_if_it_can_and_else_takes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    parts = (ModelPart("text_encoder", 10**9, leaf=10**7), ModelPart("unet", 10**9))
    model = Model(parts=parts, shape=Shape(transformer=False, width=320), pixels=1024 * 1024)
    room = card(candidates(model, card(0), Preferences())[0].peak - 1_500_000_000)
    entry = ModelEntry(id="any", loras={"ink": LoraEntry(place="ink.safetensors")})
    assert planned_for(model, room, ModelEntry(id="any"), "auto").offload is Offload.TEXT
    with_adapters = planned_for(model, room, entry, "auto")
    assert (with_adapters.offload, with_adapters.tiled) == (Offload.NONE, True)
    _, backend = painted(folder, monkeypatch, card(1 << 40), "blocks")
    [cached] = backend.cache
    with pytest.raises(Unsuited, match="takes no adapters"):
        cached.lora_set.adapted()


@pytest.mark.parametrize(("kind", "capability"), [("cuda", (8, 6)), ("rocm", (9, 4)), ("xpu", (0, 0))])
def test_a_card_that_does_not_compute_in_float8_is_not_asked_to(
    kind: str, capability: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "find_spec", lambda _package: object())
    able = quantizers(kind, capability)
    assert able == {Quantize.NONE, Quantize.INT8, Quantize.NF4}
    card = GraphicsCard(kind=kind, free=1 << 35, host=1 << 36, quantizers=able)
    with pytest.raises(
        ModelUnavailable, match=r"capability 8\.9 or newer \(RTX 40, L4, H100\).*set quantize = .int8."
    ):
        refuse_float8("float8", card, "mine")
    refuse_float8("int8", card, "mine")


def test_one_that_does_is_and_only_the_package_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "find_spec", lambda _package: object())
    card = GraphicsCard(kind="cuda", free=1 << 35, host=1 << 36, quantizers=quantizers("cuda", (8, 9)))
    refuse_float8("float8", card, "mine")
    monkeypatch.setattr(placement, "find_spec", lambda _package: None)
    card = GraphicsCard(kind="cuda", free=1 << 35, host=1 << 36, quantizers=quantizers("cuda", (9, 0)))
    assert card.quantizers == {Quantize.NONE}
    with pytest.raises(ModelUnavailable, match=r"needs an NVIDIA card.*with EXTRAS=quantized"):
        refuse_float8("float8", card, "mine")


def test_a_processor_refuses_float8_when_the_model_is_loaded(tmp_path: Path) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    entry = ModelEntry(id=str(folder), quantize="float8")
    settings = WorkerSettings(model="", device="cpu", dtype="float32", entries={"tiny": entry})
    with pytest.raises(ModelUnavailable, match="asks for float8, which needs an NVIDIA card"):
        stock.StockBackend(settings).load("tiny")
