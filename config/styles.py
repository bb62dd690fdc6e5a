"""The style presets: the shipped ones, and an owner's own over them."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.domain.style import Style
from config.settings import ConfigError, parse_toml

SHIPPED_STYLES = Path(__file__).with_name("styles.toml")


class _Preset(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Annotated[str, Field(min_length=1, max_length=1000)]
    negative_prompt: Annotated[str, Field(max_length=1000)] = ""
    strength: Annotated[float, Field(ge=0, le=1)] | None = None


_Presets = TypeAdapter(dict[Annotated[str, Field(min_length=1, max_length=50)], _Preset])


def load_styles(own: str) -> dict[str, Style]:
    """Every preset by its name.

    Args:
        own: path of the owner's file; empty for none.

    Raises:
        ConfigError: a file is missing or holds something else than presets.
    """
    presets = _read(SHIPPED_STYLES) | (_read(Path(own).expanduser()) if own else {})
    return {
        name: Style(name=name, prompt=preset.prompt, negative_prompt=preset.negative_prompt, strength=preset.strength)
        for name, preset in presets.items()
    }


def _read(file: Path) -> dict[str, _Preset]:
    try:
        presets = _Presets.validate_python(parse_toml(file))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"The style file {file} is wrong at {place}: {first['msg']}.") from None
    return {name.strip().lower(): preset for name, preset in presets.items()}
