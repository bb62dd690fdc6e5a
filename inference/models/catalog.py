"""What a model id means, and what a model wants if the member set nothing. Reads files only; needs no torch.

A model folder may bring a `pentimento.json` with any of the keys `steps`, `guidance_scale`, `max_pixels` and
`multiple`; what it does not say follows from the configuration files in diffusers' layout and from the family.
"""

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from inference.api import ControlKind, Lora, ModelDefaults, ModelUnavailable
from inference.models import hub, schedulers, trained
from inference.models.checkpoints import DISTILLED, PIPELINES, Checkpoint, Family, identify, layout_of
from inference.models.entry import LINES, MapModels, ModelEntry
from inference.models.folder_check import read_json
from inference.models.gguf_header import SUFFIX

POCKET = "pocket"
"""The model shipped with the project."""

INDEX = "model_index.json"

_SHIPPED = {POCKET: ModelDefaults(steps=20, guidance_scale=1.5, max_pixels=512 * 512, multiple=8, steerable=True)}

SHIPPED = Path(__file__).parents[1]
"""The folder with the shipped models in it."""

SHIPPED_CONTROLS = {POCKET: dict.fromkeys(LINES, SHIPPED / "pocket-edges")}
"""Control networks shipped with a model: kind -> folder. A kind is offered if its folder is there."""

_EDITS = re.compile(r"kontext|image-?edit|flux\.?2|instruct-?pix2pix", re.IGNORECASE)
"""Pipelines, and names of models, that edit by instruction: they take no strength."""

_STEERABLE = re.compile(r"^(StableDiffusion(XL|3)?|Flux|QwenImage)(Img2Img)?Pipeline$")
"""Pipelines of families that control networks can steer."""

_Z_IMAGE = re.compile(r"z-?image", re.IGNORECASE)

_LONGEST_SIDE = 4096
"""In latents; no model was trained on a quarter of it."""

_MOST_BLOCKS = 8
"""Of an autoencoder; models have four or six."""

_FAMILIES = (
    (re.compile(r"^LatentConsistency"), 4, 8.5),
    (DISTILLED, 4, 1.0),
    (re.compile(r"^StableDiffusion3"), 28, 7.0),
    (re.compile(r"^StableDiffusionXL"), 30, 5.0),
    (re.compile(r"^StableDiffusion"), 30, 7.5),
    (re.compile(r"^Chroma"), 35, 5.0),
    (re.compile(r"^Flux2Klein"), 50, 4.0),
    (re.compile(r"^Flux2"), 50, 2.5),
    (re.compile(r"^Flux"), 28, 3.5),
    (re.compile(r"^(QwenImage|Kandinsky)"), 30, 4.0),
    (re.compile(r""), 30, 5.0),
)
"""Pipeline class (or a word of the model's name) -> steps and guidance scale, as diffusers' own pages for the family
recommend them. The first match counts."""


def locate(model: str) -> Path | None:
    """The folder or the checkpoint in one file that a model id names; None if it is an id on the hub.

    Raises:
        ModelUnavailable: if it is neither, or may not be looked at.
    """
    try:
        folder = SHIPPED / POCKET if model == POCKET else Path(model).expanduser()
        is_folder, is_file, is_link = folder.is_dir(), folder.is_file(), folder.is_symlink()
    except (OSError, RuntimeError) as fault:  # too long a name, a folder not to be searched, a home that nobody has
        reason = fault.strerror if isinstance(fault, OSError) else str(fault).rstrip(".")
        raise ModelUnavailable(
            f"The model {model!r} cannot be looked at ({reason}): "
            f"give a folder that this user may read, an id such as 'org/name', or {POCKET!r}."
        ) from None
    if model and is_folder:
        return folder
    if is_file:
        return _checkpoint(folder, model)
    if is_link:
        raise ModelUnavailable(f"The model {model!r} is a link to something that is not there: mend the link.")
    if hub.HubRef.names(model):
        return None
    _refuse_pickle(model)
    raise ModelUnavailable(
        f"The model {model!r} is not here: give a folder or file, an id such as 'org/name' or "
        f"'org/name/file.safetensors', or {POCKET!r}."
    )


def _checkpoint(file: Path, model: str) -> Path:
    if file.suffix in {".safetensors", SUFFIX}:
        return file
    _refuse_pickle(model)
    raise ModelUnavailable(
        f"The model {model!r} is a file of another kind: give a .safetensors or .gguf file or a folder in diffusers' "
        "layout."
    )


def _refuse_pickle(model: str) -> None:
    if Path(model).suffix in hub.PICKLES:
        raise ModelUnavailable(
            f"The model {model!r} is a pickle, which can run anything: get it as a .safetensors file, or convert it."
        )


def base_of(entry: ModelEntry) -> Path | None:
    """The folder of the model that an entry's checkpoint is used with; None if it names none or it is not here."""
    if not entry.base:
        return None
    return locate(entry.base) or hub.cached(base_ref(entry))


def base_ref(entry: ModelEntry) -> hub.HubRef:
    """Where on the hub an entry's base is. Revision and variant are its own if the checkpoint is a file here."""
    versions = {} if locate(entry.id) is None else {"revision": entry.revision, "variant": entry.variant}
    return replace(hub.HubRef.of(entry.base, **versions), kind=hub.RepositoryKind.BASE)


def defaults(model: str, entry: ModelEntry, folder: Path | None) -> ModelDefaults:
    """A model's defaults: the owner's entry first, then the model's own `pentimento.json`, then its family's.

    Args:
        model: its name.
        entry: the owner's, from the catalogue.
        folder: that it lies in; None if it is not on this machine yet, and its name decides.

    Raises:
        ModelUnavailable: its files lack what is needed, or are invalid.
    """
    here = folder is not None
    try:
        if not _in_one_file(entry, folder):
            _refuse_base(entry, model)
            trained.refuse_words(entry, model)
        if entry.id in _SHIPPED:
            wanted = asdict(_SHIPPED[entry.id])
        else:
            wanted, here = _wanted(model, entry, folder)
        if folder is not None and (own := folder / hub.OWN_DEFAULTS).exists():
            wanted |= _own_defaults(model, own)
    except OSError as refused:
        raise ModelUnavailable(
            f"The model {model!r} cannot be read ({refused.strerror}): let this user read all of its folder."
        ) from None
    return replace(with_entry(ModelDefaults(**wanted), entry), here=here)


def _in_one_file(entry: ModelEntry, place: Path | None) -> bool:
    """Whether a model is a checkpoint in one file, here or still on the hub."""
    return bool(hub.HubRef.of(entry.id).file) if place is None else not place.is_dir()


def _refuse_base(entry: ModelEntry, model: str) -> None:
    """Refuse a base of what has all of a model: it would be fetched for nothing."""
    if entry.base:
        raise ModelUnavailable(f"The model {model!r} takes no base, which is for a model in one file: leave it out.")


def _refuse_without_vae(checkpoint: Checkpoint, entry: ModelEntry, file: Path, model: str) -> None:
    if checkpoint.family.whole and not checkpoint.has_vae and not entry.vae:
        raise ModelUnavailable(
            f"The file {file.name} of the model {model!r} brings no autoencoder: name one as the `vae` of its entry."
        )


def _wanted(model: str, entry: ModelEntry, place: Path | None) -> tuple[dict[str, Any], bool]:
    """What the files at that place say, and whether all of them are here."""
    # A path's other folders say nothing of the model.
    names = f"{Path(model).name} {Path(entry.id).name}"
    if place is None:
        return _guessed(names, entry), False
    if place.is_dir():
        return _derived(model, f"{names} {place.name}", place, entry.scheduler), True
    checkpoint = trained.as_told(identify(place, model, prediction=entry.prediction), entry, model)
    _refuse_without_vae(checkpoint, entry, place, model)
    names = f"{Path(model).name} {checkpoint.title}"
    base = base_of(entry)
    if entry.base and base is None:
        return _guessed(names, entry), False
    scheduler = trained.scheduler_of(checkpoint, entry, shipped=base is None)
    pipeline = PIPELINES.get(checkpoint.family, "")
    wanted = _derived(model, names, layout_of(checkpoint, base, model), scheduler, pipeline)
    if checkpoint.family is Family.SD2 and base is None and checkpoint.prediction_type == "epsilon":
        wanted["max_pixels"] = 512 * 512  # the kind that was trained at 768 pixels tells velocities
    return wanted, True


def with_controls(entry: ModelEntry, map_models: MapModels) -> ModelEntry:
    """The entry with the controls that can be offered: the shipped ones too, and none whose map nobody could draw."""
    shipped = SHIPPED_CONTROLS.get(entry.id, {})
    places = {kind: str(folder) for kind, folder in shipped.items() if folder.is_dir()} | dict(entry.controls)
    drawable = LINES | map_models.kinds
    return replace(entry, controls={kind: places[kind] for kind in ControlKind if kind in places.keys() & drawable})


def with_entry(wanted: ModelDefaults, entry: ModelEntry) -> ModelDefaults:
    """A model's own defaults, overridden by those of the owner's entry."""
    return replace(
        wanted,
        steps=wanted.steps if entry.steps is None else entry.steps,
        guidance_scale=wanted.guidance_scale if entry.guidance_scale is None else entry.guidance_scale,
        max_pixels=wanted.max_pixels if entry.max_pixels is None else entry.max_pixels,
        controls=tuple(entry.controls),
        loras=tuple(Lora(name, lora.weight) for name, lora in entry.loras.items()),
        licence=entry.licence,
    )


def _own_defaults(model: str, own: Path) -> dict[str, Any]:
    values = read_json(own, model)
    known = {"steps": int, "guidance_scale": float, "max_pixels": int, "multiple": int}
    for name, value in values.items():
        if name not in known:
            continue  # a later version may have more
        number = isinstance(value, int | float) and not isinstance(value, bool)
        least = 0 if name == "guidance_scale" else 1
        # JSON as Python reads it has NaN and Infinity, which no comparison lets through here.
        if not number or not least <= value < 1 << 53 or known[name](value) != value:
            raise ModelUnavailable(
                f"The model {model!r} is broken: {name} is {value!r} in its {hub.OWN_DEFAULTS}; mend that."
            )
    return {name: known[name](value) for name, value in values.items() if name in known}


def _derived(model: str, names: str, folder: Path, scheduler: str, pipeline: str = "") -> dict[str, Any]:
    """What a folder's files say; `scheduler` and `pipeline` are classes taken instead of its own, empty for none."""
    index = read_json(folder / INDEX, model)
    pipeline = pipeline or str(index.get("_class_name"))
    transformer = (folder / "transformer").is_dir()
    scale_factor = _vae_scale_factor(model, folder)
    side = _latent_side(model, folder)
    pixels = (side * scale_factor) ** 2 if side else (1024 if transformer else 512) ** 2
    # A diffusion transformer takes its latents in patches of 2 x 2; Kandinsky halves its own three times.
    multiple = scale_factor * (2 if transformer else 8 if pipeline.startswith("Kandinsky") else 1)
    distilled = "distilled" if index.get("is_distilled") else ""  # as FLUX.2 klein says of itself
    return _recommended(f"{names} {distilled}", pipeline) | {
        "max_pixels": pixels,
        "multiple": max(8, multiple),
        "uses_strength": not _EDITS.search(pipeline),
        "levels": _levels(model, pipeline, scheduler or schedulers.of_index(index), folder),
        "steerable": bool(_STEERABLE.search(pipeline)),
    }


def _levels(model: str, pipeline: str, scheduler: str, folder: Path) -> int | None:
    """How many strengths a model tells apart, by its scheduler's files; loading will say it again."""
    file = folder / "scheduler" / "scheduler_config.json"
    return schedulers.levels(pipeline, scheduler, read_json(file, model) if file.is_file() else {})


def _guessed(names: str, entry: ModelEntry) -> dict[str, Any]:
    """Of a model that is not on this machine yet: a guess by its names, for as long as it is not."""
    strength = not _EDITS.search(f"{names} {Path(entry.base).name}")
    return _recommended(names, "") | {"max_pixels": 1024 * 1024, "multiple": 8, "uses_strength": strength}


def _recommended(names: str, pipeline: str) -> dict[str, Any]:
    """Steps and guidance by the family, or by a word of the names."""
    if _Z_IMAGE.search(pipeline or names):  # its guidance counts from 0
        turbo = "turbo" in names.lower()
        return {"steps": 8, "guidance_scale": 0.0} if turbo else {"steps": 50, "guidance_scale": 5.0}
    return next(
        {"steps": steps, "guidance_scale": guidance_scale}
        for pattern, steps, guidance_scale in _FAMILIES
        if pattern.search(names if pattern is DISTILLED else pipeline)
    )


def _vae_scale_factor(model: str, folder: Path) -> int:
    """Pixels per latent, along a side: every block of an autoencoder but the last halves."""
    for name in ("vae", "movq"):
        config = folder / name / "config.json"
        if config.exists() and isinstance(blocks := read_json(config, model).get("block_out_channels"), list):
            if not 1 <= len(blocks) <= _MOST_BLOCKS:
                raise _odd(model, "block_out_channels", blocks, name)
            return int(2 ** (len(blocks) - 1))
    return 8


def _latent_side(model: str, folder: Path) -> int:
    """Latents along a side of what the model was trained on; 0 if its files do not say."""
    for name in ("unet", "transformer"):
        config = folder / name / "config.json"
        if config.exists():
            size = read_json(config, model).get("sample_size")
            sides = size if isinstance(size, list) else [size or 0]
            if not all(isinstance(side, int) and 0 <= side <= _LONGEST_SIDE for side in sides):
                raise _odd(model, "sample_size", size, name)
            return max(sides, default=0)
    return 0


def _odd(model: str, key: str, value: object, component: str) -> ModelUnavailable:
    shown = f"{value!r:.50}"
    return ModelUnavailable(
        f"The model {model!r} is broken: {key} is {shown} in the config.json of its {component}; fetch it again."
    )
