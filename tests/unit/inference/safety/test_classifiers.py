"""Real classifiers of transformers and diffusers with random weights, made to flag or to pass."""

import json
from pathlib import Path
from typing import Any

import diffusers.pipelines.stable_diffusion.safety_checker as stock
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from inference.api import ModelUnavailable
from inference.safety.classifier import ClassifierSettings
from inference.safety.classifiers import load
from tests.builders.requests import png

LABELS = {0: "normal", 1: "nsfw", 2: "gore"}


def save_vit(folder: Path, favourite: int | None, **config: Any) -> Path:
    """A ViT that is sure of one label whatever it sees."""
    names = config.pop("labels", LABELS)
    model = transformers.ViTForImageClassification(
        transformers.ViTConfig(
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            intermediate_size=8,
            image_size=32,
            patch_size=16,
            id2label=names,
            label2id={name: place for place, name in names.items()},
            **config,
        )
    )
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.fill_(-5.0)
        if favourite is not None:
            model.classifier.bias[favourite] = 5.0
    model.save_pretrained(folder)
    transformers.ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def save_stock(folder: Path, *, flags: bool) -> Path:
    """Stable Diffusion's checker; a threshold beyond any cosine never flags."""
    config = transformers.CLIPConfig(
        vision_config={
            "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1,
            "image_size": 32, "patch_size": 16,
        },
        text_config={"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1},
        projection_dim=4,
    )  # fmt: skip
    checker = stock.StableDiffusionSafetyChecker(config)
    checker.concept_embeds_weights.data.fill_(-2.0 if flags else 2.0)
    checker.special_care_embeds_weights.data.fill_(2.0)
    checker.save_pretrained(folder)
    transformers.CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    ).save_pretrained(folder)
    return folder


def spoil(folder: Path, name: str) -> None:
    """Make one of a model's tensors no numbers."""
    weights = load_file(folder / "model.safetensors")
    weights[name].fill_(float("nan"))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "picture.png"
    file.write_bytes(png("teal", (70, 50)))
    return file


def test_a_classifiers_unsafe_labels_count_together(tmp_path: Path, picture: Path) -> None:
    for favourite, expected in ((0, 0.0), (1, 1.0), (2, 1.0), (None, 2 / 3)):
        loaded = load(ClassifierSettings(model=str(save_vit(tmp_path / str(favourite), favourite))))
        assert list(loaded.labels) == ["nsfw", "gore"]
        assert loaded.score(picture) == pytest.approx(expected, abs=1e-3)


def test_the_owner_names_the_labels_that_count(tmp_path: Path, picture: Path) -> None:
    folder = save_vit(tmp_path / "vit", 2)
    assert load(ClassifierSettings(model=str(folder), unsafe_labels=("NSFW",))).score(picture) == pytest.approx(
        0.0, abs=1e-3
    )
    with pytest.raises(ModelUnavailable, match="knows the labels normal, nsfw, gore"):
        load(ClassifierSettings(model=str(folder), unsafe_labels=("nsfw", "gore_")))


def test_labels_that_say_nothing_have_to_be_named(tmp_path: Path) -> None:
    folder = save_vit(tmp_path / "vit", 0, labels={0: "LABEL_0", 1: "LABEL_1"})
    with pytest.raises(ModelUnavailable, match=r"safety\.unsafe_labels"):
        load(ClassifierSettings(model=str(folder)))


def test_labels_each_for_itself_do_not_share_what_is_likely(tmp_path: Path, picture: Path) -> None:
    folder = save_vit(tmp_path / "vit", 1, problem_type="multi_label_classification")
    assert load(ClassifierSettings(model=str(folder))).score(picture) == pytest.approx(1.0, abs=0.01)


def test_a_classifier_that_was_saved_in_half_precision_looks_all_the_same(tmp_path: Path, picture: Path) -> None:
    """ViT turns pixels into its own number format by itself, ResNet does not."""
    config = transformers.ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8],
        depths=[1],
        id2label=LABELS,
        label2id={name: place for place, name in LABELS.items()},
    )
    transformers.ResNetForImageClassification(config).to(torch.float16).save_pretrained(tmp_path)
    transformers.ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    assert 0 < load(ClassifierSettings(model=str(tmp_path))).score(picture) < 1


@pytest.mark.parametrize("spoilt", ["visual_projection.weight", "concept_embeds_weights"])
def test_a_classifier_of_numbers_that_are_none_is_refused_when_it_is_loaded(tmp_path: Path, spoilt: str) -> None:
    folder = save_vit(tmp_path / "vit", 0)
    spoil(folder, "classifier.weight")
    with pytest.raises(ModelUnavailable, match=r"overflow or are none\): set safety\.classifier"):
        load(ClassifierSettings(model=str(folder)))
    folder = save_stock(tmp_path / "checker", flags=True)
    spoil(folder, spoilt)
    with pytest.raises(ModelUnavailable, match=r"overflow or are none\): set safety\.classifier"):
        load(ClassifierSettings(model=str(folder)))


@pytest.mark.parametrize("stock", [False, True])
def test_a_classifier_whose_files_lack_weights_is_refused_and_judges_nothing_at_random(
    tmp_path: Path, *, stock: bool
) -> None:
    folder = save_stock(tmp_path, flags=True) if stock else save_vit(tmp_path, 0)
    name = "visual_projection.weight" if stock else "classifier.weight"
    weights = load_file(folder / "model.safetensors")
    del weights[name]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnavailable, match=rf"its files lack {name}, so it would judge at random"):
        load(ClassifierSettings(model=str(folder)))


def test_a_picture_that_overflows_the_stock_checker_is_not_called_safe(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(ClassifierSettings(model=str(save_stock(tmp_path / "checker", flags=False))))
    monkeypatch.setattr("inference.safety.classifiers._pixels", lambda *_: torch.full((1, 3, 32, 32), float("inf")))
    with pytest.raises(ValueError, match="overflow"):
        loaded.score(picture)


def test_a_classifier_that_cannot_look_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    folder = save_vit(tmp_path / "vit", 0)
    transformers.ViTImageProcessorPil(size={"height": 48, "width": 48}).save_pretrained(folder)
    with pytest.raises(ModelUnavailable, match=r"set safety\.classifier to"):
        load(ClassifierSettings(model=str(folder)))


@pytest.mark.parametrize("flags", [True, False])
def test_the_stock_safety_checker_flags_without_blackening_anything(
    tmp_path: Path, picture: Path, flags: bool
) -> None:
    before = picture.read_bytes()
    loaded = load(ClassifierSettings(model=str(save_stock(tmp_path / "checker", flags=flags))))
    assert loaded.score(picture) == float(flags)
    assert picture.read_bytes() == before


def test_pickles_and_code_are_refused(tmp_path: Path) -> None:
    folder = save_vit(tmp_path / "vit", 1)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(ModelUnavailable, match="its own code"):
        load(ClassifierSettings(model=str(folder)))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelUnavailable, match="pickle"):
        load(ClassifierSettings(model=str(folder)))


def test_a_model_of_another_kind_is_refused_with_a_sentence(tmp_path: Path) -> None:
    transformers.CLIPTextModel(
        transformers.CLIPTextConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    ).save_pretrained(tmp_path)
    with pytest.raises(ModelUnavailable, match=r"set safety\.classifier to"):
        load(ClassifierSettings(model=str(tmp_path)))
