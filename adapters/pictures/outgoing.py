"""The `Exporter`: a stored result as a file that may leave, off the event loop."""

import asyncio
import io
from collections.abc import Sequence

from PIL import Image

from adapters.pictures.export import export
from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation
from bot.ports import Exported, ImageStore, JobStore


class PictureExporter:
    """Reads results from the stores and encodes them in threads."""

    def __init__(self, *, store: JobStore, images: ImageStore, embed_recipe: bool) -> None:
        """`embed_recipe`: whether the `parameters` text goes with the picture, where anybody can read the prompt."""
        self._store = store
        self._images = images
        self._embed_recipe = embed_recipe

    async def export(
        self, generation: GenerationId, *, max_bytes: int, formats: Sequence[str] = ("PNG", "WEBP", "JPEG")
    ) -> Exported:
        """See the port."""
        made = await self._store.generation(generation)
        if made is None:
            raise Gone("refused-picture-gone")
        return await asyncio.to_thread(
            export,
            await self._images.get(made.image),
            max_bytes=max_bytes,
            edited=made.recipe.strength < 1 if made.effective_steps else None,
            formats=formats,
            recipe=recipe_text(made) if self._embed_recipe else None,
        )

    async def thumbnail(self, image: ImageId, *, side: int) -> Exported:
        """See the port."""
        return await asyncio.to_thread(_thumbnail, await self._images.get(image), side)


def recipe_text(generation: Generation) -> str:
    """A recipe as the A1111 web UI writes it into `parameters`, so that tools which read those read ours."""
    recipe = generation.recipe
    lines = [recipe.prompt]
    if recipe.negative_prompt:
        lines.append(f"Negative prompt: {recipe.negative_prompt}")
    fields = {
        "Steps": recipe.steps,
        "CFG scale": f"{recipe.guidance_scale:g}",
        "Seed": recipe.seed,
        "Size": f"{generation.width}x{generation.height}",
        "Model": recipe.model,
        "Denoising strength": f"{recipe.strength:g}",
        "Style": recipe.style,
        "Version": "pentimento",
    }
    lines.append(", ".join(f"{name}: {value}" for name, value in fields.items() if value is not None))
    return "\n".join(lines)


def _thumbnail(png: bytes, side: int) -> Exported:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        small = opened.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return Exported(
        content=buffer.getvalue(), suffix="jpg", media_type="image/jpeg", width=small.width, height=small.height
    )
