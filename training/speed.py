"""Make a GPU fast: trained functions run compiled where a trial in another process has shown that it pays.

Compiling takes a minute or more for each network and may fail. So `trial` does it first, beside the training, leaving
what it compiled in a cache on the disk and its verdict in a file; until there is one, everything runs as it is.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

CALLS_BETWEEN_LOOKS = 20


@cache
def has_bfloat16(device: str) -> bool:
    """A GPU has; a processor only with instructions for it, and takes ten times as long without them."""
    return device != "cpu" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - no other way to ask


def autocast(device: str) -> torch.autocast:
    return torch.autocast(device, torch.bfloat16, enabled=has_bfloat16(device))


def prepare(device: str, work: Path) -> None:
    """Before anything runs on the device."""
    if device != "cuda":
        return
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str((work / "compiled").resolve()))
    torch.set_float32_matmul_precision("high")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


class Switch:
    """A module that is called as it is until `verdict` says that it is faster compiled."""

    def __init__(self, module: nn.Module, verdict: Path | None) -> None:
        self._module, self._verdict = module, verdict
        self._compiled: Callable[..., Any] | None = None
        self._calls = 0

    def __call__(self, *arguments: Tensor) -> Any:
        if self._verdict is not None and self._compiled is None and self._calls % CALLS_BETWEEN_LOOKS == 0:
            self._look(self._verdict, arguments)
        self._calls += 1
        return (self._compiled or self._module)(*arguments)

    def _look(self, verdict: Path, arguments: Sequence[Tensor]) -> None:
        if not verdict.exists():
            return
        self._verdict = None
        found = json.loads(verdict.read_text())
        if not found["pays"]:
            _say(f"{verdict.stem}: stays as it is, {found}")
            return
        start = time.monotonic()
        try:
            compiled = torch.compile(self._module, dynamic=False)
            _forth_and_back(compiled, self._module, arguments)
        except Exception as error:  # noqa: BLE001 - whatever a compiler throws, training goes on without it
            _say(f"{verdict.stem}: cannot be compiled here, stays as it is: {type(error).__name__}: {error}"[:500])
            return
        self._compiled = compiled
        _say(f"{verdict.stem}: compiled after {time.monotonic() - start:.0f} s, {found}")


def _forth_and_back(function: Callable[..., Any], module: nn.Module, arguments: Sequence[Tensor]) -> None:
    made = function(*arguments)
    loss = (made[0] if isinstance(made, tuple) else made).mean()
    wanted = [parameter for parameter in module.parameters() if parameter.requires_grad]
    torch.autograd.grad(loss, wanted, allow_unused=True)


def _milliseconds(function: Callable[..., Any], module: nn.Module, arguments: Sequence[Tensor]) -> float:
    repeats = 5
    _forth_and_back(function, module, arguments)
    torch.cuda.synchronize()
    start = time.monotonic()
    for _ in range(repeats):
        _forth_and_back(function, module, arguments)
    torch.cuda.synchronize()
    return (time.monotonic() - start) * 1000 / repeats


def trial(module: nn.Module, arguments: Sequence[Tensor], verdict: Path) -> None:
    """Measure one module both ways and write the verdict."""
    as_it_is = _milliseconds(module, module, arguments)
    start = time.monotonic()
    compiled = torch.compile(module, dynamic=False)
    fast = _milliseconds(compiled, module, arguments)
    found = {
        "pays": fast < 0.93 * as_it_is,
        "ms": round(as_it_is, 1),
        "compiled_ms": round(fast, 1),
        "seconds": round(time.monotonic() - start),
    }
    verdict.parent.mkdir(parents=True, exist_ok=True)
    unfinished = verdict.with_suffix(".tmp")
    unfinished.write_text(json.dumps(found))
    unfinished.replace(verdict)
    _say(f"trial of {verdict.stem}: {found}")
