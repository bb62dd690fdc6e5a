"""What `bot.ports.Messenger` promises, shown on Slack's against a server that is strict about the protocol."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from adapters.slack.api import SlackApi
from adapters.slack.extra_files import ExtraFileUploads
from adapters.slack.members import Place, Team
from adapters.slack.messenger import SlackMessenger
from adapters.slack.private_replies import PrivateReplies
from adapters.slack.tokens import Workspaces
from adapters.slack.uploads import Uploads
from bot.domain.card import Card, Progress
from bot.domain.errors import Gone, TryLater, Undeliverable
from bot.domain.ids import JobId
from bot.domain.job import Job, JobStatus
from bot.domain.request import ReplyTarget
from bot.rendering import render
from tests.builders.exported import Pngs
from tests.builders.jobs import a_generation, a_job
from tests.fakes.clock import LoopClock
from tests.harness.slack import options
from tests.harness.waiting import eventually
from tests.servers.slack.member import Member, images, labels_of, words
from tests.servers.slack.server import SlackServer, slack_server
from tests.servers.slack.state import Conversation

NONCE = "job-1"


@dataclass(frozen=True)
class Bench:
    slack: SlackServer
    channel: Conversation
    member: Member
    api: SlackApi
    clock: LoopClock
    messenger: SlackMessenger
    target: ReplyTarget

    def restarted(self) -> SlackMessenger:
        """The messenger of another process, which begins now."""
        return messenger_of(self.api, self.clock)

    def files(self) -> list[str]:
        """What stands among the workspace's files."""
        return [file.id for file in self.slack.state.files.values() if file.completed and not file.deleted]

    def messages(self) -> list[dict[str, object]]:
        return self.member.from_bot(self.channel)


def messenger_of(api: SlackApi, clock: LoopClock) -> SlackMessenger:
    uploads = Uploads(api, Pngs())
    return SlackMessenger(api, uploads, ExtraFileUploads(uploads, Pngs()), PrivateReplies(api), clock=clock)


def place(member: Member, channel: Conversation) -> Place:
    return Place(team=Team(member.team.id), user=member.user.id, channel=channel.id)


def shown_in(message: dict[str, object]) -> list[str]:
    """The files of its source and its result."""
    accessory = message["blocks"][0]["accessory"]  # type: ignore[index]
    return [each["slack_file"]["id"] for each in (accessory, *images(message))]


def card(status: JobStatus = JobStatus.QUEUED, *, strengths: tuple[float, ...] = (0.5,)) -> Card:
    job: Job = a_job(number=1, strengths=strengths)
    made = [a_generation(job, index) for index in range(len(strengths))] if status is JobStatus.SUCCEEDED else []
    return replace(
        render(replace(job, status=status), made), owner=replace(job.requester, user="T00000001/U00000001")
    )


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_server())
        member = Member(slack, slack.state.add_team(), slack.state.add_user("ann"))
        channel = slack.state.add_channel(member.team, member.user)
        settings, clock = options(slack), LoopClock()
        api = await stack.enter_async_context(SlackApi(settings, Workspaces(settings, clock=clock)))
        await api.workspaces.start(api)
        messenger = messenger_of(api, clock)
        target = place(member, channel).reply_to(asked_at=clock.now(), private=False)
        yield Bench(slack, channel, member, api, clock, messenger, target)


async def test_a_nonce_is_posted_once(bench: Bench) -> None:
    first = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    assert await bench.messenger.post(bench.target, card(), nonce=NONCE) == first
    assert len(bench.messages()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": True},
        {"status": 500},
        {"status": 504},
        {"error": "internal_error"},
        {"error": "fatal_error"},
        {"status": 500, "error": "internal_error"},
        {"status": 503, "error": "service_unavailable"},
    ],
)
async def test_a_post_of_unknown_end_is_found_by_its_nonce(bench: Bench, fault: dict[str, object]) -> None:
    bench.slack.fail("chat.postMessage", after_effect=True, **fault)
    with pytest.raises(TryLater):
        await bench.messenger.post(bench.target, card(), nonce=NONCE)
    await bench.messenger.post(bench.target, card(), nonce=NONCE)
    assert len(bench.messages()) == 1


async def test_a_post_that_never_arrived_is_made(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage", reset=True)
    with pytest.raises(TryLater):
        await bench.messenger.post(bench.target, card(), nonce=NONCE)
    await bench.messenger.post(bench.target, card(), nonce=NONCE)
    assert len(bench.messages()) == 1


async def test_history_is_not_asked_for_what_is_new(bench: Bench) -> None:
    await bench.messenger.post(bench.target, card(), nonce=NONCE)
    assert not bench.slack.state.calls_of("conversations.history")


async def test_an_edit_may_be_repeated(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    done = card(JobStatus.SUCCEEDED)
    for _ in range(3):
        assert await bench.messenger.edit(bench.target, reference, done) == reference
    (message,) = bench.messages()
    assert len(images(message)) == 1
    assert len(bench.slack.state.calls_of("files.getUploadURLExternal")) == 2, "the result and its source, once each"


async def test_a_picture_whose_file_was_deleted_is_uploaded_again(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(JobStatus.SUCCEEDED), nonce=NONCE)
    (message,) = bench.messages()
    (first,) = images(message)
    bench.slack.state.files[first["slack_file"]["id"]].deleted = True
    await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    (second,) = images(message)
    assert second["slack_file"] != first["slack_file"]
    assert len(bench.slack.state.calls_of("files.getUploadURLExternal")) == 3, "the source was there still"


@pytest.mark.parametrize("times", [1, 2])
async def test_an_upload_whose_end_was_not_heard_leaves_no_second_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr("adapters.slack.api.PATIENCE", 0.0 if times == 2 else 20.0)
    bench.slack.fail("files.completeUploadExternal", reset=True, after_effect=True, skip=1, times=times)
    done = card(JobStatus.SUCCEEDED)
    for _ in range(times):
        with contextlib.suppress(TryLater):
            await bench.messenger.post(bench.target, done, nonce=NONCE)
    await bench.messenger.post(bench.target, done, nonce=NONCE)
    (message,) = bench.messages()
    assert sorted(bench.files()) == sorted(shown_in(message))


async def test_what_was_uploaded_when_the_process_ended_is_shown_and_not_uploaded_again(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, replace(card(), source=None), nonce=NONCE)
    bench.slack.fail("chat.update", reset=True)
    with pytest.raises(TryLater):
        await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    uploaded = bench.files()
    assert len(uploaded) == 2, "no message names them yet"
    await bench.restarted().edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    (message,) = bench.messages()
    assert shown_in(message) == uploaded
    assert bench.files() == uploaded


@pytest.mark.parametrize("ends", [JobStatus.SUCCEEDED, JobStatus.FAILED])
@pytest.mark.parametrize("named", [True, False])
async def test_a_preview_of_a_process_that_ended_stays_no_longer_than_its_job(
    bench: Bench, ends: JobStatus, *, named: bool
) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    running = replace(card(JobStatus.RUNNING), progress=Progress(fraction=0.5, previews={0: b"one"}))
    if not named:
        bench.slack.fail("chat.update", reset=True)
    with contextlib.nullcontext() if named else pytest.raises(TryLater):
        await bench.messenger.edit(bench.target, reference, running)
    if named:  # another one is shown, and the process ends before the first one is deleted
        later = replace(running, progress=Progress(fraction=0.8, previews={0: b"two"}))
        bench.slack.fail("files.delete", error="access_denied")
        await bench.messenger.edit(bench.target, reference, later)
    await bench.restarted().edit(bench.target, reference, card(ends))
    (message,) = bench.messages()
    assert bench.files() == (shown_in(message) if ends is JobStatus.SUCCEEDED else [])


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_was_uploaded_for_a_job_that_is_deleted_before_it_was_shown_goes_too(
    bench: Bench, *, restarted: bool
) -> None:
    done = card(JobStatus.SUCCEEDED)
    reference = await bench.messenger.post(bench.target, replace(card(), source=None), nonce=done.job)
    bench.slack.fail("chat.update", reset=True)
    with pytest.raises(TryLater):
        await bench.messenger.edit(bench.target, reference, done)
    assert len(bench.files()) == 2
    await (bench.restarted() if restarted else bench.messenger).erase(bench.target, reference)
    assert bench.messages() == []
    assert bench.files() == []


@pytest.mark.parametrize("refusal", ["cant_delete_file", "delete_not_allowed", "file_deleting_disabled"])
async def test_if_nobody_may_delete_files_the_message_goes_all_the_same(bench: Bench, refusal: str) -> None:
    reference = await bench.messenger.post(bench.target, card(JobStatus.SUCCEEDED), nonce=NONCE)
    bench.slack.fail("files.delete", error=refusal, times=99)
    await bench.messenger.erase(bench.target, reference)
    assert bench.messages() == []


@pytest.mark.parametrize("refusal", ["missing_scope", "method_deprecated"])
async def test_of_files_of_an_earlier_process_that_slack_does_not_list_nothing_depends(
    bench: Bench, refusal: str
) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.slack.fail("files.list", error=refusal, times=99)
    await bench.restarted().edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    (message,) = bench.messages()
    assert sorted(bench.files()) == sorted(shown_in(message))


async def test_a_workspace_that_is_slow_to_list_its_files_delays_no_other(bench: Bench) -> None:
    uploads, answers = Uploads(bench.api, Pngs()), asyncio.Event()
    bench.slack.fail("files.list", until=answers)
    slow = asyncio.create_task(uploads.newest(Team(bench.member.team.id)))
    await eventually(lambda: any(call.method == "files.list" for call in bench.slack.state.calls))
    await uploads.newest(Team("T00000002"))
    assert not slow.done()
    answers.set()
    await slow


async def test_a_source_whose_file_was_deleted_is_uploaded_again_and_the_result_is_not(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(JobStatus.SUCCEEDED), nonce=NONCE)
    (message,) = bench.messages()
    source, picture = shown_in(message)
    bench.slack.state.files[source].deleted = True
    await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    again, still = shown_in(message)
    assert again != source
    assert still == picture
    assert bench.messages() == [message], "nothing had to go below it"


async def test_a_file_that_was_ready_is_shown_without_being_asked_about_again(bench: Bench) -> None:
    job = replace(a_job(number=1), requester=replace(a_job().requester, user="T00000001/U00000001"))
    reference = await bench.messenger.post(bench.target, render(job, (), unseen=True), nonce=NONCE)
    running = job.started(lease="x", at=1.0)
    (message,) = bench.messages()
    for tenths in range(1, 7):
        progress = Progress(fraction=tenths / 10, previews={0: b"one"})
        await bench.messenger.edit(bench.target, reference, render(running, (), progress=progress, unseen=True))
        bench.slack.fail("files.info", error="ratelimited", status=429, retry_after=30, times=99)
        assert "accessory" in message["blocks"][0]  # type: ignore[index]
        assert images(message)
    assert len(bench.slack.state.calls_of("files.info")) == 2, "the source and the preview, once each"


async def test_an_ended_job_can_be_posted_at_once(bench: Bench) -> None:
    await bench.messenger.post(bench.target, card(JobStatus.SUCCEEDED), nonce=NONCE)
    (message,) = bench.messages()
    assert images(message)


@pytest.mark.parametrize("status", list(JobStatus))
async def test_every_state_keeps_to_slacks_limits(bench: Bench, status: JobStatus) -> None:
    long = replace(
        card(status), prompt="<&>" * 700, headline="x" * 4000, notes=("n" * 3000,) * 12, facts=("f" * 500,) * 9
    )
    await bench.messenger.post(bench.target, long, nonce=NONCE)


async def test_a_429_says_how_long_to_wait(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.slack.fail("chat.update", error="ratelimited", status=429, retry_after=30)
    with pytest.raises(TryLater) as busy:
        await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    assert busy.value.seconds == 30
    calls = len(bench.slack.state.calls_of("chat.update"))
    with pytest.raises(TryLater):
        await bench.messenger.edit(bench.target, reference, card(JobStatus.RUNNING))
    assert len(bench.slack.state.calls_of("chat.update")) == calls, "the door is closed, so nobody knocks"


async def test_a_429_on_a_post_keeps_the_channels_other_jobs_from_knocking(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage", error="ratelimited", status=429, retry_after=30)
    for nonce in ("job-1", "job-2"):
        with pytest.raises(TryLater) as busy:
            await bench.messenger.post(bench.target, card(), nonce=nonce)
        assert busy.value.seconds == pytest.approx(30, abs=5)
    assert len(bench.slack.state.calls_of("chat.postMessage")) == 1


async def test_progress_leaves_room_for_what_must_be_said(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    running = replace(card(JobStatus.RUNNING), progress=Progress(fraction=0.5))

    async def hurry() -> None:
        for _ in range(50):
            await bench.messenger.edit(bench.target, reference, running)

    with pytest.raises(TryLater) as busy:
        await hurry()
    assert busy.value.seconds is not None
    await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))


async def test_a_place_that_is_gone_is_undeliverable(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage", error="channel_not_found", times=99)
    with pytest.raises(Undeliverable):
        await bench.messenger.post(bench.target, card(), nonce=NONCE)


async def test_a_message_that_is_too_old_to_change_is_left_to_be_taken_back_when_the_one_that_follows_is_noted(
    bench: Bench,
) -> None:
    first = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.slack.fail("chat.update", error="edit_window_closed")
    stands = await bench.messenger.edit(bench.target, first, card(JobStatus.SUCCEEDED))
    assert not bench.messenger.same(first, stands)
    assert len(bench.messages()) == 2
    await bench.messenger.unsay(bench.target, first)
    (message,) = bench.messages()
    assert images(message)


@pytest.mark.parametrize("copied", [False, True])
async def test_of_what_cannot_be_shown_nothing_stays_in_the_workspace(bench: Bench, *, copied: bool) -> None:
    reference = await bench.messenger.post(bench.target, replace(card(), source=None), nonce=NONCE)
    bench.slack.fail("chat.update", error="channel_not_found", times=99)
    bench.slack.fail("chat.postMessage", error="channel_not_found", times=99, skip=int(copied))
    done, to, at = card(JobStatus.SUCCEEDED), bench.target, bench.messenger
    with pytest.raises(Undeliverable):
        await (at.copy(to, done, nonce="copy", of=None) if copied else at.edit(to, reference, done))
    assert len(bench.slack.state.files) == 2
    assert bench.files() == []


async def test_of_a_copy_whose_result_was_deleted_meanwhile_no_words_stay_though_slack_is_busy(bench: Bench) -> None:
    async def deleted(_: str) -> None:
        bench.slack.fail("chat.delete", error="ratelimited", status=429, retry_after=0)
        raise Gone("refused-gone")

    with pytest.raises(Gone):
        await bench.messenger.copy(bench.target, card(JobStatus.SUCCEEDED), nonce="copy", of=None, noted=deleted)
    assert bench.messages() == []


async def test_a_copy_that_fails_takes_nothing_from_the_message_that_stands(bench: Bench) -> None:
    done = card(JobStatus.SUCCEEDED)
    await bench.messenger.post(bench.target, done, nonce=NONCE)
    bench.slack.fail("chat.update", error="channel_not_found")
    with pytest.raises(Undeliverable):
        await bench.messenger.copy(bench.target, done, nonce="copy", of=None)
    (message,) = bench.messages()
    assert sorted(bench.files()) == sorted(shown_in(message))


async def test_a_copy_that_fails_takes_nothing_from_a_message_however_much_was_shown_since(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.uploads._REMEMBERED", 4)
    at, done = messenger_of(bench.api, bench.clock), card(JobStatus.SUCCEEDED)
    await at.post(bench.target, done, nonce=NONCE)
    (message,) = bench.messages()
    other = replace(card(JobStatus.RUNNING), job=JobId("job-2"), source=None)
    reference = await at.post(bench.target, other, nonce="job-2")
    for number in range(5):
        previews = {0: f"preview {number}".encode()}
        await at.edit(bench.target, reference, replace(other, progress=Progress(fraction=0.5, previews=previews)))
    bench.slack.fail("chat.update", error="channel_not_found")
    with pytest.raises(Undeliverable):
        await at.copy(bench.target, done, nonce="copy", of=None)
    assert set(shown_in(message)) <= set(bench.files())


async def test_a_copy_that_fails_takes_nothing_from_a_copy_of_an_earlier_process(bench: Bench) -> None:
    done = card(JobStatus.SUCCEEDED)
    own = await bench.messenger.post(bench.target, card(JobStatus.FAILED), nonce=NONCE)
    await bench.messenger.copy(bench.target, done, nonce="first", of=None)
    after = bench.restarted()
    bench.slack.fail("chat.update", error="channel_not_found")
    with pytest.raises(Undeliverable):
        await after.copy(bench.target, done, nonce="second", of=own)
    _, first = bench.messages()
    assert sorted(bench.files()) == sorted(shown_in(first))


async def test_a_refused_job_whose_message_is_gone_is_undeliverable(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.channel.messages.clear()
    with pytest.raises(Undeliverable):
        await bench.messenger.edit(bench.target, reference, card(JobStatus.REFUSED))


async def test_a_cancelled_job_leaves_no_message_and_one_that_is_gone_already_is_none(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    assert bench.channel.messages
    for _ in range(2):
        await bench.messenger.edit(bench.target, reference, card(JobStatus.CANCELLED))
        assert not bench.channel.messages


@pytest.mark.parametrize("code", ["compliance_exports_prevent_deletion", "cant_delete_message"])
async def test_a_cancelled_job_whose_message_slack_keeps_says_that_it_is_cancelled(bench: Bench, code: str) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.slack.fail("chat.delete", error=code, times=9)
    await bench.messenger.edit(bench.target, reference, card(JobStatus.CANCELLED))
    (message,) = bench.channel.messages.values()
    assert "Cancelled" in words(message)
    assert labels_of(message) == []


@pytest.mark.parametrize("ends", [JobStatus.CANCELLED, JobStatus.REFUSED, JobStatus.FAILED])
@pytest.mark.parametrize("stands", [True, False])
async def test_of_a_job_without_a_result_nothing_stays_in_the_workspace(
    bench: Bench, ends: JobStatus, *, stands: bool
) -> None:
    job = replace(a_job(number=1), requester=replace(a_job().requester, user="T00000001/U00000001"))
    reference = await bench.messenger.post(bench.target, render(job, (), unseen=True), nonce=NONCE)
    running = job.started(lease="x", at=1.0)
    progress = Progress(fraction=0.5, previews={0: b"one"})
    await bench.messenger.edit(bench.target, reference, render(running, (), progress=progress, unseen=True))
    files = bench.slack.state.files.values()
    assert [file.deleted for file in files] == [False, False], "the source and the preview"
    if not stands:
        bench.channel.messages.clear()
    with contextlib.nullcontext() if stands or ends is JobStatus.CANCELLED else pytest.raises(Undeliverable):
        await bench.messenger.edit(bench.target, reference, render(replace(running, status=ends), (), unseen=True))
    assert [file.deleted for file in files] == [True, True]


async def test_a_copy_that_shows_no_source_leaves_it_to_the_message_that_does(bench: Bench) -> None:
    done = card(JobStatus.SUCCEEDED)
    await bench.messenger.post(bench.target, done, nonce=NONCE)
    await bench.messenger.copy(bench.target, replace(done, source=None), nonce="copy", of=None)
    assert [file.deleted for file in bench.slack.state.files.values()] == [False, False]


async def test_a_sweep_is_one_sheet_with_a_choice_for_each_picture(bench: Bench) -> None:
    await bench.messenger.post(bench.target, card(JobStatus.SUCCEEDED, strengths=(0.1, 0.5, 1.0)), nonce=NONCE)
    (message,) = bench.messages()
    assert len(images(message)) == 1, "one sheet of all three"
    assert [label for label in labels_of(message) if "Keep" in label] == ["📌 Keep 0.1", "📌 Keep 0.5", "📌 Keep 1"]
    assert "strengths 0.1, 0.5, 1" in words(message)


async def test_a_member_is_told_alone_once_however_often_it_is_tried(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.channel.is_archived = True
    direct = bench.slack.state.direct(bench.member.team, bench.member.user.id)
    bench.slack.fail("chat.update", reset=True, where={"channel": direct.id}, times=2)
    for _ in range(2):
        with pytest.raises(TryLater):
            await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    moved = await bench.messenger.edit(bench.target, reference, card(JobStatus.SUCCEEDED))
    assert moved != reference
    (message,) = bench.member.from_bot(direct)
    assert images(message)


async def test_a_picture_is_posted_anew_once_however_often_it_is_tried(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    bench.channel.messages.clear()
    bench.slack.fail("chat.update", reset=True, skip=1, times=2)
    done = card(JobStatus.SUCCEEDED)
    for _ in range(2):
        with pytest.raises(TryLater):
            await bench.messenger.edit(bench.target, reference, done)
    anew = await bench.messenger.edit(bench.target, reference, done)
    (message,) = bench.messages()
    assert images(message)
    bench.channel.messages.clear()
    with pytest.raises(Undeliverable):
        await bench.messenger.edit(bench.target, anew, done)


async def test_who_waited_is_called_in_the_messages_thread_once(bench: Bench) -> None:
    reference = await bench.messenger.post(bench.target, card(), nonce=NONCE)
    done = card(JobStatus.SUCCEEDED)
    await bench.messenger.edit(bench.target, reference, done)
    bench.slack.fail("chat.postMessage", after_effect=True, reset=True)
    with pytest.raises(TryLater):
        await bench.messenger.notify(bench.target, reference, done, nonce="n")
    made = [await bench.messenger.notify(bench.target, reference, done, nonce="n") for _ in range(2)]
    first, call = bench.messages()
    assert call["thread_ts"] == first["ts"]
    assert call["text"] == "<@U00000001> your picture is ready ↑"
    assert made[0] == made[1]
    assert made[0]
    for _ in range(2):
        await bench.messenger.unsay(bench.target, made[0])
    assert bench.messages() == [first]


async def test_the_source_and_the_latest_preview_stand_in_the_message_and_no_preview_stays(bench: Bench) -> None:
    job = replace(a_job(number=1), requester=replace(a_job().requester, user="T00000001/U00000001"))
    reference = await bench.messenger.post(bench.target, render(job, (), unseen=True), nonce=NONCE)
    running = job.started(lease="x", at=1.0)
    (message,) = bench.messages()
    for preview in (b"one", b"two"):
        shown = render(running, (), progress=Progress(fraction=0.5, previews={0: preview}), unseen=True)
        await bench.messenger.edit(bench.target, reference, shown)
        assert message["blocks"][0]["accessory"]["alt_text"] == "Source picture"  # type: ignore[index]
        (image,) = images(message)
        assert bench.slack.state.files[image["slack_file"]["id"]].content == preview
    done = running.succeeded(at=2.0)
    await bench.messenger.edit(bench.target, reference, render(done, [a_generation(done)]))
    gone = [file.content for file in bench.slack.state.files.values() if file.deleted]
    assert gone == [b"one", b"two"]
    (image,) = images(message)
    assert image["alt_text"].startswith("an oil painting")
    assert message["blocks"][0]["accessory"]["type"] == "image"  # type: ignore[index]
