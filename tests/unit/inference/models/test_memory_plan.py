"""The plan as a function: whatever the model and the card, it fits, prefers quality and follows the card's size."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from inference.models.memory_plan import (
    BUFFERS,
    GIB,
    MOST_ROWS,
    DoesNotFit,
    GraphicsCard,
    Memory,
    MemoryPlan,
    Model,
    Offload,
    Preferences,
    Quantize,
    Shape,
    candidates,
    fits,
    plan,
)
from inference.models.weights import ModelPart, parts_of


@st.composite
def parts(draw: st.DrawFn, name: str, most: int) -> ModelPart:
    numbers = draw(st.integers(1, most))
    outside = draw(st.integers(0, numbers))
    block = draw(st.integers(0, numbers - outside))
    outside = outside if block else numbers
    return ModelPart(
        name,
        numbers,
        matrices=draw(st.integers(0, numbers)),
        block=block,
        outside=outside,
        leaf=draw(st.integers(1, max(1, numbers // 4))),
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    names = draw(st.sampled_from([(), ("text_encoder",), ("text_encoder", "text_encoder_2")]))
    texts = [draw(parts(name, 10**10)) for name in names]
    denoiser = draw(parts(draw(st.sampled_from(["unet", "transformer"])), 3 * 10**10))
    shape = Shape(
        transformer=denoiser.name == "transformer",
        width=draw(st.sampled_from([320, 1536, 3072])),
        vae_itemsize=draw(st.sampled_from([2, 4])),
        rows=draw(st.sampled_from([1, 2])),
    )
    side = draw(st.sampled_from([512, 768, 1024]))
    return Model(parts=(*texts, denoiser, draw(parts("vae", 10**8))), shape=shape, pixels=side * side)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Model, GraphicsCard]:
    """A model and a card of about its size."""
    model = draw(models())
    whole = plan(model, GraphicsCard(kind="cuda", free=0, host=0), Preferences(memory=Memory.FULL)).peak
    able = draw(st.sets(st.sampled_from([Quantize.INT8, Quantize.NF4, Quantize.FLOAT8])))
    card = GraphicsCard(
        kind=draw(st.sampled_from(["cuda", "cuda", "rocm", "xpu", "mps"])),
        free=int(whole * draw(st.floats(0.05, 1.6))) + draw(st.sampled_from([0, GIB])),
        host=draw(st.sampled_from([8 * GIB, 500 * GIB, 500 * GIB])),
        quantizers=frozenset({Quantize.NONE, *able}),
    )
    return model, card


wishes = st.builds(
    Preferences,
    memory=st.sampled_from([Memory.AUTO, Memory.LOW]),
    quantize=st.none() | st.sampled_from(Quantize),
    offload=st.none() | st.sampled_from(Offload),
)


def made(model: Model, card: GraphicsCard, wished: Preferences | None = None) -> MemoryPlan | None:
    try:
        return plan(model, card, wished)
    except DoesNotFit:
        return None


def same(one: MemoryPlan, other: MemoryPlan) -> bool:
    """Whether they do the same with the model, but for the number of rows."""
    return replace(one, rows=1, peak=0) == replace(other, rows=1, peak=0)


@given(cases(), wishes)
def test_it_never_exceeds_the_card_nor_the_host(case: tuple[Model, GraphicsCard], wished: Preferences) -> None:
    model, card = case
    if (chosen := made(model, card, wished)) is None:
        assert not any(fits(each, card) for each in candidates(model, card, wished))
        return
    assert chosen.weights <= chosen.least <= chosen.peak <= card.usable < card.free
    assert chosen.host <= card.host
    assert chosen.quantize in card.quantizers
    assert model.shape.rows <= chosen.rows <= MOST_ROWS, "a request with guidance brings two"
    assert chosen.least >= chosen.resident + model.shape.denoising(chosen.pixels, model.shape.rows)
    assert chosen.pixels <= model.pixels
    if wished.quantize is not None:
        assert chosen.quantize is wished.quantize
    assert (chosen.quantize is Quantize.FLOAT8) <= (wished.quantize is Quantize.FLOAT8), "only for who asks"


@given(cases(), wishes)
def test_a_refusal_says_numbers_that_explain_it(case: tuple[Model, GraphicsCard], wished: Preferences) -> None:
    model, card = case
    possible = candidates(model, card, wished)
    if not possible or made(model, card, wished):
        return
    with pytest.raises(DoesNotFit) as refused:
        plan(model, card, wished)
    assert refused.value.least > refused.value.usable
    assert f"{refused.value.usable / 1e9:.1f} GB can be used" in str(refused.value)


@given(cases())
def test_it_takes_the_best_that_fits(case: tuple[Model, GraphicsCard]) -> None:
    """So nothing is moved, tiled or quantised that need not be."""
    model, card = case
    if (chosen := made(model, card)) is None:
        return
    for each in candidates(model, card, Preferences()):
        if same(each, chosen):
            break
        assert not fits(each, card)
    else:
        raise AssertionError("it is none of them")


@given(cases(), st.floats(0, 1))
def test_a_larger_card_never_gets_a_worse_plan(case: tuple[Model, GraphicsCard], more: float) -> None:
    model, card = case
    larger = replace(card, free=card.free + int(card.free * more))
    if (small := made(model, card)) is None:
        return
    large = plan(model, larger)
    order = candidates(model, card, Preferences())
    places = [next(place for place, each in enumerate(order) if same(each, of)) for of in (large, small)]
    assert places[0] <= places[1]
    assert large.pixels >= small.pixels
    if same(large, small):
        assert large.rows >= small.rows


@given(cases(), wishes)
def test_it_is_a_function(case: tuple[Model, GraphicsCard], wished: Preferences) -> None:
    assert made(*case, wished) == made(*case, wished)


@given(models())
def test_nothing_is_quantised_or_moved_on_a_card_that_holds_everything(model: Model) -> None:
    huge = GraphicsCard(kind="cuda", free=500 * GIB, host=500 * GIB)
    chosen = plan(model, huge)
    assert (chosen.offload, chosen.quantize, chosen.tiled) == (Offload.NONE, Quantize.NONE, False)
    assert chosen.resident >= sum(part.numbers for part in model.parts) * 2


def test_full_is_full_whatever_the_card() -> None:
    model = Model(
        parts=(ModelPart("transformer", 10**10),), shape=Shape(transformer=True, width=3072), pixels=1024 * 1024
    )
    small = GraphicsCard(kind="cuda", free=4 * GIB, host=GIB)
    assert plan(model, small, Preferences(memory=Memory.FULL)).resident == 2 * 10**10 + BUFFERS
    with pytest.raises(DoesNotFit, match="can be used"):
        plan(model, small)


def test_a_refusal_names_the_hosts_memory_if_that_is_what_lacks() -> None:
    model = Model(
        parts=(ModelPart("transformer", 10**10, block=10**8, outside=10**7),),
        shape=Shape(transformer=True, width=3072),
        pixels=1024 * 1024,
    )
    with pytest.raises(DoesNotFit, match=r"needs 20\.0 GB of the host's memory, 8\.6 GB can be used"):
        plan(model, GraphicsCard(kind="cuda", free=6 * GIB, host=8 * GIB, quantizers=frozenset({Quantize.NONE})))
    small = GraphicsCard(kind="cuda", free=6 * GIB, host=12 * GIB)
    half = replace(model, parts=(replace(model.parts[0], matrices=10**10),))
    assert (plan(half, small).offload, plan(half, small).quantize) == (Offload.BLOCKS, Quantize.INT8)
    impossible = Preferences(quantize=Quantize.NF4, offload=Offload.BLOCKS)
    with pytest.raises(DoesNotFit, match="leave quantize and offload out"):
        plan(model, GraphicsCard(kind="cuda", free=6 * GIB, host=8 * GIB), impossible)


def test_a_shared_memory_moves_nothing() -> None:
    model = Model(
        parts=(ModelPart("text_encoder", 4 * 10**9), ModelPart("transformer", 4 * 10**9)),
        shape=Shape(transformer=True, width=3072),
        pixels=1024 * 1024,
    )
    with pytest.raises(DoesNotFit):
        plan(model, GraphicsCard(kind="mps", free=12 * GIB, host=12 * GIB))
    assert plan(model, GraphicsCard(kind="mps", free=24 * GIB, host=24 * GIB)).offload is Offload.NONE


def test_parts_are_read_off_the_heads_of_files(tmp_path: Path) -> None:
    (tmp_path / "transformer").mkdir()
    (tmp_path / "model_index.json").write_text(
        '{"transformer": ["diffusers", "Any"], "scheduler": ["diffusers", "x"]}'
    )
    save_file(
        {
            "blocks.0.proj.weight": torch.zeros(8, 4, dtype=torch.bfloat16),
            "blocks.1.proj.weight": torch.zeros(16, 4, dtype=torch.bfloat16),
            "blocks.1.norm.weight": torch.zeros(4, dtype=torch.bfloat16),
            "embed.weight": torch.zeros(100, 4, dtype=torch.bfloat16),
        },
        tmp_path / "transformer" / "diffusion_pytorch_model.safetensors",
    )
    save_file(
        {"blocks.0.proj.weight": torch.zeros(9, 9)},
        tmp_path / "transformer" / "diffusion_pytorch_model.fp16.safetensors",
    )
    assert parts_of(tmp_path) == (ModelPart("transformer", 500, matrices=96, block=68, outside=400, leaf=400),)
    assert parts_of(tmp_path, variant="fp16") == (
        ModelPart("transformer", 81, matrices=81, block=81, outside=0, leaf=81),
    )


def test_what_is_stored_in_fewer_bits_counts_as_it_is_stored() -> None:
    stored = ModelPart.of("transformer", [("blocks.0.weight", "U8", (1000, 10)), ("norm.weight", "F32", (10,))])
    assert stored.packed == 10_040
    model = Model(parts=(stored,), shape=Shape(transformer=True, width=64), pixels=512 * 512)
    assert plan(model, GraphicsCard(kind="cuda", free=8 * GIB, host=GIB)).resident == 10_040 + BUFFERS


@pytest.mark.parametrize("content", [b"", b"\xff" * 8, b"\x02\0\0\0\0\0\0\0[]", b"\x10\0\0\0\0\0\0\0{}"])
def test_a_broken_head_is_no_part(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text('{"unet": ["diffusers", "Any"]}')
    (tmp_path / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(content)
    assert parts_of(tmp_path) == ()
