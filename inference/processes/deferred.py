"""Libraries that ours import for what a worker seldom does, imported when it is done.

diffusers and transformers import torch's compiler, its sharded tensors, peft, much of scipy and every network that
diffusers has as soon as the class of a model is: half of the time that a worker needs to start. Here modules stand in
for these and answer the few names that are wanted while classes are defined. Whatever else is asked of one puts the
true module in its place. So a release of those libraries that asks for more gets it, and starts as late as without
this; `tests/contract/test_startup.py` says so then.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from copy import copy
from functools import wraps
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

_ALONE = frozenset(
    {
        "torch._dynamo._trace_wrapped_higher_order_op",
        *(f"diffusers.models.autoencoders.{name}" for name in ("autoencoder_kl", "vae")),
        *(f"diffusers.models.transformers.{name}" for name in ("dual_transformer_2d", "transformer_2d")),
        *(f"diffusers.models.unets.{name}" for name in ("unet_2d_blocks", "unet_2d_condition")),
        *(
            f"diffusers.hooks.{name}"
            for name in ("_common", "_helpers", "group_offloading", "hooks", "layerwise_casting")
        ),
    }
)
"""What is imported of a deferred package on the way to a picture, and needs nothing else of it."""


class StandIn(ModuleType):
    """A package that is imported when something is asked of it that it does not answer.

    Args:
        name: "package.module".
        answers: what it answers itself, by name.
        holds: asked at each question; if it says no, nothing is answered any more.
    """

    def __init__(self, name: str, answers: Mapping[str, Any], holds: Callable[[], bool]) -> None:
        super().__init__(name)
        package, _, module = name.partition(".")
        found = importlib.util.find_spec(package)
        if not module:
            self.__spec__ = found  # for who asks whether it is installed
        inside = module.replace(".", "/")
        self.__path__ = [str(Path(place) / inside) for place in (found and found.submodule_search_locations) or ()]
        self._answers = answers
        self._holds = holds

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks for, and does without
            raise AttributeError(name)
        if name in self._answers and self._holds():
            return self._answers[name]
        return getattr(self.true(), name)

    def true(self) -> ModuleType:
        """The module itself, in its place from now on."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        true = importlib.import_module(self.__name__)
        # What of it was imported before is not set by the import of the package.
        for name, module in list(sys.modules.items()):
            package, _, child = name.rpartition(".")
            if package == self.__name__ and not hasattr(true, child):
                setattr(true, child, module)
        return true


class _Submodules(MetaPathFinder, Loader):
    """Imports a package for which one stands in before a module of it, as its modules expect."""

    def find_spec(self, name: str, _path: object, _target: ModuleType | None = None) -> ModuleSpec | None:
        package = sys.modules.get(name.rpartition(".")[0])
        if not isinstance(package, StandIn) or name in _ALONE:
            return None
        package.true()
        imported = sys.modules.get(name)  # by the package itself, which must not happen twice
        if imported is None or imported.__spec__ is None:
            return None
        spec = copy(imported.__spec__)
        spec.loader = self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return sys.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        pass


class _BeforeTransformers(MetaPathFinder):
    """Says before transformers is imported that this process works alone: no sharded tensors are imported then.

    And tensors on the meta device, which have no values, are given none: torch imports sympy to compute them.
    """

    def __init__(self) -> None:
        self._done = False

    def find_spec(self, name: str, _path: object, _target: ModuleType | None = None) -> None:
        if name != "transformers" or self._done:
            return
        self._done = True
        from torch import distributed
        from torch.nn import init

        if _compiles_nothing():
            distributed.is_available = lambda: False
        for public in [public for public in dir(init) if public.endswith("_") and not public.startswith("_")]:
            setattr(init, public, _unless_meta(getattr(init, public)))


def _unless_meta(fill: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(fill)
    def filled(tensor: Any, *arguments: Any, **named: Any) -> Any:
        return tensor if tensor.is_meta else fill(tensor, *arguments, **named)

    return filled


def defer() -> None:
    """Let modules stand in for those that have not been imported yet."""
    sys.meta_path[:0] = [_Submodules(), _BeforeTransformers()]
    marks = dict.fromkeys(("allow_in_graph", "assume_constant_result", "disable"), _unmarked)
    _defer("torch._dynamo", {**marks, "eval_frame": _EVAL_FRAME}, holds=_compiles_nothing)
    _defer("scipy.stats")
    _defer("scipy.integrate")
    _defer("scipy.optimize", {"linear_sum_assignment": _linear_sum_assignment})
    _defer("sympy", {"Basic": _class_of("sympy", "Basic")}, holds=_compiles_nothing)
    _defer(_SYMBOLIC_SHAPES, _SIZES, holds=_compiles_nothing)
    _defer("requests")
    _defer("peft", {"PeftModel": _class_of("peft", "PeftModel")}, holds=_without_peft)
    _defer("peft.helpers", {"disable_input_dtype_casting": _disable_input_dtype_casting}, holds=_without_peft)
    _defer("peft.tuners.tuners_utils", _LAYERS, holds=_without_peft)
    for package in ("autoencoders", "transformers", "unets"):
        _defer(f"diffusers.models.{package}")
    _defer("diffusers.hooks")


def _defer(name: str, answers: Mapping[str, Any] | None = None, holds: Callable[[], bool] = lambda: True) -> None:
    if name not in sys.modules:
        sys.modules[name] = StandIn(name, answers or {}, holds)


def _compiles_nothing() -> bool:
    """Whether this machine has no device for which models are compiled (`inference.batching.denoiser`)."""
    import torch

    return not torch.cuda.is_available()


def _without_peft() -> bool:
    """Whether no adapter has been loaded yet."""
    return isinstance(sys.modules.get("peft"), StandIn)


def _unmarked(function: Any = None, *_: object, **__: object) -> Any:
    """A mark for the compiler on a function, or what makes such a mark; there is nobody to read it."""
    return _unmarked if function is None else function


class _OptimizedModule:
    """A compiled model, of which there is none."""


_EVAL_FRAME = SimpleNamespace(OptimizedModule=_OptimizedModule)


def _linear_sum_assignment(*arguments: Any, **named: Any) -> Any:
    """Of the losses of detectors, which only training computes."""
    from scipy.optimize._lsap import linear_sum_assignment

    return linear_sum_assignment(*arguments, **named)


def _of_sizes(name: str) -> Callable[..., bool]:
    """Whether something holds of sizes, which are numbers as long as nothing is compiled."""

    def answer(condition: Any, *arguments: Any, **named: Any) -> bool:
        if isinstance(condition, bool):
            return condition
        return bool(getattr(_true(_SYMBOLIC_SHAPES), name)(condition, *arguments, **named))

    return answer


_SYMBOLIC_SHAPES = "torch.fx.experimental.symbolic_shapes"


def _sym_eq(one: Any, other: Any) -> Any:
    if all(
        isinstance(size, int) for sizes in (one, other) for size in (sizes if isinstance(sizes, tuple) else (sizes,))
    ):
        return one == other
    return _true(_SYMBOLIC_SHAPES).sym_eq(one, other)


_SIZES = {
    "is_nested_int": lambda size: not isinstance(size, int) and _true(_SYMBOLIC_SHAPES).is_nested_int(size),
    "sym_eq": _sym_eq,
    **{name: _of_sizes(name) for name in ("expect_true", "guard_or_false", "guard_or_true", "guard_size_oblivious")},
}


def _true(name: str) -> Any:
    module = importlib.import_module(name)
    return module.true() if isinstance(module, StandIn) else module


def _class_of(module: str, name: str) -> type:
    """Of what nothing is an instance as long as the module has not been imported, and the true class from then on."""

    class OfTheTrueClass(type):
        def __instancecheck__(cls, instance: object) -> bool:
            true = sys.modules.get(module)
            return true is not None and not isinstance(true, StandIn) and isinstance(instance, getattr(true, name))

    return OfTheTrueClass(name, (), {})


_LAYERS = {"BaseTunerLayer": _class_of("peft.tuners.tuners_utils", "BaseTunerLayer")}


def _disable_input_dtype_casting(*arguments: Any, **named: Any) -> Any:
    return _true("peft.helpers").disable_input_dtype_casting(*arguments, **named)
