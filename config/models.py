"""The model catalogue: the shipped entries, an owner's own over them, and which of them are offered."""

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter, ValidationError

from bot.domain.options import MAX_GUIDANCE_SCALE, MAX_STEPS
from config.reading import ConfigError, parse_toml
from config.settings import Settings
from config.tables import Table, fault
from inference.api import ControlKind
from inference.models.entry import MAX_LORA_WEIGHT, LoraEntry, ModelEntry

SHIPPED_MODELS = Path(__file__).with_name("models.toml")

NAMES = "small letters, digits and . _ -, 50 at most, a letter or digit first"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,49}$")]
"""What members type; a colon or a space would end it in `--lora ink:0.8`."""

Location = Annotated[str, Field(min_length=1, max_length=1000)]


class _Lora(Table):
    file: Location
    weight: Annotated[float, Field(ge=-MAX_LORA_WEIGHT, le=MAX_LORA_WEIGHT)] = 1.0


def _spelled_out(value: object) -> object:
    """`ink = "ink.safetensors"` as the table that it is short for."""
    return {"file": value} if isinstance(value, str) else value


class _Entry(Table):
    id: Location
    base: Annotated[str, Field(max_length=1000)] = ""
    prediction: Literal["", "epsilon", "v_prediction"] = ""
    zero_snr: bool | None = None
    vae: Annotated[str, Field(max_length=1000)] = ""
    clip_skip: Annotated[int, Field(ge=1, le=12)] = 1
    revision: Annotated[str, Field(pattern=r"^\S*$", description="a branch, tag or commit, without spaces")] = ""
    variant: Annotated[str, Field(pattern=r"^[\w-]*$", description='a word such as "fp16", or empty')] = ""
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)] | None = None
    guidance_scale: Annotated[float, Field(ge=0, le=MAX_GUIDANCE_SCALE)] | None = None
    scheduler: Annotated[
        str, Field(pattern=r"^([A-Z]\w*)?$", description='a class of diffusers such as "UniPCMultistepScheduler"')
    ] = ""
    max_side: Annotated[int, Field(ge=64, le=8192)] | None = None
    true_guidance: Annotated[float, Field(ge=1, le=MAX_GUIDANCE_SCALE)] = 1.0
    licence: Annotated[str, Field(max_length=60)] = ""
    gated: bool = False
    quantize: Literal["", "none", "int8", "nf4", "float8"] = ""
    offload: Literal["", "none", "text", "blocks"] = ""
    preview_vae: Annotated[str, Field(max_length=1000, validation_alias=AliasChoices("preview_vae", "sketcher"))] = ""
    step_cache: Annotated[float, Field(ge=0, le=1)] = 0.0
    attention: Annotated[str, Field(pattern=r"^\w*$", description="a kernel by diffusers' name, or empty")] = ""
    controls: dict[ControlKind, Location] = Field(default_factory=dict)
    loras: dict[Name, Annotated[_Lora, BeforeValidator(_spelled_out)]] = Field(default_factory=dict)
    loras_folder: Annotated[str, Field(max_length=1000)] = ""
    embeddings: dict[Name, Location] = Field(default_factory=dict)
    embeddings_folder: Annotated[str, Field(max_length=1000)] = ""

    def entry(self) -> ModelEntry:
        return ModelEntry(
            id=self.id,
            base=self.base,
            prediction=self.prediction,
            zero_snr=self.zero_snr,
            vae=self.vae,
            clip_skip=self.clip_skip,
            revision=self.revision,
            variant=self.variant,
            steps=self.steps,
            guidance_scale=self.guidance_scale,
            scheduler=self.scheduler,
            max_pixels=None if self.max_side is None else self.max_side**2,
            true_guidance=self.true_guidance,
            licence=self.licence,
            gated=self.gated,
            quantize=self.quantize,
            offload=self.offload,
            preview_vae=self.preview_vae,
            step_cache=self.step_cache,
            attention=self.attention,
            controls=self.controls,
            loras={
                name: LoraEntry(place=place)
                for name, place in _files_in(self.loras_folder, "loras_folder", ".safetensors").items()
            }
            | {name: LoraEntry(place=lora.file, weight=lora.weight) for name, lora in self.loras.items()},
            embeddings=self.embeddings,
            embeddings_found=_files_in(self.embeddings_folder, "embeddings_folder", ".safetensors", ".pt", ".bin"),
        )


_Entries = TypeAdapter(dict[Name, _Entry])


def load_catalogue(own: str) -> dict[str, ModelEntry]:
    """Every entry by its name.

    Args:
        own: path of the owner's file; empty for none.

    Raises:
        ConfigError: a file is missing or holds something else than models.
    """
    return _read(SHIPPED_MODELS) | (_read(Path(own)) if own else {})


def offered_models(settings: Settings) -> dict[str, ModelEntry]:
    """What members may choose from, by name, the default first.

    Raises:
        ConfigError: the catalogue is wrong, or something is offered that it does not have.
    """
    catalogue = load_catalogue(settings.models.file)
    default, revision = settings.model.id, settings.model.revision
    others = _in_folder(settings.models.folder, catalogue) if settings.models.folder else {}
    first = catalogue.get(default) or others.get(default) or ModelEntry(id=default)
    if revision:
        first = replace(first, revision=revision)
    others |= {name: _offered(name, catalogue) for name in settings.models.offered}
    return {default: first} | {name: entry for name, entry in others.items() if name != default}


def _in_folder(folder: str, catalogue: Mapping[str, ModelEntry]) -> dict[str, ModelEntry]:
    """An entry for every checkpoint and model in diffusers' layout below a folder, by its name in small letters.

    An entry of the catalogue with the same name or for the same file is taken instead. What an entry names as a part
    of its model is none. Pickles are among them: what refuses a model says why.
    """
    parts = {_file(place) for entry in catalogue.values() for place in entry.parts}
    named = {_file(entry.id): name for name, entry in catalogue.items()}
    models = {path: _file(str(path)) for path in _below(folder, "models.folder", ".safetensors", ".gguf", ".ckpt")}
    entries = {named[file]: catalogue[named[file]] for file in models.values() if file in named}
    others = (path for path, file in models.items() if file not in named and file not in parts)
    for name, path in _by_name(others, folder, taken=entries).items():
        entries[name] = catalogue.get(name) or ModelEntry(id=str(path))
    return entries


def _absolute(place: str) -> str:
    """So that "models/sdxl/a.safetensors" is never taken for a file on the hub once it is not there any more."""
    return os.path.abspath(os.path.expanduser(place))  # noqa: PTH100, PTH111 -- Path's own raises if there is no such user


def _file(place: str) -> str:
    """What a path leads to, by whatever links."""
    return os.path.realpath(_absolute(place))


def _below(folder: str, key: str, *suffixes: str) -> list[Path]:
    """Files of these kinds and models in diffusers' layout, in a folder and below it, through links; the top first.

    Left out are components of models, the hub's cache, root's folder at the top of a disk, and what is hidden: macOS
    leaves a "._" file beside each on other disks.

    Raises:
        ConfigError: it is none, or something in it is not for this user.
    """
    top = _absolute(folder)

    def refuse(fault: OSError) -> None:
        if fault.filename != top:
            raise ConfigError(
                f"{Path(fault.filename).name} in {key} cannot be read ({fault.strerror}): "
                "let this user do so, or move it away."
            )
        raise ConfigError(f"{key} names {folder!r}, which is no folder that can be read: make it or mend that.")

    found: list[Path] = []
    seen: set[str] = set()
    for place, folders, files in os.walk(top, onerror=refuse, followlinks=True):
        parts = {"model_index.json", "config.json"}.intersection(files) if place != top else set()
        if (real := _file(place)) in seen or parts:
            found += [Path(place)] if "model_index.json" in parts and real not in seen else []
            folders.clear()
        else:
            folders[:] = [name for name in folders if not name.startswith((".", "models--", "lost+found"))]
            found += [Path(place, name) for name in files if name.endswith(suffixes) and not name.startswith(".")]
        seen.add(real)
    return sorted(found, key=lambda path: (len(path.parts), path))


def _files_in(folder: str, key: str, *suffixes: str) -> dict[str, str]:
    """The files of these kinds in a folder and below it by their names in small letters; none for no folder.

    Raises:
        ConfigError: it is none.
    """
    files = (path for path in _below(folder, key, *suffixes) if _may_be_file(path)) if folder else ()
    return {name: str(path) for name, path in _by_name(files, folder).items()}


def _may_be_file(path: Path) -> bool:
    """Whether it is a file, or nobody here may look: what reads it says so, and all else is offered."""
    try:
        return path.is_file()
    except OSError:
        return True


def _by_name(paths: Iterable[Path], folder: str, *, taken: Iterable[str] = ()) -> dict[str, Path]:
    """Each by the name that members type. Of several that would have one, the later have more of their paths.

    Of one model as .safetensors and in another kind of file, the first has the plain name.
    """
    found: dict[str, Path] = {}
    top = _absolute(folder)
    for path in sorted(paths, key=lambda each: each.suffix in {".gguf", *_PICKLES}):
        stem = path.name if os.path.isdir(path) else path.stem  # noqa: PTH112 -- Path's own raises if not allowed
        plain, whole, end = _slug(stem), _in_any_script(stem), _in_any_script(path.name)
        if not re.search("[a-z]", plain) and not stem.isascii():
            plain = whole
        folders = _slug(" ".join(path.relative_to(top).parent.parts))
        apart = f"{folders}-{plain}"[:_MOST] if folders else ""
        names = (plain[:_MOST], apart, whole[:_MOST], end[:_MOST], end[-_MOST:].lstrip("-."))
        numbered = (f"{end[: _MOST - 5] or 'model'}-{number}" for number in count(2))
        found[next(name for name in chain(names, numbered) if name not in {"", *found, *taken})] = path
    return found


_PICKLES = (".ckpt", ".pt", ".bin")

_MOST = 50
"""Characters of a name."""


def _slug(name: str) -> str:
    """A file's name as members may type it on any keyboard."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")


def _in_any_script(name: str) -> str:
    """The same with the letters of all scripts, each in one form: macOS writes é as two."""
    return re.sub(r"[^\w.]+|_+", "-", unicodedata.normalize("NFKC", name.lower())).strip("-.")


def _offered(name: str, catalogue: Mapping[str, ModelEntry]) -> ModelEntry:
    if name not in catalogue:
        near = difflib.get_close_matches(name, catalogue, n=1, cutoff=0) or list(catalogue)
        raise ConfigError(
            f"models.offered names {name!r}, which is not in the catalogue: did you mean {near[0]!r}? "
            "Entries of your own go into the file that models.file names."
        )
    return catalogue[name]


def _read(file: Path) -> dict[str, ModelEntry]:
    try:
        entries = _Entries.validate_python(parse_toml(file, "models.file"))
    except ValidationError as error:
        wrong = fault(error, _Entries.json_schema(), NAMES)
        raise ConfigError(f"The model file {file} is wrong: {wrong}") from None
    return {name: entry.entry() for name, entry in entries.items()}
