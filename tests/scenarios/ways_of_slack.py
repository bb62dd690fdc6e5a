"""The ways of Slack's members."""

import html
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.lifecycle import Core
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.scenarios.ways import OWN_RESULT, PICTURE, WORDS, Said, Seen, Visit, Way
from tests.servers.slack.member import Member, buttons, images, labels_of, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, File, Json


class SlackVisit(Visit):
    def __init__(self, server: SlackServer, core: Core, engine: FakeEngine, room: Conversation, number: int) -> None:
        self.core, self.engine = core, engine
        team = next(iter(server.state.teams.values()))
        self._member = Member(server, team, server.state.add_user(f"member {number:02}"))
        room.members.add(self._member.user.id)
        self._room, self._slack = room, server
        self._direct = server.state.direct(team, self._member.user.id)
        self._user, self._name = self._member.user.id, self._member.user.name.title()
        self.key = f"slack:{team.id}/{self._user}"
        self._errors: list[str] = []

    async def first(self) -> None:
        await self._member.say(self._room, "the first", files=[self._file(png())])
        self.result = await self._member.see(
            lambda: next((each for each in self._mine_in(self._room) if _is_done(each)), None)
        )

    def _mine_in(self, place: Conversation) -> Sequence[Json]:
        """What the bot wrote there for them."""
        said = self._member.from_bot(place)
        if place is self._direct:
            return said
        return [each for each in said if f"<@{self._user}>" in str(each) or self._name in str(each)]

    @property
    def ways(self) -> Mapping[str, Way]:
        words_and_picture = frozenset({WORDS, PICTURE})
        on_result = frozenset({WORDS, OWN_RESULT})
        return {
            "slash command": Way(self._command, words_and_picture, lacks=True),
            "mention": Way(self._mention, words_and_picture, lacks=True),
            "reply to a picture": Way(self._reply_to_picture, words_and_picture),
            "reply to a result": Way(self._reply, on_result),
            "umbrella command": Way(self._umbrella, words_and_picture, lacks=True),
            "direct message": Way(self._say_directly, words_and_picture, lacks=True, within=self._direct),
            "App Home": Way(self._home, frozenset({OWN_RESULT}), prepare=self._opened_home, within=self._direct),
            "Remix image": Way(self._remix, words_and_picture, lacks=True),
            "Remix image on a result": Way(self._remix_result, on_result),
            "button": Way(self._button, frozenset({OWN_RESULT})),
            "form": Way(self._form, on_result),
            "form that was open": Way(self._submit, on_result, prepare=self._opened),
            "form under a mention": Way(self._picked, words_and_picture, prepare=self._offered, lacks=True),
            "reaction": Way(self._react, frozenset({OWN_RESULT})),
        }

    def seen(self) -> Sequence[Seen]:
        state, user = self._slack.state, self._member.user.id
        alone = [each for each in state.ephemerals if each["user"] == user]
        told = [Seen(html.unescape(each["text"]), each["channel"] == self._room.id) for each in alone]
        told += [Seen(html.unescape(each["text"]), here=True) for each in self._slack.responses if each["to"] == user]
        told += [Seen(each, here=True) for each in self._errors]
        for place in (self._room, self._direct):
            here = place is (self.speaks_in or self._room)
            told += [
                Seen(html.unescape(words(each)), here, len(images(each)) if _is_done(each) else 0, labels_of(each))
                for each in self._mine_in(place)
            ]
        return told

    async def _command(self, _: Any, said: Said) -> None:
        await self._sent(lambda: self._member.command("/img2img", self._room, said.words), said, uploads=True)

    async def _umbrella(self, _: Any, said: Said) -> None:
        opening = f"img2img {said.words}"
        await self._sent(lambda: self._member.command("/pentimento", self._room, opening), said, uploads=True)

    async def _opened_home(self) -> Json:
        return await self._member.open_home()

    async def _home(self, home: Any, said: Said) -> None:
        del said
        await self._member.press("Reroll", None, home)

    async def _mention(self, _: Any, said: Said) -> None:
        await self._member.say(self._room, said.words, files=self._files(said))

    async def _reply_to_picture(self, _: Any, said: Said) -> None:
        photo = await self._member.say(self._room, "look", files=self._files(said), mention=False)
        await self._member.say(self._room, said.words, thread=photo["ts"])

    async def _reply(self, _: Any, said: Said) -> None:
        await self._member.say(self._room, said.words, thread=self.result["ts"])

    async def _say_directly(self, _: Any, said: Said) -> None:
        await self._member.say(self._direct, said.words, files=self._files(said), mention=False)

    async def _remix(self, _: Any, said: Said) -> None:
        photo = await self._member.say(self._room, "look", files=self._files(said), mention=False)
        await self._sent(lambda: self._member.remix(self._room, photo), said)

    async def _remix_result(self, _: Any, said: Said) -> None:
        await self._sent(lambda: self._member.remix(self._room, self.result), said)

    async def _button(self, _: Any, said: Said) -> None:
        del said
        await self._member.press("Reroll", self._room, self.result)

    async def _opened(self) -> Json:
        return await self._member.opens(lambda: self._member.press("Chain", self._room, self.result))

    async def _form(self, _: Any, said: Said) -> None:
        await self._sent(lambda: self._member.press("Chain", self._room, self.result), said)

    async def _submit(self, view: Any, said: Said, *, uploads: bool = False) -> None:
        file = self._file(said.picture) if uploads and said.picture else None
        ack = await self._member.submit(view, file=file, prompt=said.words)
        self._errors += (ack.payload or {}).get("errors", {}).values()

    async def _offered(self) -> Json:
        await self._member.say(self._room, "a boat")
        state, user = self._slack.state, self._member.user.id

        def offer() -> Json | None:
            return next((each for each in state.ephemerals if each["user"] == user and buttons(each)), None)

        found = await self._member.see(offer)
        return await self._member.opens(lambda: self._member.press("Choose a picture", self._room, found))

    async def _picked(self, view: Any, said: Said) -> None:
        await self._submit(view, said, uploads=True)

    async def _react(self, _: Any, said: Said) -> None:
        del said
        await self._member.react("repeat", self._room, self.result)

    async def _sent(self, opening: Callable[[], Awaitable[object]], said: Said, *, uploads: bool = False) -> None:
        """Send the form, if one came."""
        before, told = set(self._member.views()), len(self.seen())
        await opening()

        def opened() -> Any:
            fresh = [view for key, view in self._member.views().items() if key not in before]
            return fresh[0] if fresh else len(self.seen()) > told

        view = await self._member.see(opened)
        if view is not True:
            await self._submit(view, said, uploads=uploads)

    def _files(self, said: Said) -> Sequence[File]:
        return [self._file(said.picture)] if said.picture else []

    def _file(self, content: bytes) -> File:
        return self._slack.state.add_file(self._member.team, self._member.user, content)


def _is_done(message: Json) -> bool:
    return bool(images(message)) and any("delete" in each["action_id"] for each in buttons(message))
