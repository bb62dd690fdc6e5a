"""A picture reader for core tests: in this process, at once, for well-formed PNG, JPEG and WebP only."""

import io

from PIL import Image, ImageOps, ImageStat

from bot.domain.errors import PictureRefused
from bot.domain.picture import Picture


class InProcessPictureReader:
    """Meets the port's contract for ordinary pictures; knows none of the hostile ones.

    Attributes:
        reads: how many pictures were asked for, refused ones included.
    """

    def __init__(self) -> None:
        self.reads = 0

    def seconds(self, content: bytes, *, enough: int | None = None) -> float:
        return len(content) / 1e8 + (enough is None)

    async def read(self, content: bytes, *, alpha: bool = False, enough: int | None = None) -> Picture:
        self.reads += 1
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as opened:
                upright = ImageOps.exif_transpose(opened)
        except OSError:
            raise PictureRefused("refused-no-format") from None
        mode = "RGBA" if alpha and upright.has_transparency_data else "RGB"
        paper = Image.new("RGBA", upright.size, "white")
        upright = upright.convert("RGBA") if mode == "RGBA" else Image.alpha_composite(paper, upright.convert("RGBA"))
        scale = 1.0 if enough is None else min(1.0, (enough / (upright.width * upright.height)) ** 0.5)
        upright = upright.resize((round(upright.width * scale), round(upright.height * scale)))
        # A new picture carries no metadata.
        plain = Image.frombytes(mode, upright.size, upright.convert(mode).tobytes())
        png = io.BytesIO()
        plain.save(png, "PNG", compress_level=1)
        return Picture(
            png=png.getvalue(),
            width=plain.width,
            height=plain.height,
            contrast=ImageStat.Stat(plain.convert("L")).stddev[0] / 255,
            scaled=scale < 1,
            made_by_ai=b"rainedAlgorithmicMedia" in content,
        )
