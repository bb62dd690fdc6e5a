"""A byte-level BPE tokenizer of CLIP's kind, learnt from the captions; any text is safe."""

import json
import string
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from training.captions import caption, gibberish
from training.styles import STYLES
from training.words import FILLERS, NOUNS

MAX_LENGTH = 40
VOCABULARY = 1200
START, END = "<|startoftext|>", "<|endoftext|>"

# CLIP's own split of words, contractions, digits and punctuation.
WORDS = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")


def train_tokenizer(out: Path, seed: int, captions: int = 40_000) -> CLIPTokenizer:
    """Learn the merges and write CLIP's `vocab.json` and `merges.txt` into `out`."""
    generator = np.random.default_rng(seed)
    names, kinds = list(STYLES), list(NOUNS)
    texts = [
        caption(generator, (names[generator.integers(len(names))],), kinds[generator.integers(len(kinds))])
        for _ in range(captions)
    ]
    texts += [" ".join(FILLERS)] * 3 + [gibberish(generator) for _ in range(500)]
    texts += list(string.ascii_lowercase + string.digits + string.punctuation) * 10
    tokenizer = Tokenizer(models.BPE(unk_token=END, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(WORDS, behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=8,
        end_of_word_suffix="</w>",
        special_tokens=[START, END],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary: dict[str, int] = model["vocab"]
    for byte in sorted(alphabet):  # at a word's end too, whether the captions had it there or not
        vocabulary.setdefault(byte + "</w>", len(vocabulary))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (out / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": MAX_LENGTH,
        "bos_token": START,
        "eos_token": END,
        "pad_token": END,
        "unk_token": END,
        "do_lower_case": True,
        "errors": "replace",
        "add_prefix_space": False,
    }
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=1))
    return CLIPTokenizer.from_pretrained(out)
