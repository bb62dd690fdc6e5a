"""The ways of Discord's members."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.lifecycle import Core
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.scenarios.ways import OWN_RESULT, PICTURE, SECONDS, SIGN, WORDS, Said, Seen, Visit, Way
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Asked, Channel, Post


class DiscordVisit(Visit):
    def __init__(self, server: DiscordServer, core: Core, engine: FakeEngine, room: Channel, number: int) -> None:
        self.core, self.engine = core, engine
        self._server, self._room = server, room
        self._person: Person = server.user(f"member {number}")
        self.key = f"discord:{self._person.id}"
        self._said: list[Post] = []
        self.result = None
        self._asked: list[Asked] = []
        self._me = f"<@{server.me['id']}>"
        self._direct, self._thread = server.direct(self._person.id), server.thread(room)

    async def first(self) -> None:
        asked = await self._person.command(self._room, "img2img", image=png(), prompt="the first")
        self.result = await self._server.shown(asked, lambda post: post.done)

    @property
    def ways(self) -> Mapping[str, Way]:
        words_and_picture = frozenset({WORDS, PICTURE})
        on_result = frozenset({WORDS, OWN_RESULT})
        return {
            "slash command": Way(self._command, words_and_picture),
            "mention": Way(self._mention, words_and_picture, lacks=True),
            "reply to a picture": Way(self._reply_to_picture, words_and_picture),
            "reply to a result": Way(self._reply, on_result),
            "reply with its ping": Way(self._ping, on_result),
            "mention in a thread": Way(self._mention_in_thread, words_and_picture, lacks=True, within=self._thread),
            "direct message": Way(self._say_directly, words_and_picture, lacks=True, within=self._direct),
            "Remix image": Way(self._remix, words_and_picture, lacks=True),
            "Remix image on a result": Way(self._remix_result, on_result),
            "button": Way(self._button, frozenset({OWN_RESULT})),
            "form": Way(self._form, on_result),
            "form that was open": Way(self._submit, on_result, prepare=self._opened),
            "form under a mention": Way(self._picked, words_and_picture, prepare=self._offered),
            "reaction": Way(self._react, frozenset({OWN_RESULT})),
        }

    def seen(self) -> Sequence[Seen]:
        posts = [post for post in self._server.posts.values() if post.payload["author"]["bot"] and not post.deleted]
        mine = [post for post in posts if self._is_mine(post) and not post.loading]
        found = [
            Seen(post.words, self._is_here(post), len(post.pictures) if post.done else 0, list(post.buttons))
            for post in mine
            if post.channel in (self._room, self._direct, self._thread)
        ]
        marked = [post for post in (*self._said, self.result) if post and post.signs]
        return [*found, *(Seen(SIGN, here=True) for _ in marked)]

    def _is_mine(self, post: Post) -> bool:
        """Whether it was written for them."""
        if post.hidden or post.channel is self._direct:
            return post.hidden in {"", self._person.id}
        under = post.payload.get("message_reference", {}).get("message_id")
        answers = any(post in (asked.original, *asked.follow_ups) for asked in self._asked)
        return (
            f"<@{self._person.id}>" in post.content
            or answers
            or under in {said.id for said in (*self._said, self.result) if said}
        )

    def _is_here(self, post: Post) -> bool:
        return post.channel is (self.speaks_in or self._room)

    async def _command(self, _: Any, said: Said) -> None:
        self._asked.append(await self._person.command(self._room, "img2img", image=said.picture, prompt=said.words))

    async def _mention(self, _: Any, said: Said) -> None:
        await self._mention_in(self._room, said)

    async def _mention_in_thread(self, _: Any, said: Said) -> None:
        await self._server.gateway.send("THREAD_CREATE", self._thread.payload)
        await self._mention_in(self._thread, said)

    async def _mention_in(self, place: Channel, said: Said) -> None:
        files = {"a.png": said.picture} if said.picture else None
        self._said.append(await self._person.say(place, f"{self._me} {said.words}", files=files))

    async def _reply_to_picture(self, _: Any, said: Said) -> None:
        photo = await self._person.say(self._room, "look", files={"a.png": said.picture or b""})
        self._said.append(await self._person.say(self._room, f"{self._me} {said.words}", reply_to=photo))

    async def _reply(self, _: Any, said: Said) -> None:
        self._said.append(await self._person.say(self._room, f"{self._me} {said.words}", reply_to=self.result))

    async def _ping(self, _: Any, said: Said) -> None:
        self._said.append(await self._person.say(self._room, said.words, reply_to=self.result, ping=True))

    async def _say_directly(self, _: Any, said: Said) -> None:
        files = {"a.png": said.picture} if said.picture else None
        await self._person.say(self._direct, said.words, files=files)

    async def _remix(self, _: Any, said: Said) -> None:
        files = {"a.png": said.picture} if said.picture else None
        await self._sent(
            await self._person.menu(await self._person.say(self._room, "look", files=files), "Remix image"), said
        )

    async def _remix_result(self, _: Any, said: Said) -> None:
        await self._sent(await self._person.menu(self.result, "Remix image"), said)

    async def _button(self, _: Any, said: Said) -> None:
        del said
        self._asked.append(await self._person.press(self.result, "Reroll"))

    async def _opened(self) -> Asked:
        opened = await self._person.press(self.result, "Chain")
        await self._server.until(lambda: opened.kind == 9, what="a form")
        return opened

    async def _form(self, _: Any, said: Said) -> None:
        await self._sent(await self._person.press(self.result, "Chain"), said)

    async def _submit(self, opened: Any, said: Said) -> None:
        self._asked.append(await self._person.submit(opened, prompt=said.words))

    async def _offered(self) -> Asked:
        await self._person.say(self._room, f"{self._me} a boat")
        offer = await self._server.posted(
            self._room, lambda post: "Choose a picture" in post.buttons and post.id > self.result.id
        )
        opened = await self._person.press(offer, "Choose a picture")
        await self._server.until(lambda: opened.kind == 9, what="a form")
        return opened

    async def _picked(self, opened: Any, said: Said) -> None:
        self._asked.append(await self._person.submit(opened, prompt=said.words, upload=said.picture))

    async def _react(self, _: Any, said: Said) -> None:
        del said
        await self._person.react(self.result, "🔁")

    async def _sent(self, opened: Asked, said: Said) -> None:
        """Send the form, if one came."""
        await self._server.until(
            lambda: opened.kind == 9 or self._told(opened), what="a form, or a refusal", seconds=SECONDS
        )
        if opened.kind == 9:
            self._asked.append(await self._person.submit(opened, prompt=said.words))

    def _told(self, opened: Asked) -> bool:
        return bool(opened.original or opened.follow_ups or self._server.in_channel(self._direct))
