"""Tiny transformers as GGUF files, written by the format's own package."""

from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
import torch

Kind = gguf.GGMLQuantizationType


def save(tensors: Mapping[str, torch.Tensor], file: Path, kind: Kind = Kind.Q8_0, *, title: str = "tiny") -> Path:
    """Matrices whose rows the kind can pack are packed, all else is float32, as programs that make such files do."""
    block, _ = gguf.GGML_QUANT_SIZES[kind]
    writer = gguf.GGUFWriter(file, "tiny")
    writer.add_name(title)
    for name, tensor in tensors.items():
        numbers = tensor.float().numpy()
        packs = numbers.ndim == 2 and numbers.shape[1] % block == 0
        if packs:
            writer.add_tensor(name, gguf.quants.quantize(numbers, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, np.ascontiguousarray(numbers))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
