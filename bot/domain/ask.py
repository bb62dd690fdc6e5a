"""What a member asked for, as every chat translates it; `Service.ask` decides by it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.picture import Sent
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.domain.request import Action, ReplyTarget, Request
from bot.domain.rules import with_defaults


class AnswerTarget(Protocol):
    """How a chat says where an answer goes, once it is decided who may see that."""

    async def __call__(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:
        """The target.

        Args:
            private: for the member alone.
            above: where a private result was asked for that the new one descends from; None if it has none.
            thread: the one that it goes to; empty for the conversation itself, and if there is no way to threads.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadWay:
    """How a thread is opened on the message that something was pressed on.

    Attributes:
        usual: where what is made from a result goes on, unless the place says otherwise.
        open: opens one by the given name and returns the chat's id of it, or the id of the one that is there; raises
            `UserError` if the chat does not let us.
    """

    usual: ThreadPolicy
    open: Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member wants, apart from who they are and where they said it.

    Attributes:
        options: what was said.
        action: why; of no account with a verb.
        verb: what to do with the result; None if the result was given as any picture is, which chains it.
        generation: the result that it is about, or that the picture is.
        source: the picture as it was sent. With a verb it takes the result's place; without one the result, if the
            member may go on from it, is the better copy of it.
        again: a job of their own whose source is the picture, as one that failed has no result to name; of no account
            with a `source`.
        author: who posted `source`, as in `Requester.user`; empty if nobody is known.
        control_map: a picture of the structure to keep.
    """

    options: Options = NOTHING_SAID
    action: Action = Action.IMG2IMG
    verb: Verb | None = None
    generation: GenerationId | None = None
    source: bytes | Sent | None = None
    again: JobId | None = None
    author: str = ""
    control_map: bytes | Sent | None = None

    @property
    def private(self) -> bool | None:
        """Whether the answer is for the member alone: as they said; a control map, which few want to see, is."""
        is_map = self.action is Action.MAP or self.verb is Verb.SHOW_MAP
        return True if is_map and self.options.private is None else self.options.private


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A wish as it was brought, before anything was decided about it.

    Attributes:
        by: who asks, and where.
        event_id: as in `Request`.
        answer: where the answer goes; called once, if nothing speaks against the wish.
        threads: None if no thread can be opened there: in a thread, outside of channels.
        hidden: only the member sees the answer, whatever they and the place say.
    """

    wish: Wish
    by: Asker
    event_id: str
    answer: AnswerTarget
    threads: ThreadWay | None = None
    hidden: bool = False

    def press(
        self, verb: Verb, result: GenerationId, settings: PlaceSettings, reply_to: ReplyTarget, *, private: bool
    ) -> Press:
        """It as a press on a result; `settings` are those of the place."""
        return Press(
            verb=verb,
            generation=result,
            by=self.by,
            reply_to=reply_to,
            event_id=self.event_id,
            options=self.wish.options,
            source=self.wish.source if self.wish.verb else None,
            control_map=self.wish.control_map,
            private=private,
            locale=self.by.locale,
            usual_strength=settings.strength,
            site=self.by.site,
            blocked=settings.blocked or (),
        )

    def request(
        self,
        source: bytes | Sent | ImageId,
        settings: PlaceSettings,
        reply_to: ReplyTarget,
        *,
        parent: GenerationId | None = None,
        private: bool,
    ) -> Request:
        """It as a wish for a picture, filled with what the place has; `parent` is the result that the picture is.

        Raises:
            UserError: a value is out of range, or the model may not be used there.
        """
        wish = Request(
            action=self.wish.action,
            requester=self.by.requester,
            reply_to=reply_to,
            event_id=self.event_id,
            source=source,
            options=self.wish.options,
            control_map=self.wish.control_map,
            parent=parent,
            private=private,
            locale=self.by.locale,
            site=self.by.site,
        )
        return with_defaults(wish, settings)
