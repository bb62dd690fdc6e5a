"""The core from its parts, whatever stands behind their ports: real ones in `bot.compose`, fakes in tests."""

from collections.abc import Mapping
from dataclasses import replace

from bot.admission import Admission
from bot.arrivals import Arrivals
from bot.calls import Calls
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.domain.card import Waiting
from bot.domain.ids import JobId
from bot.domain.limits import Limits
from bot.domain.safety import Policy
from bot.domain.style import Style
from bot.gate import Gate
from bot.greeting import Greetings
from bot.keeping import Keeping
from bot.lifecycle import Core
from bot.moderators import Moderators
from bot.notices import Notices
from bot.operations import Operations
from bot.pace import Pace
from bot.places import Places
from bot.ports import Clock, Ids, ImageStore, Messenger, Moderator, PictureReader
from bot.queue import FairQueue
from bot.removal import Removal
from bot.results import Results
from bot.service import Service
from bot.sign_in import SignIn
from bot.stores import Store
from bot.threads import Threads
from bot.turns import Turns
from bot.uploads import UploadLimiter
from inference.api import Arriving, RestartableEngine


def assemble(
    *,
    store: Store,
    images: ImageStore,
    reader: PictureReader,
    moderator: Moderator,
    policy: Policy,
    engine: RestartableEngine,
    messengers: Mapping[str, Messenger],
    clock: Clock,
    ids: Ids,
    limits: Limits,
    styles: Mapping[str, Style],
    max_jobs: int,
    max_minutes: float = 0.0,
    notify_seconds: float = 0.0,
    default_model: str,
    guard_chains: bool = True,
    advice: bool = True,
    greets: bool = False,
    disk_attempts: int | None = None,
    decodes: int = 2,
    sign_in: SignIn | None = None,
) -> Core:
    """Wire the parts; `messengers` may still be filled until the core runs. `decodes`: see `UploadLimiter`."""
    queue = FairQueue(max_jobs=max_jobs, ready=engine.can_start, lacks=engine.lacks)
    pace = Pace(devices=engine.devices)

    def waiting(job: JobId) -> Waiting | None:
        if lacked := queue.lacked_by(job):
            needs, position = lacked
            arriving = engine.arriving(needs) or Arriving()
            return Waiting(position=position, expected_at=None, expected_late=None, arriving=arriving)
        stands = pace.waiting(queue.position_of(job), now=clock.now())
        return (
            replace(stands, expected_at=None, expected_late=None, paused=True) if stands and queue.paused else stands
        )

    gate = Gate(moderator=moderator, policy=policy)
    notices = Notices(store=store, messengers=messengers, clock=clock)
    delivery = Delivery(
        store=store,
        messengers=messengers,
        waiting=waiting,
        clock=clock,
        calls=Calls(notices=notices, seconds=notify_seconds),
        notices=notices,
        unseen=gate.previews,
        disk_attempts=disk_attempts,
    )
    dispatch = Dispatch(
        store=store,
        images=images,
        engine=engine,
        gate=gate,
        queue=queue,
        pace=pace,
        delivery=delivery,
        clock=clock,
        styles=styles,
        lease=ids.job_id(),
        disk_attempts=disk_attempts,
    )
    uploads = UploadLimiter(reader=reader, decodes=decodes)
    admission = Admission(
        store=store,
        images=images,
        uploads=uploads,
        gate=gate,
        queue=queue,
        pace=pace,
        waiting=waiting,
        clock=clock,
        ids=ids,
        limits=limits,
        styles=styles,
        engine=engine,
        default_model=default_model,
        guard_chains=guard_chains,
        advice=advice,
        max_minutes=max_minutes,
    )
    results = Results(store=store, images=images, gate=gate, waiting=waiting, most_kept=limits.kept_per_user)
    greetings = Greetings(store=store, enabled=greets)
    places = Places(store=store, admission=admission, greetings=greetings)
    service = Service(
        admission=admission,
        turns=Turns(uploads=uploads, most=limits.waiting_per_user),
        keeping=Keeping(store=store, images=images, gate=gate, clock=clock, ids=ids),
        store=store,
        images=images,
        queue=queue,
        delivery=delivery,
        places=places,
        greetings=greetings,
        moderators=Moderators(store=store, places=places, results=results, clock=clock),
        notices=notices,
        results=results,
        threads=Threads(store=store),
        removal=Removal(
            store=store,
            images=images,
            results=results,
            dispatch=dispatch,
            delivery=delivery,
            notices=notices,
            clock=clock,
        ),
        clock=clock,
        sign_in=sign_in,
    )
    arrivals = Arrivals(
        engine=engine, queue=queue, store=store, delivery=delivery, clock=clock, disk_attempts=disk_attempts
    )
    operations = Operations(
        store=store,
        queue=queue,
        admission=admission,
        dispatch=dispatch,
        delivery=delivery,
        engine=engine,
        pace=pace,
        results=results,
        clock=clock,
    )
    return Core(
        service=service,
        operations=operations,
        arrivals=arrivals,
        engine=engine,
        gate=gate,
        store=store,
        images=images,
        queue=queue,
        pace=pace,
        dispatch=dispatch,
        delivery=delivery,
        notices=notices,
        clock=clock,
    )
