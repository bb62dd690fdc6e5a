"""Both chats as a member meets them, through their real SDKs: the same few things to do, the same end to compare."""

import asyncio
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from adapters.discord.places import guild_key
from adapters.slack.members import Team, place_key
from bot.domain.job import Job
from bot.domain.options import OPTION, Options
from bot.domain.request import Requester
from bot.lifecycle import Core
from bot.service import Service
from tests.e2e.discord.conftest import Bench as DiscordBench
from tests.fakes.engine import FakeEngine
from tests.harness.slack import Bench as SlackBench
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Asked, Channel, Post
from tests.servers.slack.member import Member, buttons, images, labels_of, words
from tests.servers.slack.server import Ack
from tests.servers.slack.state import Conversation, File


def _drawing() -> bytes:
    """A picture with lines to keep."""
    picture = Image.new("RGB", (64, 64), "white")
    ImageDraw.Draw(picture).rectangle((16, 16, 48, 48), outline="black", width=3)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


PNG = _drawing()
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class End:
    """How something ended that a member did.

    Attributes:
        refused: what they were told instead; empty if there is a job.
        message: what the chat shows of the job.
    """

    job: Job | None = None
    refused: str = ""
    message: Any = None

    @property
    def told(self) -> tuple[object, ...]:
        """What must be the same on both chats."""
        if self.job is None:
            return (self.refused,)
        seeded = tuple(replace(recipe, seed=0) for recipe in self.job.recipes)
        lineage = self.job.lineage
        return (self.job.action, seeded, self.job.private, lineage.depth, lineage.parent is not None, self.job.status)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows.

    Attributes:
        pictures: as bytes, the source apart.
        source: it stands beside them.
        in_thread: the message stands in a thread.
    """

    words: str
    labels: Sequence[str]
    pictures: Sequence[bytes]
    source: bool
    in_thread: bool


class Chat(ABC):
    """One member of one chat."""

    core: Core
    engine: FakeEngine
    service: Service
    picture = PNG
    """What they send."""

    @abstractmethod
    def messages(self) -> Sequence[Any]:
        """Everything that the bot shows everybody, in the channel or a thread of it, oldest first."""

    @abstractmethod
    def shown(self, message: Any) -> Shown: ...

    @abstractmethod
    def sent_alone(self) -> Sequence[bytes]:
        """The files that the member alone was sent, oldest first."""

    @abstractmethod
    async def in_details(self, message: Any, label: str) -> None:
        """A button in a result's Details."""

    @property
    @abstractmethod
    def requester(self) -> Requester: ...

    @property
    @abstractmethod
    def server(self) -> str:
        """What the settings of the server or workspace go by."""

    @abstractmethod
    def notices(self) -> Sequence[str]:
        """Everything that the member was told alone, oldest first."""

    @abstractmethod
    async def command(self, name: str, said: Options) -> None:
        """A command with a picture; what is said is given as that chat takes it."""

    @abstractmethod
    async def mention(self, words: str) -> None:
        """Words to the bot with a picture."""

    @abstractmethod
    async def remix(self, **fields: str) -> None:
        """**Remix image** on a message with a picture, its form filled in."""

    @abstractmethod
    async def remix_of(self, message: Any, **fields: str) -> None:
        """**Remix image** on a result of ours, its form filled in."""

    @abstractmethod
    async def press(self, message: Any, label: str, **fields: str) -> None:
        """A button under a result; its form, if it opens one, filled in."""

    @abstractmethod
    async def answer(self, message: Any, words: str) -> None:
        """Words to the bot in answer to a result."""

    @abstractmethod
    async def react(self, message: Any, emoji: str) -> None:
        """A reaction on a result."""

    @abstractmethod
    async def message_of(self, job: Job) -> Any:
        """What the chat shows of a job that has ended."""

    async def end(self, act: Awaitable[object]) -> End:
        """Do something and wait for what comes of it: until its end is shown in full."""
        before, told = {job.id for job in await self._jobs()}, len(self.notices())
        await act
        async with asyncio.timeout(_SECONDS):
            while True:
                ended = [job for job in await self._jobs() if job.id not in before and job.status.ended]
                if ended and ended[0].id not in {duty.job for duty in await self.core.store.deliveries()}:
                    return End(job=ended[0], message=await self.message_of(ended[0]))
                if len(self.notices()) > told:
                    return End(refused=self.notices()[-1])
                await asyncio.sleep(0.01)

    async def _jobs(self) -> Sequence[Job]:
        return await self.service.recent(self.requester)


class Discord(Chat):
    """A member of a server."""

    def __init__(self, bench: DiscordBench, person: Person, channel: Channel) -> None:
        self.core, self.engine, self.service = bench.core, bench.engine, bench.core.service
        self._server: DiscordServer = bench.discord
        self._person = person
        self._channel = channel
        self._asked: list[Asked] = []

    @property
    def requester(self) -> Requester:
        return Requester(platform="discord", user=self._person.id)

    @property
    def server(self) -> str:
        assert self._channel.guild is not None
        return guild_key(self._channel.guild.id)

    def notices(self) -> Sequence[str]:
        posts = [post for post in self._server.posts.values() if post.payload["author"]["bot"]]
        said = [re.sub(r"^<@\d+> ", "", post.content) for post in posts]  # whoever reacted is called
        told = [sentence.removeprefix("⚠️ ") for sentence in said if sentence.startswith("⚠️ ")]
        return [re.sub(r"<(/[^:]+):\d+>", r"\1", sentence) for sentence in told]

    def messages(self) -> Sequence[Any]:
        mine = [post for post in self._server.posts.values() if post.payload["author"]["bot"]]
        return [post for post in mine if not post.deleted and not post.hidden and post.channel.guild]

    def shown(self, message: Any) -> Shown:
        post: Post = message
        return Shown(
            words=post.words,
            labels=list(post.buttons),
            pictures=[self._content(entry) for entry in (*post.previews, *post.pictures)],
            source=len(post.payload["attachments"]) > len(post.previews) + len(post.pictures),
            in_thread=post.channel.is_thread,
        )

    def _content(self, entry: Mapping[str, Any]) -> bytes:
        return self._server.attachments[urlsplit(entry["url"]).path]

    def sent_alone(self) -> Sequence[bytes]:
        hidden = [post for post in self._server.posts.values() if post.hidden == self._person.id]
        return [self._content(entry) for post in hidden for entry in post.payload["attachments"]]

    async def in_details(self, message: Any, label: str) -> None:
        details = await self._server.shown(await self._person.press(message, "Details"))
        self._asked.append(await self._person.press(details, label))

    async def command(self, name: str, said: Options) -> None:
        given: dict[str, Any] = {}
        for row in OPTION.values():
            if (value := getattr(said, row.name)) is None:
                continue
            if row.name == "strengths":
                given |= {"strength": value[0]} if name == "img2img" else {"strengths": row.written(value)}
            else:
                given[row.name] = value if isinstance(value, bool | int | float | str) else row.written(value)
        self._asked.append(await self._person.command(self._channel, name, image=self.picture, **given))

    async def mention(self, words: str) -> None:
        await self._person.say(self._channel, f"<@{self._server.me['id']}> {words}", files={"a.png": self.picture})

    async def remix(self, **fields: str) -> None:
        photo = await self._person.say(self._channel, "look", files={"a.png": self.picture})
        self._asked.append(await self._person.submit(await self._person.menu(photo, "Remix image"), **fields))

    async def remix_of(self, message: Any, **fields: str) -> None:
        self._asked.append(await self._person.submit(await self._person.menu(message, "Remix image"), **fields))

    async def press(self, message: Any, label: str, **fields: str) -> None:
        whole = next(each for each in message.buttons if each.startswith(label))
        asked = await self._person.press(message, whole)
        self._asked.append(await self._person.submit(asked, **fields) if fields else asked)

    async def answer(self, message: Any, words: str) -> None:
        await self._person.say(self._channel, f"<@{self._server.me['id']}> {words}", reply_to=message)

    async def react(self, message: Any, emoji: str) -> None:
        await self._person.react(message, emoji)

    async def message_of(self, job: Job) -> Post:
        def found() -> Post | None:
            posts = [post for post in self._server.posts.values() if not post.deleted and not post.loading]
            shown = [post for post in posts if _names(post.buttons.values(), job.id)]
            return next((post for post in shown if not _names(post.buttons.values(), "cancel")), None)

        post: Post = await self._server.until(found, what="the job's message")
        return post


class Slack(Chat):
    """A member of a workspace."""

    def __init__(self, bench: SlackBench, member: Member, channel: Conversation) -> None:
        self.core, self.engine, self.service = bench.core, bench.engine, bench.core.service
        self._member = member
        self._channel = channel
        self._errors: list[str] = []

    @property
    def requester(self) -> Requester:
        return Requester(platform="slack", user=f"{self._member.team.id}/{self._member.user.id}")

    @property
    def server(self) -> str:
        return place_key(Team(self._member.team.id))

    def notices(self) -> Sequence[str]:
        slack, member = self._member.slack, self._member
        told = [each["text"] for each in slack.state.ephemerals if each["user"] == member.user.id]
        direct = slack.state.direct(member.team, member.user.id)
        told += [message["text"] for message in member.from_bot(direct) if not buttons(message)]
        return [*told, *(each["text"] for each in slack.responses), *self._errors]

    def messages(self) -> Sequence[Any]:
        return self._member.from_bot(self._channel)

    def shown(self, message: Any) -> Shown:
        files = self._member.slack.state.files
        blocks = message.get("blocks") or []
        return Shown(
            words=words(message),
            labels=labels_of(message),
            pictures=[files[each["slack_file"]["id"]].content for each in images(message)],
            source=any((block.get("accessory") or {}).get("type") == "image" for block in blocks),
            in_thread=message.get("thread_ts") not in {None, message["ts"]},
        )

    def sent_alone(self) -> Sequence[bytes]:
        slack, member = self._member.slack, self._member
        direct = slack.state.direct(member.team, member.user.id)
        return [file.content for file in slack.state.files.values() if direct.id in file.shared]

    async def in_details(self, message: Any, label: str) -> None:
        details = await self._member.opens(lambda: self._member.press("Details", self._channel, message))
        await self._member.press(label, None, details)

    async def command(self, name: str, said: Options) -> None:
        flags = [
            f"--{row.flag} {row.written(value)}" if row.name != "private" else "--private"
            for row in OPTION.values()
            if row.name != "prompt" and (value := getattr(said, row.name)) is not None
        ]
        words = " ".join([said.prompt or "", *flags])
        await self._sent(lambda: self._member.command(f"/{name}", self._channel, words), {}, file=self._photo())

    async def mention(self, words: str) -> None:
        await self._member.say(self._channel, words, files=[self._photo()])

    async def remix(self, **fields: str) -> None:
        photo = await self._member.say(self._channel, "look", files=[self._photo()], mention=False)
        await self._sent(lambda: self._member.remix(self._channel, photo), fields)

    async def remix_of(self, message: Any, **fields: str) -> None:
        await self._sent(lambda: self._member.remix(self._channel, message), fields)

    async def press(self, message: Any, label: str, **fields: str) -> None:
        if fields:
            await self._sent(lambda: self._member.press(label, self._channel, message), fields)
        else:
            await self._member.press(label, self._channel, message)

    async def answer(self, message: Any, words: str) -> None:
        await self._member.say(self._channel, words, thread=message["ts"])

    async def react(self, message: Any, emoji: str) -> None:
        names = {"🔁": "repeat", "✉️": "envelope", "⭐": "star", "❌": "x"}
        await self._member.react(names[emoji], self._channel, message)

    async def message_of(self, job: Job) -> Any:
        def found() -> Any:
            places = [self._channel, self._member.slack.state.direct(self._member.team, self._member.user.id)]
            shown = [message for place in places for message in self._member.from_bot(place)]
            of = [each for each in shown if _names([button["action_id"] for button in buttons(each)], job.id)]
            return of[-1] if of and not any("cancel" in each["action_id"] for each in buttons(of[-1])) else None

        return await self._member.see(found)

    def _photo(self) -> File:
        return self._member.slack.state.add_file(self._member.team, self._member.user, self.picture)

    async def _sent(
        self, opening: Callable[[], Awaitable[Ack]], fields: Mapping[str, str], *, file: File | None = None
    ) -> None:
        """Open a form and send it; a refusal may come instead of the form, or at its fields."""
        before, told = set(self._member.slack.state.views), len(self.notices())
        await opening()

        def opened() -> Any:
            views = self._member.slack.state.views
            return next((view for key, view in views.items() if key not in before), None) or (
                len(self.notices()) > told
            )

        view = await self._member.see(opened)
        if view is True:
            return
        ack = await self._member.submit(view, file=file, drawn=None, retry=0, **fields)
        self._errors += (ack.payload or {}).get("errors", {}).values()


def _names(ids: Any, what: str) -> bool:
    return any(what in each for each in ids)
