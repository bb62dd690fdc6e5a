"""What can be refused without a model is refused before one is loaded or fetched."""

import argparse
from pathlib import Path

import pytest

from bot.cli import pictures
from bot.cli.arguments import parser
from bot.cli.download import download
from bot.domain.errors import FatalError, InvalidRequest
from config.reading import load_settings
from tests.builders.pictures import png

SETTINGS = load_settings(None, {})


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def no_engine(*_: object, **__: object) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(pictures, "engine_of", no_engine)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "source.png"
    file.write_bytes(png())
    return file


def asked(source: Path, *options: str) -> argparse.Namespace:
    return parser().parse_args(["img2img", str(source), "a boat", *options])


@pytest.mark.parametrize("model", ["pocket", "nobody/has-this"])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--style", "cubism"), "refused-style"),
        (("--lora", "ink"), "refused-lora"),
        (("--control", "depth"), "refused-control"),
    ],
)
async def test_unknown_styles_adapters_and_controls(
    source: Path, model: str, options: tuple[str, ...], told: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await pictures.img2img(asked(source, "--model", model, *options), SETTINGS)
    assert str(refused.value.args[0]).startswith(told)
    assert [file.name for file in source.parent.iterdir()] == ["source.png"]


async def test_a_model_s_name_with_a_slip(source: Path) -> None:
    with pytest.raises(InvalidRequest, match="did you mean 'sdxl-turbo'"):
        await pictures.img2img(asked(source, "--model", "sdxl-trubo"), SETTINGS)
    with pytest.raises(InvalidRequest, match="did you mean 'sdxl-turbo'"):
        await download(parser().parse_args(["download", "sdxl-trubo"]), SETTINGS)


async def test_a_file_with_nearly_such_a_name_goes_on_to_the_model(source: Path) -> None:
    (source.parent / "sdxl-trubo").mkdir()
    with pytest.raises(AssertionError, match="a model was asked for"):
        await pictures.img2img(asked(source, "--model", "sdxl-trubo"), SETTINGS)


@pytest.mark.parametrize("options", [("--style", "anime"), ("--control", "canny"), ()])
async def test_what_may_be_known_goes_on_to_the_model(source: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError, match="a model was asked for"):
        await pictures.img2img(asked(source, *options), SETTINGS)


async def test_a_map_of_a_kind_that_nobody_can_draw(source: Path) -> None:
    wanted = parser().parse_args(["map", str(source), "--control", "pose"])
    with pytest.raises(InvalidRequest):
        await pictures.draw_map(wanted, SETTINGS)


async def test_a_download_that_no_connection_can_bring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy:1080")
    with pytest.raises(FatalError, match="names a proxy that speaks socks5"):
        await download(parser().parse_args(["download", "sd-turbo"]), SETTINGS)
