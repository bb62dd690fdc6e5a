"""GIF, BMP and ICO of all kinds, many of which Pillow would not write."""

import io
import struct
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

SIZE = (160, 120)
_SIDE = 96
_PALETTE = bytes(level for i in range(256) for level in (i, 255 - i, i * 7 & 255, 0))


def _saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def gifs(image: Image.Image) -> Mapping[str, bytes]:
    """Each of `SIZE`, or shown on a screen of another."""
    plain = _saved(image.quantize(16), "GIF")
    at = plain.index(b"\x2c\0\0\0\0")

    def on_screen(width: int, height: int, *, left: int = 0, top: int = 0, background: int = 0) -> bytes:
        head = plain[:6] + struct.pack("<HH", width, height) + plain[10:11] + bytes((background,)) + plain[12:at]
        return head + b"\x2c" + struct.pack("<HH", left, top) + plain[at + 5 :]

    def control(*values: int) -> bytes:
        return b"\x21\xf9\4" + bytes(values) + b"\0"

    comment = b"\x21\xfe\5hello\0"
    return {
        "gif": _saved(image, "GIF"),
        "gif moving": _saved(
            image.quantize(64), "GIF", save_all=True, append_images=[image.rotate(180).quantize(64)], duration=50
        ),
        "gif grey": _saved(image.convert("L"), "GIF"),
        "gif 1 bit": _saved(image.convert("1"), "GIF"),
        "gif clear": _saved(image.quantize(16), "GIF", transparency=3),
        "gif interlaced": _saved(image.quantize(64), "GIF", interlace=1),
        "gif 87a": b"GIF87a" + plain[6:],
        "gif small on its screen": on_screen(200, 160),
        "gif background": on_screen(200, 160, background=5),
        "gif off the corner": on_screen(200, 160, left=30, top=20),
        "gif beyond its screen": on_screen(*SIZE, left=30, top=20),
        "gif screen of nothing": on_screen(0, 0),
        "gif screen too small": on_screen(100, 70),
        "gif without end": plain[:-1],
        "gif trailing": plain + b"x" * 999,
        "gif comments": plain[:at] + comment * 50 + plain[at:],
        "gif two controls": plain[:at] + control(1, 0, 0, 3) + control(0, 0, 0, 3) + plain[at:],
        "gif control before a comment": plain[:at] + control(1, 0, 0, 3) + comment + plain[at:],
        "gif clear colour that there is not": plain[:at] + control(1, 0, 0, 254) + plain[at:],
    }


def bmp(
    bits: int,
    pixels: bytes,
    *,
    packing: int = 0,
    palette: bytes = b"",
    masks: tuple[int, ...] = (),
    header: int = 40,
    used: int = 0,
    top_down: bool = False,
) -> bytes:
    """One of `SIZE`; masks of colours stand in the header if it has room for them."""
    width, height = SIZE
    fields = (header, width, -height if top_down else height, 1, bits, packing, len(pixels), 2835, 2835, used, 0)
    said = struct.pack("<IiiHHIIiiII", *fields)
    fields_of_masks = struct.pack(f"<{len(masks)}I", *masks)
    said += fields_of_masks if header == 40 else fields_of_masks.ljust(header - 40, b"\0")
    start = 14 + len(said) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + said + palette + pixels


def rows(pixel: Callable[[int, int], bytes], size: tuple[int, int] = SIZE) -> bytes:
    """Pixels, each row filled to four bytes."""
    width, height = size
    found = (b"".join(pixel(x, y) for x in range(width)) for y in range(height))
    return b"".join(row + bytes(-len(row) % 4) for row in found)


def bmps(image: Image.Image) -> Mapping[str, bytes]:
    """Each of `SIZE`."""
    three = rows(lambda x, y: bytes((x, y, 99)))
    four = rows(lambda x, y: bytes((x, y, 99, x)))
    two = rows(lambda x, y: struct.pack("<H", x * 200 + y * 31 & 0x7FFF))
    seen, alpha = (0xFF0000, 0xFF00, 0xFF), (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    runs = b"".join(b"".join(bytes((16, k * 9 + y & 255)) for k in range(10)) + b"\0\0" for y in range(SIZE[1]))
    told = b"".join(b"\0\x0a" + bytes(range(10)) + bytes((150, y)) + b"\0\0" for y in range(SIZE[1]))
    core = struct.pack("<IHHHH", 12, *SIZE, 1, 24)
    plain = _saved(image, "BMP")
    return {
        "bmp": plain,
        "bmp palette": _saved(image.quantize(200), "BMP"),
        "bmp 1 bit": _saved(image.convert("1"), "BMP"),
        "bmp grey": _saved(image.convert("L"), "BMP"),
        "bmp alpha": _saved(image.convert("RGBA"), "BMP"),
        "bmp from the top": bmp(24, three, top_down=True),
        "bmp 32": bmp(32, four),
        "bmp 16": bmp(16, two),
        "bmp 565": bmp(16, two, packing=3, masks=(0xF800, 0x7E0, 0x1F)),
        "bmp 32 masks": bmp(32, four, packing=3, masks=seen),
        "bmp V3 alpha": bmp(32, four, packing=3, masks=alpha, header=56),
        "bmp V4 alpha": bmp(32, four, packing=3, masks=alpha, header=108),
        "bmp V5 alpha": bmp(32, four, packing=3, masks=alpha, header=124),
        "bmp 4 bits": bmp(4, rows(lambda x, y: bytes((x + y & 255,) * (x % 2))), palette=_PALETTE[:64]),
        "bmp few colours": bmp(8, rows(lambda x, y: bytes(((x + y) % 20,))), palette=_PALETTE[:80], used=20),
        "bmp colours that there are not": bmp(
            8, rows(lambda x, y: bytes(((x + y) % 40,))), palette=_PALETTE[:80], used=20
        ),
        "bmp runs": bmp(8, runs + b"\0\1", packing=1, palette=_PALETTE),
        "bmp runs of 4 bits": bmp(4, runs + b"\0\1", packing=2, palette=_PALETTE[:64]),
        "bmp runs and none": bmp(8, told + b"\0\1", packing=1, palette=_PALETTE),
        "bmp OS/2": b"BM" + struct.pack("<IHHI", 0, 0, 0, 26) + core + three,
        "bmp OS/2 2": bmp(24, three, header=64),
        "bmp trailing": plain + b"x" * 500,
        "bmp reserved": plain[:6] + b"abcd" + plain[10:],
    }


def ico(*pictures: tuple[int, int, bytes], kind: int = 1) -> bytes:
    """Of side, bits and content of each."""
    head, body = struct.pack("<HHH", 0, kind, len(pictures)), b""
    start = len(head) + 16 * len(pictures)
    for side, bits, content in pictures:
        head += struct.pack("<BBBBHHII", side & 255, side & 255, 0, 0, 1, bits, len(content), start + len(body))
        body += content
    return head + body


def icos(image: Image.Image) -> Mapping[str, bytes]:
    """Squares of several sizes."""
    clear = (b"\xff" * 6 + bytes(6)) * _SIDE

    def drawn(bits: int, pixel: Callable[[int, int], bytes], colours: int = 0, mask: bytes = clear) -> bytes:
        pixels = rows(pixel, (_SIDE, _SIDE))
        length = len(pixels) + len(mask)
        head = struct.pack("<IiiHHIIiiII", 40, _SIDE, 2 * _SIDE, 1, bits, 0, length, 0, 0, 0, 0)
        return head + _PALETTE[: 4 * colours] + pixels + mask

    three = drawn(24, lambda x, y: bytes((x * 2, y * 2, 50)))
    eight = drawn(8, lambda x, y: bytes((x + y & 255,)), 256)
    square, large = image.resize((128, 128)), image.resize((256, 256))
    shaded = square.convert("RGBA")
    shaded.putalpha(Image.linear_gradient("L").resize((128, 128)))
    return {
        "ico": _saved(square, "ICO", sizes=[(128, 128)]),
        "ico several": _saved(large, "ICO", sizes=[(16, 16), (128, 128), (256, 256), (64, 64)]),
        "ico bitmaps": _saved(square, "ICO", sizes=[(64, 64), (128, 128)], bitmap_format="bmp"),
        "ico alpha": _saved(shaded, "ICO", sizes=[(128, 128)], bitmap_format="bmp"),
        "ico 24 bits": ico((_SIDE, 24, three)),
        "ico 8 bits": ico((_SIDE, 8, eight)),
        "ico 4 bits": ico((_SIDE, 4, drawn(4, lambda x, y: bytes((x * 3 + y & 255,) * (x % 2)), 16))),
        "ico 1 bit": ico((_SIDE, 1, drawn(1, lambda x, y: bytes((x * 31 + y & 255,) * (x % 8 == 0)), 2))),
        "ico 32 bits": ico((_SIDE, 32, drawn(32, lambda x, y: bytes((x * 2, y * 2, 50, x * 2))))),
        "ico most colours": ico((_SIDE, 8, eight), (_SIDE, 24, three)),
        "ico without mask": ico((_SIDE, 24, drawn(24, lambda x, y: bytes((x * 2, y * 2, 50)), mask=b""))),
        "cur": ico((_SIDE, 24, three), kind=2),
    }
