"""What libraries find out at every start by reading thousands of files, kept from one start to the next.

diffusers and transformers ask which packages are installed, and transformers reads its own models' sources for the
names in them: half a second of each start. The answers are kept in the user's cache folder for as long as the folders
that they are about do not change; without a cache folder they are found out again.
"""

import contextlib
import importlib.metadata
import marshal
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

_STRUCTURES = "transformers.utils.import_utils"
"""The module whose `create_import_structure_from_path` reads the sources."""


class Remembered:
    """A file of answers, each with what it holds for. One that cannot be read or written is as if there were none.

    Args:
        path: of the file; in the user's cache folder if not given.
    """

    def __init__(self, path: Path | None = None) -> None:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._path = path or folder / "pentimento" / "imports"
        self._known: dict[str, tuple[object, Any]] | None = None

    def get(self, name: str, holds_for: object, find: Callable[[], Any]) -> Any:
        """The answer of that name; found if it is not known, or known for something else.

        Args:
            name: of the question.
            holds_for: what the answer depends on; this and the answer are of Python's own plain types.
            find: finds it out.
        """
        if self._known is None:
            self._known = self._read()
        kept = self._known.get(name)
        if kept is not None and kept[0] == holds_for:
            return kept[1]
        answer = find()
        self._known[name] = (holds_for, answer)
        self._write(self._known)
        return answer

    def _read(self) -> dict[str, tuple[object, Any]]:
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            version, known = marshal.loads(self._path.read_bytes())  # noqa: S302 -- what .pyc files are made of; ours
            if version == sys.version and isinstance(known, dict):
                return known
        return {}

    def _write(self, known: dict[str, tuple[object, Any]]) -> None:
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(marshal.dumps((sys.version, known)))
            partial.replace(self._path)


class _Structures(MetaPathFinder, Loader):
    """Imports transformers' module of that task, and has it ask here first."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._own: Loader | None = None

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != _STRUCTURES:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None:
            self._own, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec) if self._own else None

    def exec_module(self, module: ModuleType) -> None:
        assert self._own
        self._own.exec_module(module)
        models = Path(str(module.__file__)).parents[1] / "models"
        read: Callable[[str], Any] | None = getattr(module, "create_import_structure_from_path", None)
        if read is None:
            return

        def kept(path: str | Path) -> Any:
            if Path(path) != models:
                return read(str(path))
            return self._remembered.get("transformers", _state([str(models)]), lambda: read(str(path)))

        module.create_import_structure_from_path = kept  # type: ignore[attr-defined]


def remember(remembered: Remembered | None = None) -> None:
    """Answer the libraries' questions from here, from now on."""
    remembered = remembered or Remembered()
    found = importlib.metadata.packages_distributions

    @cache  # both libraries ask
    def packages_distributions() -> Any:
        return remembered.get("packages", _state(sys.path), lambda: {**found()})

    importlib.metadata.packages_distributions = packages_distributions
    sys.meta_path.insert(0, _Structures(remembered))


def _state(folders: list[str]) -> list[tuple[str, int]]:
    """Changes when something is installed there."""
    return [(folder, Path(folder).stat().st_mtime_ns) for folder in folders if Path(folder).is_dir()]
