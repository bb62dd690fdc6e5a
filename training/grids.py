"""Contact sheets of an exported model, to be looked at."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from training.evaluate import Model
from training.photographs import child_drawing, photographs, to_image
from training.speed import fast_dtype
from training.strength_report import WHOLE
from training.styles import STYLES
from training.words import SYNONYMS

LABEL = 18
LEFT = 110

STRENGTH_ROWS = (
    ("astronaut", "oil painting"), ("coffee", "stained glass"), ("chelsea", "cyberpunk neon city"),
    ("rocket", "snowy winter"), ("drawing", "watercolor"), ("astronaut", "anime"),
)  # fmt: skip
STRENGTHS = tuple(tenth / 10 for tenth in range(1, 11))

SCENE_PROMPTS = (
    "a landscape", "a mountain landscape, oil painting", "a lake, watercolor", "a landscape, sunset",
    "a village, snowy winter", "a city skyline", "a city skyline, moonlit night",
    "a city, cyberpunk neon city",
    "a city, anime", "a street, van gogh", "a still life", "a still life, oil painting",
    "a cup of coffee, pop art",
    "a vase, stained glass", "a portrait", "a portrait of a woman, ukiyo-e", "a portrait, pencil sketch",
    "a cat", "a cat, pixel art", "a cat, mosaic",
)  # fmt: skip

COMBINED = (
    ("rocket", "a rocket at night, oil painting"), ("rocket", "snowy winter, watercolor"),
    ("coffee", "mosaic of a cup of coffee, sunset"), ("chelsea", "cyberpunk stained glass"),
    ("astronaut", "autumn, anime"), ("astronaut", "an astronaut"), ("chelsea", "qwzx brrlp"),
    ("coffee", "a dog on a bicycle"),
)  # fmt: skip


def sheet(rows: Sequence[Sequence[Image.Image]], columns: Sequence[str], names: Sequence[str]) -> Image.Image:
    """Pictures of one size in rows, with a line of words above the columns and before the rows."""
    width, height = rows[0][0].size
    left = LEFT if any(names) else 0
    out = Image.new("RGB", (left + len(rows[0]) * (width + 2), LABEL + len(rows) * (height + 2)), "white")
    pen, font = ImageDraw.Draw(out), ImageFont.load_default(12)
    for index, words in enumerate(columns):
        pen.text((left + index * (width + 2) + 2, 2), words, "black", font)
    for down, (row, words) in enumerate(zip(rows, names, strict=True)):
        pen.text((2, LABEL + down * (height + 2) + height // 2), words, "black", font)
        for across, image in enumerate(row):
            out.paste(image, (left + across * (width + 2), LABEL + down * (height + 2)))
    return out


def _save(image: Image.Image, path: Path) -> None:
    image.save(path, quality=80, method=6)
    print(f"{path} {image.size[0]}x{image.size[1]} {path.stat().st_size / 1e3:.0f} kB", flush=True)


def _sources() -> dict[str, Image.Image]:
    return photographs() | {"drawing": child_drawing()}


def styles_sheet(model: Model, size: int = 160) -> Image.Image:
    """Every style, a row each, over all sources at the strength from which on it is there in full."""
    sources = {name: image for name, image in _sources().items() if name != "camera"}
    rows = [list(sources.values())]
    made = model.restyle_each(list(sources.values()), [SYNONYMS[name][0] for name in STYLES], WHOLE)
    rows += [[to_image(picture) for picture in row] for row in made]
    names = ["source", *STYLES]
    half = -(-len(rows) // 2)
    blank = [Image.new("RGB", rows[0][0].size, "white")] * len(sources)
    rows, names = rows + [blank] * (2 * half - len(rows)), names + [""] * (2 * half - len(rows))
    small = [[image.resize((size, size), Image.Resampling.LANCZOS) for image in row] for row in rows]
    halves = [sheet(small[at : at + half], list(sources), names[at : at + half]) for at in (0, half)]
    out = Image.new("RGB", (halves[0].width + halves[1].width + 8, halves[0].height), "white")
    out.paste(halves[0], (0, 0))
    out.paste(halves[1], (halves[0].width + 8, 0))
    return out


def strengths_sheet(model: Model) -> Image.Image:
    """A style and a source in each row, the strength growing from 0.1 to 1.0."""
    sources = _sources()
    rows = []
    for source, prompt in STRENGTH_ROWS:
        image = sources[source]
        row = [image, *(model.restyle([image], prompt, strength)[0] for strength in STRENGTHS)]
        rows.append([one.resize((176, 176), Image.Resampling.LANCZOS) for one in row])
    names = [prompt.replace(" ", "\n") for _, prompt in STRENGTH_ROWS]
    return sheet(rows, ["source", *(f"{strength:.1f}" for strength in STRENGTHS)], names)


def large_sheet(model: Model) -> Image.Image:
    """Four pictures of 512x512 at strength 0.5, unreduced."""
    prompts = (
        ("astronaut", "oil painting"),
        ("coffee", "van gogh"),
        ("chelsea", "anime"),
        ("rocket", "ukiyo-e"),
    )
    sources = photographs(512)
    images = [model.restyle([sources[name]], prompt, 0.5)[0] for name, prompt in prompts]
    names = [f"{name}: {prompt}" for name, prompt in prompts]
    halves = [sheet([images[at : at + 2]], names[at : at + 2], [""]) for at in (0, 2)]
    out = Image.new("RGB", (halves[0].width, 2 * halves[0].height), "white")
    for index, half in enumerate(halves):
        out.paste(half, (0, index * half.height))
    return out


def noise_sheet(model: Model) -> Image.Image:
    """Strength 1.0: the source is a grey card, and nothing of it may show."""
    card = Image.new("RGB", (256, 256), (128, 128, 128))
    images = [model.restyle([card], prompt, 1.0, seed=seed)[0] for seed, prompt in enumerate(SCENE_PROMPTS)]
    bands = [sheet([images[at : at + 5]], SCENE_PROMPTS[at : at + 5], [""]) for at in range(0, len(images), 5)]
    return _stack(bands)


def prompts_sheet(model: Model) -> Image.Image:
    """Two styles at once, prompts without a style, and nonsense, at the same strength."""
    sources = _sources()
    images = [model.restyle([sources[source]], prompt, WHOLE)[0] for source, prompt in COMBINED]
    words = [prompt for _, prompt in COMBINED]
    return _stack([sheet([images[at : at + 4]], words[at : at + 4], [""]) for at in range(0, len(images), 4)])


def _stack(bands: Sequence[Image.Image]) -> Image.Image:
    out = Image.new("RGB", (bands[0].width, sum(band.height for band in bands)), "white")
    top = 0
    for band in bands:
        out.paste(band, (0, top))
        top += band.height
    return out


def write_grids(folder: Path, out: Path, device: str = "cpu") -> None:
    out.mkdir(parents=True, exist_ok=True)
    model = Model(folder, fast_dtype(device), device)
    _save(styles_sheet(model), out / "styles.webp")
    _save(strengths_sheet(model), out / "strengths.webp")
    _save(large_sheet(model), out / "large.webp")
    _save(noise_sheet(model), out / "from-noise.webp")
    _save(prompts_sheet(model), out / "prompts.webp")
