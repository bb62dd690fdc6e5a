"""What `bot.ports.Messenger` promises, shown on the fake and on both of Discord's routes, a token's and the bot's."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from adapters.discord.connection import Connection
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.rest import Rest
from adapters.discord.routes import Address, Token
from bot.card_files import CardFiles
from bot.domain.card import Card, Progress
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget, Requester
from bot.ports import Messenger
from bot.rendering import render
from tests.builders.exported import Pngs
from tests.builders.jobs import a_generation, a_job
from tests.fakes.messenger import FakeMessenger
from tests.servers.discord import DiscordServer
from tests.servers.discord.world import Post

NONCE = "A" * 22


@dataclass(frozen=True)
class Chat:
    """A messenger in a chat. `headlines` are what its messages say now; the others make its next write fail."""

    messenger: Messenger
    target: ReplyTarget
    headlines: Callable[[], list[str]]
    refuse: Callable[[TryLater], None]
    delete_all: Callable[[], None]
    done: Callable[[], list[bool]]
    posts: Callable[[], list[Post]] = list


def fake_chat() -> Chat:
    messenger = FakeMessenger()

    def delete_all() -> None:
        for message in list(messenger.messages):
            messenger.delete(message)

    return Chat(
        messenger=messenger,
        target=ReplyTarget(platform="fake", address={"channel": "1"}),
        headlines=lambda: [message.cards[-1].headline for message in messenger.messages.values()],
        done=lambda: [message.cards[-1].status is JobStatus.SUCCEEDED for message in messenger.messages.values()],
        refuse=messenger.refuse,
        delete_all=delete_all,
    )


async def nothing(_: str) -> None:
    """No thread is closed here."""


async def discord_chat(stack: AsyncExitStack, *, by_token: bool) -> Chat:
    server = await stack.enter_async_context(DiscordServer())
    channel, anna = server.channel(), server.user("anna")
    anna.closed = True  # so that what is deleted has no second way to her
    connection = Connection(api_url=server.url, clock=server.clock)
    stack.push_async_callback(connection.close)
    await connection.log_in(server.token, waits=())
    rest = Rest(connection)
    messenger = DiscordMessenger(rest, CardFiles(Pngs()), server.clock, closed=nothing)
    token = None
    if by_token:
        asked = await anna.command(channel, "help")
        await rest.respond(asked.id, asked.token, 5)
        until = server.clock.now() + 900
        token = Token(application=server.application_id, value=asked.token, until=until)
    address = Address(user=anna.id, channel=channel.id, token=token, file_bytes=1 << 20, guild_file_bytes=1 << 20)

    def headlines() -> list[str]:
        mine = [post for post in server.in_channel(channel) if not post.loading]
        return [post.content.strip("*").rpartition("> ")[2] for post in mine]

    def refuse(fault: TryLater) -> None:
        path = "/webhooks/" if by_token else "/channels/"
        method = "PATCH" if by_token or headlines() else "POST"
        server.fail(method, path, 429 if fault.seconds else 503, retry_after=fault.seconds or 1.0)

    def delete_all() -> None:
        for post in server.in_channel(channel):
            post.deleted = True

    return Chat(
        messenger=messenger,
        target=address.target(),
        headlines=headlines,
        refuse=refuse,
        delete_all=delete_all,
        done=lambda: [post.done for post in server.in_channel(channel) if not post.loading],
        posts=lambda: server.in_channel(channel),
    )


@pytest.fixture(params=["fake", "discord by token", "discord by bot"])
async def chat(request: pytest.FixtureRequest) -> AsyncIterator[Chat]:
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            yield fake_chat()
        else:
            yield await discord_chat(stack, by_token=request.param.endswith("token"))


def card(status: JobStatus, *, fraction: float | None = None) -> Card:
    """The card of a job in some state."""
    job = a_job(number=1)
    owner = Requester(platform="discord", user="42", name="Anna")
    made = [a_generation(job, 0)] if status is JobStatus.SUCCEEDED else []
    progress = None if fraction is None else Progress(fraction=fraction)
    return render(replace(job, status=status, requester=owner), made, progress=progress)


async def test_a_card_is_posted_and_then_edited_in_the_same_message(chat: Chat) -> None:
    message = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    assert chat.headlines() == ["Queued"]
    message = await chat.messenger.edit(chat.target, message, card(JobStatus.RUNNING, fraction=0.25))
    assert chat.headlines() == ["Painting… 25%"]
    await chat.messenger.edit(chat.target, message, card(JobStatus.SUCCEEDED))
    assert chat.done() == [True]


async def test_posting_again_with_the_same_nonce_finds_the_first_message(chat: Chat) -> None:
    first = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    assert await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE) == first
    assert len(chat.headlines()) == 1


async def test_editing_is_safe_to_repeat(chat: Chat) -> None:
    message = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    for _ in range(2):
        message = await chat.messenger.edit(chat.target, message, card(JobStatus.SUCCEEDED))
    assert chat.done() == [True]


@pytest.mark.parametrize("seconds", [None, 30.0])
async def test_a_busy_chat_says_so_and_takes_it_later(chat: Chat, seconds: float | None) -> None:
    chat.refuse(TryLater("busy", seconds=seconds))
    with pytest.raises(TryLater) as busy:
        await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    assert busy.value.seconds == seconds
    message = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    chat.refuse(TryLater("busy", seconds=seconds))
    with pytest.raises(TryLater):
        await chat.messenger.edit(chat.target, message, card(JobStatus.SUCCEEDED))
    await chat.messenger.edit(chat.target, message, card(JobStatus.SUCCEEDED))
    assert chat.done() == [True]


async def test_an_end_that_can_never_be_shown_is_undeliverable(chat: Chat) -> None:
    message = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    chat.delete_all()
    with pytest.raises(Undeliverable):
        await chat.messenger.edit(chat.target, message, card(JobStatus.SUCCEEDED))


async def test_who_is_called_twice_with_one_nonce_is_called_once(chat: Chat) -> None:
    message = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    done = card(JobStatus.SUCCEEDED)
    await chat.messenger.edit(chat.target, message, done)
    before = len(chat.posts())
    made = [await chat.messenger.notify(chat.target, message, done, nonce="n" * 24) for _ in range(2)]
    calls = chat.posts()[before:]
    if chat.posts():
        assert [call.content for call in calls] == ["<@42> your picture is ready ↑"]
        assert calls[0].payload["message_reference"]["message_id"] == chat.posts()[0].id
    assert made[0]
    assert len(set(made)) == 1
    for _ in range(2):
        await chat.messenger.unsay(chat.target, made[0])
    assert len(chat.posts()) == before, "a call that was taken back is gone, and may be taken back again"


async def test_a_message_that_is_erased_is_gone_and_may_be_erased_again(chat: Chat) -> None:
    message = await chat.messenger.post(chat.target, card(JobStatus.QUEUED), nonce=NONCE)
    message = await chat.messenger.edit(chat.target, message, card(JobStatus.SUCCEEDED))
    for _ in range(2):
        await chat.messenger.erase(chat.target, message)
    assert chat.headlines() == []
