"""The only file that names concrete classes: puts the parts together from the owner's settings."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.files.data_dir import DATABASE, IMAGES, hold_data_dir
from adapters.files.image_store import FileImageStore
from adapters.moderation.moderator import OwnersModerator
from adapters.pictures.formats import PictureLimits
from adapters.pictures.outgoing import PictureExporter
from adapters.pictures.reader import SandboxedPictureReader
from adapters.slack.options import SlackOptions
from adapters.sqlite.database import Database
from adapters.sqlite.installations import SqliteInstallations
from adapters.sqlite.sessions import SqliteSessions
from adapters.sqlite.store import SqliteJobStore
from bot.assembly import assemble
from bot.domain.access import Asker
from bot.domain.limits import Limits
from bot.domain.request import Requester
from bot.domain.safety import Outcome, Policy
from bot.lifecycle import Core, RetentionDays
from bot.operations import ProcessInfo
from bot.ports import ChatPlatform, Exporter, Messenger
from bot.sign_in import OperatorSignIn, SignIn
from bot.system import SystemClock, SystemIds, cores
from config.models import load_catalogue, offered_models
from config.safety import load_blocked
from config.settings import SafetySettings, Settings
from config.styles import load_styles
from inference.api import ModelDefaults, RestartableEngine
from inference.backends.base import WorkerSettings
from inference.cluster.engine import ClusterEngine
from inference.models.catalog import with_controls
from inference.models.downloads import SILENCE_SECONDS, DownloadProgress, fetched
from inference.models.entry import MapModels, ModelEntry
from inference.models.hub import HubRef
from inference.models.leftovers import CacheItem, cache_items
from inference.models.library import Library, all_offered, foreseen, refs_of
from inference.models.nvidia import cards_here, here
from inference.models.overview import ModelOverview, nominal, overview
from inference.pool.pool import Pool
from inference.safety.classifier import ClassifierSettings
from inference.safety.client import Inspector
from inference.worker.devices import OwnDevice, memory_share, own_devices
from inference.worker.engine import ProcessEngine

if TYPE_CHECKING:
    from adapters.web.platform import WebPlatform

_LOOPBACK = "127.0.0.1"


class Composed(NamedTuple):
    """The core, and the database that platforms keep things of their own in."""

    core: Core
    database: Database


def engine_of(settings: Settings, *, at_once: bool = False, every: bool = False) -> RestartableEngine:
    """The engine, its models in child processes: one for each device, or for the first of them.

    Args:
        settings: the owner's.
        at_once: for a service: entered before its model is fetched and loaded, with every device.
        every: with every device.
    """
    if settings.engine.kind == "ray":
        return _cluster_of(settings, at_once=at_once)
    devices = own_devices(settings.engine.devices, device=settings.model.device, cards=cards_here(), cores=cores())
    entries, maps = offered_models(settings), map_models_of(settings)
    library = Library(all_offered(settings.model.id, entries, maps), maps, silence=SILENCE_SECONDS)

    if not (at_once or every):
        devices = devices[:1]

    def engine(own: OwnDevice) -> ProcessEngine:
        return ProcessEngine(
            at_once=at_once,
            model=settings.model.id,
            own=own,
            dtype=settings.model.dtype,
            entries=entries,
            memory_gb=memory_share(settings.models.memory_gb, own, len(devices)),
            memory=settings.model.memory,
            map_models=maps,
            library=library,
        )

    return Pool({own.name: engine(own) for own in devices}, library=library, whole=every, patient=at_once)


def _cluster_of(settings: Settings, *, at_once: bool) -> RestartableEngine:
    maps = map_models_of(settings)
    workers = WorkerSettings(
        model=settings.model.id,
        entries=all_offered(settings.model.id, offered_models(settings), maps),
        dtype=settings.model.dtype,
        memory_gb=settings.models.memory_gb,
        memory=settings.model.memory,
        map_models=maps,
    )
    return ClusterEngine(workers, address=settings.ray.address, at_once=at_once)


def known_models(settings: Settings) -> Mapping[str, ModelDefaults]:
    """What is known of the models on offer before any of them is loaded."""
    maps = map_models_of(settings)
    known, _ = foreseen({name: with_controls(entry, maps) for name, entry in offered_models(settings).items()})
    return {name: replace(each, controls=()) if each.steerable is False else each for name, each in known.items()}


def shown_models(
    settings: Settings, entries: Mapping[str, ModelEntry], *, gibibytes: float | None
) -> dict[str, ModelOverview]:
    """What is known of models without loading any; `gibibytes`: of a card; None is the one that is here."""
    card = here() if gibibytes is None else nominal(gibibytes)
    offered = {name: with_controls(entry, map_models_of(settings)) for name, entry in entries.items()}
    return overview(offered, card, settings.model.memory)


async def fetch_model(
    name: str, entry: ModelEntry, map_models: MapModels, *, controls: bool
) -> AsyncIterator[tuple[str, DownloadProgress]]:
    """Bring a model to this machine, with its adapters and, if wanted, its ControlNets.

    Yields:
        What is on its way, for people, and how far it is.

    Raises:
        ModelUnavailable: something of it cannot be had, with the mend.
    """
    for ref in refs_of(with_controls(entry, map_models), controls=controls):
        label = name if ref.id == HubRef.of(entry.id).id else ref.id
        async for news in fetched(ref, name=label):
            if isinstance(news, DownloadProgress):
                yield label, news


def cache_items_of(settings: Settings) -> Iterator[CacheItem]:
    """What the hub's cache holds, beside what any entry of the catalogue or a setting names."""
    maps = map_models_of(settings)
    entries = {**load_catalogue(settings.models.file), **offered_models(settings)}.values()
    places = [place for entry in entries for place in (entry.id, entry.base, *entry.parts)]
    places += (maps.depth, maps.pose, maps.person, settings.safety.classifier)
    return cache_items({HubRef.of(place).repository for place in places if HubRef.names(place)})


def map_models_of(settings: Settings) -> MapModels:
    """What draws the control maps that need a model."""
    return MapModels(
        depth=settings.control.depth_model,
        pose=settings.control.pose_model,
        person=settings.control.person_model,
    )


def inspector_of(safety: SafetySettings) -> Inspector | None:
    """What looks at pictures, in a child process of its own; None if the owner has none."""
    if not safety.classifier:
        return None
    wanted = ClassifierSettings(
        model=safety.classifier, revision=safety.revision, device=safety.device, unsafe_labels=safety.unsafe_labels
    )
    return Inspector(wanted, seconds=safety.seconds)


def exporter_of(settings: Settings, core: Core) -> Exporter:
    """What makes files of the core's results."""
    return PictureExporter(store=core.store, images=core.images, embed_recipe=settings.output.embed_recipe)


def retention_days_of(settings: Settings) -> RetentionDays:
    """How long things are kept."""
    return RetentionDays(
        pictures_days=settings.retention.pictures_days,
        jobs_days=settings.retention.jobs_days,
        inbox_days=settings.retention.inbox_days,
    )


@asynccontextmanager
async def compose(
    settings: Settings,
    *,
    data_dir: Path,
    engine: AbstractAsyncContextManager[RestartableEngine],
    messengers: dict[str, Messenger],
    disk_attempts: int | None = None,
) -> AsyncIterator[Composed]:
    """The core with its real parts, started from the inside out and closed in reverse.

    Args:
        settings: the owner's.
        data_dir: where database and pictures lie; one service at a time.
        engine: not yet entered; for one that is open already, `nullcontext` of it.
        messengers: by platform; may still be filled until the core runs.
        disk_attempts: how often a disk that refuses is asked to keep what is done; None is for ever.

    Raises:
        FatalError: the folder, the database or the model cannot be used.
    """
    styles = load_styles(settings.styles.file)
    blocked = load_blocked(settings.safety)
    decodes = settings.limits.decodes or max(2, cores() - 1)
    limits = PictureLimits(max_pixels=settings.limits.max_pixels, max_bytes=settings.downloads.max_bytes)
    async with AsyncExitStack() as parts:
        parts.enter_context(hold_data_dir(data_dir))
        store = await parts.enter_async_context(SqliteJobStore(data_dir / DATABASE))
        images = await parts.enter_async_context(FileImageStore(data_dir / IMAGES))
        reader = await parts.enter_async_context(SandboxedPictureReader(limits=limits))
        inspector = inspector_of(settings.safety)
        if inspector:
            await parts.enter_async_context(inspector)
        running = await parts.enter_async_context(engine)
        core = assemble(
            store=store,
            images=images,
            reader=reader,
            moderator=OwnersModerator(blocked=blocked, classifier=inspector, threshold=settings.safety.threshold),
            policy=Policy(
                unsafe=Outcome(settings.safety.unsafe),
                unsafe_age_restricted=Outcome(settings.safety.unsafe_age_restricted),
            ),
            engine=running,
            messengers=messengers,
            clock=SystemClock(),
            ids=SystemIds(),
            limits=Limits(
                pending_per_user=settings.limits.pending_per_user,
                waiting_per_user=settings.limits.waiting_per_user,
                per_user_per_day=settings.limits.per_user_per_day,
                per_request=settings.limits.per_request,
                kept_per_user=settings.limits.kept_per_user,
            ),
            styles=styles,
            max_jobs=settings.queue.max_jobs,
            max_minutes=settings.queue.max_minutes,
            notify_seconds=settings.queue.notify_seconds,
            default_model=settings.model.id,
            guard_chains=settings.chains.guard,
            advice=settings.advice.enabled,
            greets=settings.greeting.enabled,
            disk_attempts=disk_attempts,
            decodes=decodes,
            sign_in=_sign_in(settings, store),
        )
        yield Composed(core, store.database)


def platforms_of(settings: Settings, composed: Composed, process: ProcessInfo) -> Sequence[ChatPlatform]:
    """The chat platforms that have their tokens, not yet entered."""
    tokens = tokens_of(settings)
    makers: Mapping[str, Callable[[Settings, Composed], ChatPlatform]] = {
        "discord": _discord,
        "slack": _slack,
        "web": partial(_web, process=process),
    }
    return [make(settings, composed) for name, make in makers.items() if tokens[name]]


def _sign_in(settings: Settings, store: SqliteJobStore) -> SignIn | None:
    """Who gives members their links to the pages; None if there are no pages."""
    if not settings.web.port:
        return None
    address = settings.web.public_url or f"http://{_LOOPBACK}:{settings.web.port}"
    return SignIn(sessions=SqliteSessions(store.database), clock=SystemClock(), address=address)


def _web(settings: Settings, composed: Composed, *, process: ProcessInfo) -> ChatPlatform:
    from adapters.web.authentication import Membership
    from adapters.web.operators import Operators
    from adapters.web.platform import WebPlatform

    core = composed.core
    assert core.service.sign_in is not None, "made with the core, by the same setting"
    web, token = settings.web, settings.secrets.plain("web_operator_token")
    operators = None
    if token:
        sessions = SqliteSessions(composed.database)
        sign_in = OperatorSignIn(sessions=sessions, clock=core.clock, token=token)
        operators = Operators(sign_in=sign_in, secure=bool(web.public_url))
    return WebPlatform(
        service=core.service,
        exporter=exporter_of(settings, core),
        authenticator=Membership(sign_in=core.service.sign_in, secure=bool(web.public_url)),
        host=web.host,
        port=web.port,
        public_url=web.public_url,
        max_bytes=settings.downloads.max_bytes,
        days=settings.retention.pictures_days,
        trusted_proxies=web.trusted_proxies,
        operations=core.operations,
        process=process,
        operators=operators,
    )


def playground_of(settings: Settings, core: Core, process: ProcessInfo, *, port: int, token: str) -> "WebPlatform":
    """The pages for whoever sits at this machine and has the start token, not yet entered; they operate it too."""
    from adapters.web.authentication import StartToken
    from adapters.web.platform import WebPlatform

    person = Asker(requester=Requester(platform="web", user="playground"))
    return WebPlatform(
        service=core.service,
        exporter=exporter_of(settings, core),
        authenticator=(authenticator := StartToken(token=token, person=person)),
        host=_LOOPBACK,
        port=port,
        max_bytes=settings.downloads.max_bytes,
        operations=core.operations,
        process=process,
        operators=authenticator,
    )


def tokens_of(settings: Settings) -> dict[str, bool]:
    """Which platforms have what they need: tokens, the pages a port."""
    return {
        "discord": settings.secrets.discord_token is not None,
        "slack": slack_lacks(settings) == (),
        "web": settings.web.port != 0,
    }


def slack_lacks(settings: Settings) -> tuple[str, ...] | None:
    """Which variables Slack still needs; empty if it has all of them, None if none of its tokens is set."""
    secrets = settings.secrets
    socket = settings.slack.mode == "socket"
    second = "slack_app_token" if socket else "slack_signing_secret"
    # In http mode workspaces may install the app themselves, which brings each one's token.
    installs = not socket and secrets.slack_client_id and secrets.slack_client_secret
    needed = (second,) if installs else ("slack_bot_token", second)
    if not any(getattr(secrets, name) for name in ("slack_bot_token", "slack_app_token", "slack_signing_secret")):
        return None
    return tuple(name.upper() for name in needed if getattr(secrets, name) is None)


def slack_options(settings: Settings) -> SlackOptions:
    """What the Slack adapter wants to know of the settings."""
    secrets, slack = settings.secrets, settings.slack
    return SlackOptions(
        api_url=slack.api_url,
        mode=slack.mode,
        http_host=slack.http_host,
        http_port=slack.http_port,
        bot_token=secrets.plain("slack_bot_token"),
        refresh_token=secrets.plain("slack_refresh_token"),
        app_token=secrets.plain("slack_app_token"),
        signing_secret=secrets.plain("slack_signing_secret"),
        client_id=secrets.plain("slack_client_id"),
        client_secret=secrets.plain("slack_client_secret"),
    )


def _slack(settings: Settings, composed: Composed) -> ChatPlatform:
    from adapters.slack.platform import SlackPlatform

    core = composed.core
    return SlackPlatform(
        slack_options(settings),
        service=core.service,
        store=core.store,
        exporter=exporter_of(settings, core),
        clock=core.clock,
        allowed_hosts=frozenset(settings.downloads.allowed_hosts),
        max_bytes=settings.downloads.max_bytes,
        installations=SqliteInstallations(composed.database),
    )


def _discord(settings: Settings, composed: Composed) -> ChatPlatform:
    from adapters.discord.platform import DiscordPlatform

    core = composed.core
    return DiscordPlatform(
        token=settings.secrets.plain("discord_token"),
        api_url=settings.discord.api_url,
        message_content=settings.discord.message_content,
        service=core.service,
        store=core.store,
        exporter=exporter_of(settings, core),
        clock=core.clock,
        allowed_hosts=frozenset(settings.downloads.allowed_hosts),
        max_bytes=settings.downloads.max_bytes,
    )
