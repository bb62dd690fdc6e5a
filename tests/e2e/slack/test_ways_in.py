"""Every way a member can ask for a picture, through the real SDK, to the picture in the channel."""

import pytest

from adapters.slack.members import Team as OurTeam
from adapters.slack.members import place_key
from bot.domain.ids import generation_id
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.request import Action
from bot.texts import COMMANDS, text
from tests.builders.places import set_to
from tests.builders.requests import png
from tests.harness.slack import Bench
from tests.servers.slack.member import Member, buttons, images, labels_of, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, File, Json, Team

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def photo(slack: SlackServer, team: Team, ann: Member) -> File:
    return slack.state.add_file(team, ann.user, png())


async def test_a_command_opens_a_form_and_its_file_becomes_a_picture_with_buttons(
    slack: SlackServer, ann: Member, general: Conversation, photo: File
) -> None:
    form = await ann.open("/img2img", general, "an oil painting --strength 0.7")
    prompt = next(block for block in form["blocks"] if block["block_id"] == "prompt")
    assert prompt["element"]["initial_value"] == "an oil painting"
    assert (await ann.submit(form, file=photo)).payload == {}
    result = await ann.result(general)
    assert "Strong 0.7" in words(result)
    (image,) = images(result)
    assert slack.state.files[image["slack_file"]["id"]].content.startswith(b"\xff\xd8")
    assert slack.state.files[image["slack_file"]["id"]].shared == {general.id}
    assert "an oil painting" in image["alt_text"]
    assert f"<@{ann.user.id}>" in result["text"]
    labels = [button["text"]["text"] for button in buttons(result)]
    assert [label.split()[-1] for label in labels] == [
        "0.3", "0.5", "0.7", "0.9", "Sweep", "Chain", "Reroll", "Edit", "Details", "Delete",
    ]  # fmt: skip
    assert len(ann.from_bot(general)) == 1


@pytest.mark.parametrize(
    "command", ["/sweep", "/refine", "/queue", "/styles", "/info", "/settings", "/privacy", "/help"]
)
async def test_every_command_opens_a_modal(ann: Member, general: Conversation, command: str) -> None:
    assert (await ann.open(command, general))["type"] == "modal"


async def test_the_styles_come_with_their_pictures_by_direct_message(
    slack: SlackServer, ann: Member, team: Team, general: Conversation
) -> None:
    await ann.press("Show me pictures", None, await ann.open("/styles", general))
    direct = slack.state.direct(team, ann.user.id)
    sheet = await ann.see(
        lambda: next((file for file in slack.state.files.values() if direct.id in file.shared), None)
    )
    assert sheet.content.startswith(b"\xff\xd8")
    assert ann.from_bot(general) == []


async def test_a_style_that_is_chosen_from_the_page_stands_in_the_form(
    slack: SlackServer, ann: Member, general: Conversation, photo: File, running: Bench
) -> None:
    page = await ann.open("/styles", general)
    await ann.press("Choose a style oil", None, page)
    form = await ann.see(
        lambda: view if (view := slack.state.views[page["id"]]).get("callback_id") == "ask" else None
    )
    await ann.submit(form, file=photo, prompt="a tiger")
    await ann.result(general)
    assert running.engine.requests[0].prompt == "a tiger, oil painting"


async def test_what_is_asked_in_a_direct_message_is_answered_there_and_not_in_a_thread(
    slack: SlackServer, ann: Member, team: Team, photo: File
) -> None:
    direct = slack.state.direct(team, ann.user.id)
    await ann.say(direct, "hello", mention=False)
    await ann.told("Send me a picture")
    await ann.say(direct, "an oil painting", files=[photo], mention=False)
    result = await ann.result(direct, 1)
    await ann.press("Reroll", direct, result)
    again = await ann.result(direct, 2)
    assert [each.get("thread_ts") for each in ann.from_bot(direct)] == [None, None, None], again["text"]


async def test_a_sweep_shows_four_pictures_with_a_choice_under_each(
    ann: Member, general: Conversation, photo: File
) -> None:
    await ann.submit(await ann.open("/sweep", general, "a pencil sketch"), file=photo)
    result = await ann.result(general)
    kinds = [block["type"] for block in result["blocks"]]
    assert kinds.count("image") == 1, "one sheet of all four"
    assert [label for label in labels_of(result) if "Keep" in label] == [f"📌 Keep {s}" for s in (0.3, 0.5, 0.7, 0.9)]


async def test_several_pictures_of_one_wish_stand_side_by_side(
    ann: Member, general: Conversation, photo: File
) -> None:
    await ann.submit(await ann.open("/img2img", general, "a pencil sketch --count 2 --seed 5"), file=photo)
    result = await ann.result(general)
    assert [label for label in labels_of(result) if "Keep" in label] == ["📌 Keep #1", "📌 Keep #2"]
    assert "seeds 5, 6" in words(result)


async def test_refine_begins_gently(ann: Member, general: Conversation, photo: File) -> None:
    await ann.submit(await ann.open("/refine", general, "crisp"), file=photo)
    assert "Subtle 0.35" in words(await ann.result(general))


async def test_a_style_in_a_form_brings_its_strength_and_guidance(
    running: Bench, ann: Member, general: Conversation, photo: File
) -> None:
    form = await ann.open("/img2img", general, "a boat")
    strength = next(block for block in form["blocks"] if block["block_id"] == "strength")
    assert strength["optional"]
    assert strength["element"]["options"][0]["text"]["text"] == "The style's own, or 0.5"
    await ann.submit(form, file=photo, style="oil")
    await ann.result(general)
    made = running.engine.requests[0]
    assert (made.strength, made.guidance_scale) == (0.6, 1.6)


async def test_the_advanced_part_unfolds_and_counts(ann: Member, general: Conversation, photo: File) -> None:
    form = await ann.open("/img2img", general, "a boat")
    assert not any(block.get("block_id") == "seed" for block in form["blocks"])
    await ann.press("Advanced", None, form)
    await ann.see(lambda: any(each.get("block_id") == "seed" for each in ann.slack.state.views[form["id"]]["blocks"]))
    await ann.submit(form, file=photo, seed="42", strength="0.7")
    assert "seed 42" in words(await ann.result(general))


async def test_wrong_fields_are_told_in_the_form_and_the_form_can_be_mended(
    ann: Member, general: Conversation, photo: File
) -> None:
    form = await ann.open("/img2img", general)
    await ann.press("Advanced", None, form)
    await ann.see(lambda: any(each.get("block_id") == "seed" for each in ann.slack.state.views[form["id"]]["blocks"]))
    form = ann.slack.state.views[form["id"]]
    refused = await ann.submit(form, prompt="", exact_strength="seven")
    assert refused.payload["response_action"] == "errors"
    assert set(refused.payload["errors"]) == {"picture", "prompt", "exact_strength"}
    assert (await ann.submit(form, file=photo, prompt="a boat", exact_strength="0,7")).payload == {}
    assert "Strong 0.7" in words(await ann.result(general))


async def test_refusals_are_in_the_members_language(ann: Member, general: Conversation) -> None:
    ann.user.locale = "de-DE"
    form = await ann.open("/img2img", general)
    refused = await ann.submit(form, prompt="x --strength seven")
    assert (
        refused.payload["errors"]["picture"] == "Füg das Bild hinzu, von dem es ausgehen soll: PNG, JPEG oder WebP."
    )
    assert refused.payload["errors"]["prompt"].endswith("du hast „seven“ geschrieben.")
    await ann.command("/img2img", general, "ein Boot --strength 7")
    await ann.told("Die Stärke geht von 0")


async def test_the_queue_and_the_home_are_in_the_members_language(ann: Member, general: Conversation) -> None:
    ann.user.locale = "ja-JP"
    assert "順番待ちはありません" in words(await ann.open("/queue", general))
    home = await ann.open_home()
    assert "最近の結果" in words(home)
    assert "🖼️ 画像を変える" in [each["text"]["text"] for each in buttons(home)]


async def test_options_in_a_command_that_make_no_sense_are_told(ann: Member, general: Conversation) -> None:
    await ann.command("/img2img", general, "a boat --strength 7")
    assert "Strength goes from 0" in await ann.told("Strength goes")


async def test_the_message_shortcut_works_on_that_messages_picture_and_answers_in_its_thread(
    ann: Member, bob: Member, general: Conversation, photo: File
) -> None:
    message = await ann.say(general, "look", files=[photo], mention=False)
    form = await bob.opens(lambda: bob.remix(general, message))
    assert not any(block.get("block_id") == "picture" for block in form["blocks"])
    await bob.submit(form, prompt="a watercolor")
    result = await bob.result(general)
    assert result["thread_ts"] == message["ts"]


async def test_the_shortcut_on_a_message_without_a_picture_says_so(ann: Member, general: Conversation) -> None:
    message = await ann.say(general, "no picture", mention=False)
    await ann.remix(general, message)
    await ann.told("no picture in that message")


async def test_the_shortcut_on_a_result_of_ours_chains_it(ann: Member, general: Conversation, photo: File) -> None:
    await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
    result = await ann.result(general)
    await ann.submit(await ann.opens(lambda: ann.remix(general, result)), prompt="a ship")
    assert "pass 2" in words(await ann.result(general, 1))


async def test_the_shortcut_on_several_results_asks_which_and_chains_that(
    running: Bench, ann: Member, general: Conversation, photo: File, team: Team
) -> None:
    await ann.submit(await ann.open("/sweep", general, "a boat"), file=photo, strength="0.3 0.7")
    sweep = await ann.result(general)
    form = await ann.opens(lambda: ann.remix(general, sweep))
    which = next(block for block in form["blocks"] if block.get("block_id") == "which")
    assert [each["text"]["text"] for each in which["element"]["options"]] == ["1: 0.3", "2: 0.7"]
    await ann.submit(form, prompt="a ship", which="1")
    await ann.result(general, 1)
    made, job = await running.core.store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=9)
    assert (made.action, made.lineage.parent) == (Action.CHAIN, generation_id(job.id, 1))


async def test_the_global_shortcut_answers_in_a_direct_message(ann: Member, photo: File, team: Team) -> None:
    await ann.submit(await ann.opens(ann.global_shortcut), file=photo, prompt="a boat")
    await ann.result(ann.slack.state.direct(team, ann.user.id))


async def test_a_mention_with_a_picture_is_one_job_however_often_it_is_told(
    ann: Member, general: Conversation, photo: File
) -> None:
    asked = await ann.say(
        general, "make it an oil painting —strength 0.7", files=[photo], also_as_message=True, retries=3
    )
    result = await ann.result(general)
    assert result["thread_ts"] == asked["ts"]
    assert "Strong 0.7" in words(result)
    assert len(ann.from_bot(general)) == 1


@pytest.mark.parametrize("way", ["directly", "mention", "shortcut", "thread"])
async def test_a_picture_that_somebody_forwards_is_seen(
    ann: Member, bob: Member, general: Conversation, *, photo: File, team: Team, way: str
) -> None:
    posted = await bob.say(general, "my boat", files=[photo], mention=False)
    there = ann.slack.state.direct(team, ann.user.id) if way == "directly" else general
    if way in {"directly", "mention"}:
        await ann.say(there, "a boat", forwards=posted, mention=way == "mention")
    else:
        shared = await ann.say(there, "look", forwards=posted, mention=False)
        if way == "thread":
            await ann.say(there, "a boat", thread=shared["ts"])
        else:
            form = await ann.opens(lambda: ann.remix(there, shared))
            await ann.submit(form, prompt="a boat")
    assert "a boat" in words(await ann.result(there))


@pytest.mark.parametrize("way", ["mention", "shortcut"])
async def test_a_picture_that_somebody_forwards_is_no_picture_of_theirs(
    running: Bench, ann: Member, bob: Member, general: Conversation, *, photo: File, way: str
) -> None:
    photo.owner = bob.user.id
    rules = PlaceSettings(remix=RemixPolicy.OWN)
    await running.core.service.places.change(place_key(OurTeam(ann.team.id)), set_to(rules))
    posted = await bob.say(general, "my boat", files=[photo], mention=False)
    if way == "mention":
        await ann.say(general, "a boat", forwards=posted)
    else:
        shared = await ann.say(general, "look", forwards=posted, mention=False)
        form = await ann.opens(lambda: ann.remix(general, shared))
        await ann.submit(form, prompt="a boat")
    await ann.told("only remix your own pictures")


async def test_a_mention_in_a_thread_takes_the_newest_picture_above(
    ann: Member, bob: Member, general: Conversation, photo: File, team: Team
) -> None:
    thread = await ann.say(general, "first", files=[photo], mention=False)
    newer = ann.slack.state.add_file(team, ann.user, png("red", (32, 16)))
    await ann.say(general, "second", files=[newer], mention=False, thread=thread["ts"])
    await ann.say(general, "just words", mention=False, thread=thread["ts"])
    await bob.say(general, "as a comic", thread=thread["ts"])
    result = await bob.result(general)
    assert result["thread_ts"] == thread["ts"]
    page = await bob.opens(lambda: bob.press("Details", general, result))
    assert "32x16" in words(page)


async def test_a_mention_in_the_thread_of_a_result_chains_it(ann: Member, general: Conversation, photo: File) -> None:
    asked = await ann.say(general, "an oil painting", files=[photo])
    await ann.result(general)
    await ann.say(general, "now at night", thread=asked["ts"])
    assert "pass 2" in words(await ann.result(general, 1))


async def test_a_mention_without_a_picture_anywhere_says_what_to_do(ann: Member, general: Conversation) -> None:
    await ann.say(general, "make it blue")
    await ann.told("I see no picture here")


async def test_a_picture_with_words_as_a_direct_message(ann: Member, team: Team, photo: File) -> None:
    direct = ann.slack.state.direct(team, ann.user.id)
    await ann.say(direct, "an oil painting --strength subtle", files=[photo], mention=False)
    assert "Subtle 0.3" in words(await ann.result(direct))


async def test_a_direct_message_without_a_picture_is_answered_with_help(ann: Member, team: Team) -> None:
    await ann.say(ann.slack.state.direct(team, ann.user.id), "hello?", mention=False)
    await ann.told("Send me a picture")


async def test_words_of_people_cannot_call_anybody(ann: Member, general: Conversation, photo: File) -> None:
    prompt = "<!channel> <@U00000001> <https://evil.example|click> *bold* & @here \u202etxt"
    await ann.submit(await ann.open("/img2img", general), file=photo, prompt=prompt)
    result = await ann.result(general)
    shown_text = result["text"].replace(f"<@{ann.user.id}>", "")
    assert "<" not in shown_text
    for block in result["blocks"]:
        for shown in [block.get("text"), *block.get("elements", [])]:
            if shown and shown.get("type") == "mrkdwn":
                said = shown["text"].replace(f"<@{ann.user.id}>", "")
                assert shown["verbatim"], "a bare address becomes no link"
                assert "<" not in said
                assert "*bold*" not in said
    (posted,) = ann.slack.state.calls_of("chat.postMessage")
    assert posted.arguments["unfurl_links"] is False
    assert posted.arguments["unfurl_media"] is False


async def test_a_private_result_comes_alone_and_is_published_on_request(
    ann: Member, general: Conversation, team: Team, photo: File
) -> None:
    await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
    direct = ann.slack.state.direct(team, ann.user.id)
    result = await ann.result(direct)
    assert ann.from_bot(general) == []
    await ann.press("Publish", direct, result)
    published = await ann.result(general)
    assert not any("Publish" in button["text"]["text"] for button in buttons(published))


async def test_a_published_copy_is_gone_on_from_like_any_result(
    ann: Member, general: Conversation, team: Team, photo: File
) -> None:
    await ann.submit(await ann.open("/img2img", general, "a boat --private"), file=photo)
    direct = ann.slack.state.direct(team, ann.user.id)
    await ann.press("Publish", direct, await ann.result(direct))
    published = await ann.result(general)
    form = await ann.opens(lambda: ann.remix(general, published))
    assert form["title"]["text"] == text("en", "form-chain")
    await ann.say(general, "now at night", thread=published["ts"])
    assert "pass 2" in words(await ann.result(general, 1))


async def test_words_sent_directly_without_a_picture_are_in_the_form_that_asks_for_one(
    ann: Member, team: Team, photo: File
) -> None:
    direct = ann.slack.state.direct(team, ann.user.id)
    await ann.say(direct, "a tiger --strength 0.7", mention=False)
    told = await ann.see(lambda: next(iter(ann.from_bot(direct)), None))
    assert "Send me a picture" in told["text"]
    form = await ann.opens(lambda: ann.press(labels_of(told)[0], direct, told))
    await ann.submit(form, file=photo)
    shown = words(await ann.result(direct, 1))
    assert "a tiger" in shown
    assert "Strong 0.7" in shown


async def test_app_home_shows_queue_results_and_for_admins_the_settings(
    running: Bench, ann: Member, general: Conversation, photo: File
) -> None:
    await ann.submit(await ann.open("/img2img", general, "a boat"), file=photo)
    await ann.result(general)
    running.engine.hold()
    await ann.submit(await ann.open("/img2img", general, "a ship"), file=photo)
    await ann.see(lambda: len(ann.from_bot(general)) == 2)
    home = await ann.open_home()
    labels = [button["text"]["text"] for button in buttons(home)]
    assert "Cancel" in labels
    assert any("Reroll" in label for label in labels)
    assert not any("settings" in label for label in labels)
    assert "a boat" in words(home)
    assert "2 pictures used" in words(home)
    await ann.press("Cancel", None, home)
    await ann.see(lambda: len(ann.from_bot(general)) == 1)
    await running.engine.release()


async def test_of_several_pictures_the_member_is_asked_which(
    slack: SlackServer, ann: Member, team: Team, general: Conversation, photo: File
) -> None:
    other = slack.state.add_file(team, ann.user, png("crimson"))
    await ann.say(general, "a boat", files=[photo, other])
    assert "There are 2 pictures" in await ann.told("There are")
    assert ann.from_bot(general) == []
    root = await ann.say(general, "look", files=[photo, other], mention=False)
    await ann.say(general, "now you", thread=root["ts"], files=[photo])
    await ann.result(general)


async def test_a_newer_picture_in_the_thread_is_the_one_that_is_meant(
    slack: SlackServer, ann: Member, team: Team, general: Conversation, photo: File
) -> None:
    other = slack.state.add_file(team, ann.user, png("crimson"))
    root = await ann.say(general, "look", files=[photo, other], mention=False)
    await ann.say(general, "a boat", thread=root["ts"])
    assert "There are 2 pictures" in await ann.told("There are")
    await ann.say(general, "this one", thread=root["ts"], files=[other], mention=False)
    await ann.say(general, "a boat", thread=root["ts"])
    await ann.result(general)


async def test_of_a_sweep_the_member_is_asked_which(ann: Member, general: Conversation, photo: File) -> None:
    root = await ann.say(general, "a boat --strengths 0.3,0.7", files=[photo])
    await ann.result(general)
    await ann.say(general, "a storm", thread=root["ts"])
    assert "There are 2 results" in await ann.told("There are")


async def test_the_description_of_a_file_goes_on_to_the_results_own(
    slack: SlackServer, ann: Member, general: Conversation, photo: File
) -> None:
    photo.alt = "My cat Minka <!channel>"
    await ann.say(general, "a tiger", files=[photo])
    result = await ann.result(general)
    (image,) = images(result)
    assert image["alt_text"].endswith("). Made from: My cat Minka <!channel>")
    assert slack.state.files[image["slack_file"]["id"]].alt == image["alt_text"]


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "web"])
async def test_each_command_opens_the_same_under_the_one_name(
    ann: Member, general: Conversation, command: str
) -> None:
    alone, under = await ann.open(f"/{command}", general), await ann.open("/pentimento", general, command)

    def seen(opened: Json) -> tuple[object, ...]:
        view = ann.slack.state.views[opened["id"]]
        return view["title"], view.get("callback_id"), [block.get("block_id") for block in view["blocks"]]

    await ann.see(lambda: seen(under) == seen(alone))  # a page that says "one moment" first is filled in later


async def test_every_command_stands_under_one_name_too(ann: Member, general: Conversation, photo: File) -> None:
    assert "The queue is empty" in words(await ann.open("/pentimento", general, "queue"))
    assert "restyle" in words(await ann.open("/pentimento", general, "what?"))
    form = await ann.open("/pentimento", general, "Img2img a boat --seed 7")
    await ann.submit(form, file=photo)
    assert "seed 7" in words(await ann.result(general))


async def test_home_tells_whoever_has_nothing_yet_the_ways_in(
    slack: SlackServer, ann: Member, general: Conversation, running: Bench
) -> None:
    del general
    home = await ann.open_home()
    assert "/img2img" in words(home)
    assert [label for label in labels_of(home) if "sample" in label or "Styles" in label or "What" in label] == [
        "☕ Try it with a sample", "🎨 Styles", "💡 What can I do?",
    ]  # fmt: skip
    page = await ann.opens(lambda: ann.press("Styles", None, home))
    assert page["title"]["text"] == "Styles"
    await ann.press("Try it with a sample", None, home)
    direct = slack.state.direct(ann.team, ann.user.id)
    assert "an oil painting of a cup of coffee" in words(await ann.result(direct))
    assert running.engine.requests
