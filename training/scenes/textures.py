"""Random textures with the spectra of natural surfaces: white noise whose amplitudes fall as 1 / f^beta."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.floating[Any]]

POOL_SIZE = 512
VARIANTS = 6


def _rough(fx: Field, fy: Field) -> Field:
    frequency: Field = np.hypot(fx, fy)
    return frequency


def _wide(fx: Field, fy: Field) -> Field:
    frequency: Field = np.hypot(fx * 2.2, fy)
    return frequency


def _waves(fx: Field, fy: Field) -> Field:
    frequency: Field = np.hypot(fx, fy * (1 / 0.22))
    return frequency


def _fur(fx: Field, fy: Field) -> Field:
    frequency: Field = np.hypot(fx, fy * (1 / 0.35 * 0.4))
    return frequency


def _blades(fx: Field, fy: Field) -> Field:
    frequency: Field = np.hypot(fx / 3.5, fy)
    return frequency


# name -> (exponent, the frequency a texture falls by; unequal axes stretch it)
KINDS: dict[str, tuple[float, Callable[[Field, Field], Field]]] = {
    "rough": (0.9, _rough),
    "mid": (1.3, _rough),
    "soft": (1.8, _rough),
    "cloud": (1.6, _wide),
    "water": (1.1, _waves),
    "fur": (1.0, _fur),
    "grass": (1.0, _blades),
}


@cache
def _pool() -> dict[str, list[Field]]:
    """Big textures made once; scenes cut their patches out of them."""
    generator = np.random.default_rng(1234)
    size = POOL_SIZE
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    pool: dict[str, list[Field]] = {}
    for name, (exponent, frequency_of) in KINDS.items():
        pool[name] = []
        for _ in range(VARIANTS):
            frequency = frequency_of(fx, fy)
            frequency[0, 0] = 1
            spectrum = np.fft.rfft2(generator.standard_normal((size, size))) / frequency**exponent
            spectrum[0, 0] = 0
            field = np.fft.irfft2(spectrum, s=(size, size))
            pool[name].append((field / (field.std() + 1e-8)).astype(np.float32))
    return pool


def texture(generator: np.random.Generator, rows: int, columns: int, kind: str = "mid") -> Field:
    """A patch of mean about 0 and deviation about 1."""
    variants = _pool()[kind]
    field = variants[generator.integers(len(variants))]
    can_shrink = kind in ("rough", "mid", "soft") and rows * 2 < POOL_SIZE and columns * 2 < POOL_SIZE
    stride = int(generator.integers(1, 3)) if can_shrink else 1
    top = generator.integers(0, POOL_SIZE - min(rows * stride, POOL_SIZE - 1))
    left = generator.integers(0, POOL_SIZE - min(columns * stride, POOL_SIZE - 1))
    patch = field[top : top + rows * stride : stride, left : left + columns * stride : stride]
    if generator.random() < 0.5:
        patch = patch[:, ::-1]
    return patch if patch.shape == (rows, columns) else np.resize(patch, (rows, columns))
