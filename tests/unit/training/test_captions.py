from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import CLIPTokenizer

from training.captions import caption, gibberish, negative
from training.styles import STYLES
from training.tokenizer import MAX_LENGTH, train_tokenizer
from training.words import FILLERS, NEGATIVES, NOUNS, SYNONYMS


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> CLIPTokenizer:
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    return train_tokenizer(folder, seed=0, captions=3000)


def test_a_caption_names_its_style_in_one_of_its_words() -> None:
    generator = np.random.default_rng(0)
    for name in STYLES:
        if name == "photo":
            continue
        for _ in range(20):
            text = caption(generator, (name,), "city")
            assert any(phrase in text for phrase in SYNONYMS[name])


def test_a_combined_caption_names_both() -> None:
    generator = np.random.default_rng(1)
    for _ in range(50):
        text = caption(generator, ("night", "oil"), "landscape")
        assert any(phrase in text for phrase in SYNONYMS["night"])
        assert any(phrase in text for phrase in SYNONYMS["oil"])


def test_from_noise_the_scene_is_always_named() -> None:
    generator = np.random.default_rng(2)
    for kind, nouns in NOUNS.items():
        for name in ("photo", "oil", "snow"):
            text = caption(generator, (name,), kind, describe=True)
            assert any(noun in text for noun in nouns)


def test_unstyled_pictures_get_words_without_a_style() -> None:
    styles = {phrase for name, words in SYNONYMS.items() if name != "photo" for phrase in words}
    assert not styles & {*FILLERS, *NEGATIVES}
    generator = np.random.default_rng(3)
    known = {word for phrase in styles for word in phrase.split()}
    assert not any(known & set(gibberish(generator).split()) for _ in range(100))
    assert negative(generator)


@given(text=st.text(max_size=200))
def test_any_text_has_tokens_and_fits(tokenizer: CLIPTokenizer, text: str) -> None:
    tokens = tokenizer(text, padding="max_length", truncation=True, max_length=MAX_LENGTH).input_ids
    assert len(tokens) == MAX_LENGTH
    assert all(0 <= token < len(tokenizer) for token in tokens)
    assert tokens[0] == tokenizer.bos_token_id
    assert tokenizer.eos_token_id in tokens
