"""The ways of Discord's members."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.lifecycle import Core
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.scenarios.ways import OWN_RESULT, PICTURE, SECONDS, WORDS, Said, Seen, Visit, Way
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Asked, Channel, Post


class DiscordVisit(Visit):
    def __init__(self, server: DiscordServer, core: Core, engine: FakeEngine, room: Channel, number: int) -> None:
        self.core, self.engine = core, engine
        self._server, self._room = server, room
        self._person: Person = server.user(f"member {number}")
        self.key = f"discord:{self._person.id}"
        self._asked: list[Asked] = []
        self._me = f"<@{server.me['id']}>"
        self._direct = server.direct(self._person.id)

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
            "direct message": Way(self._say_directly, words_and_picture, lacks=True),
            "Remix image": Way(self._remix, words_and_picture, lacks=True),
            "Remix image on a result": Way(self._remix_result, on_result),
            "button": Way(self._button, frozenset({OWN_RESULT})),
            "form": Way(self._form, on_result),
            "form that was open": Way(self._submit, on_result, prepare=self._opened),
            "form under a mention": Way(self._picked, words_and_picture, prepare=self._offered),
            "reaction": Way(self._react, frozenset({OWN_RESULT}), direct=True),
        }

    def seen(self) -> Sequence[Seen]:
        posts = [post for post in self._server.posts.values() if post.payload["author"]["bot"] and not post.deleted]
        mine = [post for post in posts if post.hidden in {"", self._person.id} and not post.loading]
        found = [
            Seen(post.words, self._is_here(post), len(post.pictures) if post.done else 0)
            for post in mine
            if post.channel in (self._room, self._direct) or post.channel.is_thread
        ]
        forms = [asked for asked in self._asked if asked.kind == 9]
        return [*found, *(Seen("", here=True) for _ in forms)]

    def _is_here(self, post: Post) -> bool:
        return (post.channel is self._direct) is self.speaks_directly

    async def _command(self, _: Any, said: Said) -> None:
        self._asked.append(await self._person.command(self._room, "img2img", image=said.picture, prompt=said.words))

    async def _mention(self, _: Any, said: Said) -> None:
        files = {"a.png": said.picture} if said.picture else None
        await self._person.say(self._room, f"{self._me} {said.words}", files=files)

    async def _reply_to_picture(self, _: Any, said: Said) -> None:
        photo = await self._person.say(self._room, "look", files={"a.png": said.picture or b""})
        await self._person.say(self._room, f"{self._me} {said.words}", reply_to=photo)

    async def _reply(self, _: Any, said: Said) -> None:
        await self._person.say(self._room, f"{self._me} {said.words}", reply_to=self.result)

    async def _ping(self, _: Any, said: Said) -> None:
        await self._person.say(self._room, said.words, reply_to=self.result, ping=True)

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
