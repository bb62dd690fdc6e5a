"""The style presets: the shipped ones, and an owner's own over them."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from bot.domain.style import Style
from config.reading import ConfigError, parse_toml
from config.tables import Table, fault

SHIPPED_STYLES = Path(__file__).with_name("styles.toml")


class _Preset(Table):
    prompt: Annotated[str, Field(min_length=1, max_length=1000)]
    negative_prompt: Annotated[str, Field(max_length=1000)] = ""
    theme: Annotated[str, Field(max_length=30)] = ""
    strength: Annotated[float, Field(ge=0, le=1)] | None = None
    guidance: Annotated[float, Field(ge=0, le=4)] | None = None
    picture: (
        Annotated[str, Field(pattern=r"(?i)\.(jpe?g|png)$", description="the name of a .jpg or .png file")] | None
    ) = None


_Presets = TypeAdapter(dict[Annotated[str, Field(min_length=1, max_length=50)], _Preset])


def load_styles(own: str) -> dict[str, Style]:
    """Every preset by its name.

    Args:
        own: path of the owner's file; empty for none.

    Raises:
        ConfigError: a file is missing or holds something else than presets.
    """
    return _read(SHIPPED_STYLES) | (_read(Path(own)) if own else {})


def _read(file: Path) -> dict[str, Style]:
    try:
        presets = _Presets.validate_python(parse_toml(file, "styles.file"))
    except ValidationError as error:
        wrong = fault(error, _Presets.json_schema())
        raise ConfigError(f"The style file {file} is wrong: {wrong}") from None
    return {style.name: style for style in (_style(name, preset, file) for name, preset in presets.items())}


def _style(name: str, preset: _Preset, file: Path) -> Style:
    """A preset with its picture, which is looked for beside the file that names it."""
    picture = None
    if preset.picture is not None:
        try:
            picture = file.parent / Path(preset.picture).expanduser()
            is_there = picture.is_file()
        except (OSError, RuntimeError):  # too long a name, a folder not to be searched, a home that nobody has
            is_there = False
        if not is_there:
            raise ConfigError(
                f"The style {name!r} in {file} names the picture {picture or preset.picture}, which is not there."
            )
    return Style(
        name=name.strip().lower(),
        prompt=preset.prompt,
        negative_prompt=preset.negative_prompt,
        theme=preset.theme.strip(),
        strength=preset.strength,
        guidance=preset.guidance,
        picture=picture,
    )
