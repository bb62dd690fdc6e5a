"""What models of text and pictures are read with, without torchvision.

Transformers reads their pictures with torchvision, which has to be of the same build as torch: with another one no
model loads any more. It can do the same with Pillow. What these models are never asked about, films, is left out.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import transformers
from transformers import AutoImageProcessor, AutoTokenizer, ProcessorMixin
from transformers.tokenization_utils_tokenizers import TokenizersBackend


class PictureProcessor(transformers.Qwen2VLProcessor):  # type: ignore[misc]  # transformers has no types
    """Qwen2-VL's processor of texts and pictures, which takes no films."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: str | None = None) -> None:
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)
        # The parent's own would ask for a processor of films.
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def _pictures(folder: Path) -> Any:
    pictures = AutoImageProcessor.from_pretrained(str(folder), backend="pil", local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    return PictureProcessor(pictures, tokenizer, chat_template=tokenizer.chat_template)


def _texts(folder: Path) -> Any:
    """Of FLUX.2, which tells its text encoder words only."""
    return TokenizersBackend.from_pretrained(str(folder), local_files_only=True)


_READERS: dict[str, Callable[[Path], Any]] = {"Qwen2VLProcessor": _pictures, "PixtralProcessor": _texts}


def of_folder(folder: Path, index: Mapping[str, Any]) -> dict[str, Any]:
    """Those components of a model that are read here: name -> tokenizer or processor.

    Args:
        folder: of the model.
        index: its components: name -> library and class.

    Raises:
        Exception: from transformers, if their files are broken.
    """
    return {
        name: _READERS[entry[1]](folder / name)
        for name, entry in index.items()
        if isinstance(entry, list) and entry[1] in _READERS
    }
