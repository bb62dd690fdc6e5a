"""Writes the tables of `docs/hardware.md` from the memory plan: `python -m benchmarks.hardware`."""

from pathlib import Path

from config.models import load_catalogue
from inference.models.memory_plan import GB, GIB, DoesNotFit, GraphicsCard, Model, plan
from inference.models.sizes import known

PAGE = Path(__file__).parents[1] / "docs" / "hardware.md"
BEGIN, END = "<!-- made by `python -m benchmarks.hardware` -->", "<!-- end -->"
SIZES = (6, 8, 12, 16, 24, 48)
HOST = 128 * GIB
"""Host memory enough for all that waits in it; the table says how much that is."""

MORE = {"flux-dev": "black-forest-labs/FLUX.1-dev", "qwen-image": "Qwen/Qwen-Image",
        "z-image-turbo": "Tongyi-MAI/Z-Image-Turbo", "flux2-klein": "black-forest-labs/FLUX.2-klein-4B",
        "sd3.5-large": "stabilityai/stable-diffusion-3.5-large"}  # fmt: skip
"""Models of the table besides the catalogue's."""


def models() -> dict[str, Model]:
    """Those whose size is known, by name, the smallest first."""
    entries = {name: (entry.id, entry.max_pixels) for name, entry in load_catalogue("").items()}
    entries = {name: (id_, None) for name, id_ in MORE.items()} | entries
    found = {name: known(id_, pixels or 1024 * 1024) for name, (id_, pixels) in entries.items()}
    kept = {name: model for name, model in found.items() if model is not None}
    return dict(sorted(kept.items(), key=lambda each: (weight(each[1]), each[0])))


def weight(model: Model) -> int:
    """Bytes of its weights in 16 bit."""
    return sum(part.numbers * 2 for part in model.parts)


def cell(model: Model, card: GraphicsCard) -> str:
    """How a model would be run on a card."""
    try:
        planned = plan(model, card)
    except DoesNotFit as refused:
        return f"no: needs {refused.least / GB:.1f} GB"
    waits = f", {planned.host / GB:.0f} GB wait in memory" if planned.host >= GB else ""
    smaller = "" if planned.pixels == model.pixels else f", on {planned.pixels / model.pixels:.0%} of the pixels"
    return f"{planned.words}: {planned.least / GB:.1f} GB{waits}{smaller}"


def tables() -> str:
    """All of them, as Markdown."""
    discrete = {f"{size} GB": GraphicsCard(kind="cuda", free=size * GIB, host=HOST) for size in SIZES}
    apple = {
        f"{size} GB": GraphicsCard(kind="mps", free=size * GIB * 3 // 4, host=HOST) for size in (8, 16, 24, 32, 64)
    }
    return "\n\n".join(
        (
            "### NVIDIA, AMD and Intel cards\n\n" + _table(discrete),
            "### Apple, by the memory of the machine, three quarters of which a GPU may take\n\n" + _table(apple),
        )
    )


def _table(cards: dict[str, GraphicsCard]) -> str:
    lines = [f"| model | weights | {' | '.join(cards)} |", f"|---|---|{'---|' * len(cards)}"]
    for name, model in models().items():
        cells = " | ".join(cell(model, card) for card in cards.values())
        lines.append(f"| {name} | {weight(model) / GB:.1f} GB | {cells} |")
    return "\n".join(lines)


def written(page: str) -> str:
    """The page with its tables as they are now."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
