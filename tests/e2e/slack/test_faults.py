"""Slack at its worst: each fault has a way out, and each way out ends in something that a member sees."""

from pathlib import Path

import pytest

from bot.domain.errors import StorageFailed
from tests.builders.requests import png
from tests.harness.slack import Bench, bench
from tests.harness.waiting import eventually
from tests.servers.slack.member import Member, images, words
from tests.servers.slack.server import NotAcknowledged, SlackServer
from tests.servers.slack.state import Conversation, File, Team


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


async def ask(ann: Member, channel: Conversation, photo: File) -> None:
    await ann.submit(await ann.open("/img2img", channel, "a boat"), file=photo)


@pytest.mark.usefixtures("running")
class TestDelivery:
    @pytest.mark.parametrize(
        "method", ["chat.postMessage", "chat.update", "files.getUploadURLExternal", "files.info"]
    )
    async def test_a_429_is_waited_out(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File, method: str
    ) -> None:
        slack.fail(method, error="ratelimited", status=429, retry_after=1)
        await ask(ann, general, photo)
        await ann.result(general)
        refused, again = slack.state.calls_of(method)[:2]
        assert again.at - refused.at >= 1.0
        assert len(ann.from_bot(general)) == 1

    async def test_ratelimited_in_one_channel_leaves_the_others_alone(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File, team: Team
    ) -> None:
        other = slack.state.add_channel(team, ann.user)
        limited = slack.fail(
            "chat.postMessage",
            error="ratelimited",
            status=429,
            retry_after=1,
            where={"channel": general.id},
            times=99,
        )
        await ask(ann, general, photo)
        await ask(ann, other, photo)
        await ann.result(other)
        assert ann.from_bot(general) == []
        limited.times = 0
        await ann.result(general)

    @pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived", "restricted_action"])
    async def test_a_channel_that_takes_no_message_sends_the_result_to_the_member(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File, error: str
    ) -> None:
        slack.fail("chat.postMessage", error=error, where={"channel": general.id}, times=99)
        await ask(ann, general, photo)
        result = await ann.result(slack.state.direct(ann.team, ann.user.id))
        assert "/invite" in words(result)
        [told] = slack.responses
        assert "it comes to our own conversation" in str(told), "they spoke in the channel"

    async def test_what_is_asked_in_a_direct_message_between_members_comes_to_the_member_with_a_word_there(
        self, slack: SlackServer, ann: Member, bob: Member, photo: File, team: Team
    ) -> None:
        await ask(ann, slack.state.between(team, ann.user, bob.user), photo)
        result = await ann.result(slack.state.direct(team, ann.user.id))
        assert "between people, so this comes to you alone" in words(result)
        assert "/invite" not in words(result), "nobody can be invited there"
        [told] = slack.responses
        assert "between people, so your picture comes to our own conversation" in str(told)

    @pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_inactive", "access_denied"])
    async def test_a_channel_lost_in_the_middle_sends_the_result_to_the_member(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File, error: str
    ) -> None:
        slack.fail("chat.update", error=error, where={"channel": general.id}, times=99)
        await ask(ann, general, photo)
        assert images(await ann.result(slack.state.direct(ann.team, ann.user.id)))

    async def test_where_no_files_may_be_shared_no_message_is_left_waiting(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        general.takes_files = False
        await ask(ann, general, photo)
        result = await ann.result(slack.state.direct(ann.team, ann.user.id))
        assert images(result)
        assert ann.from_bot(general) == []

    async def test_what_cannot_be_published_is_said_to_be_not_and_leaves_no_message(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        general.takes_files, own = False, slack.state.direct(ann.team, ann.user.id)
        await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
        result = await ann.result(own)
        await ann.press("Publish", own, result)
        await ann.told("I could not publish it")
        assert ann.from_bot(general) == []
        assert sum(bool(images(each)) for each in ann.from_bot(own)) == 1
        general.takes_files = True
        await ann.press("Publish", own, result)
        await ann.result(general)

    async def test_of_what_slack_is_too_busy_to_publish_no_words_stand_there(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        own = slack.state.direct(ann.team, ann.user.id)
        await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
        result = await ann.result(own)
        slack.fail("chat.update", error="internal_error", where={"channel": general.id})
        await ann.press("Publish", own, result)
        await ann.told("I could not publish it")
        assert ann.from_bot(general) == []
        await ann.press("Publish", own, result)
        await ann.result(general)
        assert len(ann.from_bot(general)) == 1

    async def test_a_message_removed_in_the_middle_does_not_cost_the_picture(
        self, running: Bench, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        running.engine.hold()
        await ask(ann, general, photo)
        (placeholder,) = await ann.see(lambda: ann.from_bot(general))
        await ann.see(lambda: "edits" in placeholder)
        del general.messages[placeholder["ts"]]
        await running.engine.release()
        assert (await ann.result(general))["ts"] != placeholder["ts"]
        assert len(slack.state.calls_of("chat.postMessage")) == 2

    async def test_a_reset_after_the_message_was_taken_posts_no_second_one(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.fail("chat.postMessage", reset=True, after_effect=True)
        await ask(ann, general, photo)
        await ann.result(general)
        assert len(ann.from_bot(general)) == 1

    async def test_the_same_in_a_thread_and_with_a_500(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.fail("chat.postMessage", status=500, after_effect=True)
        asked = await ann.say(general, "a boat", files=[photo])
        await ann.result(general)
        assert len(ann.from_bot(general, thread=asked["ts"])) == 1

    @pytest.mark.parametrize("fault", [{"reset": True}, {"status": 503}, {"error": "internal_error"}])
    async def test_an_edit_that_broke_is_made_again(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File, fault: dict[str, object]
    ) -> None:
        slack.fail("chat.update", after_effect=True, times=2, **fault)
        await ask(ann, general, photo)
        await ann.result(general)

    async def test_a_file_that_slack_takes_its_time_with_is_waited_for(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.state.slow_files = 4
        await ask(ann, general, photo)
        await ann.result(general)
        assert len(slack.state.calls_of("files.info")) >= 5

    async def test_a_file_that_never_shows_comes_below_the_message(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.state.refuse_images = True
        await ask(ann, general, photo)
        shared = await ann.see(
            lambda: [each for each in ann.from_bot(general) if each.get("files") and "thread_ts" in each]
        )
        first = ann.from_bot(general)[0]
        assert shared[0]["thread_ts"] == first["ts"]
        await ann.see(lambda: "below" in words(first))

    async def test_an_upload_that_broke_is_made_again(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.fail("upload", status=502)
        await ask(ann, general, photo)
        await ann.result(general)

    async def test_a_workspace_without_file_sharing_says_so(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.fail("files.completeUploadExternal", error="file_uploads_disabled", times=99)
        await ask(ann, general, photo)
        await ann.see(lambda: ann.from_bot(general) and "can't upload" in words(ann.from_bot(general)[0]))

    @pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
    async def test_a_dead_token_ends_the_delivery_without_a_storm(
        self, running: Bench, ann: Member, general: Conversation, photo: File, error: str
    ) -> None:
        slack = ann.slack
        running.engine.hold()
        await ask(ann, general, photo)
        (message,) = await ann.see(lambda: ann.from_bot(general))
        await ann.see(lambda: "edits" in message)
        slack.fail("chat.update", error=error, times=99)
        slack.fail("files.getUploadURLExternal", error=error, times=99)
        before = len(slack.state.calls)
        await running.engine.release()
        (job,) = await running.core.store.jobs_of(f"slack:{ann.team.id}/{ann.user.id}", limit=1)

        async def given_up() -> bool:
            duty = await running.core.store.delivery(job.id)
            return bool(duty and duty.undeliverable)

        await eventually(given_up)
        assert len(slack.state.calls) - before < 5


@pytest.mark.usefixtures("running")
class TestIntake:
    async def test_a_modal_asked_for_too_late_says_try_again(
        self, slack: SlackServer, ann: Member, general: Conversation
    ) -> None:
        await ann.command("/img2img", general, trigger="late")
        await ann.told("please try again")
        slack.fail("views.open", error="expired_trigger_id")
        message = await ann.say(general, "x", files=[slack.state.add_file(ann.team, ann.user, png())], mention=False)
        slack.state.ephemerals.clear()
        await ann.remix(general, message)
        await ann.told("please try again")

    async def test_a_login_page_instead_of_a_picture(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        slack.login_page = True
        await ann.say(general, "a boat", files=[photo])
        notice = await ann.told("didn't let me read that file")
        assert "/invite" in notice
        assert "files:read" in notice

    async def test_a_redirect_to_the_login_instead_of_a_picture(
        self, ann: Member, general: Conversation, photo: File
    ) -> None:
        photo.hidden = True
        await ann.say(general, "a boat", files=[photo])
        notice = await ann.told("didn't let me read that file")
        assert "/invite" in notice

    async def test_a_file_in_a_channel_that_the_bot_is_not_in(
        self, slack: SlackServer, ann: Member, general: Conversation, photo: File
    ) -> None:
        photo.hidden = True
        stub = {"id": photo.id, "file_access": "check_file_info", "mode": "file_access", "created": 0}
        await ann.say(general, "a boat", file_objects=[stub])
        await ann.told("invite me to its channel")
        assert slack.state.calls_of("files.info")

    async def test_a_file_that_was_deleted_meanwhile(self, ann: Member, general: Conversation, photo: File) -> None:
        photo.deleted = True
        stub = {"id": photo.id, "file_access": "check_file_info"}
        await ann.say(general, "a boat", file_objects=[stub])
        await ann.told("was deleted")

    async def test_a_stub_of_slack_connect_is_looked_up(
        self, ann: Member, general: Conversation, photo: File
    ) -> None:
        stub = {"id": photo.id, "file_access": "check_file_info", "mode": "file_access"}
        await ann.say(general, "a boat", file_objects=[stub])
        await ann.result(general)

    async def test_a_stub_that_stays_one_is_refused(self, ann: Member, general: Conversation, photo: File) -> None:
        photo.more = {"file_access": "check_file_info"}
        ann.slack.fail("files.info", error="file_not_found")
        stub = {"id": photo.id, "file_access": "check_file_info"}
        await ann.say(general, "a boat", file_objects=[stub])
        await ann.told("cannot see that file")

    async def test_a_missing_permission_is_named(
        self, slack: SlackServer, ann: Member, general: Conversation
    ) -> None:
        photo = slack.state.add_file(ann.team, ann.user, png())
        slack.fail("files.info", error="missing_scope", more={"needed": "files:read", "provided": "chat:write"})
        stub = {"id": photo.id, "file_access": "check_file_info"}
        await ann.say(general, "a boat", file_objects=[stub])
        await ann.told("files:read")

    @pytest.mark.parametrize("stub", [False, True])
    async def test_a_file_that_the_free_plan_hides_is_said_to_be_that(
        self, slack: SlackServer, ann: Member, general: Conversation, *, stub: bool
    ) -> None:
        hidden = {"mode": "hidden_by_limit", "url_private": "", "url_private_download": "", "mimetype": ""}
        old = slack.state.add_file(ann.team, ann.user, png(), **hidden)
        shown = {"id": old.id, "file_access": "check_file_info"} if stub else {"id": old.id, "mode": hidden["mode"]}
        await ann.say(general, "a boat", file_objects=[shown])
        await ann.told("free plan")

    async def test_an_external_file_is_refused_and_sees_no_token(
        self, slack: SlackServer, ann: Member, general: Conversation
    ) -> None:
        external = slack.state.add_file(
            ann.team, ann.user, png(), is_external=True, mode="external", url_private="http://127.0.0.1:1/steal"
        )
        external.more["url_private_download"] = "http://127.0.0.1:1/steal"
        await ann.say(general, "a boat", files=[external])
        await ann.told("outside of Slack")

    async def test_a_file_at_a_foreign_address_sees_no_token(
        self, ann: Member, general: Conversation, photo: File
    ) -> None:
        photo.more = dict.fromkeys(("url_private", "url_private_download"), "https://files.evil.example/x.png")
        await ann.say(general, "a boat", files=[photo])
        await ann.told("only take pictures that were uploaded here")

    async def test_a_file_too_large_is_refused_before_it_is_fetched(
        self, ann: Member, general: Conversation, photo: File
    ) -> None:
        photo.more = {"size": 99 * 1024**2}
        form = await ann.open("/img2img", general, "a boat")
        await ann.submit(form, file=photo)
        await ann.told("99 MB")

    async def test_a_file_that_is_no_picture(self, slack: SlackServer, ann: Member, general: Conversation) -> None:
        text = slack.state.add_file(ann.team, ann.user, b"words", name="words.txt")
        await ann.submit(await ann.open("/img2img", general, "a boat"), file=text)
        await ann.told("cannot see a picture")

    async def test_a_thread_that_cannot_be_read(self, slack: SlackServer, ann: Member, general: Conversation) -> None:
        slack.fail("conversations.replies", error="missing_scope", more={"needed": "channels:history"})
        thread = await ann.say(general, "x", mention=False)
        await ann.say(general, "make it blue", thread=thread["ts"])
        await ann.told("channels:history")

    @pytest.mark.parametrize("directly", [False, True])
    async def test_a_word_finds_its_way_where_the_bot_is_no_member(
        self, slack: SlackServer, ann: Member, bob: Member, team: Team, *, directly: bool
    ) -> None:
        closed = slack.state.add_channel(team, ann.user, bot_in=False, is_private=True)
        there = slack.state.between(team, ann.user, bob.user) if directly else closed
        await ann.command("/img2img", there, "x --strength 9")
        await ann.told("Strength goes from 0")
        assert slack.responses
        words_alone = slack.state.add_file(team, ann.user, b"words", name="words.txt")
        await ann.submit(await ann.open("/img2img", there, "a boat"), file=words_alone)
        await ann.told("cannot see a picture")
        assert len(ann.from_bot(slack.state.direct(team, ann.user.id))) == 1, "a form has no address to answer to"

    async def test_a_mention_whose_fields_are_null_gets_the_help(
        self, slack: SlackServer, ann: Member, general: Conversation
    ) -> None:
        said = await ann.say(general, "", mention=False)
        nothing = dict.fromkeys(("text", "subtype", "thread_ts", "files"))
        await slack.deliver("events_api", ann._event({**said, "type": "app_mention", **nothing}))
        await ann.told("/img2img")

    async def test_every_unwanted_event_is_acknowledged(self, slack: SlackServer, ann: Member) -> None:
        for event in ("file_shared", "channel_rename", "member_joined_channel", "tokens_revoked", "nonsense"):
            body = ann._event({"type": event, "user": ann.user.id, "tokens": {"oauth": ["U1"]}})
            assert (await slack.deliver("events_api", body)).status == 200
        edited = {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "1.0", "message": {}}
        await slack.deliver("events_api", ann._event(edited))
        await slack.deliver(
            "interactive",
            {
                "type": "view_closed",
                "team": {"id": ann.team.id},
                "user": ann._person(),
                "view": {"id": "V1", "callback_id": "x"},
            },
        )

    async def test_a_refused_prompt_limit_is_told(self, running: Bench, ann: Member, general: Conversation) -> None:
        del running
        await ann.command("/img2img", general, "x --style nonsense-that-is-none")
        assert await ann.see(lambda: ann.slack.state.views)


async def test_a_disk_that_refuses_is_told_and_events_are_asked_for_again(
    slack: SlackServer, ann: Member, general: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(slack, tmp_path) as running:

        async def refuses(_event: object) -> bool:
            raise StorageFailed

        with monkeypatch.context() as broken:
            broken.setattr(running.core.store, "receive", refuses)
            await ann.command("/img2img", general)
            await ann.told("cannot store anything")
            with slack.expects_no_answer(), pytest.raises(NotAcknowledged):
                await ann.say(general, "a boat", files=[slack.state.add_file(ann.team, ann.user, png())])
        await ann.say(general, "a boat", files=[slack.state.add_file(ann.team, ann.user, png())])
        await ann.result(general)


@pytest.mark.usefixtures("running")
async def test_of_what_is_deleted_in_a_channel_that_the_bot_has_left_the_files_go(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, team: Team
) -> None:
    await ann.say(general, "a boat", files=[photo])
    shown = {image["slack_file"]["id"] for image in images(await ann.result(general))}
    general.members.discard(team.bot_user)
    page = await ann.open("/privacy", general)
    await ann.press("Delete everything", None, page)
    await ann.see(lambda: all(slack.state.files[file].deleted for file in shown))
