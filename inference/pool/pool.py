"""Several engines as one: each has a device, and a picture goes to the one that suits it best.

A device that is lost costs nobody anything but time: what it had at work is begun again on another. That is not the
pictures' fault, so nobody is told; only a picture that lost three devices has failed. A picture that was alone with a
worker that died may be to blame for that, or not, if somebody killed it: it is tried once on another device, and
has failed if that one's worker dies too.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Self

import structlog

from inference.api import (
    CLOSED,
    Arriving,
    Cancelled,
    Capacity,
    Device,
    Done,
    Engine,
    EngineStopped,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    Needs,
)
from inference.models.library import Library
from inference.pool.changes import Changes
from inference.pool.member import MemberState, PooledRequest, PoolMember, batch_of, combined_capacity
from inference.pool.members import BACKOFF, PoolMembers
from inference.pool.request_queue import RequestQueue

log = structlog.get_logger(__name__)

MAX_LOSSES = 3
"""Devices that may be lost under a picture, after which it counts as to blame."""


class Pool:
    """An `inference.api.Engine` over others. It opens with the first of them; the others join as they come.

    A picture whose model is loaded on full devices only waits for them as long as loading it took, and is then loaded
    on another: so no picture waits for more than twice what the better choice would have cost, whatever comes.

    Args:
        members: the engines by names for people, not yet entered; each is entered anew after it was lost or left.
        library: what they share to fetch models, entered with the pool; None if each has its own.
        whole: enter only when each member has come, or is known not to.
        lasting: open and go on without any member, for those that `add` brings.
        patient: go on without any once one has worked, as it may return.
        pauses: seconds before a device that was lost is tried again, by losses since its last picture; the last one
            repeats.
    """

    def __init__(
        self,
        members: Mapping[str, Engine],
        *,
        library: Library | None = None,
        whole: bool = False,
        lasting: bool = False,
        patient: bool = False,
        pauses: Sequence[float] = BACKOFF,
    ) -> None:
        self._changes = Changes()
        self._ready = asyncio.Event()
        self._queue = RequestQueue(self._changes)
        self._members = PoolMembers(
            members,
            queue=self._queue,
            changes=self._changes,
            ready=self._ready,
            stopped=self._stop,
            whole=whole,
            lasting=lasting,
            patient=patient,
            pauses=pauses,
        )
        self._library = library
        self._requests: dict[str, PooledRequest] = {}
        self._known = Capacity(slots=1, device="")
        self._stopped = CLOSED
        self._owned = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stopped = ""
        self._ready.clear()
        try:
            if self._library:
                await self._owned.enter_async_context(self._library)
            self._owned.push_async_callback(self._members.close)
            self._owned.callback(self._stop, CLOSED)
            await self._members.open()
        except BaseException:
            await self._owned.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._owned.aclose()

    def capacity(self) -> Capacity:
        if self._stopped:
            raise EngineStopped(self._stopped)
        up = [member.engine.capacity() for member in self._members.open_ones]
        if up:
            self._known = combined_capacity(up, self.devices())
        return self._known

    def devices(self) -> Sequence[Device]:
        return [device for member in self._members.all for device in member.devices()]

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        if self._stopped:
            raise EngineStopped(self._stopped)
        pooled = PooledRequest(request)
        self._requests[request.id] = pooled  # before anything is waited for, so that a cancel finds it
        try:
            pooled.batch = await batch_of(request, self.capacity())
            while pooled.losses < MAX_LOSSES:
                member = await self._queue.assign(pooled)
                if member is None:
                    yield Cancelled()
                    return
                async with aclosing(self._run_on(member, pooled)) as events:
                    async for event in events:
                        yield event
                        if isinstance(event, Done | Failed | Cancelled):
                            return
            yield Failed(
                FailureKind.CRASH,
                f"The device was lost under this picture {MAX_LOSSES} times: try another size, model or picture.",
            )
        finally:
            self._forget(pooled)

    async def cancel(self, request_id: str) -> None:
        if pooled := self._requests.get(request_id):
            pooled.unwanted = True
            self._queue.remove(pooled)
            for member in self._members.all:
                if pooled in member.requests:
                    await member.engine.cancel(request_id)

    async def ready(self) -> None:
        await self._ready.wait()
        if self._stopped:
            raise EngineStopped(self._stopped)

    def can_start(self, model: str) -> bool:
        states = [member.device_state() for member in self._members.open_ones]
        return any(state.is_free and model in state.models for state in states)

    def trouble(self) -> str:
        if self._stopped:
            return self._stopped
        troubles = [device.trouble for device in self.devices()]
        return "" if "" in troubles else next(iter(troubles), "")

    def lacks(self, needs: Needs) -> bool:
        return bool(self._members.open_ones) and all(member.engine.lacks(needs) for member in self._members.open_ones)

    async def bring(self, needs: Needs) -> None:
        await asyncio.gather(*(member.engine.bring(needs) for member in self._members.open_ones))

    def arriving(self, needs: Needs) -> Arriving | None:
        arriving = (member.engine.arriving(needs) for member in self._members.open_ones)
        return next((each for each in arriving if each), None)

    def counters(self) -> Mapping[str, int]:
        counted = Counter(self._members.removed)
        for member in self._members.all:  # also those that are lost: what was counted stays counted
            counted.update(member.engine.counters())
        counted.update(self._library.counters() if self._library else {})
        return counted

    async def restart(self, name: str, *, seconds: float) -> bool:
        return await self._members.restart(name, seconds=seconds)

    def add(self, name: str, engine: Engine) -> None:
        """One more member, which joins when it has been entered."""
        self._members.add(name, engine)

    async def remove(self, name: str) -> None:
        """Leave a member for good; its pictures are begun again on others."""
        await self._members.remove(name)

    def _stop(self, reason: str) -> None:
        """Run nothing any more."""
        self._stopped = self._stopped or reason
        self._ready.set()
        self._queue.stop(EngineStopped(self._stopped))
        self._changes.note()

    def _goes_elsewhere(self, pooled: PooledRequest, member: PoolMember, event: Event) -> bool:
        """Whether a picture that was alone with a worker that died is tried again, if there may be another one."""
        if not (isinstance(event, Failed) and event.kind is FailureKind.CRASH) or pooled.crashed:
            return False
        pooled.crashed = True
        pooled.avoids.add(member)
        return any(each.state is MemberState.OPEN for each in self._members.all if each is not member)

    def _lose(self, member: PoolMember, pooled: PooledRequest, loss: Exception) -> None:
        """A picture's device is gone: it goes elsewhere."""
        if self._stopped:
            raise EngineStopped(self._stopped) from None
        log.warning("device lost under a picture", device=member.name, request=pooled.request.id, reason=str(loss))
        pooled.losses += member.works  # one that never came back was not lost under it
        pooled.avoids.add(member)
        if member.state is MemberState.OPEN:
            member.trouble = str(loss)
            member.state = MemberState.LEAVING
            member.leave.set()

    async def _run_on(self, member: PoolMember, pooled: PooledRequest) -> AsyncGenerator[Event, None]:
        """What a device says of a picture; ends without an end of the picture if that has to go elsewhere."""
        try:
            async with aclosing(member.engine.run(pooled.request)) as events:
                async for event in events:
                    if self._goes_elsewhere(pooled, member, event):
                        return
                    self._queue.note(pooled, event)
                    if isinstance(event, Done):
                        member.backoff.worked()
                        event = replace(event, device=member.name)  # noqa: PLW2901 -- passed on under the member's name
                    yield event
        except EngineStopped as loss:
            self._lose(member, pooled, loss)
        finally:
            member.requests.discard(pooled)
            self._queue.dispatch()

    def _forget(self, pooled: PooledRequest) -> None:
        if self._requests.get(pooled.request.id) is pooled:
            del self._requests[pooled.request.id]
        self._queue.remove(pooled)
        for member in self._members.all:  # nobody may have waited any more when it was sent there
            member.requests.discard(pooled)
        self._queue.dispatch()
