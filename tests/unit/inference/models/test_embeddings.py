"""Textual inversion embeddings in the layouts that people exchange, on tiny models."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from inference.api import ModelUnavailable
from inference.families.stable_diffusion import StableDiffusion
from inference.models.embeddings import load, load_fitting, spelled
from inference.models.entry import ModelEntry
from inference.models.loading import quiet
from tests.tiny_models.flow import flow
from tests.tiny_models.pipelines import WIDTH, stable_diffusion, stable_diffusion_xl

quiet()


def saved(folder: Path, name: str = "word.safetensors", **tensors: torch.Tensor) -> str:
    return saved_as(folder, tensors, name)


def saved_as(folder: Path, tensors: dict[str, torch.Tensor], name: str = "word.safetensors") -> str:
    save_file(tensors, folder / name)
    return str(folder / name)


def told(pipeline: Any, text: str) -> torch.Tensor:
    with torch.inference_mode():
        return StableDiffusion(pipeline).encode_prompt(text, negative=False).hidden


def vectors(count: int, width: int = WIDTH) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(count))


@pytest.mark.parametrize("layout", ["emb_params", "<bad-hands>"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_word_stands_for_its_vectors(tmp_path: Path, layout: str, count: int) -> None:
    pipeline = stable_diffusion()
    before, other = told(pipeline, "a b"), told(pipeline, "a bad-hands b")
    load(pipeline, {"bad-hands": saved_as(tmp_path, {layout: vectors(count)})}, "mine")
    assert torch.equal(told(pipeline, "a b"), before)
    learned = told(pipeline, "a bad-hands b")
    assert not torch.allclose(learned, other)
    assert torch.equal(told(pipeline, "a Bad-Hands b"), learned)
    rows = pipeline.text_encoder.get_input_embeddings().weight[-count:]
    assert torch.equal(rows, vectors(count))
    text = pipeline.maybe_convert_prompt(spelled(pipeline.tokenizer, "a bad-hands b"), pipeline.tokenizer)
    assert len(pipeline.tokenizer(text)["input_ids"]) == 2 + 2 + count


def test_a_word_acts_in_long_and_weighted_prompts_too(tmp_path: Path) -> None:
    pipeline = stable_diffusion()
    plain = told(pipeline, "a (bad-hands:1.2) b")
    load(pipeline, {"bad-hands": saved(tmp_path, emb_params=vectors(2))}, "mine")
    learned = told(pipeline, "a (bad-hands:1.2) b")
    assert not torch.allclose(learned, plain)
    assert torch.equal(told(pipeline, "a (BAD-HANDS:1.2) b"), learned)


def test_a_word_is_not_found_within_others(tmp_path: Path) -> None:
    """A tokenizer finds what it learned anywhere: with "ink", "a pink rose" was another picture."""
    pipeline = stable_diffusion()
    texts = ("a pink b", "inkwell", "a ink_b")
    before = [told(pipeline, text) for text in texts]
    load(pipeline, {"ink": saved(tmp_path, emb_params=vectors(2))}, "mine")
    assert all(torch.equal(told(pipeline, text), plain) for text, plain in zip(texts, before, strict=True))
    plain = stable_diffusion()
    load(plain, {"bad": saved(tmp_path, emb_params=vectors(2))}, "mine")
    one = told(plain, "a bad, b")
    load(plain, {"bad-hands": saved(tmp_path, emb_params=vectors(3))}, "mine")
    assert torch.equal(told(plain, "a bad, b"), one)
    assert ids_of(plain, "bad-hands, bad") == [
        *learned(plain, "bad-hands", 3),
        *ids_of(plain, ","),
        *learned(plain, "bad", 2),
    ]


def ids_of(pipeline: Any, text: str) -> list[int]:
    converted = pipeline.maybe_convert_prompt(spelled(pipeline.tokenizer, text), pipeline.tokenizer)
    ids: list[int] = pipeline.tokenizer(converted)["input_ids"][1:-1]
    return ids


def learned(pipeline: Any, word: str, count: int) -> list[int]:
    token = f"<word:{word}>"
    return [
        pipeline.tokenizer.added_tokens_encoder[name] for name in (token, *(f"{token}_{n}" for n in range(1, count)))
    ]


def test_both_encoders_of_xl_learn_it(tmp_path: Path) -> None:
    pipeline = stable_diffusion_xl()
    plain = told(pipeline, "a ink b")
    load(pipeline, {"ink": saved(tmp_path, clip_l=vectors(1), clip_g=vectors(2))}, "mine")
    learned = told(pipeline, "a ink b")
    assert learned.shape == plain.shape
    assert not torch.allclose(learned[..., :WIDTH], plain[..., :WIDTH])
    assert not torch.allclose(learned[..., WIDTH:], plain[..., WIDTH:])


def test_what_does_not_fit_is_refused_with_the_reason(tmp_path: Path) -> None:
    sd, xl = stable_diffusion(), stable_diffusion_xl()
    wide = saved(tmp_path, "wide.safetensors", emb_params=vectors(1, WIDTH + 8))
    double = saved(tmp_path, "double.safetensors", clip_l=vectors(1), clip_g=vectors(1))
    single = saved(tmp_path, "single.safetensors", emb_params=vectors(1))
    (tmp_path / "broken.safetensors").write_bytes(b"x" * 20)
    (tmp_path / "empty.safetensors").write_bytes(b"")
    (tmp_path / "lfs.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    (tmp_path / "page.safetensors").write_text("<!DOCTYPE html><title>Log in</title>")
    (tmp_path / "old.pt").write_bytes(b"x")
    nan = saved(tmp_path, "nan.safetensors", emb_params=vectors(1) * float("nan"))
    none = saved(tmp_path, "none-in-it.safetensors", emb_params=vectors(1)[:0])
    (tmp_path / "locked").symlink_to("a" * 300)  # stands for a folder of somebody else's, which root may search
    for pipeline, place, said in (
        (sd, wide, rf"is {WIDTH + 8} wide and the text encoder of 'mine' {WIDTH}: .* leave it out"),
        (sd, double, "made for another kind of model than 'mine': leave it out"),
        (xl, single, "made for another kind of model than 'mine': leave it out"),
        (sd, str(tmp_path / "broken.safetensors"), r"broken\.safetensors \(embedding 'ink'\) is no safetensors"),
        (sd, str(tmp_path / "empty.safetensors"), r"empty\.safetensors \(embedding 'ink'\) is empty; fetch it again"),
        (
            sd,
            str(tmp_path / "lfs.safetensors"),
            r"lfs\.safetensors \(embedding 'ink'\) .* a pointer of Git LFS .* pull",
        ),
        (sd, str(tmp_path / "page.safetensors"), r"page\.safetensors \(embedding 'ink'\) .* a web page .* again"),
        (sd, nan, r"'ink' of the model 'mine' is broken: get nan\.safetensors again"),
        (sd, none, r"'ink' of the model 'mine' is broken: get none-in-it\.safetensors again"),
        (sd, str(tmp_path / "locked" / "a.safetensors"), r"cannot be read \(.*\): let this user read a\.safetensors"),
        (sd, str(tmp_path / "old.pt"), "pickles can run anything"),
        (sd, str(tmp_path / "none.safetensors"), "put it there or mend the entry"),
        (flow("z-image"), single, "takes no embeddings: leave 'ink' out of its entry"),
    ):
        with pytest.raises(ModelUnavailable, match=said):
            load(pipeline, {"ink": place}, "mine")


def test_an_embedding_in_float8_is_learned(tmp_path: Path) -> None:
    pipeline = stable_diffusion()
    load(pipeline, {"ink": saved(tmp_path, emb_params=vectors(1).to(torch.float8_e4m3fn))}, "mine")
    assert told(pipeline, "a ink b").isfinite().all()
    assert spelled(pipeline.tokenizer, "ink") == "<word:ink>"


def test_of_a_folder_with_words_for_several_families_those_that_fit_are_learned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in A1111, whose one folder serves all models; the first that did not fit kept the model from loading."""
    pipeline = stable_diffusion()
    (tmp_path / "old.pt").write_bytes(b"x")
    places = {
        "old": str(tmp_path / "old.pt"),
        "xl": saved(tmp_path, "xl.safetensors", clip_l=vectors(1), clip_g=vectors(1)),
        "ink": saved(tmp_path, "ink.safetensors", emb_params=vectors(1)),
        "named": saved(tmp_path, "named.safetensors", emb_params=vectors(1)),
    }
    entry = ModelEntry(id="mine", embeddings={"named": places["ink"]}, embeddings_found=places)
    load_fitting(pipeline, entry, "mine")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[0].startswith("left out: The embedding 'old' of the model 'mine' is no .safetensors file")
    assert said[1].startswith("left out: The embedding 'xl' was made for another kind of model")
    assert [spelled(pipeline.tokenizer, word) for word in ("ink", "named", "old", "xl")] == [
        "<word:ink>",
        "named",
        "old",
        "xl",
    ]
