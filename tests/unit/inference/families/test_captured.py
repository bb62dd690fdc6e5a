"""What the calls read that become CUDA graphs: a graph holds its inputs only, and brings none from the host."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from inference.batching.loaded_model import trial
from inference.families import components_of
from tests.tiny_models.flow import EDITORS, FAMILIES, flow
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl
from tests.unit.inference.batching.test_flow_loop import small_sources

__all__ = ["small_sources"]  # sources of Qwen-Image-Edit are no megapixel


class Reading(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Watches the operations for tensors that are neither told nor computed by them.

    Attributes:
        foreign: the operations that read one.
    """

    def __init__(self, told: Sequence[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.foreign: list[str] = []
        self._known = {_place(each): each for each in told}  # kept, or others would come to lie there

    def __torch_dispatch__(self, act: Any, _types: Any, told: Any = (), named: Any = None) -> Any:
        found = act(*told, **(named or {}))
        if any(_place(each) not in self._known for each in _tensors((told, named))):
            self.foreign.append(str(act))
        self._known.update({_place(each): each for each in _tensors(found)})
        return found


def _place(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _tensors(tree: Any) -> list[torch.Tensor]:
    return [each for each in tree_leaves(tree) if isinstance(each, torch.Tensor)]


def _of(model: torch.nn.Module) -> Iterator[torch.Tensor]:
    """What lives as long as the model does."""
    parts = tree_leaves([dict(vars(module)) for module in model.modules()])
    helpers = [dict(vars(each)) for each in parts if type(each).__module__.startswith("diffusers")]
    yield from _tensors([parts, helpers])


MAKES = {name: lambda name=name: flow(name) for name in [*FAMILIES, *EDITORS]} | {
    "sd": lambda: stable_diffusion("ddim"),
    "sd-guidance-as-input": lambda: stable_diffusion("lcm", time_cond_proj_dim=8),
    "sdxl": lambda: stable_diffusion_xl("euler"),
}


@pytest.mark.parametrize("name", MAKES)
def test_a_call_that_may_be_captured_reads_nothing_but_its_inputs_and_the_models_own(name: str) -> None:
    components = components_of(MAKES[name]())
    assert components is not None
    model: Any = components.denoiser
    with torch.inference_mode():
        rows = trial(components, 16)
        components.call(model, rows)  # fills what caches there are
        with Reading([each for _, each in rows.tensors() if each is not None] + [*_of(model)]) as reading:
            components.call(model, rows)
    assert components.captured is not name.startswith("qwen")
    assert not (components.captured and reading.foreign)
