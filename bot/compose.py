"""The only file that names concrete classes: puts the parts together from the owner's settings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters.files.data_dir import hold_data_dir
from adapters.files.image_store import FileImageStore
from adapters.pictures.formats import PictureLimits
from adapters.pictures.outgoing import PictureExporter
from adapters.pictures.reader import SandboxedPictureReader
from adapters.sqlite.store import SqliteJobStore
from bot.admission import Admission
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.domain.limits import Limits
from bot.lifecycle import Core, Keep
from bot.pace import Pace
from bot.ports import ChatPlatform, Exporter, Messenger
from bot.queue import FairQueue
from bot.service import Service
from bot.system import SystemClock, SystemIds
from config.settings import Settings
from config.styles import load_styles
from inference.api import Engine
from inference.process import ProcessEngine


def engine_of(settings: Settings) -> Engine:
    """The engine in a child process of its own."""
    return ProcessEngine(
        model=settings.model.id,
        device=settings.model.device,
        dtype=settings.model.dtype,
        revisions={settings.model.id: settings.model.revision} if settings.model.revision else None,
    )


def exporter_of(settings: Settings, core: Core) -> Exporter:
    """What makes files of the core's results."""
    return PictureExporter(store=core.store, images=core.images, embed_recipe=settings.output.embed_recipe)


def keep_of(settings: Settings) -> Keep:
    """How long things are kept."""
    return Keep(
        pictures_days=settings.retention.pictures_days,
        jobs_days=settings.retention.jobs_days,
        inbox_days=settings.retention.inbox_days,
    )


@asynccontextmanager
async def compose(
    settings: Settings, *, data_dir: Path, engine: Engine, messengers: dict[str, Messenger]
) -> AsyncIterator[Core]:
    """The core with its real parts, started from the inside out and closed in reverse.

    Args:
        settings: the owner's.
        data_dir: where database and pictures lie; one service at a time.
        engine: not yet entered.
        messengers: by platform; may still be filled until the core runs.

    Raises:
        FatalError: the folder, the database or the model cannot be used.
    """
    clock, ids = SystemClock(), SystemIds()
    styles = load_styles(settings.styles.file)
    limits = PictureLimits(max_pixels=settings.limits.max_pixels, max_bytes=settings.downloads.max_bytes)
    async with AsyncExitStack() as parts:
        parts.enter_context(hold_data_dir(data_dir))
        store = await parts.enter_async_context(SqliteJobStore(data_dir / "pentimento.db"))
        images = await parts.enter_async_context(FileImageStore(data_dir / "images"))
        reader = await parts.enter_async_context(SandboxedPictureReader(limits=limits))
        await parts.enter_async_context(engine)
        capacity = await engine.capacity()
        queue = FairQueue(max_jobs=settings.queue.max_jobs)
        pace = Pace(slots=capacity.slots)
        delivery = Delivery(
            store=store,
            messengers=messengers,
            waiting=lambda job: pace.waiting(job, queue.order(), now=clock.now()),
            clock=clock,
        )
        dispatch = Dispatch(
            store=store,
            images=images,
            engine=engine,
            queue=queue,
            pace=pace,
            delivery=delivery,
            clock=clock,
            styles=styles,
            lease=ids.job_id(),
            slots=capacity.slots,
        )
        admission = Admission(
            store=store,
            images=images,
            reader=reader,
            queue=queue,
            pace=pace,
            clock=clock,
            ids=ids,
            limits=Limits(
                pending_per_user=settings.limits.pending_per_user, per_user_per_day=settings.limits.per_user_per_day
            ),
            styles=styles,
            models=capacity.models,
            default_model=settings.model.id,
        )
        service = Service(
            admission=admission,
            store=store,
            images=images,
            queue=queue,
            dispatch=dispatch,
            delivery=delivery,
            clock=clock,
        )
        yield Core(
            service=service,
            store=store,
            images=images,
            queue=queue,
            pace=pace,
            dispatch=dispatch,
            delivery=delivery,
            clock=clock,
        )


def platforms_of(settings: Settings, core: Core) -> Sequence[ChatPlatform]:
    """The chat platforms that have their tokens, not yet entered."""
    del settings, core
    return ()
