"""The model catalogue: the shipped entries, an owner's own over them, and which of them are offered."""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.domain.options import MAX_GUIDANCE_SCALE, MAX_STEPS
from config.reading import ConfigError, parse_toml
from config.settings import Settings
from inference.api import ControlKind
from inference.models.entry import MAX_LORA_WEIGHT, LoraEntry, ModelEntry

SHIPPED_MODELS = Path(__file__).with_name("models.toml")

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,49}$")]
"""What members type; a colon or a space would end it in `--lora ink:0.8`."""

Place = Annotated[str, Field(min_length=1, max_length=1000)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Lora(_Table):
    file: Place
    weight: Annotated[float, Field(ge=-MAX_LORA_WEIGHT, le=MAX_LORA_WEIGHT)] = 1.0


def _spelled_out(value: object) -> object:
    """`ink = "ink.safetensors"` as the table that it is short for."""
    return {"file": value} if isinstance(value, str) else value


class _Entry(_Table):
    id: Place
    revision: Annotated[str, Field(pattern=r"^\S*$")] = ""
    variant: Annotated[str, Field(pattern=r"^[\w-]*$")] = ""
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)] | None = None
    guidance_scale: Annotated[float, Field(ge=0, le=MAX_GUIDANCE_SCALE)] | None = None
    scheduler: Annotated[str, Field(pattern=r"^([A-Z]\w*)?$")] = ""
    max_side: Annotated[int, Field(ge=64, le=8192)] | None = None
    licence: Annotated[str, Field(max_length=60)] = ""
    gated: bool = False
    sketcher: Annotated[str, Field(max_length=1000)] = ""
    controls: dict[ControlKind, Place] = {}
    loras: dict[Name, Annotated[_Lora, BeforeValidator(_spelled_out)]] = {}

    def entry(self) -> ModelEntry:
        return ModelEntry(
            id=self.id,
            revision=self.revision,
            variant=self.variant,
            steps=self.steps,
            guidance_scale=self.guidance_scale,
            scheduler=self.scheduler,
            max_pixels=None if self.max_side is None else self.max_side**2,
            licence=self.licence,
            gated=self.gated,
            sketcher=self.sketcher,
            controls=self.controls,
            loras={name: LoraEntry(place=lora.file, weight=lora.weight) for name, lora in self.loras.items()},
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
    first = catalogue.get(default) or ModelEntry(id=default)
    if revision:
        first = replace(first, revision=revision)
    return {default: first} | {name: _offered(name, catalogue) for name in settings.models.offered if name != default}


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
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise ConfigError(f"The model file {file} is wrong at {place}: {first['msg']}.") from None
    return {name: entry.entry() for name, entry in entries.items()}
