"""Libraries that ours import for what a worker seldom does, imported when it is done.

diffusers and transformers import torch's compiler, its sharded tensors and much of scipy as soon as the class of a
model is: a third of the time that a worker needs to start. Here modules stand in for these and answer the few names
that are wanted while classes are defined. Whatever else is asked of one puts the true module in its place. So a
release of those libraries that asks for more gets it, and starts as late as without this;
`tests/contract/test_startup.py` says so then.
"""

import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

_ALONE = frozenset({"torch._dynamo._trace_wrapped_higher_order_op"})
"""What transformers imports of a deferred package, and needs nothing else of it."""


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
        self.__path__ = [str(Path(place) / module) for place in (found and found.submodule_search_locations) or ()]
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
        return importlib.import_module(self.__name__)


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


class _Alone(MetaPathFinder):
    """Says before transformers is imported that this process works alone: no sharded tensors are imported then."""

    def find_spec(self, name: str, _path: object, _target: ModuleType | None = None) -> None:
        if name == "transformers" and _compiles_nothing():
            from torch import distributed

            distributed.is_available = lambda: False


def defer() -> None:
    """Let modules stand in for those that have not been imported yet."""
    sys.meta_path[:0] = [_Submodules(), _Alone()]
    # diffusers and transformers ask the same of every installed package
    importlib.metadata.packages_distributions = cache(importlib.metadata.packages_distributions)
    marks = dict.fromkeys(("allow_in_graph", "assume_constant_result", "disable"), _unmarked)
    _defer("torch._dynamo", {**marks, "eval_frame": _EVAL_FRAME}, holds=_compiles_nothing)
    _defer("scipy.stats")
    _defer("scipy.integrate")
    _defer("scipy.optimize", {"linear_sum_assignment": _linear_sum_assignment})


def _defer(name: str, answers: Mapping[str, Any] | None = None, holds: Callable[[], bool] = lambda: True) -> None:
    if name not in sys.modules:
        sys.modules[name] = StandIn(name, answers or {}, holds)


def _compiles_nothing() -> bool:
    """Whether this machine has no device for which models are compiled (`inference.batching.denoiser`)."""
    import torch

    return not torch.cuda.is_available()


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
