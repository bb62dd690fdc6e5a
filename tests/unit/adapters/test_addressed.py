"""Which messages are for us, and which of their files is the picture."""

from typing import Any

import pytest

from adapters.discord.markup import said
from adapters.discord.pictures import pictures_in
from adapters.slack.inbound import inbound
from adapters.slack.pictures import picture_among
from bot.domain.errors import InvalidRequest

MEASURED = {"size": 9, "width": 300, "height": 200}


def found(*attachments: dict[str, Any]) -> list[str]:
    message = {"attachments": [{"url": f"https://x/{n}"} | each for n, each in enumerate(attachments)]}
    return [upload.filename for upload in pictures_in(message, me="1")]


@pytest.mark.parametrize(
    "name",
    [
        "image",
        "photo.jfif",
        "photo.jpe",
        "photo.apng",
        "IMG_1.HEIF",
        "x.jpg_large",
        "photo.PNG",
        "IMG_2.heic",
        "a.avif",
    ],
)
@pytest.mark.parametrize("media_type", [None, "application/octet-stream"])
def test_a_picture_is_found_whatever_it_is_called(name: str, media_type: str | None) -> None:
    assert found({"filename": name, "content_type": media_type} | MEASURED) == [name]


@pytest.mark.parametrize(
    ("name", "media_type", "is_one"),
    [
        ("my.tar.png", "application/x-tar", True),
        ("noname", "image/png", True),
        ("notes.txt", "text/plain; charset=utf-8", False),
        ("notes.txt", None, False),
        ("clip.mp4", "video/mp4", False),
        ("clip.mp4", None, False),
        ("voice.ogg", "audio/ogg", False),
    ],
)
def test_what_is_said_to_be_something_else_is_not(name: str, media_type: str | None, is_one: bool) -> None:
    assert bool(found({"filename": name, "content_type": media_type} | MEASURED)) is is_one


def test_what_might_be_a_picture_gives_way_to_what_is_one() -> None:
    assert found({"filename": "LICENSE", "size": 9}, {"filename": "cat.png"}) == ["cat.png"]
    assert found({"filename": "LICENSE", "size": 9}) == ["LICENSE"]


PNG, JPEG, GIF = ({"id": kind, "mimetype": f"image/{kind}"} for kind in ("png", "jpeg", "gif"))
PDF = {"id": "pdf", "mimetype": "application/pdf"}
DELETED = {"id": "gone", "mode": "tombstone", "mimetype": "image/png"}
STUB = {"id": "stub", "mode": "file_access", "file_access": "check_file_info"}
BINARY = {"id": "binary", "mimetype": "application/octet-stream"}


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ((PDF, PNG), "png"),
        ((DELETED, PNG), "png"),
        ((STUB,), "stub"),
        ((BINARY,), "binary"),
        ((BINARY, PNG), "png"),
        ((PDF,), None),
        ((DELETED,), None),
        ((), None),
    ],
)
def test_slack_takes_the_one_picture_there_is(files: tuple[dict[str, Any], ...], chosen: str | None) -> None:
    one = picture_among(files)
    assert (one["id"] if one else None) == chosen


@pytest.mark.parametrize("files", [(PNG, JPEG), (GIF, PNG), (STUB, PNG), (BINARY, BINARY)])
def test_of_several_the_member_is_asked(files: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(InvalidRequest, match="There are 2 pictures"):
        picture_among(files)


@pytest.mark.parametrize(
    ("more", "ours"),
    [
        ({}, True),
        ({"user": "USLACKBOT"}, False),
        ({"bot_profile": {"id": "B9"}}, False),
        ({"bot_id": "B1"}, False),
        ({"subtype": "bot_message"}, False),
    ],
)
def test_programs_are_not_answered_on_slack(more: dict[str, Any], ours: bool) -> None:
    event = {"type": "app_mention", "channel": "C1", "ts": "1.2", "text": "<@UBOT> a storm", "user": "U1"} | more
    assert bool(inbound({"team_id": "T1", "event_id": "E1", "event": event}, bot_user="UBOT")) is ours


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<@&88> watercolor", "watercolor"),
        ("make it <@&88> a storm", "make it a storm"),
        ("<@1> <@&88> watercolor", "watercolor"),
        ("<@&99> watercolor", "watercolor"),
        ("<@!1> water\ncolor", "water\ncolor"),
    ],
)
def test_our_names_are_no_words_of_the_prompt(content: str, words: str) -> None:
    assert said(content, me="1", role="88") == words
