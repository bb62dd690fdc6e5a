"""How events come in: two sockets that are renewed, broken and restarted, and HTTP with signatures."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from adapters.slack import messenger, platform
from adapters.slack.inbound import inbound
from adapters.slack.members import Team as OurTeam
from adapters.slack.members import place_key
from bot import notices
from bot.domain.access import Asker
from bot.domain.errors import FatalError
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.stores import InboxEvent, Store
from tests.builders.places import set_to
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.harness.slack import Bench, bench, http_options, options
from tests.harness.waiting import PATIENCE
from tests.servers.slack.member import Member, images, labels_of, words
from tests.servers.slack.server import NotAcknowledged, SlackServer, signed
from tests.servers.slack.state import Conversation, File, Team


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


@pytest.mark.usefixtures("running")
class TestSockets:
    async def test_two_connections_stand(self, slack: SlackServer) -> None:
        await slack.connected(2)

    async def test_a_refresh_loses_no_event(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        await slack.refresh()
        await asyncio.gather(*(ann.say(general, f"boat {number}", files=[photo]) for number in range(6)))
        await ann.see(lambda: sum(bool(images(message)) for message in ann.from_bot(general)) == 6)
        await slack.connected(2)

    async def test_broken_connections_come_back(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        await slack.drop_sockets()
        await slack.connected(2)
        await ann.say(general, "a boat", files=[photo])
        await ann.result(general)

    async def test_an_address_that_was_used_up_is_not_tried_for_ever(self, slack: SlackServer) -> None:
        slack.broken_links = 2
        await slack.drop_sockets()
        async with asyncio.timeout(PATIENCE):
            while slack.broken_links:
                await asyncio.sleep(0.05)
        await slack.connected(2)

    async def test_an_event_on_both_connections_is_one_job(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        await ann.say(general, "a boat", files=[photo], retries=5)
        await ann.result(general)
        await slack.connected(2)
        assert len(ann.from_bot(general)) == 1


async def test_a_proxy_of_the_environment_is_not_asked_for_what_lies_on_this_machine(
    slack: SlackServer, ann: Member, general: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with bench(slack, tmp_path):
        await ann.open("/help", general)


async def test_a_wrong_app_token_ends_the_start(slack: SlackServer, tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="SLACK_APP_TOKEN"):
        async with bench(slack, tmp_path, settings=options(slack, app_token="xapp-wrong")):
            pass


async def test_a_wrong_bot_token_ends_the_start(slack: SlackServer, tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="SLACK_BOT_TOKEN"):
        async with bench(slack, tmp_path, settings=options(slack, bot_token="xoxb-wrong")):
            pass


@pytest.mark.parametrize("mode", ["socket", "http"])
@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_start_that_slack_does_not_answer_goes_on_trying(
    slack: SlackServer,
    ann: Member,
    general: Conversation,
    photo: File,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    method: str,
) -> None:
    if (mode, method) == ("http", "apps.connections.open"):
        pytest.skip("HTTP mode opens no connection")
    monkeypatch.setattr(platform, "BACKOFF", (0.01,))
    settings = http_options(slack) if mode == "http" else options(slack)
    outage = slack.fail(method, status=503, times=10_000)
    async with bench(slack, tmp_path, settings=settings) as at:
        await ann.see(lambda: len(slack.state.calls_of(method)) > 2)
        assert not at.slack.connected
        outage.times = 0
        await ann.see(lambda: at.slack.connected)
        await ann.say(general, "a boat", files=[photo])
        await ann.result(general)


async def test_what_is_due_at_a_start_waits_for_slack_and_is_not_given_up(
    slack: SlackServer,
    ann: Member,
    general: Conversation,
    photo: File,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with bench(slack, tmp_path) as first:
        first.engine.hold()
        await ann.say(general, "a boat", files=[photo])
        (message,) = await ann.see(lambda: ann.from_bot(general))
    monkeypatch.setattr(platform, "BACKOFF", (0.01,))
    outage = slack.fail("auth.test", status=503, times=10_000)
    async with bench(slack, tmp_path) as second:
        await ann.see(lambda: second.engine.requests)
        await ann.see(lambda: len(slack.state.calls_of("auth.test")) > 3)
        assert await second.core.store.unshown(limit=9) == []
        outage.times = 0
        await ann.result(general)
        assert ann.from_bot(general) == [message]


async def test_a_start_that_is_stopped_before_slack_answers_ends(slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("auth.test", status=503, times=10_000)
    async with bench(slack, tmp_path) as at:
        assert not at.slack.connected


async def test_what_was_written_down_before_a_crash_is_done_after_the_restart(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path
) -> None:
    async with bench(slack, tmp_path, start=False):
        # The intake takes it up and acknowledges; the work on it never begins, as if the process died here.
        await ann.say(general, "a boat", files=[photo])
    assert ann.from_bot(general) == []
    async with bench(slack, tmp_path):
        await ann.result(general)
    assert len(ann.from_bot(general)) == 1


@pytest.mark.parametrize("private", [False, True])
async def test_a_message_posted_before_a_crash_is_found_again(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path, *, private: bool
) -> None:
    place = slack.state.direct(ann.team, ann.user.id) if private else general
    async with bench(slack, tmp_path) as first:
        first.engine.hold()
        await ann.say(general, "a boat --private" if private else "a boat", files=[photo])
        (message,) = await ann.see(lambda: ann.from_bot(place))
        await ann.see(lambda: "edits" in message)
        (job,) = await first.core.store.open_jobs()
        # What a crash between Slack's answer and our note of it leaves behind.
        await first.core.store.database.change(  # type: ignore[attr-defined]
            "UPDATE outbox SET message = NULL WHERE job = ?", (job.id,)
        )
    async with bench(slack, tmp_path):
        await ann.result(place)
    assert len(ann.from_bot(place)) == 1


@pytest.mark.parametrize("ends", ["Delete", "Cancel"])
async def test_what_an_earlier_run_uploaded_for_a_job_goes_with_it(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path, *, ends: str
) -> None:
    async with bench(slack, tmp_path) as first:
        first.engine.hold()
        await ann.say(general, "a boat", files=[photo])
        (message,) = await ann.see(lambda: ann.from_bot(general))
        await ann.see(lambda: message.get("files"))
    engine = FakeEngine(slots=1)
    if ends == "Cancel":
        engine.hold()
    async with bench(slack, tmp_path, engine=engine) as second:
        shown = await ann.result(general) if ends == "Delete" else message
        await ann.press(ends, general, shown)
        await ann.see(lambda: not ann.from_bot(general))
        await settled(second)
    assert files_left(slack) == [photo.id]


@pytest.mark.parametrize("restarted", [False, True])
async def test_pictures_that_stand_below_their_message_go_with_it(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path, *, restarted: bool
) -> None:
    slack.state.refuse_images = True
    async with bench(slack, tmp_path) as first:
        await ann.say(general, "a boat", files=[photo])
        result = await ann.see(lambda: next((each for each in ann.from_bot(general) if "below" in words(each)), None))
        await ann.see(lambda: [each for each in ann.from_bot(general) if each.get("files")])
        if not restarted:
            await ann.press("Delete", general, result)
            await settled(first)
    if restarted:
        async with bench(slack, tmp_path) as second:
            await ann.press("Delete", general, result)
            await settled(second)
    assert result["ts"] not in general.messages
    assert files_left(slack) == [photo.id]


async def test_a_source_that_no_message_came_to_show_goes_if_the_pictures_stand_below(
    slack: SlackServer,
    ann: Member,
    general: Conversation,
    photo: File,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a job that ends before its message is first edited."""
    monkeypatch.setattr(messenger, "PROGRESS_BURST", -1_000_000)
    slack.state.refuse_images = True
    async with bench(slack, tmp_path) as running:
        await ann.say(general, "a boat", files=[photo])
        result = await ann.see(lambda: next((each for each in ann.from_bot(general) if "below" in words(each)), None))
        await settled(running)
        await ann.press("Delete", general, result)
        await settled(running)
    assert files_left(slack) == [photo.id]


@pytest.mark.parametrize("posted", [False, True])
async def test_pictures_below_a_message_stand_there_once_though_the_process_ends_at_that_moment(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path, *, posted: bool
) -> None:
    slack.state.refuse_images = True
    # Of the source and of the sheet that is refused it is heard, of the file below it is not.
    broken = slack.fail("files.completeUploadExternal", reset=True, after_effect=posted, skip=2, times=999)
    async with bench(slack, tmp_path):
        await ann.say(general, "a boat", files=[photo])
        await ann.see(lambda: broken.times < 999)
    broken.times = 0
    async with bench(slack, tmp_path) as second:
        await settled(second)
        result, *below = ann.from_bot(general)
        assert "below" in words(result)
        assert len(below) == 1
        await ann.press("Delete", general, result)
        await settled(second)
    assert files_left(slack) == [photo.id]


async def test_a_result_that_is_shown_again_after_a_restart_keeps_its_file(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path
) -> None:
    place, mods = place_key(OurTeam(ann.team.id)), slack.state.add_channel(ann.team, ann.user)
    async with bench(slack, tmp_path) as first:
        rules = PlaceSettings(threads=ThreadPolicy.OFFER, log=mods.id)
        await first.core.service.places.change(place, set_to(rules))
        await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
        shown = result = await ann.result(general)
        for number, label in enumerate(("Subtle", "Strong", "Sweep"), start=1):
            await ann.press(label, general, result)
            shown = await ann.result(general, number)
        await settled(first)
    before = files_left(slack)
    async with bench(slack, tmp_path) as second:
        await ann.press("Continue in a thread", general, shown)
        await ann.see(lambda: not any("thread" in label for label in labels_of(shown)))
        details = await ann.opens(lambda: ann.press("Details", general, result))
        await ann.press("Report", None, details)
        await ann.see(lambda: any(images(each) for each in ann.from_bot(mods)))
        await settled(second)
    assert files_left(slack) == before


@pytest.mark.parametrize(
    ("threaded", "restarted", "below"), [(False, False, False), (True, True, False), (False, True, True)]
)
async def test_a_result_goes_with_every_copy_of_it(
    slack: SlackServer,
    ann: Member,
    bob: Member,
    general: Conversation,
    photo: File,
    *,
    tmp_path: Path,
    threaded: bool,
    restarted: bool,
    below: bool,
) -> None:
    own, his = (slack.state.direct(ann.team, each.user.id) for each in (ann, bob))
    slack.state.refuse_images = below
    async with bench(slack, tmp_path) as first:
        if threaded:
            await ann.say(general, "a boat --private", files=[photo])
        else:
            await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
        await ann.see(lambda: any("Publish" in label for each in ann.from_bot(own) for label in labels_of(each)))
        await settled(first)
        result = ann.from_bot(own)[0]
        await ann.press("Publish", own, result)
        published = await ann.see(lambda: next(iter(ann.from_bot(general)), None))
        await settled(first)
        for member, channel, message in ((bob, general, published), (ann, own, result)):
            await member.react("envelope", channel, message)
            await settled(first)
        assert ann.from_bot(his)
        assert len([each for each in ann.from_bot(own) if labels_of(each)]) == 2
        if not restarted:
            await ann.press("Delete", own, result)
            await settled(first)
    if restarted:
        async with bench(slack, tmp_path) as second:
            await ann.press("Delete", own, result)
            await settled(second)
    shown = [each for channel in (own, his, general) for each in ann.from_bot(channel) if "boat" in words(each)]
    assert shown == []
    assert files_left(slack) == [photo.id]


@pytest.mark.parametrize("way", ["Delete", "x"])
async def test_a_result_that_is_deleted_under_its_copy_goes_too(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, *, tmp_path: Path, way: str
) -> None:
    own = slack.state.direct(ann.team, ann.user.id)
    async with bench(slack, tmp_path) as running:
        await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
        await ann.press("Publish", own, await ann.result(own))
        published = await ann.result(general)
        await settled(running)
        await (ann.react(way, general, published) if way == "x" else ann.press(way, general, published))
        await settled(running)
    assert [each for channel in (own, general) for each in ann.from_bot(channel) if "boat" in words(each)] == []
    assert files_left(slack) == [photo.id]


@pytest.mark.parametrize("away", [False, True])
async def test_what_was_deleted_on_the_pages_goes_however_much_was_said_since_its_copy(
    slack: SlackServer,
    ann: Member,
    general: Conversation,
    photo: File,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    away: bool,
) -> None:
    monkeypatch.setattr(notices, "_RETRY_SECONDS", 0.1)
    own = slack.state.direct(ann.team, ann.user.id)
    async with bench(slack, tmp_path) as running:
        await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
        await ann.press("Publish", own, await ann.result(own))
        await ann.result(general)
        await settled(running)
        for _ in range(1100):
            ts = slack.state.ts()
            general.messages[ts] = {"type": "message", "user": ann.user.id, "ts": ts, "text": "and more"}
        [job] = await running.core.store.jobs_of(f"slack:{ann.team.id}/{ann.user.id}", limit=5)
        if away:
            for method in ("conversations.replies", "files.delete", "chat.delete"):
                slack.fail(method, error="ratelimited", status=429, retry_after=1, times=2)
        await running.core.service.removal.delete(job.generation_ids()[0], by=Asker(requester=job.requester))
        await settled(running)
    assert [each for channel in (own, general) for each in ann.from_bot(channel) if "boat" in words(each)] == []
    assert files_left(slack) == [photo.id]


async def test_where_slack_lets_nobody_delete_a_message_its_words_and_picture_go(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path
) -> None:
    async with bench(slack, tmp_path) as running:
        await ann.say(general, "a boat", files=[photo])
        result = await ann.result(general)
        await settled(running)
        slack.fail("chat.delete", error="compliance_exports_prevent_deletion", times=9)
        await ann.press("Delete", general, result)
        await settled(running)
    [left] = ann.from_bot(general)
    assert words(left) == "🗑️"
    assert not left["blocks"]
    assert files_left(slack) == [photo.id]


async def test_lossless_pictures_and_comparisons_that_were_sent_go_with_their_result(
    slack: SlackServer, ann: Member, bob: Member, general: Conversation, photo: File, *, tmp_path: Path
) -> None:
    his = slack.state.direct(ann.team, bob.user.id)
    async with bench(slack, tmp_path) as running:
        await ann.say(general, "a boat", files=[photo])
        result = await ann.result(general)
        await settled(running)
        for number, label in enumerate(("Original", "Compare"), start=1):
            page = await bob.opens(lambda: bob.press("Details", general, result))
            await bob.press(label, None, page)
            await bob.see(lambda: sum(bool(each.get("files")) for each in his.messages.values()) > number - 1)  # noqa: B023 -- it is looked at before the next
            await settled(running)
        await ann.press("Delete", general, result)
        await settled(running)
    assert ann.from_bot(general) == []
    assert [each for each in ann.from_bot(his) if "thread_ts" not in each] == []
    assert files_left(slack) == [photo.id]


async def test_of_a_dismissed_report_nothing_stays_below_it_and_the_result_does(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path
) -> None:
    place, mods = place_key(OurTeam(ann.team.id)), slack.state.add_channel(ann.team, ann.user)
    ann.user.is_admin = slack.state.refuse_images = True
    async with bench(slack, tmp_path) as running:
        await running.core.service.places.change(place, set_to(PlaceSettings(log=mods.id)))
        await ann.say(general, "a boat", files=[photo])
        result = await ann.see(lambda: next((each for each in ann.from_bot(general) if "below" in words(each)), None))
        await settled(running)
        before = files_left(slack)
        details = await ann.opens(lambda: ann.press("Details", general, result))
        await ann.press("Report", None, details)
        await settled(running)
        report = ann.from_bot(mods)[0]
        assert len(files_left(slack)) > len(before)
        await ann.press("Dismiss", mods, report)
        await settled(running)
    assert files_left(slack) == before


async def test_a_report_that_was_posted_before_a_crash_is_posted_once(
    slack: SlackServer,
    ann: Member,
    general: Conversation,
    photo: File,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, mods = place_key(OurTeam(ann.team.id)), slack.state.add_channel(ann.team, ann.user)
    async with bench(slack, tmp_path) as first:
        await first.core.service.places.change(place, set_to(PlaceSettings(log=mods.id)))
        await ann.say(general, "a boat", files=[photo])
        result = await ann.result(general)
        details = await ann.opens(lambda: ann.press("Details", general, result))
        await settled(first)

        async def dies(*_events: object) -> None:
            """As a crash between Slack's answer and our note of it."""

        with monkeypatch.context() as crash:
            crash.setattr(first.core.store, "settle", dies)
            await ann.press("Report", None, details)
            await ann.told("The moderators see it now")
        assert len(ann.from_bot(mods)) == 2, "the report, and its picture in its thread"
    async with bench(slack, tmp_path) as second:
        await settled(second)
        assert len(ann.from_bot(mods)) == 2


def files_left(slack: SlackServer) -> list[str]:
    """What stands among the workspace's files."""
    return [file.id for file in slack.state.files.values() if file.completed and not file.deleted]


async def settled(running: Bench) -> None:
    """Nothing is left to be done for Slack."""
    async with asyncio.timeout(PATIENCE):
        store = running.core.store
        while await store.unsettled("slack") or await store.deliveries() or await deleting(store):
            await asyncio.sleep(0.02)


async def deleting(store: Store) -> bool:
    """Whether something that shows a deleted result is still to be taken back."""
    return any(each.pictures for each in await store.notices("slack", most=99))


async def test_a_replayed_command_whose_time_is_over_is_told(
    slack: SlackServer, ann: Member, general: Conversation, tmp_path: Path
) -> None:
    async with bench(slack, tmp_path, start=False):
        await ann.command("/img2img", general, trigger="late")
    async with bench(slack, tmp_path):
        await ann.told("please try again")


class TestHttp:
    async def test_the_same_handlers_answer(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path
    ) -> None:
        async with bench(slack, tmp_path, settings=http_options(slack)):
            await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
            result = await ann.result(general)
            await ann.press("Strong", general, result)
            await ann.result(general, 1)
            await ann.say(general, "as a comic", files=[photo], also_as_message=True, retries=3)
            await ann.result(general, 2)
            refused = await ann.submit(await ann.open("/img2img", general), prompt="")
            assert set(refused.payload["errors"]) == {"picture", "prompt"}
        assert len(ann.from_bot(general)) == 3

    async def test_a_request_that_slack_did_not_sign_reaches_no_handler(
        self, slack: SlackServer, ann: Member, tmp_path: Path
    ) -> None:
        body = json.dumps(ann._event({"type": "app_mention", "user": ann.user.id, "channel": "C1", "ts": "1.1"}))
        content = body.encode()
        bad = {
            "none": {},
            "wrong": {**signed(content), "X-Slack-Signature": "v0=00"},
            "secret": signed(content, secret="another"),
            "old": signed(content, at=time.time() - 3600),
            "text": {**signed(content), "X-Slack-Request-Timestamp": "soon"},
            "other body": signed(content + b" "),
            "endless number": {**signed(content), "X-Slack-Request-Timestamp": "9" * 5000},
            "beyond all time": {**signed(content), "X-Slack-Request-Timestamp": "9" * 400},
            "no time": {**signed(content), "X-Slack-Request-Timestamp": ""},
            "not a number": {**signed(content), "X-Slack-Request-Timestamp": "nan"},
            "no signature": {**signed(content), "X-Slack-Signature": ""},
            "half a signature": {**signed(content), "X-Slack-Signature": "v0="},
            "odd letters": {**signed(content), "X-Slack-Signature": "v0=ä"},
        }
        unreadable = {"no JSON": b"{nope", "a list": b"[1]", "no UTF-8": b"\xff\xfe", "nothing": b""}
        async with bench(slack, tmp_path, settings=http_options(slack)) as running:
            for name, headers in bad.items():
                ack = await slack.post(content, {"Content-Type": "application/json", **headers})
                assert ack.status == 401, name
            for name, odd in unreadable.items():
                ack = await slack.post(odd, {"Content-Type": "application/json"})
                assert ack.status == 401, name
            assert await running.core.store.unsettled("slack") == []

    @pytest.mark.parametrize("body", [b"{nope", b"[1]", b'"text"', b"payload=%7Bnope"])
    async def test_what_is_signed_and_cannot_be_read_is_refused(
        self, slack: SlackServer, tmp_path: Path, body: bytes
    ) -> None:
        media = "application/x-www-form-urlencoded" if body.startswith(b"payload") else "application/json"
        async with bench(slack, tmp_path, settings=http_options(slack)):
            assert (await slack.post(body, {"Content-Type": media, **signed(body)})).status == 400

    async def test_a_test_of_the_certificate_needs_no_signature(self, slack: SlackServer, tmp_path: Path) -> None:
        body = b"ssl_check=1&token=x"
        async with bench(slack, tmp_path, settings=http_options(slack)) as running:
            ack = await slack.post(body, {"Content-Type": "application/x-www-form-urlencoded"})
            assert ack.status == 200
            assert await running.core.store.unsettled("slack") == []

    async def test_url_verification_is_answered(self, slack: SlackServer, tmp_path: Path) -> None:
        body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"}).encode()
        async with bench(slack, tmp_path, settings=http_options(slack)):
            ack = await slack.post(body, {"Content-Type": "application/json", **signed(body)})
            assert ack.payload == {"challenge": "abc"}

    async def test_an_address_that_is_taken_ends_the_start(self, slack: SlackServer, tmp_path: Path) -> None:
        settings = http_options(slack)
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        async with bench(slack, tmp_path / "one", settings=settings):
            with pytest.raises(FatalError, match="http_port"):
                async with bench(slack, tmp_path / "two", settings=settings):
                    pass

    async def test_after_stop_intake_nothing_is_taken(self, slack: SlackServer, ann: Member, tmp_path: Path) -> None:
        async with bench(slack, tmp_path, settings=http_options(slack)) as running:
            await running.slack.stop_intake()
            with slack.expects_no_answer(), pytest.raises((NotAcknowledged, OSError)):
                await ann.command("/help", slack.state.direct(ann.team, ann.user.id))


async def test_an_inbox_row_of_another_version_does_not_stop_the_start(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, tmp_path: Path
) -> None:
    async with bench(slack, tmp_path, start=False) as first:
        row = InboxEvent(id="slack:old", platform="slack", payload='{"kind": "unknown"}', received_at=1.0)
        await first.core.store.receive(row)
    async with bench(slack, tmp_path) as second:
        await ann.say(general, "a boat", files=[photo])
        await ann.result(general)
        assert await second.core.store.unsettled("slack") == []


def test_an_event_of_nobody_is_nothing_of_ours() -> None:
    assert (
        inbound({"event": {"type": "message", "channel": "C1", "ts": "1.0"}, "team_id": "T1"}, bot_user="U1") is None
    )
