"""The presets: what ships is whole and documented, what an owner writes is taken or refused with a sentence."""

import io
import re
import zlib
from pathlib import Path

import pytest
from PIL import Image

from adapters.pictures.outgoing import PictureExporter
from bot.domain.style import Style
from config.reading import ConfigError
from config.styles import SHIPPED_STYLES, load_styles
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore

PAGE = Path("docs/styles.md")
PICTURES = SHIPPED_STYLES.parent / "styles"
BYTES = 600_000


def own(folder: Path, text: str) -> str:
    file = folder / "styles.toml"
    file.write_text(text)
    return str(file)


def test_the_page_lists_exactly_the_presets_with_their_words_and_numbers() -> None:
    cell = r" (.*?) \|"
    row = re.compile(rf"^\| !\[.*?\]\(\.\./config/styles/(.*?)\) \| \*\*(.*?)\*\* \|{3 * cell}$", re.MULTILINE)
    listed = row.findall(PAGE.read_text(encoding="utf-8"))
    assert listed == [
        (style.picture.name, style.name, style.prompt, f"{style.strength:g}", f"{style.guidance:g}")
        for style in load_styles("").values()
        if style.picture
    ]
    assert len(listed) == len(load_styles("")) >= 24


def test_every_shipped_picture_belongs_to_a_preset_and_they_are_small() -> None:
    files = set(PICTURES.iterdir())
    assert files == {style.picture for style in load_styles("").values()}
    assert sum(file.stat().st_size for file in files) <= BYTES


def test_a_preset_of_an_owner_may_have_a_picture_beside_its_file(tmp_path: Path) -> None:
    (tmp_path / "house.jpg").write_bytes(next(iter(PICTURES.iterdir())).read_bytes())
    styles = load_styles(own(tmp_path, '[House]\nprompt = "flat"\nguidance = 1.5\npicture = "house.jpg"\n'))
    assert styles["house"].picture == tmp_path / "house.jpg"
    assert styles["house"].guidance == 1.5
    assert "night" in styles


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[house]\nprompt = "flat"\npicture = "gone.jpg"\n', "gone.jpg, which is not there"),
        ('[house]\nprompt = "flat"\npicture = "~no-such-user/house.jpg"\n', "house.jpg, which is not there"),
        (f'[house]\nprompt = "flat"\npicture = "{"a" * 300}.jpg"\n', "a.jpg, which is not there"),
        ('[house]\nprompt = "flat"\npicture = "\\u0000.jpg"\n', "house.picture is '\\x00.jpg'; it must be"),
        (
            '[house]\nprompt = "flat"\npicture = "house.webp"\n',
            "house.picture is 'house.webp'; it must be the name of a .jpg or .png file.",
        ),
        ('[house]\nprompt = "flat"\nguidance = -1\n', "house.guidance is -1; it must be a number from 0 to 4."),
        ('[house]\nprompt = "flat"\nstrength = true\n', "house.strength is true; it must be a number from 0 to 1."),
        ('[house]\nprompt = "flat"\nguidance_scale = 7\n', "guidance_scale is not a setting: did you mean guidance?"),
        ('house = "flat"\n', "house is 'flat'; it must be a table: its name in brackets, its keys below."),
    ],
)
def test_what_an_owner_got_wrong_is_one_sentence(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(word)) as caught:
        load_styles(own(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_is_said_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no configuration file .*gone\.toml: check styles\.file\.$"):
        load_styles(str(tmp_path / "gone.toml"))


def _broken_pngs() -> tuple[bytes, bytes]:
    """Pillow says what is wrong with the first as a SyntaxError, with the second as a ValueError."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    whole = buffer.getvalue()
    at = whole.index(b"IDAT") - 4
    gamma = b"\0\0\0\x01gAMAa" + zlib.crc32(b"gAMAa").to_bytes(4, "big")
    return whole[:at] + b"\0\0\0\x03" + whole[at + 4 :], whole[:at] + gamma + whole[at:]


async def test_a_sheet_shows_the_presets_that_have_a_picture_that_can_be_read(tmp_path: Path) -> None:
    exporter = PictureExporter(store=MemoryJobStore(), images=FolderImageStore(tmp_path), embed_recipe=False)
    shipped = list(load_styles("").values())
    bare = [Style(name="bare", prompt="bare")]
    for number, content in enumerate([b"no picture", *_broken_pngs()]):
        broken = tmp_path / f"broken-{number}.png"
        broken.write_bytes(content)
        bare.append(Style(name=broken.stem, prompt="broken", picture=broken))
    one, more = await exporter.style_sheet([*bare, shipped[0]]), await exporter.style_sheet(shipped[:12])
    assert one is not None
    assert more is not None
    assert one.media_type == "image/jpeg"
    assert one.width < more.width <= 2048
    assert await exporter.style_sheet(bare) is None
    assert await exporter.style_sheet(shipped[:12]) is more
