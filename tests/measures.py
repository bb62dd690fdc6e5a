"""What a job costs each chat, and what of a card is picture: `python -m tests.measures` writes docs/chat/measures.md.

A job's cards are those of the core with an engine that takes 2.5 s a step, in time that jumps instead of passing;
then each of them goes through the real SDK to a loopback Discord or Slack, which count what they are sent. So the
figures are the same on every machine. Shares are measured in Chromium on the renderings of `tests/renderings`.
"""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import looptime
from PIL import Image

from adapters.discord.connection import Connection
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.rest import Rest
from adapters.discord.routes import Address
from adapters.pictures.outgoing import PictureExporter
from adapters.slack.api import SlackApi
from adapters.slack.extra_files import ExtraFileUploads
from adapters.slack.members import Place, Team
from adapters.slack.messenger import SlackMessenger
from adapters.slack.private_replies import PrivateReplies
from adapters.slack.tokens import Workspaces
from adapters.slack.uploads import Uploads
from bot.card_files import CardFiles
from bot.domain.card import Card
from bot.domain.request import Action, ReplyTarget
from bot.ports import Messenger
from inference.api import Done, Event, Img2ImgRequest, ModelDefaults, Preview, Started, Step
from inference.batching.preview import SIDE
from inference.batching.run import CALLS_BETWEEN_PREVIEWS, PREVIEWS
from tests.builders.requests import request
from tests.fakes.clock import LoopClock
from tests.fakes.engine import FakeEngine
from tests.fakes.messenger import FakeMessenger
from tests.harness.core import Bench, bench
from tests.harness.playground import chromium
from tests.harness.slack import options
from tests.renderings.pages import page
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member
from tests.servers.slack.server import slack_server

OUT = Path(__file__).parents[1] / "docs" / "chat" / "measures.md"
PHOTO = Path(__file__).parents[1] / "docs" / "demo" / "photo.jpg"
STEP_SECONDS = 2.5
EDIT_INTERVAL = 5.0
MOST_BYTES = 400_000
"""Of a result of 1024 pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one job costs a chat.

    Attributes:
        edits: of its message, after it was posted.
        calls: requests in all.
        sent: bytes of their bodies.
        largest: bytes of the largest one, which carries the result.
    """

    edits: int
    calls: int
    sent: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A job to be measured."""

    name: str
    side: int
    strengths: tuple[float, ...]


SHAPES = (
    Shape(name="one picture, 512 px, 8 steps in 20 s", side=512, strengths=(0.5,)),
    Shape(name="one picture, 1024 px, 16 steps in 40 s", side=1024, strengths=(1.0,)),
    Shape(name="a sweep of four, 512 px, 38 steps in 95 s", side=512, strengths=(0.3, 0.5, 0.7, 0.9)),
)


def first_preview(calls: int) -> int:
    """The step after which a picture of so many calls is first seen; 0 if it is over before that."""
    every = max(CALLS_BETWEEN_PREVIEWS, -(-calls // (PREVIEWS + 1)))
    return every if every < calls else 0


class PacedEngine(FakeEngine):
    """Steps take `STEP_SECONDS`, previews come as the step loop sends them, pictures are a photo in a size."""

    def __init__(self, side: int) -> None:
        super().__init__(defaults=ModelDefaults(steps=16, guidance_scale=1.5, max_pixels=side * side, multiple=8))
        self._side = side

    async def _events(self, asked: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        steps = max(1, round(asked.steps * asked.strength))
        every = first_preview(steps)
        yield Started()
        for step in range(1, steps + 1):
            await asyncio.sleep(STEP_SECONDS)
            if every and step % every == 0 and step < steps:
                path = asked.output.with_name(f"{asked.output.name}.{step}.jpg")
                seen = photo(64).resize(2 * (min(self._side, SIDE),), Image.Resampling.BICUBIC)  # as from latents
                seen.save(path, quality=92 - step)  # another one each time
                yield Preview(path)
            yield Step(step, steps)
        photo(self._side).save(asked.output, "PNG")
        yield Done(output=asked.output, width=self._side, height=self._side, effective_steps=steps, seconds=20.0)


def photo(side: int) -> Image.Image:
    """A square of the demo's photo."""
    with Image.open(PHOTO) as opened:
        least = min(opened.size)
        return opened.convert("RGB").crop((0, 0, least, least)).resize((side, side), Image.Resampling.LANCZOS)


@asynccontextmanager
async def made(shape: Shape, folder: Path) -> AsyncIterator[tuple[Bench, Sequence[Card]]]:
    """A finished job and every card that its message showed."""
    chat = FakeMessenger(edit_interval=EDIT_INTERVAL)
    async with bench(folder, engine=PacedEngine(shape.side), chat=chat) as at:
        buffer = io.BytesIO()
        photo(shape.side).save(buffer, "PNG")
        action = Action.SWEEP if len(shape.strengths) > 1 else Action.IMG2IMG
        wish = request("42", action=action, strengths=shape.strengths, source=buffer.getvalue(), seed=7)
        receipt = await at.service.submit(wish)
        await at.shown(receipt.job.id)
        (message,) = at.chat.of(receipt.job.id)
        yield at, list(message.cards)


async def _sent(
    messenger: Callable[[], Messenger], target: ReplyTarget, cards: Sequence[Card], received: list[int]
) -> Cost:
    message = await messenger().post(target, cards[0], nonce="A" * 22)
    for card in cards[1:]:
        message = await messenger().edit(target, message, card)
    return Cost(edits=len(cards) - 1, calls=len(received), sent=sum(received), largest=max(received))


async def _on_discord(exporter: PictureExporter, cards: Sequence[Card]) -> Cost:
    async def closed(_: str) -> None:
        """No thread is used."""

    async with DiscordServer() as server:
        connection = Connection(api_url=server.url, clock=server.clock)
        try:
            await connection.log_in(server.token, waits=())
            channel, anna = server.channel(), server.user("anna")
            messenger = DiscordMessenger(Rest(connection), CardFiles(exporter), server.clock, closed=closed)
            address = Address(user=anna.id, channel=channel.id, file_bytes=10 << 20, guild_file_bytes=10 << 20)
            server.received.clear()
            return await _sent(lambda: messenger, address.target(), cards, server.received)
        finally:
            await connection.close()


async def _on_slack(exporter: PictureExporter, cards: Sequence[Card]) -> Cost:
    async with slack_server() as slack:
        member = Member(slack, slack.state.add_team(), slack.state.add_user("ann"))
        channel = slack.state.add_channel(member.team, member.user)
        clock = LoopClock()
        async with SlackApi(options(slack), Workspaces(options(slack), clock=clock)) as api:
            await api.workspaces.start(api)
            uploads = Uploads(api, exporter)
            extras = ExtraFileUploads(uploads, exporter)
            place = Place(team=Team(member.team.id), user=member.user.id, channel=channel.id)
            # Asked of each messenger below: one of an earlier process is looked for first.
            target = place.reply_to(asked_at=clock.now() + 3600, private=False)
            slack.received.clear()

            def messenger() -> Messenger:
                """A new one each time: a minute's budget of edits is for minutes, which do not pass here."""
                return SlackMessenger(api, uploads, extras, PrivateReplies(api), clock=clock)

            return await _sent(messenger, target, cards, slack.received)


def costs(shapes: Sequence[Shape] = SHAPES) -> Mapping[tuple[str, str], Cost]:
    """By what is asked for, and by chat."""
    found: dict[tuple[str, str], Cost] = {}
    for shape in shapes:
        with TemporaryDirectory() as folder:
            at, cards = _in_no_time(shape, Path(folder))
            exporter = PictureExporter(store=at.store, images=at.images, embed_recipe=False)
            found[shape.name, "Discord"] = asyncio.run(_on_discord(exporter, cards))
            found[shape.name, "Slack"] = asyncio.run(_on_slack(exporter, cards))
    return found


def _in_no_time(shape: Shape, folder: Path) -> tuple[Bench, Sequence[Card]]:
    async def run() -> tuple[Bench, Sequence[Card]]:
        async with made(shape, folder) as (at, cards):
            return at, cards

    with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
        return runner.run(run())


def shares() -> Mapping[tuple[str, str], tuple[float, float]]:
    """Of a result's card at 512 pixels, by chat and width: what the result is of its height, and with the source."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    with chromium() as browser:
        for chat in ("discord", "slack"):
            for width, pixels in (("desktop", 752), ("phone", 390)):
                tab = browser.new_page(viewport={"width": pixels, "height": 900})
                tab.set_content(page(chat, "dark", width, only=["result"]))
                tab.evaluate("document.fonts.ready")
                card, result, source = (
                    tab.locator(where).bounding_box() for where in (".card", ".gallery img", ".source")
                )
                assert card
                assert result
                assert source
                below = source["height"] if source["y"] > result["y"] else 0.0
                found[chat, width] = result["height"] / card["height"], (result["height"] + below) / card["height"]
                tab.close()
    return found


def written(cost: Mapping[tuple[str, str], Cost], share: Mapping[tuple[str, str], tuple[float, float]]) -> str:
    """The document."""
    lines = [
        "# Measures",
        "",
        "Written by `python -m tests.measures`; `tests/e2e/test_measures.py` holds that they are current.",
        "",
        "## Edits and bytes of a job",
        "",
        "Counted on a loopback Discord and Slack through the real SDKs, at 2.5 s a step. Calls are all requests of",
        "the job, bytes those of their bodies. On Discord a preview and the source are sent once and then kept by",
        "their id; Slack takes three calls for each file and shows one preview, a sheet of them for a sweep.",
        "",
        "| job | chat | edits | calls | kB in all | kB of the largest call |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {chat} | {each.edits} | {each.calls} | {each.sent / 1000:.0f} | {each.largest / 1000:.0f} |"
        for (name, chat), each in cost.items()
    ]
    lines += [
        "",
        "## The first preview",
        "",
        "After how many of a picture's steps it is first seen, by the step loop's own rule; three at most follow.",
        "",
        "| steps | first preview after | of the steps |",
        "|---|---|---|",
    ]
    for calls in (3, 4, 8, 16, 20, 28, 50):
        first = first_preview(calls)
        lines.append(f"| {calls} | {first or 'none'} | {f'{first / calls:.0%}' if first else ''} |")
    lines += [
        "",
        "## What of a card is picture",
        "",
        "Share of the height of a result's card at 512x512, without the client's line of name and time, in Chromium",
        "with a font of each chat, by the sizes that `tests/renderings/markup.py` names. At least 70% of a card's",
        "height is picture on a desktop and 60% on a phone, its source counted. Slack's source stands beside the",
        "words and costs no height. Discord's is below the result, in an embed of 120 pixels, as a message has no",
        "other place for it: with that and two rows of buttons the result alone cannot have 70%. No document says",
        "how a phone breaks a row of buttons: here Discord's take two lines each, one of Slack's does. Longer words",
        "break one line more: on a phone Discord's is 58% in German, Slack's 57% in German, French and Spanish.",
        "",
        "| chat | width | the result | the result and its source |",
        "|---|---|---|---|",
    ]
    lines += [f"| {chat} | {width} | {alone:.0%} | {both:.0%} |" for (chat, width), (alone, both) in share.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    OUT.write_text(written(costs(), shares()), encoding="utf-8")


if __name__ == "__main__":
    main()
