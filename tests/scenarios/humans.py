"""People of both chats, who try what they may and may not do with a job, by whatever id they hold."""

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.domain.actions import Verb
from bot.domain.ids import JobId
from bot.texts import text
from tests.builders.requests import png
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Asked, Channel, Post
from tests.servers.slack.member import Member, buttons, words
from tests.servers.slack.state import Conversation, Json

SECRET = "a zebra in the secret garden"
REFUSALS = {
    text("en", key)
    for key in ("refused-job-unknown", "refused-gone", "refused-not-yours", "refused-not-yours-nor-moderator")
}


class Human(ABC):
    """Somebody who stands in one conversation, and has a result of their own there to press on."""

    key: str

    @abstractmethod
    async def paint(self, prompt: str, *, private: bool = False) -> Any:
        """The message of a finished result."""

    @abstractmethod
    async def press(self, verb: Verb, job: JobId, on: Any = None) -> str:
        """What comes of a button with that job's id: a form, a page, a result, or a refusal.

        `on`: the message that it is pressed on; else it is on one of their own, which never had it.
        """

    @abstractmethod
    async def info(self, job: JobId) -> str:
        """What `/info` with an id brings."""

    @abstractmethod
    async def chain(self, on: Any, prompt: str = SECRET) -> Any:
        """The finished chain of a result."""

    @abstractmethod
    async def form(self, on: Any) -> Any:
        """The form of Chain on a result, opened and not sent."""

    @abstractmethod
    async def send(self, form: Any) -> str:
        """What comes of a form that was opened."""

    @abstractmethod
    async def forge(self, job: JobId) -> str:
        """What comes of a form of theirs, opened on a result of their own, that says another job's id when sent."""

    @abstractmethod
    async def original(self, job: JobId) -> bytes | str:
        """The file that a button with that job's id brings, or a refusal."""

    @abstractmethod
    async def react(self, emoji: str, on: Any) -> None:
        """A reaction on a message by its id, in their own conversation: chats tell of no other."""

    @abstractmethod
    def alone(self) -> "Human":
        """They themselves in their own conversation with the bot."""

    @abstractmethod
    def copy_of(self, job: JobId) -> Any:
        """The message in their conversation that everybody there sees and that shows that job."""

    @abstractmethod
    def copies(self, job: JobId) -> int:
        """How many messages in their own conversation with the bot show that job."""

    @abstractmethod
    def shown(self) -> str:
        """Everything that stands before them: their conversation, and what they alone were told."""


class DiscordHuman(Human):
    def __init__(self, server: DiscordServer, person: Person, channel: Channel) -> None:
        self.key = f"discord:{person.id}"
        self._server, self._person, self._channel = server, person, channel
        self._own: Any = None

    async def paint(self, prompt: str, *, private: bool = False) -> Post:
        more: dict[str, Any] = {"private": True} if private else {}
        asked = await self._person.command(self._channel, "img2img", image=png(), prompt=prompt, **more)
        return await self._server.shown(asked, lambda post: post.pictures)

    async def press(self, verb: Verb, job: JobId, on: Any = None) -> str:
        pressed: Any = on or self._own
        if pressed is None or pressed.deleted:
            pressed = self._own = await self.paint("my own")
        asked = await self._person.press_id(pressed, f"p1:{verb}:{job}.0")
        if verb is Verb.DELETE:  # whoever may is asked first whether they mean it
            question = await self._server.followed_up(asked)
            if not question.buttons:
                return question.content.removeprefix("⚠️ ")
            sure = await self._person.press_id(question, f"p1:{Verb.ERASE}:{job}.0")
            await self._server.until(lambda: pressed.deleted or sure.follow_ups, what="what comes of it")
            return "deleted" if pressed.deleted else sure.follow_ups[0].content.removeprefix("⚠️ ")
        return await self._outcome(asked, pressed)

    async def info(self, job: JobId) -> str:
        return await self._outcome(await self._person.command(self._channel, "info", job=job))

    async def chain(self, on: Any, prompt: str = SECRET) -> Post:
        sent = await self._person.submit(await self._person.press(on, "Chain"), prompt=prompt)
        return await self._server.shown(sent, lambda post: post.pictures)

    async def form(self, on: Any) -> Asked:
        opened = await self._person.press(on, "Chain")
        await self._server.until(lambda: opened.answer, what="a form")
        return opened

    async def send(self, form: Any) -> str:
        return await self._outcome(await self._person.submit(form, prompt="mine"))

    async def forge(self, job: JobId) -> str:
        self._own = self._own or await self.paint("my own")
        form = await self.form(self._own)
        assert form.answer is not None
        form.answer["data"]["custom_id"] = f"p1:chain:{job}.0"
        return await self.send(form)

    async def original(self, job: JobId) -> bytes | str:
        self._own = self._own or await self.paint("my own")
        asked = await self._person.press_id(self._own, f"p1:{Verb.ORIGINAL}:{job}.0")

        def found() -> bytes | str | None:
            told = [post for post in (*asked.follow_ups, asked.original) if post and post is not self._own]
            files = [content for post in told for content in post.files.values()]
            said = [post.words for post in told if post.words and not post.loading]
            return files[0] if files else said[0].removeprefix("⚠️ ") if said else None

        brought: bytes | str = await self._server.until(found, what="the file")
        return brought

    async def react(self, emoji: str, on: Any) -> None:
        await self._person.react(on, emoji, channel=self._channel)

    def alone(self) -> "DiscordHuman":
        return DiscordHuman(self._server, self._person, self._server.direct(self._person.id))

    def copy_of(self, job: JobId) -> Post:
        posts = [post for post in self._server.in_channel(self._channel) if not post.hidden]
        return next(post for post in posts if any(job in picture["filename"] for picture in post.pictures))

    def copies(self, job: JobId) -> int:
        direct = self._server.in_channel(self._server.direct(self._person.id))
        return sum(any(job in picture["filename"] for picture in post.pictures) for post in direct)

    def shown(self) -> str:
        posts = [
            *self._server.in_channel(self._channel),
            *self._server.in_channel(self._server.direct(self._person.id)),
        ]
        return "\n".join(post.words for post in posts if post.hidden in {"", self._person.id})

    async def _outcome(self, asked: Asked, pressed: Post | None = None) -> str:
        before = set(self._server.posts) - {post.id for post in asked.follow_ups}

        def found() -> str | None:
            if asked.answer and asked.answer["type"] == 9:
                return "form"
            alone = self._server.in_channel(self._server.direct(self._person.id))
            told = [post for post in (*asked.follow_ups, asked.original) if post and post is not pressed]
            told = [*told, *(post for post in alone if post.id not in before)]
            said = [post.words for post in told if post.words and not post.deleted and not post.loading]
            return "deleted" if pressed and pressed.deleted else said[0].removeprefix("⚠️ ") if said else None

        return str(await self._server.until(found, what="what comes of it"))


class SlackHuman(Human):
    def __init__(self, member: Member, channel: Conversation) -> None:
        self.key = f"slack:{member.team.id}/{member.user.id}"
        self._member, self._channel, self._slack = member, channel, member.slack
        self._own: Any = None
        self._views: set[str] = set()
        self._told: Counter[str] = Counter()

    @property
    def _direct(self) -> Conversation:
        return self._slack.state.direct(self._member.team, self._member.user.id)

    @property
    def _places(self) -> tuple[Conversation, ...]:
        return self._channel, self._direct

    async def paint(self, prompt: str, *, private: bool = False) -> Json:
        file = self._slack.state.add_file(self._member.team, self._member.user, png())
        return await self._result(
            lambda: self._member.say(self._channel, f"{prompt}{' --private' if private else ''}", files=[file]),
            self._direct if private else self._channel,
        )

    async def press(self, verb: Verb, job: JobId, on: Any = None) -> str:
        pressed: Any = on or self._own
        if not on and (pressed is None or pressed["ts"] not in self._channel.messages):
            pressed = self._own = await self.paint("my own")
        there = self._direct if pressed["ts"] in self._direct.messages else self._channel
        await self._begin()
        await self._member.press_id(f"{verb}|{job}.0", there, pressed)
        return await self._outcome(pressed, there)

    async def info(self, job: JobId) -> str:
        await self._begin()
        await self._member.command("/info", self._channel, job)
        return await self._outcome()

    async def chain(self, on: Any, prompt: str = SECRET) -> Json:
        form = await self.form(on)
        there = self._direct if on["ts"] in self._direct.messages else self._channel
        return await self._result(lambda: self._member.submit(form, prompt=prompt), there)

    async def form(self, on: Any) -> Json:
        there = self._direct if on["ts"] in self._direct.messages else self._channel
        return await self._member.opens(lambda: self._member.press("Chain", there, on))

    async def send(self, form: Any) -> str:
        await self._begin()
        await self._member.submit(form, prompt="mine")
        return await self._outcome()

    async def forge(self, job: JobId) -> str:
        self._own = self._own or await self.paint("my own")
        form = await self.form(self._own)
        view = self._slack.state.views[form["id"]]
        about = json.loads(view["private_metadata"])
        assert about["generation"] != f"{job}.0"
        view["private_metadata"] = json.dumps(about | {"generation": f"{job}.0"})
        return await self.send(form)

    async def original(self, job: JobId) -> bytes | str:
        before = set(self._slack.state.files)
        told = await self.press(Verb.ORIGINAL, job)
        if told in REFUSALS:
            return told

        def found() -> bytes | None:
            made = [file for key, file in self._slack.state.files.items() if key not in before and file.completed]
            return next((file.content for file in made if self._direct.id in file.shared), None)

        brought: bytes = await self._member.see(found)
        return brought

    def alone(self) -> "SlackHuman":
        return SlackHuman(self._member, self._direct)

    def copy_of(self, job: JobId) -> Json:
        posts = self._member.from_bot(self._channel)
        return next(post for post in posts if any(job in each["action_id"] for each in buttons(post)))

    async def react(self, emoji: str, on: Any) -> None:
        names = {"✉️": "envelope", "❌": "x", "🔁": "repeat", "⭐": "star"}
        await self._member.react(names[emoji], self._channel, on)

    def copies(self, job: JobId) -> int:
        return sum(
            any(job in each["action_id"] for each in buttons(post)) for post in self._member.from_bot(self._direct)
        )

    def shown(self) -> str:
        told = [*self._member.from_bot(self._channel), *self._member.from_bot(self._direct)]
        return "\n".join([*(words(each) for each in told), *self._notices()])

    def _notices(self) -> Sequence[str]:
        alone = [each["text"] for each in self._slack.state.ephemerals if each["user"] == self._member.user.id]
        direct = [each["text"] for each in self._member.from_bot(self._direct) if not buttons(each)]
        return [*alone, *filter(None, direct)]  # a file alone says nothing

    async def _begin(self) -> None:
        self._views, self._told = set(self._slack.state.views), Counter(self._notices())
        self._before = {each["ts"] for place in self._places for each in self._member.from_bot(place)}

    async def _outcome(self, pressed: Json | None = None, there: Conversation | None = None) -> str:
        def found() -> str | None:
            fresh = [view for key, view in self._slack.state.views.items() if key not in self._views]
            if fresh:
                return "form" if fresh[0]["callback_id"] == "ask" else words(fresh[0])
            if pressed and there and pressed["ts"] not in there.messages:
                return "deleted"
            if told := Counter(self._notices()) - self._told:
                return next(iter(told))
            here = [each for place in self._places for each in self._member.from_bot(place)]
            more = [each for each in here if each["ts"] not in self._before]
            return words(more[0]) if more else None

        return str(await self._member.see(found))

    async def _result(self, act: Callable[[], Any], there: Conversation) -> Json:
        before = {each["ts"] for each in self._member.from_bot(there)}
        await act()

        def found() -> Json | None:
            done = [each for each in self._member.from_bot(there) if each["ts"] not in before]
            return next((each for each in done if any(block["type"] == "image" for block in each["blocks"])), None)

        made: Json = await self._member.see(found)
        return made
